"""Agreements and what carries them, for tests: made by the use cases themselves."""

from itertools import count
from typing import Any

from factories import AINO, DAY, make_entity, make_key

from models.agreements import Agreement, AgreementVersion
from models.contracts import KeyContract, Verification
from models.organizations import Contact, OrganizationUnit
from models.signing import SigningPurpose
from models.times import Window
from resolvers import contracts, desks, relations
from resolvers.agreements import content, editing, versions
from resolvers.agreements.content import Content
from resolvers.agreements.versions import Wording
from resolvers.looking import belonging
from resolvers.work import Work

TERMS = {"en": "Bring the key back."}
_numbers = count(1)


def wordings(texts: dict[str, str]) -> list[Wording]:
    return [Wording(language, f"Title in {language}", body) for language, body in texts.items()]


async def make_version(
    work: Work, agreement: Agreement, texts: dict[str, str] | None = None
) -> AgreementVersion:
    """Publish a wording."""
    draft = await versions.create(work, agreement.id, wordings(TERMS if texts is None else texts))
    return await versions.publish(work, draft.id)


async def make_agreement(
    work: Work,
    unit: OrganizationUnit | None = None,
    texts: dict[str, str] | None = None,
    **given: Any,
) -> Agreement:
    """Make an agreement with a published version, for the organization when no unit is given."""
    given = {"name": f"Terms {next(_numbers)}", **given}
    agreement = await editing.create(work, unit_id=unit.id if unit else None, **given)
    await make_version(work, agreement, texts)
    return agreement


async def make_contract(
    work: Work,
    unit: OrganizationUnit | None = None,
    *,
    verification: Verification = Verification.SIGNATURE,
    language: str | None = "en",
    days: int | None = 2,
    **given: Any,
) -> KeyContract:
    """Make a contract by staff for a key of an apartment in a unit, which is to be verified."""
    unit_id = unit.id if unit else None
    desk = await desks.create(work, name="Desk", unit_id=unit_id)
    key = await make_key(work, await make_entity(work, unit_id=unit_id), desk=desk)
    starts_at = work.now + DAY
    end = None if days is None else starts_at + days * DAY
    given = {"pick_up_information": "Ring the bell.", "contacts": [AINO], **given}
    contract = await contracts.create(
        work, key_ids=[key.id], window=Window(starts_at, end), **given
    )
    contract.verification, contract.language = verification, language
    await work.save()
    return contract


async def contact_of(work: Work, contract: KeyContract) -> Contact:
    (found,) = await belonging(work, relations.CONTACTS_OF_KEY_CONTRACT, [contract.id])
    return await work.get(Contact, found[0].id)


async def content_for(
    work: Work, contract: KeyContract, purpose: SigningPurpose = SigningPurpose.HANDOVER
) -> Content:
    """Put together what the main contact of a contract is offered."""
    contact = await contact_of(work, contract)
    return await content.content_of(work, contract, purpose=purpose, contact=contact)


async def names_carried(work: Work, contract: KeyContract) -> list[str]:
    return [one["name"] for one in (await content_for(work, contract)).document["agreements"]]


def texts_in(blocks: list[Any]) -> str:
    """Write the words of blocks one after the other."""
    lines = [line for block in blocks for line in block.get("items") or [block["spans"]]]
    return "\n".join("".join(span["text"] for span in line) for line in lines)
