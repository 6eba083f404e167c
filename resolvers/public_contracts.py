"""What a contact sees of one contract by its link, and how they begin to sign it from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.access_schedules import AccessSchedule
from models.automats import Automat, Locker
from models.awaiting import keeps_pin_back
from models.base import Json
from models.contracts import (
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractState,
    key_contract_status_at,
    opens_at,
)
from models.errors import InvalidInput
from models.opening_hours import OpeningHours
from models.openings import openings
from models.sealed import Sealed
from models.signing import Signature, SigningMethod, SigningProcess, SigningState
from models.times import Window, time_zone
from resolvers import looking, public_links
from resolvers.agreements.facts import Facts, facts_of
from resolvers.agreements.wording import chain, local_time, spoken
from resolvers.automat_codes.awaiting import run_by_hand
from resolvers.public_links import Opened
from resolvers.relations import KEYS_OUT, LOCKER_CONTRACTS, SIGNINGS_OF_KEY_CONTRACT
from resolvers.signing import starting
from resolvers.signing.demanding import is_to_be_signed
from resolvers.signing.processes import lock_contract
from resolvers.work import Reading, Work

MOST_OPENINGS = 5
ON_ITS_WAY = {LockerContractState.SYNCING, LockerContractState.READY}
"""What people know who run an automat by hand: nothing else will say that the PIN is there."""


@dataclass(frozen=True, slots=True)
class SeenOpening:
    """A time over which keys may be fetched, or people get to an automat; see `Facts`.

    It is in UTC, and in words by the clock there. The end of one that never closes is None.
    """

    starts_at: datetime
    ends_at: datetime | None
    starts_at_local: str
    ends_at_local: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class SeenLocker:
    """A locker that is held for the contact, and the PIN that opens it.

    Args:
        contract: The locker contract, a plain row.
        automat: Where it is, a plain row.
        index: The number of its door; None when it has none.
        pin: None until the automat has said that it knows it, and while a signature is awaited
            (R27, G16). For an automat without a link, run by hand, None until it is synced.
        hours: When people get to the automat; None where that is not known.
        openings: When they get there next while the locker is held, 5 times at most.
    """

    contract: LockerContract
    automat: Automat
    index: int | None
    pin: str | None
    hours: OpeningHours | None
    openings: Sequence[SeenOpening]


@dataclass(frozen=True, slots=True)
class Seen:
    """A contract as one of its contacts sees it.

    Args:
        facts: As they are told in what is signed, see `resolvers.agreements.content`.
        language: In which language, one that we speak.
        status: Where it stands now.
        lockers: Those that open now or later, by their time.
        openings: When its keys may be fetched next, 5 times at most; None without a schedule.
        can_sign: Whether the contact can sign it now.
        signing: How far their signing is, where one has begun.
        contract: The contract, a plain row.
        signed: What they signed last, once it is sealed; a plain row.
        is_new: Whether the link is opened for the first time.
    """

    facts: Json
    language: str
    status: KeyContractStatus
    lockers: Sequence[SeenLocker]
    openings: Sequence[SeenOpening] | None
    can_sign: bool
    signing: SigningState | None
    contract: KeyContract
    signed: Signature | None
    is_new: bool


async def seen(reading: Reading, link_id: UUID) -> Seen:
    """Read what a link shows.

    Raises:
        LinkNotValid: It shows nothing, see `public_links.opened`.
    """
    found = await public_links.opened(reading, link_id)
    contract = found.contract
    facts = await facts_of(reading, contract)
    language = spoken(chain(contract.language or found.contact.language, *facts.languages))
    (out,) = await looking.belonging(reading, KEYS_OUT, [contract.id])
    process = await _open_process(reading, contract)
    is_theirs = process is not None and _is_theirs(process, found)
    return Seen(
        facts=facts.shown(language),
        language=language,
        status=key_contract_status_at(contract, reading.now, key_is_out=bool(out)),
        lockers=await _lockers(reading, contract, language),
        openings=_openings(reading, contract, facts, language),
        can_sign=is_theirs or (process is None and _may_begin(found)),
        signing=process.state if process and is_theirs else None,
        contract=contract,
        signed=await _signed(reading, found),
        is_new=found.link.opened_at is None,
    )


def _openings(
    reading: Reading, contract: KeyContract, facts: Facts, language: str
) -> list[SeenOpening] | None:
    if facts.schedule is None:
        return None
    zone = time_zone(facts.schedule.time_zone)
    found = openings(
        AccessSchedule.read(facts.schedule.stored),
        zone,
        after=max(reading.now, contract.starts_at),
        until=contract.ends_at,
        at_most=MOST_OPENINGS,
    )
    return [_opening(one, zone, language) for one in found]


def _opening(one: Window, zone: ZoneInfo, language: str) -> SeenOpening:
    return SeenOpening(
        one.starts_at,
        one.ends_at,
        local_time(one.starts_at, zone, language),
        local_time(one.ends_at, zone, language) if one.ends_at else None,
        zone.key,
    )


def _openings_of_place(
    hours: OpeningHours | None, held: Any, now: datetime, language: str
) -> list[SeenOpening]:
    """List when people get to an automat next, while a locker there is held."""
    if hours is None:
        return []
    found = hours.next(after=max(now, held.starts_at), until=held.ends_at, at_most=MOST_OPENINGS)
    return [_opening(one, hours.zone, language) for one in found]


async def _lockers(reading: Reading, contract: KeyContract, language: str) -> list[SeenLocker]:
    (rows,) = await looking.belonging(reading, LOCKER_CONTRACTS, [contract.id])
    held = sorted(
        (one for one in rows if opens_at(one.state, one.ends_at, reading.now)),
        key=lambda one: one.starts_at,
    )
    automats = await looking.by_ids(reading, Automat, [one.automat_id for one in held])
    doors = await looking.by_ids(reading, Locker, [one.locker_id for one in held if one.locker_id])
    indexes = {door.id: door.index for door in doors if door}
    by_hand = await run_by_hand(reading, {one.automat_id for one in held})
    return [
        SeenLocker(
            *(one, automat, indexes.get(one.locker_id)),
            pin=_pin(contract, one, is_by_hand=one.automat_id in by_hand),
            hours=(hours := OpeningHours.of(automat)),
            openings=_openings_of_place(hours, one, reading.now, language),
        )
        for one, automat in zip(held, automats, strict=True)
        if automat is not None
    ]


def _pin(contract: KeyContract, held: Any, *, is_by_hand: bool) -> str | None:
    is_there = held.state is LockerContractState.READY or (is_by_hand and held.state in ON_ITS_WAY)
    if not is_there or keeps_pin_back(contract, held.state):
        return None
    pin: Sealed | None = held.sealed_pin
    return None if pin is None else pin.opened(of=held.id)


async def _open_process(reading: Reading, contract: KeyContract) -> SigningProcess | None:
    (processes,) = await looking.belonging(reading, SIGNINGS_OF_KEY_CONTRACT, [contract.id])
    now: datetime = reading.now
    return next((one for one in processes if one.state.is_open and now < one.expires_at), None)


async def _signed(reading: Reading, found: Opened) -> Signature | None:
    """Find what a contact signed last of a contract, of all whose documents are sealed."""
    row = Signature
    theirs = reading.own(row).where(
        row.key_contract_id == found.contract.id,
        row.contact_id == found.contact.id,
        row.sealed_file_id.is_not(None),
    )
    return await reading.first(theirs.order_by(row.signed_at.desc(), row.id.desc()))


def _is_theirs(process: SigningProcess, found: Opened) -> bool:
    return process.method is SigningMethod.LINK and process.contact_id == found.contact.id


def _may_begin(found: Opened) -> bool:
    """Tell whether the contact may begin to sign: the main one, while something is to be signed."""
    return found.is_main and is_to_be_signed(found.contract)


async def begin_to_sign(work: Work, link_id: UUID) -> str:
    """Give the secret with which the contact signs: of their open process, or of a new one.

    The secret that an open process had before is not valid any more.

    Raises:
        LinkNotValid: The link shows nothing, see `public_links.opened`.
        InvalidInput: It is not this contact who is to sign, or nothing is to be signed.
        StillInUse: The contract is being signed in another way.
        NoAgreementText: A mandatory agreement has no text to be offered.
    """
    found = await public_links.opened(work, link_id)
    contract = await lock_contract(work, found.contract.id)
    process = await starting.open_process(work, contract)
    if process is not None and _is_theirs(process, found) and work.now < process.expires_at:
        return await starting.renew_secret(work, process)
    if not _may_begin(found):
        raise InvalidInput("There is nothing that this contact could sign now.")
    wish = starting.Wish(contract.id, SigningMethod.LINK, contact_id=found.contact.id)
    begun = await starting.start(work, wish)
    if begun.secret is None:
        raise InvalidInput("It is signed in another way.")
    return begun.secret
