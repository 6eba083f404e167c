"""What a firmware is built from: the page on the protocol, and a JSON Schema of each message.

`protocol.md` is written by hand, `schemas` by `livionkey protocol FOLDER` from the models of the
messages. Both are kept with the code, and tests see that they say the same.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from automat_link.messages.commands import Answer, Command
from automat_link.messages.reports import Report
from automat_link.messages.states import Online, State
from automat_link.messages.wanted import Heard, Sealed, WantedCodes
from automat_link.topics import Topic

HERE = Path(__file__).parent
PAGE, SCHEMAS = "protocol.md", "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    Topic.WANT_CODES: WantedCodes,
    Topic.WANT_HEARD: Heard,
    Topic.COMMAND: Command,
    Topic.ANSWER: Answer,
    Topic.REPORT: Report,
    Topic.STATE: State,
    Topic.ONLINE: Online,
    "sealed": Sealed,
}
"""What is said under each topic, and how it is wrapped."""


def file_name(name: str) -> str:
    """Name the file of a schema: `want/codes` is in `want-codes.json`."""
    return f"{name.replace('/', '-')}.json"


def schema_of(name: str) -> str:
    """Write the JSON Schema (2020-12) of a message.

    Args:
        name: One of `MODELS`.
    """
    described = _plain(MODELS[name].model_json_schema())
    schema = {"$schema": DIALECT, "$id": f"urn:livionkey:keys:v1:{name}"} | described
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:
    """Leave out what says nothing, and demand a kind where it tells messages apart."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _plain(one) for name, one in part.items() if not _is_idle(name, one)}
    if isinstance(text := kept.get("description"), str):
        kept["description"] = " ".join(text.split())
    if "const" in kept.get("properties", {}).get("kind", {}):
        kept["required"] = ["kind", *kept["required"]]
    return kept


def _is_idle(name: str, value: Any) -> bool:
    """Tell what the generator adds of itself: names of the program, and that nothing is nothing."""
    return (name == "title" and isinstance(value, str)) or (name == "default" and value is None)


def write(folder: Path) -> list[Path]:
    """Write the page and the schemas into a folder.

    Args:
        folder: Is made where there is none.

    Returns:
        What was written.
    """
    (folder / SCHEMAS).mkdir(parents=True, exist_ok=True)
    texts = {folder / PAGE: (HERE / PAGE).read_text(encoding="utf-8")}
    texts |= {folder / SCHEMAS / file_name(name): schema_of(name) for name in MODELS}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)
