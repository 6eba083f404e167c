"""What every page of ours is checked for: names, legibility, and all its words in each language."""

import re
from pathlib import Path
from typing import Any

LEGIBLE = (Path(__file__).parent / "schema" / "legible.js").read_text()
NAMELESS = re.compile(r"- (button|textbox|checkbox|radio|img|link|navigation|region|form)(?! \")")


def words(texts: dict[str, Any], before: str = "") -> dict[str, set[str]]:
    """List all words by name, with what is filled into them."""
    found: dict[str, set[str]] = {}
    for name, value in texts.items():
        if isinstance(value, dict):
            found |= words(value, f"{before}{name}.")
        else:
            assert value.strip(), name
            found[before + name] = set(re.findall(r"\{\w+\}", value))
    return found
