"""Wordings of agreements: drafts, which can be changed, and published ones, which never are."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Permission
from models.agreements import AgreementText, AgreementVersion
from models.errors import InvalidInput
from models.events import EventKind
from resolvers.agreements.content import texts_of
from resolvers.agreements.editing import in_use
from resolvers.agreements.facts import PLACEHOLDERS
from resolvers.agreements.markup import mistakes_in
from resolvers.agreements.wording import primary
from resolvers.checks import required_text
from resolvers.work import Work

MOST_LANGUAGES = 40


@dataclass(frozen=True, slots=True)
class Wording:
    """What a version is to say in one language.

    Args:
        language: BCP 47; only its primary tag counts.
        title: What contacts see above it.
        body: In our markup, see `resolvers.agreements.markup`.
    """

    language: str
    title: str
    body: str


async def create(
    work: Work, agreement_id: UUID | None, wordings: Sequence[Wording] | None = None
) -> AgreementVersion:
    """Begin a new wording of an agreement, as a draft.

    Args:
        work: The transaction.
        agreement_id: Of which agreement.
        wordings: What it says; the same as the version before when None.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such agreement.
        InvalidInput: It is retired or has a draft already, or a text cannot be read.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    agreement = await in_use(work, agreement_id, path=("agreement_id",))
    before = await work.first(
        work.own(AgreementVersion)
        .where(AgreementVersion.agreement_id == agreement.id)
        .order_by(AgreementVersion.number.desc())
    )
    if before is not None and before.published_at is None:
        message = f"Version {before.number} is still a draft: change or publish that one."
        raise InvalidInput(message, path=("agreement_id",))
    version = AgreementVersion(
        organization_id=agreement.organization_id,
        agreement_id=agreement.id,
        number=1 if before is None else before.number + 1,
        created_at=work.now,
    )
    if wordings is None:
        wordings = await _wordings_of(work, before)
    texts = _texts(version, wordings)
    await work.add(version)
    await _write(work, version, texts)
    work.record(
        EventKind.AGREEMENT_VERSION_CREATED,
        version,
        agreement_id=agreement.id,
        number=version.number,
    )
    return version


async def update(work: Work, id: UUID | None, wordings: Sequence[Wording]) -> AgreementVersion:
    """Say in a draft what is given, and nothing else: languages that are left out go.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such version.
        InvalidInput: It is published, or its agreement retired, or a text cannot be read.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    version = await _draft(work, id)
    texts = _texts(version, wordings)
    await (await work.connection()).execute(
        delete(AgreementText).where(AgreementText.version_id == version.id)
    )
    await _write(work, version, texts)
    work.record(EventKind.AGREEMENT_VERSION_UPDATED, version, languages=_languages(texts))
    return version


async def publish(work: Work, id: UUID | None) -> AgreementVersion:
    """Offer a draft from now on; neither it nor its texts can be changed any more.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such version.
        InvalidInput: It is published already, says nothing yet, or its agreement is retired.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    version = await _draft(work, id)
    texts = await texts_of(work, [version.id])
    if not texts:
        raise InvalidInput("It says nothing yet: give it a text in one language or more.")
    version.published_at = work.now
    await work.save()
    work.record(
        EventKind.AGREEMENT_VERSION_PUBLISHED,
        version,
        agreement_id=version.agreement_id,
        number=version.number,
        texts={text.language: text.digest for text in texts},
    )
    return version


def text_digest(title: str, body: str) -> str:
    """Hash what is said: SHA-256, in hex, of the title, a line feed and the body, in UTF-8."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


async def _draft(work: Work, id: UUID | None) -> AgreementVersion:
    known = await work.get(AgreementVersion, id, path=("id",))
    await in_use(work, known.agreement_id)
    (version,) = await work.locked(AgreementVersion, [known.id])
    if version.published_at is not None:
        message = f"Version {version.number} is published and never changes; make a new one."
        raise InvalidInput(message, path=("id",))
    return version


async def _wordings_of(work: Work, version: AgreementVersion | None) -> list[Wording]:
    found = [] if version is None else await texts_of(work, [version.id])
    return [Wording(text.language, text.title, text.body) for text in found]


def _texts(version: AgreementVersion, wordings: Sequence[Wording]) -> list[AgreementText]:
    if len(wordings) > MOST_LANGUAGES:
        raise InvalidInput(f"At most {MOST_LANGUAGES} languages.", path=("texts",))
    texts = [
        _text(version, wording, path=("texts", str(place)))
        for place, wording in enumerate(wordings)
    ]
    languages = _languages(texts)
    for language in languages:
        if languages.count(language) > 1:
            raise InvalidInput(f"There are two texts in {language}.", path=("texts",))
    return texts


def _text(version: AgreementVersion, wording: Wording, path: tuple[str, ...]) -> AgreementText:
    """Make the row of a text.

    Raises:
        InvalidInput: The language is not one, the title is empty, or the body has mistakes.
    """
    language = primary(wording.language)
    if not re.fullmatch("[a-z]{2,3}", language):
        message = "A language is a BCP 47 tag, such as fi, sv or en."
        raise InvalidInput(message, path=(*path, "language"))
    title = required_text(wording.title, path=(*path, "title"))
    body = wording.body.replace("\r\n", "\n")
    mistakes = mistakes_in(body, list(PLACEHOLDERS))
    if mistakes:
        message = f"The text in {language}: {' '.join(mistakes)}"
        raise InvalidInput(message, path=(*path, "body"))
    return AgreementText(
        organization_id=version.organization_id,
        language=language,
        title=title,
        body=body,
        digest=text_digest(title, body),
    )


async def _write(work: Work, version: AgreementVersion, texts: Sequence[AgreementText]) -> None:
    for text in texts:
        text.version_id = version.id
    await work.add(*texts)


def _languages(texts: Sequence[Any]) -> list[str]:
    return sorted(text.language for text in texts)
