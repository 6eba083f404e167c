"""The ports to the outside for tests: real ones, in a folder of the test's own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from resolvers.outside.files import in_folder
from resolvers.outside.ports import Outside
from resolvers.outside.seals import Chosen, Seals
from resolvers.outside.secret import Secret

PUBLIC_URL = "http://test"
BROKER = "mqtts://broker.test:8883"
SECRET_KEY = "a secret that only tests have and that is long"  # noqa: S105  # nobody's
SECRET = Secret([SECRET_KEY])


def now() -> datetime:
    return datetime.now(UTC)


def seal_in(folder: Path, **chosen: Any) -> Seals:
    """Choose a seal with the local authority in a folder."""
    return Seals(Chosen(folder / "seal", now, **chosen))


def outside_in(folder: Path, *, broker: str | None = BROKER, **chosen: Any) -> Outside:
    """Open the ports with their files in a folder, and a seal like `seal_in`."""
    return Outside(
        files=in_folder(folder / "files"),
        secret=SECRET,
        seal=seal_in(folder, **chosen),
        public_url=PUBLIC_URL,
        broker=broker,
    )
