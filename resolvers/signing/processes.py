"""Signing processes: found by their secret, and locked with the contract that they are about."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, WayIn
from models.contracts import KeyContract
from models.errors import AlreadySigned, LinkNotValid
from models.reservations import Reservation
from models.signing import SigningProcess, SigningState
from resolvers.clocks import ahead_of
from resolvers.outside.secret import digest_of
from resolvers.work import Reading, Work, system

LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class Whose:
    """Which process a secret is of, and whose it is: all that somebody with a secret is told."""

    process_id: UUID
    owner: Actor
    """The system, in the organization whose it is."""


async def by_secret(connection: AsyncConnection, secret: str | None) -> Whose:
    """Find the process that a secret is of, in whichever organization.

    Raises:
        LinkNotValid: There is none.
    """
    if not secret or len(secret) > LONGEST_SECRET:
        raise LinkNotValid
    row = SigningProcess
    found = select(row.id, row.organization_id, ahead_of(row.organization_id)).where(
        row.secret_digest == digest_of(secret)
    )
    whose = (await connection.execute(found)).first()
    if whose is None:
        raise LinkNotValid
    return Whose(whose.id, system(whose.organization_id, whose.clock_ahead, WayIn.LINK))


async def readable(reading: Reading, process_id: UUID) -> SigningProcess:
    """Read a process that is still open, as a plain row.

    Raises:
        LinkNotValid, AlreadySigned: See `check_open`.
    """
    process = await reading.find(SigningProcess, process_id)
    if process is None:
        raise LinkNotValid
    check_open(reading, process)
    return process


def check_open(reading: Reading, process: SigningProcess) -> None:
    """Go on only with a process that is open and whose time is not over.

    Raises:
        LinkNotValid: It was declined or withdrawn, or its time is over.
        AlreadySigned: It was signed.
    """
    state = SigningState(process.state)
    if state is SigningState.SIGNED:
        raise AlreadySigned
    if not state.is_open or process.expires_at <= reading.now:
        raise LinkNotValid


async def lock_contract(
    work: Work, id: UUID | None, *, path: tuple[str, ...] = ("id",)
) -> KeyContract:
    """Lock a key contract, behind its reservation as everybody does who changes either.

    Raises:
        NotFound: There is no such contract.
    """
    known = await work.get(KeyContract, id, path=path)
    await work.locked(Reservation, [known.reservation_id] if known.reservation_id else [])
    (contract,) = await work.locked(KeyContract, [known.id])
    return contract


async def lock(work: Work, id: UUID | None) -> tuple[KeyContract, SigningProcess]:
    """Lock a process and the contract that it is about.

    Raises:
        NotFound: There is no such process.
    """
    known = await work.get(SigningProcess, id, path=("id",))
    contract = await lock_contract(work, known.key_contract_id)
    (process,) = await work.locked(SigningProcess, [known.id])
    return contract, process
