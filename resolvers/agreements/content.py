"""The document that a contact is offered: the contract's facts, and what its agreements say.

It is plain data, stored with the signing process as it was offered; the page, the PDF and the
evidence are made of it. Later versions of an agreement do not touch it (G17):

    {"language", "title", "purpose",
     "contract": {"reference", "keys": [{"code", "kind", "entities": [name]}], "contacts": [name],
                  "startsAt", "endsAt", "startsAtLocal", "endsAtLocal", "timeZone",
                  "pickUpInformation", "organization",
                  "accessSchedule": null | {"windows", "dailyReturn", "timeZone", "lines"}},
     "agreements": [{"name", "title", "version", "language", "mandatory", "blocks"}]}

`language` is one that we speak (fi, sv, en), for the words around; each agreement has its own.
Times are in ISO 8601 in UTC, and in words by the clock of the contract's unit; the hours in which
keys may be fetched (2.16) go by the clock of `accessSchedule.timeZone`, and `lines` says them in
words. `purpose` and
`kind` are the names that GraphQL shows. Blocks are described in `resolvers.agreements.markup`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select

from models.agreements import AgreementText, AgreementVersion
from models.base import Json, JsonList
from models.contracts import KeyContract
from models.dialects.among import among
from models.errors import NoAgreementText
from models.organizations import Contact
from models.signing import SigningPurpose
from resolvers.agreements.applying import carried_by
from resolvers.agreements.facts import Facts, facts_of
from resolvers.agreements.markup import as_fact, blocks_of
from resolvers.agreements.wording import TITLES, chain, first_of, spoken
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Content:
    """What is offered to be signed.

    Args:
        language: Of the words around the agreements: fi, sv or en.
        document: All of it as data, see above.
        digest: SHA-256 of the document, in hex, see `digest_of_document`.
        agreements: `agreementId`, `versionId`, `name`, `number`, `language` and `digest` of each
            (G17), in the order in which they stand in the document.
    """

    language: str
    document: Json
    digest: str
    agreements: JsonList


@dataclass(frozen=True, slots=True)
class Worded:
    """An agreement with the version that is offered now, and its text in the chosen language."""

    agreement: Any
    version: Any
    text: Any

    def shown(self, facts: Facts, contact: str) -> Json:
        """Write it down as it stands in the document."""
        told = facts.filled_in(self.text.language, contact=contact)
        return {
            "name": as_fact(self.agreement.name),
            "title": as_fact(self.text.title),
            "version": self.version.number,
            "language": self.text.language,
            "mandatory": self.agreement.mandatory,
            "blocks": blocks_of(self.text.body, told),
        }

    def named(self) -> Json:
        """Say which text it is."""
        return {
            "agreementId": str(self.agreement.id),
            "versionId": str(self.version.id),
            "name": self.agreement.name,
            "number": self.version.number,
            "language": self.text.language,
            "digest": self.text.digest,
        }


async def content_of(
    reading: Reading,
    contract: KeyContract,
    *,
    purpose: SigningPurpose,
    contact: Contact,
    language: str | None = None,
) -> Content:
    """Put together what a contact is offered to sign.

    A document about a return carries no agreements: they were accepted at the handover.

    Args:
        reading: Who asks.
        contract: What it is about.
        purpose: What is signed.
        contact: Who is to sign; their language counts where the contract names none.
        language: In which language before all others, where somebody asks for one.

    Raises:
        NoAgreementText: An agreement has no text in any language that can be offered (G18).
    """
    facts = await facts_of(reading, contract)
    wanted = chain(language or contract.language or contact.language, *facts.languages)
    worded: list[Worded] = []
    if purpose is SigningPurpose.HANDOVER:
        (agreements,) = await carried_by(reading, [contract.id])
        worded = await _worded(reading, agreements, wanted)
    language = spoken(wanted)
    document = {
        "language": language,
        "title": TITLES[purpose][language],
        "purpose": purpose.name,
        "contract": facts.shown(language),
        "agreements": [one.shown(facts, as_fact(contact.name)) for one in worded],
    }
    return Content(
        language=language,
        document=document,
        digest=digest_of_document(document),
        agreements=[one.named() for one in worded],
    )


def digest_of_document(document: Json) -> str:
    """Hash a document: SHA-256, in hex, of its JSON in UTF-8 with sorted keys and no blanks.

    So it stays the same, whatever order a database gives the keys back in.
    """
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def _worded(
    reading: Reading, agreements: Sequence[Any], wanted: Sequence[str]
) -> list[Worded]:
    if not agreements:
        return []
    versions = await newest_published(reading, [agreement.id for agreement in agreements])
    texts = await texts_of(reading, [version.id for version in versions.values()])
    return [
        _in_language(agreement, versions[agreement.id], texts, wanted) for agreement in agreements
    ]


def _in_language(
    agreement: Any, version: Any, texts: Sequence[Any], wanted: Sequence[str]
) -> Worded:
    """Choose the text of an agreement in the first wanted language that it has.

    Raises:
        NoAgreementText: It has none of them.
    """
    there = {text.language: text for text in texts if text.version_id == version.id}
    language = first_of(wanted, there)
    if language is None:
        raise NoAgreementText(
            f"The agreement {agreement.name!r} has no text in {', '.join(wanted)}; version "
            f"{version.number} has {', '.join(sorted(there))}. Publish a version with one of "
            "those, or give the contract another language."
        )
    return Worded(agreement, version, there[language])


async def newest_published(reading: Reading, agreement_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Give the version of each agreement that is offered now: the newest that was published."""
    row = AgreementVersion
    newest = (
        select(row.agreement_id, func.max(row.number))
        .where(among(row.agreement_id, agreement_ids), row.published_at.is_not(None))
        .group_by(row.agreement_id)
        .subquery()
    )
    found = await reading.all(
        reading.own(row).join(
            newest, (newest.c[0] == row.agreement_id) & (newest.c[1] == row.number)
        )
    )
    return {version.agreement_id: version for version in found}


async def texts_of(reading: Reading, version_ids: Sequence[UUID]) -> Sequence[Any]:
    """Read what versions say, in all their languages."""
    row = AgreementText
    statement = reading.own(row).where(among(row.version_id, version_ids))
    return await reading.all(statement.order_by(row.language))


async def current_versions(reading: Reading, agreement_ids: Sequence[UUID]) -> list[Any]:
    """Give the version of each of several agreements that is offered now; None without one."""
    found = await newest_published(reading, agreement_ids)
    return [found.get(id) for id in agreement_ids]
