"""All that is looked at before a key contract by staff holds; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models.agreements import Agreement
from models.automats import Automat
from models.contracts import KeyContract, Verification
from models.errors import InvalidInput
from models.keys import Key, KeyStatus
from models.organizations import ContactDetails
from models.settings import UnitSettings
from models.templates import ContractValue
from resolvers import organizations
from resolvers.access_schedules import check_fits, checked_schedule
from resolvers.checks import checked_language, fitting_text
from resolvers.identifying import check_strong_allowed
from resolvers.key_names import KeyName, named_keys
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan, Stay, Terms, Wanted
from resolvers.settings import settings
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.filling import fill_in, let_here
from resolvers.staff_contracts.pins import check_pins, check_places
from resolvers.staff_contracts.references import checked_reference
from resolvers.staff_contracts.units import units_of
from resolvers.templates.applying import check_people
from resolvers.templates.effective import effective_of_units
from resolvers.work import Work

PATH = ("key_ids",)
NO_PICK_UP = "The keys lie at a desk and the contract lies ahead: say how they are picked up."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A contract that can be made as it is asked for.

    Args:
        plan: Its keys and lockers.
        people: Its contacts.
        agreement_ids: The agreements that are to be carried beside the mandatory ones.
        agreements_by_default: Whether a template filled them in and does not insist on them.
        settings: What holds for its keys.
    """

    plan: Plan
    people: list[ContactDetails]
    agreement_ids: Sequence[UUID | None]
    agreements_by_default: bool
    settings: UnitSettings


async def prepare(work: Work, asked: Asked, *, contract: KeyContract | None = None) -> Prepared:
    """Look at all that a contract needs, with what templates fill in.

    Args:
        work: The transaction; keys and automats are locked.
        asked: What is asked for.
        contract: The draft that is to hold; None for a new contract.

    Raises:
        LivionKeyError: As `contracts.create` says.
    """
    keys = await all_keys(work, asked)
    if asked.automat_id is not None:
        await work.get(Automat, asked.automat_id, path=("automat_id",))
    for id in dict.fromkeys(asked.agreement_ids or ()):
        await work.get(Agreement, id, path=("agreement_ids",))
    unit_ids = await units_of(work, keys)
    found = await effective_of_units(work, unit_ids, template_id=asked.template_id)
    asked = fill_in(work, asked, found)
    here = await settings(work, unit_ids[0])
    people = organizations.checked_contacts(list(asked.contacts))
    check_people(people, found)
    terms = await checked_terms(work, let_here(asked, here), unit_ids[0])
    check_pins(asked.pins, keys)
    stay = _stay(work, asked, keys, here, terms)
    stay.contract = contract
    plan = await decided(work, stay)
    check_places(asked.pins, plan)
    _check_schedule(asked, plan)
    check_pick_up(work, plan)
    by_default = ContractValue.AGREEMENTS in asked.by_default
    return Prepared(plan, people, asked.agreement_ids or (), by_default, here)


def _check_schedule(asked: Asked, plan: Plan) -> None:
    """Refuse a schedule that does not fit the keys; one by default falls away.

    Raises:
        InvalidInput: It was asked for, or a template insists on it.
    """
    if plan.stay.terms.access_schedule is None:
        return
    key_kinds = [option.key.kind for option in plan.keys]
    try:
        check_fits(key_kinds, [claim.phase.kind for claim in plan.claims])
    except InvalidInput:
        if ContractValue.ACCESS_SCHEDULE not in asked.by_default:
            raise
        plan.stay.terms = replace(plan.stay.terms, access_schedule=None)


async def all_keys(work: Work, asked: Asked) -> list[Key]:
    """List the keys that are meant, those on rings too: a ring goes as one (G31).

    Raises:
        NotFound: There is no such key or ring.
        InvalidInput: There is none, or one is out of use.
    """
    names = [KeyName(id=id) for id in asked.key_ids]
    keys = await named_keys(work, names, asked.key_ring_ids, path=PATH)
    check_in_use(keys)
    return keys


def check_in_use(keys: Sequence[Key], *, path: tuple[str, ...] = PATH) -> None:
    """Refuse keys that are out of use.

    Raises:
        InvalidInput: One is.
    """
    for key in keys:
        if key.status is KeyStatus.RETIRED:
            raise InvalidInput(f"The key {key.code} is out of use.", path=path)


async def checked_terms(work: Work, asked: Asked, unit_id: UUID) -> Terms:
    """Check how a contract is confirmed, in which language, and when its keys may be fetched.

    Raises:
        InvalidInput: The language is none, or the unit does not let contracts ask for strong
            authentication (R86), or have the access schedule that was asked for (2.16).
    """
    if asked.language is not None:
        checked_language(asked.language, path=("language",))
    verification = asked.verification or Verification.NONE
    await check_verification(work, verification, unit_id)
    schedule = asked.access_schedule
    if schedule is not None:
        schedule = await checked_schedule(work, unit_id, schedule)
    return Terms(verification, asked.language, schedule)


async def check_verification(work: Work, verification: Verification, unit_id: UUID) -> None:
    """Refuse strong authentication where it is not let (R86).

    Raises:
        InvalidInput: With the name of the unit.
    """
    if verification is Verification.STRONG:
        await check_strong_allowed(work, unit_id)


def _stay(work: Work, asked: Asked, keys: Sequence[Key], here: UnitSettings, terms: Terms) -> Stay:
    wanted = Wanted(automat_id=asked.automat_id, key_ids=[key.id for key in keys], pins=asked.pins)
    return Stay(
        window=asked.window(work.now),
        settings=here,
        wanted=wanted,
        made_by_staff=True,
        free_locker_after_fetch=bool(asked.free_locker_after_fetch),
        reference=checked_reference(asked.reference),
        pick_up_information=checked_words(asked.pick_up_information),
        terms=terms,
    )


def checked_words(words: str | None) -> str | None:
    """Check how keys are got; nothing at all where the words are empty."""
    return fitting_text(words or "", path=("pick_up_information",)) or None


async def decided(work: Work, stay: Stay) -> Plan:
    """Plan a contract by staff, which is refused where something is missing."""
    (planned,) = await decide(work, [stay])
    if not isinstance(planned, Plan):
        raise planned
    if planned.waits_for is not None:
        raise planned.waits_for
    return planned


def check_pick_up(work: Work, plan: Plan) -> None:
    """Refuse desk keys of a contract that lies ahead and does not say how they are got (R78).

    Raises:
        InvalidInput: It is such a contract.
    """
    stay = plan.stay
    if plan.claims or stay.window.starts_at <= work.now or stay.pick_up_information:
        return
    raise InvalidInput(NO_PICK_UP, path=("pick_up_information",))
