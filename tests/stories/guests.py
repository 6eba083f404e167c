"""What guests do at automats: they type their PINs, take keys, and bring them back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.always import LIVE
from stories.eye import Row
from stories.stage import Fault, Stage
from stories.truth import AWAY, TrueKey, TrueStay

from resolvers.handover.lockers import key_fetched, key_returned

WHICH = st.integers(0, 11)
FEW = 4


class Guests(Stage):
    """Rules of guests."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[Callable[[Any], Any]] = []

    @precondition(lambda self: self.truth.stays)
    @rule(which=WHICH, reads_tags=st.booleans())
    def come_to_fetch(self, which: int, *, reads_tags: bool) -> None:
        stay = self.choose(self.stays(), which)
        self.tell(f"the guest of {stay.name} comes to fetch")
        for held in self.held_by(stay, "kind <> 'return'"):
            place = self.opened(held)
            if place is not None and held["use"] != "return":
                key = self.truth.inside(*place)
                self.tell(f"  opens {place}, in which lies {key and key.number}")
                if key is not None:
                    self.take(place, key, tag=key.tag if reads_tags else None, stay=stay)

    @precondition(lambda self: self.truth.away())
    @rule(which=WHICH, reads_tags=st.booleans())
    def come_to_return(self, which: int, *, reads_tags: bool) -> None:
        key = self.choose(self.truth.away(), which)
        self.tell(f"the guest of {key.holder} comes to return key {key.number}")
        stay = self.truth.stays.get(key.holder or "")
        for held in self.held_by(stay, "kind <> 'fetch'") if stay is not None else []:
            place = self.opened(held)
            if held["key_id"] == key.id and place is not None:
                self.tell(f"  opens {place}")
                if self.truth.inside(*place) is None:
                    self.put(place, key, tag=key.tag if reads_tags else None)
                    return
                if self.is_settled:
                    raise Fault("the locker for the return is not empty")
                self.tell("  it is not empty, and no worker has looked after it yet")

    @precondition(lambda self: self.truth.away() and self.truth.empty_lockers())
    @rule(which=WHICH, where=WHICH)
    def put_it_into_some_locker(self, which: int, where: int) -> None:
        """Bring a key back to any locker that somebody opens; the automat reads its tag."""
        key = self.choose(self.truth.away(), which)
        place = self.choose(self.truth.empty_lockers(), where)
        self.tell(f"somebody puts key {key.number} into {place}")
        self.put(place, key, tag=key.tag)

    @precondition(lambda self: any(key.place[0] == "locker" for key in self.truth.keys))
    @rule(which=WHICH, reads_tags=st.booleans())
    def take_it_out_of_its_locker(self, which: int, *, reads_tags: bool) -> None:
        """Take a key out of a locker that staff open; nobody has to be entitled."""
        inside = [key for key in self.truth.keys if key.place[0] == "locker"]
        key = self.choose(inside, which)
        self.tell(f"somebody takes key {key.number} out of {key.place}")
        place = int(key.place[1]), int(key.place[2])
        self.take(place, key, tag=key.tag if reads_tags else None, stay=None)

    @precondition(lambda self: self.reports)
    @rule(which=WHICH)
    def report_it_again(self, which: int) -> None:
        self.tell("an automat repeats what it said before")
        before = self.everything()
        self.sure(self.choose(self.reports[-FEW:], which))
        if self.everything() != before:
            raise Fault("a report that came twice changed something")

    # What happens at an automat.

    def held_by(self, stay: TrueStay, which: str) -> list[Row]:
        """List the live locker contracts of a stay with what their automats know of them."""
        return self.rows(
            f"""
            select c.*, code.locker_id as opens_locker_id, code.use
            from locker_contracts c left join automat_codes code
              on code.automat_id = c.automat_id and code.code_mark = c.pin_mark
              and code.opens_at <= :now and (code.closes_at is null or code.closes_at > :now)
            where c.key_contract_id = :contract and c.state in {LIVE} and c.{which}
            order by c.id
            """,
            contract=self.contract_id(stay),
        )

    def opened(self, held: Row) -> tuple[int, int] | None:
        """Type a PIN; tells which locker opens."""
        return next(
            (place for place, id in self.locker_ids.items() if id == held["opens_locker_id"]), None
        )

    def take(
        self, place: tuple[int, int], key: TrueKey, *, tag: str | None, stay: TrueStay | None
    ) -> None:
        """Take a key out of a locker, which the automat reports."""
        key.place = AWAY
        self.report(key_fetched, place, tag)
        out = self.holder_of(key)
        if stay is not None and out != stay.name:
            raise Fault(f"{stay.name} fetched key {key.number}, and it is {out} who has it")
        key.holder = out
        self.check_key(key)

    def put(self, place: tuple[int, int], key: TrueKey, *, tag: str | None) -> None:
        """Put a key into a locker, which the automat reports."""
        key.place, key.holder = ("locker", *place), None
        self.report(key_returned, place, tag)
        if self.holder_of(key) is not None:
            raise Fault(f"key {key.number} is back, and still out by its contract")
        self.check_key(key)

    def report(self, what: Callable[..., Any], place: tuple[int, int], tag: str | None) -> None:
        """Report something as an automat does, at the moment at which it happened."""
        at = self.truth.now
        said = partial(
            what,
            automat_id=self.world.automats[place[0]],
            locker_index=place[1],
            at=at,
            rfid_tag=tag,
        )
        self.sure(said)
        self.reports.append(said)

    def holder_of(self, key: TrueKey) -> str | None:
        """Look by whose contract a key is out."""
        found = self.rows(
            """
            select k.id, k.reservation_id from key_allocations a
              join key_contracts k on k.id = a.key_contract_id
            where a.key_id = :key and a.live and a.fetched_at is not null
            """,
            key=key.id,
        )
        ids = {row[column] for row in found for column in ("id", "reservation_id")}
        return next((stay.name for stay in self.truth.stays.values() if stay.id in ids), None)

    def check_key(self, key: TrueKey) -> None:
        """See that the product knows where a key is."""
        known = self.known_places()[key.number]
        if known != key.place:
            raise Fault(f"key {key.number} is {key.place}, and it is thought to be {known}")

    def everything(self) -> Any:
        """Read what a report that is heard twice must not change."""
        counted = "select count(*) as rows from {} where organization_id = :owner"
        tables = ("events", "custody_entries", "key_allocations", "locker_contracts", "jobs")
        counts = [self.rows(counted.format(table)) for table in tables]
        keys = "select id, status, automat_id, locker_id, manual_storage_id from keys"
        return counts, self.rows(f"{keys} where organization_id = :owner order by id")
