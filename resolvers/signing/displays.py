"""What the display of a station does: it is heard of, and shows the process that is open there."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from models.accounts import Permission, Token
from models.errors import NotAllowed, Unauthenticated
from models.organizations import Contact
from models.signing import SigningProcess, SigningState
from models.stations import SignatureStation
from resolvers.signing.processes import lock
from resolvers.signing.starting import renew_secret
from resolvers.work import Reading, Work

NO_DISPLAY = "Only the display that is paired with a station speaks for it."


async def station_of(reading: Reading) -> SignatureStation:
    """Read the station that the actor's token is bound to.

    Raises:
        NotAllowed: Theirs is not the token of a station.
    """
    reading.require(Permission.OPERATE_STATION)
    row = SignatureStation
    bound = reading.own(row).where(row.token_id == reading.actor.token_id)
    station = None if reading.actor.token_id is None else await reading.first(bound)
    if station is None:
        raise NotAllowed(NO_DISPLAY)
    return station


async def heartbeat(work: Work) -> SignatureStation:
    """Note that the display is there; nothing else is changed and nothing written down.

    Raises:
        NotAllowed: The actor's token is not that of a station.
    """
    station = await station_of(work)
    row = SignatureStation
    seen = update(row).where(row.id == station.id, row.token_id == work.actor.token_id)
    await (await work.connection()).execute(seen.values(last_seen_at=work.now))
    return await station_of(work)


@dataclass(frozen=True, slots=True)
class Present:
    """The process that is open at a station, and who is to sign."""

    process: SigningProcess
    contact_name: str


async def present(reading: Reading) -> Present | None:
    """Read what the display has to show now; None for nothing.

    Raises:
        Unauthenticated: The display's token was taken back.
        NotAllowed: The actor's token is not that of a station.
    """
    token = await reading.find(Token, reading.actor.token_id)
    if token is None or token.revoked_at is not None:
        raise Unauthenticated("The display is not paired any more.")
    station = await station_of(reading)
    row = SigningProcess
    process = await reading.first(
        reading.own(row).where(
            row.station_id == station.id,
            row.state.in_((SigningState.PREPARING, SigningState.OFFERED)),
            row.expires_at > reading.now,
        )
    )
    if process is None:
        return None
    contact = await reading.get(Contact, process.contact_id)
    return Present(process, contact.name)


async def take_secret(work: Work, process_id: UUID) -> str | None:
    """Give the display a secret for the process at its station; None when it has just ended.

    Only a digest of it is kept, so whoever asks again gets another one, and the one before is not
    valid any more.

    Raises:
        NotAllowed: The actor's token is not that of a station.
    """
    station = await station_of(work)
    _, process = await lock(work, process_id)
    if process.station_id != station.id or not process.state.is_open:
        return None
    return await renew_secret(work, process)
