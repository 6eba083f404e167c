"""Reading a PIN, or the backup codes of a key, is an event: it tells who was shown them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from models.base import Base
from models.dialects.among import among
from models.events import Event, EventKind
from models.telling import RINGS
from resolvers.work import About, Reading, Work

LATELY = timedelta(hours=1)


class Shown(NamedTuple):
    """A PIN that somebody is about to be shown, or the backup codes of a key.

    Args:
        model: Of what: `LockerContract` or `Key`.
        id: Of which.
        key_contract_id: For which key contract it is; None for backup codes.
        contract_link_id: By which link; None for whoever asks for their organization.
    """

    model: type[Base]
    id: UUID
    key_contract_id: UUID | None = None
    contract_link_id: UUID | None = None


async def not_shown_lately(reading: Reading, shown: Sequence[Shown]) -> list[Shown]:
    """Leave out what a link has shown within the hour: the contacts' page looks again by itself."""
    row = Event
    lately = await reading.rows(
        select(row.subject_id, row.facts).where(
            row.organization_id == reading.actor.organization_id,
            among(row.subject_id, [one.id for one in shown]),
            row.kind == EventKind.PIN_READ,
            row.at > reading.now - LATELY,
        )
    )
    known = {(one.subject_id, one.facts.get("contract_link_id")) for one in lately}
    return [one for one in shown if (one.id, str(one.contract_link_id)) not in known]


async def note(work: Work, shown: Sequence[Shown]) -> None:
    """Write down what somebody is about to be shown.

    No bell is rung for it: nothing has changed for anybody, and a subscription that shows PINs
    would wake itself for ever.
    """
    for one in shown:
        work.record(EventKind.PIN_READ, About(one.model, one.id), **_facts(one))
    await work.write_events()
    work.session.info.pop(RINGS, None)


def _facts(one: Shown) -> dict[str, Any]:
    facts = {"key_contract_id": one.key_contract_id, "contract_link_id": one.contract_link_id}
    return {name: value for name, value in facts.items() if value is not None}
