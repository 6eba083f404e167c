"""Staff begin a signing process: on their own device, over a link, or at a station (R83)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract
from models.errors import InvalidInput, LivionKeyError, StationNotReady, StillInUse
from models.events import EventKind
from models.jobs import JobKind
from models.signing import SigningMethod, SigningProcess, SigningPurpose, SigningState
from models.stations import SignatureStation
from resolvers import jobs
from resolvers.agreements.content import content_of
from resolvers.outside.secret import digest_of, new_secret
from resolvers.signing import stations
from resolvers.signing.demanding import check_can_be_signed, signer
from resolvers.signing.expiring import expire
from resolvers.signing.processes import lock_contract
from resolvers.work import Work

LASTS = {
    SigningMethod.LOCAL: timedelta(minutes=30),
    SigningMethod.STATION: timedelta(minutes=15),
    SigningMethod.LINK: timedelta(days=7),
}
"""How long a process is open when nobody says it."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
ONE_OF_A_CONTRACT = ("one_open_process_of_a_contract", "signing_processes_key_contract_id_key")
ONE_AT_A_STATION = ("one_open_process_at_a_station", "signing_processes_station_id_key")
"""What the indexes are called on PostgreSQL, and on SQLite, which names them by their columns."""
OPEN_ALREADY = "Another signing of the contract is open; withdraw it first."


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for.

    Args:
        key_contract_id: Which contract is to be signed.
        method: How.
        purpose: What the signature says.
        contact_id: Who is to sign; the main contact when None.
        station_id: At which station, for that method and no other.
        language: In which language, a BCP 47 primary tag; the contract's when None.
        lasts: How long, from a minute to 30 days; `LASTS`, or a link's contract's end, when None.
    """

    key_contract_id: UUID | None
    method: SigningMethod
    purpose: SigningPurpose = SigningPurpose.HANDOVER
    contact_id: UUID | None = None
    station_id: UUID | None = None
    language: str | None = None
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A process, and the secret of its link, which is told once; a station asks for its own."""

    process: SigningProcess
    secret: str | None


async def start(work: Work, wish: Wish) -> Begun:
    """Begin to have a contract signed; its document is prepared at once, see `expiring`.

    Raises:
        NotAllowed: The actor may not have contracts signed.
        NotFound: There is no such contract, contact or station.
        InvalidInput: The contract is not to be signed, or the method and the rest do not fit.
        AlreadySigned: It is signed.
        StillInUse: Another process of it is open.
        StationNotReady: The station is of another unit, not paired, silent or busy.
        NoAgreementText: A mandatory agreement has no text to be offered.
    """
    work.require(Permission.SIGN_CONTRACTS)
    contract = await lock_contract(work, wish.key_contract_id, path=("key_contract_id",))
    await check_can_be_signed(work, contract, wish.purpose)
    await _check_none_is_open(work, contract)
    contact = await signer(work, contract, wish.contact_id)
    station = await _station(work, wish, contract)
    content = await content_of(
        work, contract, purpose=wish.purpose, contact=contact, language=wish.language
    )
    secret = new_secret()
    process = SigningProcess(
        organization_id=contract.organization_id,
        key_contract_id=contract.id,
        revision=contract.revision,
        purpose=wish.purpose,
        method=wish.method,
        verification=contract.verification,
        state=SigningState.PREPARING,
        contact_id=contact.id,
        language=content.language,
        station_id=station.id if station else None,
        secret_digest=digest_of(secret),
        created_at=work.now,
        expires_at=_expires_at(work, wish, contract),
        content=content.document,
        content_digest=content.digest,
        agreements=content.agreements,
        token_id=work.actor.token_id,
    )
    await _write(work, process)
    return Begun(process, None if station else secret)


async def _write(work: Work, process: SigningProcess) -> None:
    """Write a new process down, and have its document prepared."""
    open_already = StillInUse(OPEN_ALREADY, path=("key_contract_id",))
    busy = StationNotReady(stations.BUSY, path=("station_id",))
    refusals: dict[str, LivionKeyError] = dict.fromkeys(ONE_OF_A_CONTRACT, open_already)
    await work.add(process, refusals=refusals | dict.fromkeys(ONE_AT_A_STATION, busy))
    work.record(
        EventKind.SIGNING_PREPARING,
        process,
        key_contract_id=process.key_contract_id,
        contact_id=process.contact_id,
        station_id=process.station_id,
        method=process.method.value,
        purpose=process.purpose.value,
        revision=process.revision,
    )
    await jobs.schedule(work, JobKind.SIGNING_PROCESS, process.id, work.now)


async def renew_secret(work: Work, process: SigningProcess) -> str:
    """Give an open process another secret; the one before is not valid any more."""
    secret = new_secret()
    process.secret_digest = digest_of(secret)
    await work.save()
    return secret


async def open_process(work: Work, contract: KeyContract) -> SigningProcess | None:
    """Lock the open process of a contract that is locked already, if there is one."""
    row = SigningProcess
    found = work.own(row).where(
        row.key_contract_id == contract.id,
        row.state.in_((SigningState.PREPARING, SigningState.OFFERED)),
    )
    return next(iter(await work.locking(found, row)), None)


async def _check_none_is_open(work: Work, contract: KeyContract) -> None:
    process = await open_process(work, contract)
    if process is not None and process.expires_at <= work.now:
        await expire(work, process)  # before the timers come to it
        await jobs.forget(work, JobKind.SIGNING_PROCESS, [process.id])
    elif process is not None:
        message = (
            f"The signing {process.id.hex} of the contract ({process.method.name}, begun at "
            f"{process.created_at.isoformat()}) is open; withdraw it first."
        )
        raise StillInUse(message, path=("key_contract_id",))


async def _station(work: Work, wish: Wish, contract: KeyContract) -> SignatureStation | None:
    if wish.method is SigningMethod.STATION:
        if wish.station_id is None:
            raise InvalidInput("Say at which station.", path=("station_id",))
        return await stations.lock_ready(work, wish.station_id, contract)
    if wish.station_id is not None:
        message = f"A station has no part in signing by {wish.method.name}."
        raise InvalidInput(message, path=("station_id",))
    return None


def _expires_at(work: Work, wish: Wish, contract: KeyContract) -> datetime:
    if wish.lasts is not None:
        if not SHORTEST <= wish.lasts <= LONGEST:
            message = "A signing is open for a minute at least and 30 days at most."
            raise InvalidInput(message, path=("expires_in_seconds",))
        return work.now + wish.lasts
    usual = work.now + LASTS[wish.method]
    end = contract.ends_at
    if wish.method is SigningMethod.LINK and end is not None and work.now < end:
        return min(usual, end)
    return usual
