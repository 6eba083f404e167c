"""How a wording will look, before it is published or offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.agreements import AgreementVersion
from models.base import JsonList
from models.contracts import KeyContract
from models.errors import InvalidInput, NoAgreementText
from resolvers import looking
from resolvers.agreements.content import texts_of
from resolvers.agreements.facts import PLACEHOLDERS, UNKNOWN, Facts, facts_of
from resolvers.agreements.markup import LONGEST_BODY, blocks_of, mistakes_in, places_in
from resolvers.agreements.wording import chain, first_of
from resolvers.checks import exactly_one
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Preview:
    """A wording as it will look, and what is to be known about it.

    Args:
        title: What stands above it; None for words that are not of a version.
        warnings: Mistakes and what is missing, in words.
    """

    language: str
    title: str | None
    blocks: JsonList
    warnings: list[str]


async def preview(
    reading: Reading,
    *,
    version_id: UUID | None = None,
    body: str | None = None,
    language: str | None = None,
    contract_id: UUID | None = None,
) -> Preview:
    """Show a version, or any words, as they will look.

    Args:
        reading: Who asks.
        version_id: A version, be it a draft.
        body: Or words in our markup.
        language: In which language; by the contract when None, and falling back as for it (G18).
        contract_id: Whose facts are filled in; without one the placeholders stay.

    Raises:
        NotAllowed: The actor may not look at agreements.
        NotFound: There is no such version or contract.
        InvalidInput: Neither or both of version and body, or the body is too long.
        NoAgreementText: The version says nothing in a language that could be offered.
    """
    looking.require_view(reading, AgreementVersion)
    exactly_one(agreementVersionId=version_id, body=body)
    told = await _told(reading, language, contract_id)
    if body is not None:
        if len(body) > LONGEST_BODY:
            message = f"The body has more than {LONGEST_BODY} characters."
            raise InvalidInput(message, path=("body",))
        return Preview(told.wanted[0], None, *_shown(body, told.wanted[0], told))
    version = await reading.get(AgreementVersion, version_id, path=("agreement_version_id",))
    text = _chosen(await texts_of(reading, [version.id]), told.wanted)
    blocks, warnings = _shown(text.body, text.language, told)
    if text.language != told.wanted[0]:
        other = f"There is no text in {told.wanted[0]}; the one in {text.language} is shown."
        warnings = [other, *warnings]
    return Preview(text.language, text.title, blocks, warnings)


@dataclass(frozen=True, slots=True)
class _Told:
    """The facts of a contract, if there is one, who signs it, and which languages are tried."""

    facts: Facts | None
    contact: str
    wanted: list[str]


async def _told(reading: Reading, language: str | None, contract_id: UUID | None) -> _Told:
    if contract_id is None:
        return _Told(None, UNKNOWN, chain(language))
    contract = await reading.get(KeyContract, contract_id, path=("key_contract_id",))
    facts = await facts_of(reading, contract)
    own = language or contract.language or facts.contact_language
    contact = next(iter(facts.contacts), UNKNOWN)
    return _Told(facts, contact, chain(own, *facts.languages))


def _chosen(texts: Sequence[Any], wanted: Sequence[str]) -> Any:
    there = {text.language: text for text in texts}
    language = first_of(wanted, there)
    if language is None:
        names = ", ".join(there) or "no language yet"
        message = f"The version has no text in {', '.join(wanted)}; it has {names}."
        raise NoAgreementText(message, path=("language",))
    return there[language]


def _shown(body: str, language: str, told: _Told) -> tuple[JsonList, list[str]]:
    """Fill a body in, and list what is to be known about it."""
    values = told.facts.filled_in(language, contact=told.contact) if told.facts else {}
    places = places_in(body) & PLACEHOLDERS.keys()
    missing = sorted(place for place in places if values.get(place) == UNKNOWN)
    warnings = [f"Nothing is known of the contract for {{{place}}}." for place in missing]
    if places and told.facts is None:
        warnings.append("Without a key contract the facts are not filled in.")
    return blocks_of(body, values), [*warnings, *mistakes_in(body, list(PLACEHOLDERS))]
