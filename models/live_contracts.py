"""Which locker contracts hold their lockers and which did, as queries have to ask for it.

The states are written into the statement: a database takes an index of what is live only for what
it can see to be live, and it does not see what is sent along.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam

from models.contracts import LIVE_STATES, PAST_STATES, LockerContract


def is_live(row: type[LockerContract]) -> ColumnElement[bool]:
    """Tell whether a locker contract holds its locker."""
    return row.state.in_(_written(LIVE_STATES))


def is_past(row: type[LockerContract]) -> ColumnElement[bool]:
    """Tell whether a locker contract does not hold its locker any more."""
    return row.state.in_(_written(PAST_STATES))


def _written(states: Sequence[str]) -> BindParameter[Any]:
    return bindparam("states", states, unique=True, expanding=True, literal_execute=True)
