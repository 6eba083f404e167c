"""Signature stations: made by administrators for a unit, and when one can take a process (2.15)."""

from typing import TypedDict
from uuid import UUID

from models.accounts import Permission, Token
from models.contracts import KeyContract
from models.errors import StationNotReady, StillInUse
from models.events import EventKind
from models.signing import SigningProcess, SigningState
from models.stations import SILENCE, SignatureStation
from resolvers.checks import required_text
from resolvers.organizations import unit_or_root
from resolvers.settings import lines
from resolvers.signing.demanding import units_of
from resolvers.work import Work

PATH = ("station_id",)
BUSY = "The station has another signing; wait for its end, or withdraw it."
RETIRED = "The station is retired."
NOT_PAIRED = "No display is paired with the station."
SILENT = f"The station has not been heard of for {SILENCE.seconds} seconds; look after its display."
OTHER_UNIT = "The station is of another unit than the contract's keys, and of none above it."


class StationChanges(TypedDict, total=False):
    """What may be changed of a station."""

    name: str
    organization_unit_id: UUID | None


async def create(work: Work, *, name: str, unit_id: UUID | None = None) -> SignatureStation:
    """Make a station for a unit; the organization itself when none is named.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such unit.
        InvalidInput: The name is empty.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    unit = await unit_or_root(work, unit_id)
    station = SignatureStation(
        organization_id=work.actor.organization_id,
        organization_unit_id=unit.id,
        name=required_text(name, path=("name",)),
    )
    await work.add(station)
    work.record(EventKind.SIGNATURE_STATION_CREATED, station, unit_id=unit.id)
    return station


async def lock(work: Work, id: UUID | None, *, path: tuple[str, ...] = ("id",)) -> SignatureStation:
    """Lock a station.

    Raises:
        NotFound: There is no such station.
    """
    known = await work.get(SignatureStation, id, path=path)
    (station,) = await work.locked(SignatureStation, [known.id])
    return station


async def update(work: Work, id: UUID | None, changes: StationChanges) -> SignatureStation:
    """Change a station's name or unit.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such station or unit.
        InvalidInput: The name is empty.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    station = await lock(work, id)
    if "name" in changes:
        station.name = required_text(changes["name"], path=("name",))
    if "organization_unit_id" in changes:
        unit = await unit_or_root(work, changes["organization_unit_id"])
        station.organization_unit_id = unit.id
    await work.save()
    work.record(EventKind.SIGNATURE_STATION_UPDATED, station, changed=sorted(changes))
    return station


async def retire(work: Work, id: UUID | None) -> SignatureStation:
    """Take a station out of use, and its display's token back; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such station.
        StillInUse: A signing is open at it.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    station = await lock(work, id)
    if await open_at(work, station) is not None:
        raise StillInUse("A signing is open at the station; withdraw it first.", path=("id",))
    if station.retired_at is None:
        station.retired_at = work.now
        await take_back(work, station)
        work.record(EventKind.SIGNATURE_STATION_UPDATED, station, changed=["retired_at"])
    return station


async def unpair(work: Work, id: UUID | None) -> SignatureStation:
    """Take the token of a station's display back; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such station.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    station = await lock(work, id)
    waits = station.token_id is None and station.pairing_digest is not None
    await take_back(work, station)
    if waits:
        work.record(EventKind.SIGNATURE_STATION_UNPAIRED, station)
    return station


async def take_back(work: Work, station: SignatureStation) -> None:
    """Let the display of a locked station open nothing any more, nor a code pair another one."""
    token_id, station.token_id = station.token_id, None
    station.paired_at = station.last_seen_at = None
    station.pairing_digest = station.pairing_expires_at = None
    if token_id is not None:
        token = await work.get(Token, token_id)
        token.revoked_at = token.revoked_at or work.now
        work.record(EventKind.TOKEN_REVOKED, token)
        work.record(EventKind.SIGNATURE_STATION_UNPAIRED, station)
    await work.save()


async def lock_ready(work: Work, id: UUID, contract: KeyContract) -> SignatureStation:
    """Lock a station that can take a process of a contract now.

    Raises:
        NotFound: There is no such station.
        StationNotReady: It is retired, of another unit, not paired, silent or busy; it says which.
    """
    station = await lock(work, id, path=PATH)
    if station.retired_at is not None:
        raise StationNotReady(RETIRED, path=PATH)
    if not await _serves(work, station, contract):
        raise StationNotReady(OTHER_UNIT, path=PATH)
    if station.token_id is None:
        raise StationNotReady(NOT_PAIRED, path=PATH)
    if not station.is_online(work.now):
        raise StationNotReady(SILENT, path=PATH)
    if await open_at(work, station) is not None:
        raise StationNotReady(BUSY, path=PATH)
    return station


async def _serves(work: Work, station: SignatureStation, contract: KeyContract) -> bool:
    """Tell whether a station is of the unit of each of a contract's keys, or of one above it."""
    pairs = [(id, None) for id in await units_of(work, contract)]
    above = await lines(work, pairs)
    return all(station.organization_unit_id in {unit.id for unit in line.units} for line in above)


async def open_at(work: Work, station: SignatureStation) -> SigningProcess | None:
    """Find the process that is open at a station, if there is one."""
    row = SigningProcess
    return await work.first(
        work.own(row).where(
            row.station_id == station.id,
            row.state.in_((SigningState.PREPARING, SigningState.OFFERED)),
        )
    )
