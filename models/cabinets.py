"""The cabinets that we know."""

from enum import StrEnum
from functools import cache


class AutomatModel(StrEnum):
    """The cabinets that we know."""

    LIVIONKEY_30 = "livionkey_30"
    LIVIONKEY_1 = "livionkey_1"

    @property
    def locker_count(self) -> int:
        """How many lockers it has; their indexes begin with 0."""
        return 30 if self is AutomatModel.LIVIONKEY_30 else 1


@cache
def lockers_of(model: str) -> int:
    """Tell how many lockers a cabinet has that a row names: many a row is read."""
    return AutomatModel(model).locker_count
