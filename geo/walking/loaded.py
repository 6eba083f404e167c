"""The network of ways that this process has: one for all, as the map is the same for everybody."""

import logging
from pathlib import Path

from geo.walking import files
from geo.walking.distances import Walker
from geo.walking.network import Network

FILE_NAME = "walking.npz"

logger = logging.getLogger(__name__)
_loaded: list[Walker] = []


def file_in(folder: Path) -> Path:
    """Tell where the network of an installation is kept, in its data folder."""
    return folder / FILE_NAME


def load(folder: Path) -> None:
    """Load the network of a data folder, if it has one.

    Raises:
        InvalidInput: The file there is none.
    """
    path = file_in(folder)
    if path.exists():
        use(Network(files.read(path)))
        logger.info("distances on foot are measured on %s", path.name)


def use(walker: Walker | None) -> None:
    """Measure by this from now on; None: there is no network."""
    _loaded[:] = [] if walker is None else [walker]


def walker() -> Walker | None:
    """Give what measures distances on foot; None where no network is loaded."""
    return _loaded[0] if _loaded else None
