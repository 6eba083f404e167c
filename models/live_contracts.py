"""Which locker contracts hold their lockers, as queries have to ask for it."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam

from models.contracts import LIVE_STATES, LockerContract


def is_live(row: type[LockerContract]) -> ColumnElement[bool]:
    """Tell in a query whether a locker contract holds its locker.

    The states are written into the statement: a database takes an index of what is live only for
    what it can see to be live, and it does not see what is sent along.
    """
    states: BindParameter[Any] = bindparam(
        "live_states", LIVE_STATES, unique=True, expanding=True, literal_execute=True
    )
    return row.state.in_(states)
