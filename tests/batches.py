"""Pushing many reservations at once: what partners ask for, and what came of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from factories import AINO, DAY

from models.entities import ReservableEntity
from models.errors import LivionKeyError
from models.organizations import ContactDetails
from models.reservations import Reservation
from resolvers.planning.stays import Wanted
from resolvers.pushing.pushing import Pushed, push_all
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work


def asked(
    entity: ReservableEntity,
    external_id: str,
    *,
    starts_at: datetime,
    lasts: timedelta | None = 2 * DAY,
    contacts: Sequence[ContactDetails] = (AINO,),
    wanted: Wanted | None = None,
    **given: Any,
) -> Request:
    """Ask for a stay of two days, unless something else is said."""
    return Request(
        external_id=external_id,
        entity_id=entity.id,
        contacts=contacts,
        times=Times(starts_at, None if lasts is None else starts_at + lasts),
        wanted=wanted or Wanted(),
        **given,
    )


async def pushed(work: Work, *requests: Request) -> list[Pushed]:
    """Push all of them in one call."""
    return await push_all(work, requests)


def said(pushed: Sequence[Pushed]) -> list[str]:
    """Name what came of each: its outcome, or the code of its refusal."""
    return [
        one.refusal.code.name if one.refusal else one.outcome.name if one.outcome else "?"
        for one in pushed
    ]


def reservation_of(pushed: Pushed) -> Reservation:
    """Give the reservation of a push that was not refused."""
    assert pushed.reservation is not None
    return pushed.reservation


def refusal_of(pushed: Pushed) -> LivionKeyError:
    """Give why a push was refused."""
    assert pushed.refusal is not None
    return pushed.refusal
