"""The codes that automats know, will know or knew lately, by their marks: none is opened for it."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, literal, select, union_all

from models.codes import AutomatCode
from models.contracts import LockerContract
from models.dialects.among import among, ids_later
from models.dialects.instants import Instant
from models.keys import Key
from models.live_contracts import is_live, is_past
from models.marks import digits_of
from models.pins import COOL_DOWN
from models.sealer import Sealer, sealer_of
from resolvers.work import Reading


class KnownCodes:
    """The codes of one automat; whoever has one in hand can ask whether it is among them.

    Args:
        sealer: Makes marks.
        automat_id: Which automat.
        organization_id: Whose it is: return codes are marked among all of theirs.
    """

    def __init__(self, sealer: Sealer, automat_id: UUID, organization_id: UUID) -> None:
        self._sealer = sealer
        self._automat_id = automat_id
        self._organization_id = organization_id
        self.here: set[str] = set()
        """The marks of codes of the automat."""
        self.return_codes: set[str] = set()
        """The marks of return codes of keys that are, or may come, there."""
        self._asked = ("", "")

    def __contains__(self, code: object) -> bool:
        """Tell whether a code is among them."""
        if not isinstance(code, str):
            return False
        if self.mark_of(code) in self.here:
            return True
        marks = self.return_codes
        return bool(marks) and self._sealer.marked(code, self._organization_id) in marks

    def add(self, code: str) -> None:
        """Add a code that the automat is to know."""
        self.here.add(self.mark_of(code))

    def mark_of(self, code: str) -> str:
        """Make the mark of a code here; it takes a while, and is often asked for again at once."""
        asked, mark = self._asked
        if asked != code:
            mark = self._sealer.marked(code, self._automat_id)
            self._asked = (code, mark)
        return mark


async def in_use(reading: Reading, automat_ids: Collection[UUID]) -> dict[UUID, KnownCodes]:
    """List each code that automats know, will know or knew lately: PINs and return codes (G13)."""
    sealer = sealer_of((await reading.connection()).dialect)
    owner = reading.actor.organization_id
    known = {id: KnownCodes(sealer, id, owner) for id in automat_ids}
    told = {"automats": list(automat_ids), "lately": reading.now - COOL_DOWN}
    for row in await reading.rows(_in_use(), **told):
        marks = known[row.id].here if row.of_automat else known[row.id].return_codes
        marks.update(row.marks.split())
    return known


@cache
def _in_use() -> Select[Any]:
    """Select two rows for each automat: reading one for each code would take thrice as long."""
    row, automats = LockerContract, ids_later("automats")
    pins = _marks(row.automat_id, row.pin_mark).where(
        among(row.automat_id, automats), row.pin_mark.is_not(None)
    )
    live = pins.where(is_live(row))
    past = pins.where(is_past(row), row.ends_at > bindparam("lately", type_=Instant))
    back = _marks(AutomatCode.automat_id, AutomatCode.code_mark).where(
        among(AutomatCode.automat_id, automats), AutomatCode.key_id.is_not(None)
    )
    here = _marks(Key.automat_id, Key.return_code_mark, of_automat=0).where(
        among(Key.automat_id, automats), Key.return_code_mark.is_not(None)
    )
    home = _marks(Key.selected_automat_id, Key.return_code_mark, of_automat=0).where(
        among(Key.selected_automat_id, automats), Key.return_code_mark.is_not(None)
    )
    all_of_them = union_all(live, past, back, here, home).subquery().c
    marks = func.aggregate_strings(all_of_them.mark, " ").label("marks")
    return select(all_of_them.id, all_of_them.of_automat, marks).group_by(
        all_of_them.id, all_of_them.of_automat
    )


def _marks(automat_id: Any, mark: Any, *, of_automat: int = 1) -> Select[Any]:
    found: Select[Any] = select(
        automat_id.label("id"),
        literal(of_automat).label("of_automat"),
        digits_of(mark).label("mark"),
    )
    return found
