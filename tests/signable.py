"""Key contracts that somebody has to sign, and what is offered to be signed."""

from datetime import datetime
from itertools import count
from typing import Any

from factories import AINO, DAY, HOUR, make_automat, make_entity, make_key, push
from outcomes import key_contract

from models.contracts import KeyContract, Verification
from models.keys import Key
from models.organizations import Contact
from models.reservations import Reservation
from models.signing import Signature, SigningMethod, SigningProcess, SigningPurpose, SigningState
from models.times import Window
from resolvers import organizations
from resolvers.planning.existing import unit_of
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan, Stay, Terms, Wanted
from resolvers.planning.writing import write
from resolvers.settings import settings
from resolvers.signed import effects
from resolvers.signed.verifications import begins_to_wait
from resolvers.work import Work

_secrets = count(1)
SIGNATURE = Verification.SIGNATURE


async def unsigned(
    work: Work,
    *keys: Key,
    days: int | None = 2,
    starts_at: datetime | None = None,
    verification: Verification = SIGNATURE,
    **given: Any,
) -> KeyContract:
    """Make a contract of keys that begins in an hour, when its PIN should be there already."""
    begins = starts_at or work.now + HOUR
    stay = Stay(
        window=Window(begins, None if days is None else begins + days * DAY),
        settings=await settings(work, await unit_of(work, [key.id for key in keys])),
        wanted=Wanted(key_ids=[key.id for key in keys]),
        made_by_staff=True,
        terms=Terms(verification=verification),
        **given,
    )
    (plan,) = await decide(work, [stay])
    assert isinstance(plan, Plan)
    written = await write(work, [plan])
    return await work.get(KeyContract, written[plan])


async def unsigned_stay(work: Work, **given: Any) -> tuple[Reservation, KeyContract]:
    """Push a stay that begins in an hour, in a home whose key lies in an automat."""
    home = given.pop("entity", None)
    if home is None:
        home = await make_entity(work)
        await make_key(work, home, automat=await make_automat(work))
    given.setdefault("starts_at", work.now + HOUR)
    reservation, _ = await push(work, home, **given)
    contract = await key_contract(work, reservation)
    await begins_to_wait(work, contract, SIGNATURE)
    return reservation, contract


async def signed_stay(work: Work, **given: Any) -> tuple[Reservation, KeyContract]:
    """Push such a stay and have it signed."""
    reservation, contract = await unsigned_stay(work, **given)
    await effects.signed(work, contract)
    return reservation, contract


async def make_contact(work: Work) -> Contact:
    (contact,) = await organizations.add_contacts(work, [AINO], language="en")
    return contact


async def make_process(
    work: Work,
    contract: KeyContract,
    state: SigningState = SigningState.OFFERED,
    purpose: SigningPurpose = SigningPurpose.HANDOVER,
) -> SigningProcess:
    """Offer a contract to be signed as it is."""
    process = SigningProcess(
        organization_id=work.actor.organization_id,
        key_contract_id=contract.id,
        revision=contract.revision,
        purpose=purpose,
        method=SigningMethod.LINK,
        verification=contract.verification,
        state=state,
        contact_id=(await make_contact(work)).id,
        language="en",
        secret_digest=f"digest {next(_secrets)} {contract.id}",
        created_at=work.now,
        expires_at=work.now + DAY,
        content={},
        content_digest="0" * 64,
    )
    await work.add(process)
    return process


async def make_signature(
    work: Work, contract: KeyContract, purpose: SigningPurpose = SigningPurpose.HANDOVER
) -> Signature:
    """Sign a contract as it is, or that its keys came back."""
    process = await make_process(work, contract, SigningState.SIGNED, purpose)
    signature = Signature(
        organization_id=work.actor.organization_id,
        process_id=process.id,
        key_contract_id=contract.id,
        contact_id=process.contact_id,
        purpose=purpose,
        revision=contract.revision,
        method=process.method,
        signer_name=AINO.name,
        signed_at=work.now,
        offer_digest="0" * 64,
    )
    await work.add(signature)
    follow = effects.signed if purpose is SigningPurpose.HANDOVER else effects.returned
    await follow(work, contract)
    return signature
