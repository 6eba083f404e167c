"""No lost event: what the trail tells of every state is what the rows say, step by step."""

from collections.abc import Iterator
from uuid import UUID

from stories.eye import Eye, Row

RESERVATION = ("confirmed", "active", "ended", "unfulfilled", "cancelled")
CONTRACT = ("upcoming", "active", "overdue", "ended", "cancelled")
LOCKER = ("planned", "syncing", "ready", "completed", "failed", "cancelled")
TOLD = {
    **{f"reservation_{state}": state for state in RESERVATION},
    **{f"key_contract_{state}": state for state in CONTRACT},
    "key_contract_awaits_signature": "waiting_for_signature",
    **{f"locker_contract_{state}": state for state in LOCKER},
    "reservation_created": "confirmed",
    "locker_contract_unsynced": "planned",
}
"""Which state an event says that its subject has from now on."""
FORGOTTEN = "locker_contract_unsynced"
"""A step back to PLANNED, or only a notice where a contract is given up."""
TOLD_OF_KEYS = {
    **dict.fromkeys(("key_fetched", "key_handed_over", "key_missed"), "out"),
    **dict.fromkeys(
        ("key_registered", "key_returned", "key_taken_back", "key_transferred", "key_found"),
        "in_storage",
    ),
    "key_not_returned": "overdue",
}
KEPT_LONGER = "key_updated"
"""A key that was overdue and may be kept longer."""


class Trail:
    """Reads on in the trail of an organization, and remembers what it says.

    Args:
        eye: Where to read.
        owner: Whose trail.
    """

    def __init__(self, eye: Eye, owner: UUID) -> None:
        self._eye = eye
        self._owner = owner
        self._last = UUID(int=0)
        self.states: dict[UUID, str] = {}
        self.notices: list[Row] = []
        self.count = 0

    def read_on(self) -> Iterator[str]:
        """Read what is new; gives what contradicts itself."""
        new = self._eye.rows(
            "select * from events where organization_id = :owner and id > :last order by id",
            owner=self._owner,
            last=self._last,
        )
        self.count += len(new)
        for event in new:
            self._last = event["id"]
            if event["notice"] is not None:
                self.notices.append(event)
            if event["kind"] == FORGOTTEN and "before" not in event["facts"]:
                continue
            if event["kind"] in TOLD:
                yield from self._state(event)
            elif event["kind"] in TOLD_OF_KEYS:
                self._key(event)
            elif event["kind"] == KEPT_LONGER and "status" in event["facts"]:
                self.states[event["subject_id"]] = event["facts"]["status"]

    def _state(self, event: Row) -> Iterator[str]:
        id, before = event["subject_id"], event["facts"].get("before")
        known = self.states.get(id)
        if known is not None and before != known:
            yield f"{event['kind']} of {id} says it was {before} before, but it was {known}"
        if "reason" not in event["facts"] and before is not None:
            yield f"{event['kind']} of {id} has no reason"
        self.states[id] = TOLD[event["kind"]]

    def _key(self, event: Row) -> None:
        """Remember where a key stands; what was reported late has not moved it."""
        is_late = "reported after" in (event["notice"] or "")
        if not is_late:
            self.states[event["subject_id"]] = TOLD_OF_KEYS[event["kind"]]

    def contradictions(self) -> Iterator[str]:
        """Compare what the trail says with the rows."""
        for table, column in (
            ("reservations", "status"),
            ("key_contracts", "status"),
            ("locker_contracts", "state"),
            ("keys", "status"),
        ):
            rows = self._eye.rows(
                f"select id, {column} as state from {table} where organization_id = :owner",
                owner=self._owner,
            )
            for row in rows:
                told = self.states.setdefault(row["id"], row["state"])
                if told != row["state"]:
                    yield f"{table} {row['id']} is {row['state']}, and the trail says {told}"

    def told_of(self, *ids: UUID) -> list[Row]:
        """List what people were told of things."""
        return [notice for notice in self.notices if notice["subject_id"] in ids]
