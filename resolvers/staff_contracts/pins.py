"""PINs that somebody chose for the keys of a contract, and new ones for those made (R21-R25)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from models.accounts import Permission
from models.automats import Automat
from models.contracts import KeyContract, LockerContract
from models.errors import InvalidInput, KeyOut, LivionKeyError, NotFound, PinInUse
from models.events import EventKind
from models.keys import Key
from models.pins import checked_code, is_easy, new_pin
from resolvers import codes
from resolvers.codes_in_use import in_use
from resolvers.planning.holdings import Held, held_by
from resolvers.planning.letting_go import SYNCED
from resolvers.planning.stays import Plan
from resolvers.settings import settings
from resolvers.work import Work

PATH = ("pins",)
PIN_TAKEN: dict[str, LivionKeyError] = {"one_contract_per_pin_at_a_time": PinInUse()}
RENEWED = "It has a new PIN."


def check_pins(pins: Mapping[UUID, str], keys: Sequence[Key]) -> None:
    """Check PINs that somebody chose; a refusal never repeats one (R21).

    Raises:
        NotFound: One is for a key that is none of the contract's.
        InvalidInput: One has not four to nine digits, or is guessed at once.
    """
    known = {key.id for key in keys}
    for key_id, pin in pins.items():
        if key_id not in known:
            raise NotFound("The contract has no such key for a PIN.", path=PATH)
        checked_code(pin, path=("pins", "pin"))
        if is_easy(pin):
            message = "The PIN is easy to guess: it repeats digits, or they follow one another."
            raise InvalidInput(message, path=PATH)


def check_places(pins: Mapping[UUID, str], plan: Plan) -> None:
    """Check that keys for which somebody chose PINs are fetched from automats (R21).

    Raises:
        InvalidInput: One is handed over at a desk.
    """
    claimed = {claim.option.key.id for claim in plan.claims}
    for option in plan.keys:
        if option.key.id in pins and option.key.id not in claimed:
            message = f"The key {option.key.code} is handed over at a desk, so it has no PIN."
            raise InvalidInput(message, path=PATH)


async def renew(work: Work, id: UUID | None, locker_contract_id: UUID | None) -> KeyContract:
    """Make a new PIN for a locker before the key is fetched; its automat learns it anew (R23).

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract, or it holds no such locker.
        InvalidInput: It opens nothing any more.
        KeyOut: The key was fetched, and whoever has it knows the PIN as it is.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    known = await work.get(KeyContract, id, path=("id",))
    (contract,) = await work.locked(KeyContract, [known.id])
    held = (await held_by(work, [contract.id]))[contract.id]
    locker = await _locker(work, contract, locker_contract_id)
    _check_in(locker, held)
    await _set_pin(work, locker)
    if locker.state in SYNCED:
        await codes.renew(work, [locker.id], reason=RENEWED)
    work.record(
        EventKind.KEY_CONTRACT_UPDATED, contract, changed=["pin"], locker_contract_id=locker.id
    )
    return contract


async def _locker(work: Work, contract: KeyContract, id: UUID | None) -> LockerContract:
    found = await work.get(LockerContract, id, path=("locker_contract_id",))
    if found.key_contract_id != contract.id:
        raise NotFound("The contract holds no such locker.", path=("locker_contract_id",))
    await work.locked(Automat, [found.automat_id])
    (locked,) = await work.locked(LockerContract, [found.id])
    if not locked.state.is_live:
        message = f"It is {locked.state.name}: its PIN opens nothing any more."
        raise InvalidInput(message, path=("locker_contract_id",))
    return locked


def _check_in(locker: LockerContract, held: Held) -> None:
    out = {key.key_id: key for key in held.keys_out}
    key = out.get(locker.key_id) if locker.key_id else None
    if key is not None:
        raise KeyOut(f"The key was fetched at {key.fetched_at} with the PIN as it is.")


async def _set_pin(work: Work, locker: LockerContract) -> None:
    automat = await work.get(Automat, locker.automat_id)
    here = await settings(work, automat.unit_id)
    known = (await in_use(work, [automat.id]))[automat.id]
    if locker.pin is not None:
        known.add(locker.pin)
    locker.pin = new_pin(known, here.pin_length)
    await work.save(PIN_TAKEN)
