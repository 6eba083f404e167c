"""What templates fill into a contract that somebody asks for, and what they refuse of it (R56)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from models.contracts import Verification
from models.reservations import check_start
from models.templates import ContractValue
from models.times import after
from resolvers.staff_contracts.asked import Asked
from resolvers.templates.applying import Values, check_values, duration_of, filled, with_prefix
from resolvers.templates.effective import Effective, together
from resolvers.work import Work


def fill_in(work: Work, asked: Asked, found: Sequence[Effective]) -> Asked:
    """Fill in what templates say, and refuse what goes against them.

    Raises:
        Enforced: It differs from what a template insists on.
        StartsInPast: It would start more than 15 minutes ago.
        StartsAfterEnd: It would end before it starts.
    """
    starts_at = asked.window(work.now).starts_at
    check_start(starts_at, work.now)
    effective = together(found)
    values = filled(values_of(asked), effective)
    agreement_ids = values[ContractValue.AGREEMENTS]
    complete = replace(
        asked,
        contacts=with_prefix(asked.contacts, effective),
        starts_at=starts_at,
        ends_at=asked.ends_at if asked.says_end else _end(starts_at, effective),
        says_end=True,
        free_locker_after_fetch=bool(values[ContractValue.FREE_LOCKER_AFTER_FETCH]),
        pick_up_information=values[ContractValue.PICK_UP_INFORMATION],
        verification=Verification(values[ContractValue.VERIFICATION] or Verification.NONE),
        language=values[ContractValue.LANGUAGE],
        agreement_ids=agreement_ids and [UUID(id) for id in agreement_ids],
        access_schedule=values[ContractValue.ACCESS_SCHEDULE],
    )
    duration = {ContractValue.DURATION: duration_of(starts_at, complete.ends_at)}
    check_values(values_of(complete) | duration, found)
    return complete


def _end(starts_at: datetime, effective: Effective) -> datetime | None:
    said = effective.get(ContractValue.DURATION)
    return None if said is None else after(starts_at, timedelta(seconds=said.value))


def values_of(asked: Asked) -> Values:
    """Give the values that templates fill in; None where nothing was said."""
    ids = asked.agreement_ids
    return {
        ContractValue.VERIFICATION: asked.verification and asked.verification.value,
        ContractValue.LANGUAGE: asked.language,
        ContractValue.FREE_LOCKER_AFTER_FETCH: asked.free_locker_after_fetch,
        ContractValue.PICK_UP_INFORMATION: asked.pick_up_information,
        ContractValue.AGREEMENTS: None if ids is None else [id.hex for id in ids if id],
        ContractValue.ACCESS_SCHEDULE: asked.access_schedule,
    }
