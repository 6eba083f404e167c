"""The ports to the outside for tests: real ones, in a folder of the test's own."""

from pathlib import Path

from resolvers.outside.files import in_folder
from resolvers.outside.ports import Outside
from resolvers.outside.secret import Secret

PUBLIC_URL = "http://test"


def outside_in(folder: Path) -> Outside:
    """Open the ports with their files in a folder."""
    return Outside(
        files=in_folder(folder / "files"),
        secret=Secret(["a secret that only tests have, and long"]),
        public_url=PUBLIC_URL,
    )
