"""Pairing: a code, shown to an administrator once, makes a display the one of a station (2.15)."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, Permission, Role, WayIn
from models.errors import LinkNotValid, StationNotReady
from models.events import EventKind
from models.stations import SignatureStation
from resolvers import accounts
from resolvers.clocks import ahead_of
from resolvers.signing.stations import RETIRED, lock, take_back
from resolvers.work import Work, system

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L, which look alike."""
LENGTH = 8
LASTS = timedelta(minutes=10)
WRONG = "The code is unknown, used, or older than 10 minutes; ask for a new one."

Hash = Callable[[str], str]
"""A keyed hash: there are too few codes for one that anybody can compute."""


async def new_code(work: Work, id: UUID | None, hashed: Hash) -> tuple[SignatureStation, str]:
    """Make the code by which a display is paired; one that was made before is not valid any more.

    The display that is paired now stays until the code is used.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such station.
        StationNotReady: It is retired.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    station = await lock(work, id)
    if station.retired_at is not None:
        raise StationNotReady(RETIRED, path=("id",))
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    station.pairing_digest = hashed(code)
    station.pairing_expires_at = work.now + LASTS
    await work.save()
    work.record(EventKind.SIGNATURE_STATION_UPDATED, station, changed=["pairing_code"])
    return station, code


def as_made(code: str) -> str:
    """Give a code as it was made, however somebody typed it."""
    return code[:50].upper().replace(" ", "").replace("-", "")


async def by_code(connection: AsyncConnection, digest: str) -> tuple[UUID, Actor]:
    """Find the station that a code is for, in whichever organization; gives its id and whose.

    Raises:
        LinkNotValid: There is none.
    """
    row = SignatureStation
    found = select(row.id, row.organization_id, ahead_of(row.organization_id)).where(
        row.pairing_digest == digest
    )
    station = (await connection.execute(found)).first()
    if station is None:
        raise LinkNotValid(WRONG)
    return station.id, system(station.organization_id, station.clock_ahead, WayIn.LINK)


async def pair(work: Work, station_id: UUID, digest: str) -> tuple[SignatureStation, str]:
    """Make whoever has the code the display of the station; gives the text of its token.

    The code works once, and the display before this one opens nothing any more.

    Raises:
        LinkNotValid: The code was used meanwhile, or is too old.
    """
    station = await lock(work, station_id)
    is_current = station.pairing_expires_at is not None and work.now < station.pairing_expires_at
    if station.pairing_digest != digest or not is_current or station.retired_at is not None:
        raise LinkNotValid(WRONG)
    await take_back(work, station)
    token, text = await accounts.create_token(work, role=Role.STATION, name="signature station")
    station.token_id = token.id
    station.paired_at = station.last_seen_at = work.now
    await work.save()
    work.record(EventKind.SIGNATURE_STATION_PAIRED, station, paired_token_id=token.id)
    return station, text
