"""What templates fill into a contract that somebody asks for, and what they refuse of it (R56)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from models.contracts import Verification
from models.reservations import check_start
from models.settings import UnitSettings
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
    said = values_of(asked)
    values = filled(said, effective)
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
        by_default=_by_default(said, effective),
    )
    duration = {ContractValue.DURATION: duration_of(starts_at, complete.ends_at)}
    check_values(values_of(complete) | duration, found)
    return complete


def _by_default(said: Values, effective: Effective) -> frozenset[ContractValue]:
    """Tell what is filled in of what was not said, and that nobody insists on."""
    return frozenset(
        name
        for name, one in effective.items()
        if name in said and said[name] is None and not one.enforced
    )


def let_here(asked: Asked, here: UnitSettings) -> Asked:
    """Leave out of what templates fill in by default what the unit does not let any more.

    A signature stands for strong authentication, as for reservations (R86).
    """
    is_strong = asked.verification is Verification.STRONG
    by_default = asked.by_default
    if is_strong and ContractValue.VERIFICATION in by_default and not here.strong_authentication:
        asked = replace(asked, verification=Verification.SIGNATURE)
    if ContractValue.ACCESS_SCHEDULE in by_default and not here.access_schedules:
        asked = replace(asked, access_schedule=None)
    return asked


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
