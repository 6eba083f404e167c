"""Secrets of objects that may be changed, as if they were plain attributes."""

from typing import Any, Generic, TypeVar, cast

from sqlalchemy import event, inspect

from models.base import new_id
from models.marks import Marked
from models.sealed import Sealed

Secret = TypeVar("Secret", bound=str | None)


class Opened(Generic[Secret]):
    """The secret of an object that may be changed: opened when it is read, sealed when it is said.

    Whatever changes, its mark is right again when the object is written.

    Args:
        sealed: The attribute that keeps it.
        mark: The attribute with its mark.
        among: The attribute that says among whose secrets it is compared.
    """

    def __init__(self, sealed: str, mark: str, *, among: str) -> None:
        self._sealed = sealed
        self._mark = mark
        self._among = among

    def __set_name__(self, owner: type, name: str) -> None:
        """Look at each object before it is written."""
        for moment in ("before_insert", "before_update"):
            event.listen(owner, moment, self._mark_anew)

    def __get__(self, row: Any, owner: type) -> Secret:
        """Open it."""
        if row is None:
            return cast("Secret", self)
        kept: Sealed | None = getattr(row, self._sealed)
        return cast("Secret", None if kept is None else kept.opened(of=row.id))

    def __set__(self, row: Any, text: Secret) -> None:
        """Keep another one; an object without an id gets one."""
        row.id = row.id or new_id()
        setattr(row, self._sealed, None if text is None else Sealed(text, of=row.id))

    def _mark_anew(self, _mapper: object, _connection: object, row: Any) -> None:
        attributes = inspect(row).attrs
        if any(attributes[name].history.has_changes() for name in (self._sealed, self._among)):
            text = self.__get__(row, type(row))
            mark = None if text is None else Marked(text, of=getattr(row, self._among))
            setattr(row, self._mark, mark)
