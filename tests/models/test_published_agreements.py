"""What was published stays, whatever is sent to the database; drafts can still be changed."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import pytest
from agreeing import make_agreement, wordings
from factories import NOON
from sqlalchemy import Dialect, text
from sqlalchemy.exc import IntegrityError

from models.agreements import Agreement, AgreementText, AgreementVersion
from models.base import new_id
from models.database import Database
from models.dialects.overlaps import broken_constraint
from models.dialects.published import NAME
from resolvers import organizations
from resolvers.agreements import versions
from resolvers.work import Work


@dataclass
class Rows:
    """Ids of a published version with its text, and of a draft with its own, as SQL has them."""

    agreement: str
    published: str
    text: str
    draft: str
    draft_text: str


async def rows(work: Work) -> Rows:
    agreement = await make_agreement(work)
    published = await newest(work, agreement)
    draft = await versions.create(work, agreement.id, wordings({"fi": "Luonnos."}))
    texts = [(await versions.texts_of(work, [one.id]))[0] for one in (published, draft)]
    dialect = work.session.get_bind().dialect
    ids = (agreement.id, published.id, texts[0].id, draft.id, texts[1].id)
    return Rows(*(in_sql(id, dialect) for id in ids))


async def newest(work: Work, agreement: Agreement) -> AgreementVersion:
    row = AgreementVersion
    found = await work.first(work.own(row).where(row.agreement_id == agreement.id))
    assert found is not None
    return found


def in_sql(id: UUID, dialect: Dialect) -> str:
    return f"'{id if dialect.name == 'postgresql' else id.hex}'"


async def send(work: Work, statement: str) -> None:
    await (await work.connection()).execute(text(statement))


async def refused(work: Work, statement: str) -> str | None:
    """Send SQL past all our own code, and give the name of the rule that refuses it."""
    with pytest.raises(IntegrityError) as refusal:
        async with work.attempt():
            await send(work, statement)
    return broken_constraint(refusal.value)


CHANGES = {
    "another body": "update agreement_texts set body = 'Pay.' where id = {text}",
    "another digest": "update agreement_texts set digest = '' where id = {text}",
    "every text": "update agreement_texts set title = 'Pay'",
    "a text gone": "delete from agreement_texts where id = {text}",
    "every text gone": "delete from agreement_texts",
    "a text out of it": "update agreement_texts set version_id = {draft} where id = {text}",
    "a text into it": "update agreement_texts set version_id = {published} where id = {draft_text}",
    "another language": "insert into agreement_texts (id, organization_id, version_id, language, "
    "title, body, digest) select {fresh}, organization_id, {published}, 'sv', title, body, digest "
    "from agreement_texts where id = {text}",
    "not published": "update agreement_versions set published_at = null where id = {published}",
    "published later": "update agreement_versions set published_at = created_at "
    "where id = {published}",
    "another number": "update agreement_versions set number = 7 where id = {published}",
    "a draft's number": "update agreement_versions set number = 7 where id = {draft}",
    "the version gone": "delete from agreement_versions where id = {published}",
}
REPLACEMENTS = {
    "the text": "replace into agreement_texts (id, organization_id, version_id, language, title, "
    "body, digest) select {text}, organization_id, {draft}, 'sv', title, 'Pay.', digest "
    "from agreement_texts where id = {text}",
    "the text by an update": "update or replace agreement_texts set id = {text} "
    "where id = {draft_text}",
    "the version": "replace into agreement_versions (id, organization_id, agreement_id, number, "
    "created_at) select id, organization_id, agreement_id, 3, created_at "
    "from agreement_versions where id = {published}",
    "the version by an update": "update or replace agreement_versions set id = {published} "
    "where id = {draft}",
}
"""SQLite removes what is in the way without asking the triggers for removal."""


@pytest.mark.parametrize("what", CHANGES)
async def test_what_is_published_is_not_changed_or_removed(work: Work, what: str) -> None:
    known = await rows(work)
    fresh = in_sql(new_id(), work.session.get_bind().dialect)

    assert await refused(work, CHANGES[what].format(**vars(known), fresh=fresh)) == NAME


@pytest.mark.parametrize("what", REPLACEMENTS)
async def test_what_is_published_is_not_replaced(work: Work, what: str) -> None:
    if work.session.get_bind().dialect.name == "postgresql":
        pytest.skip("only SQLite can replace")
    known = await rows(work)

    assert await refused(work, REPLACEMENTS[what].format(**vars(known))) == NAME


@pytest.mark.parametrize("table", ["agreement_texts", "agreement_versions cascade"])
async def test_what_is_published_is_not_truncated(work: Work, table: str) -> None:
    if work.session.get_bind().dialect.name == "sqlite":
        pytest.skip("only PostgreSQL can truncate")
    await rows(work)

    assert await refused(work, f"truncate {table}") == NAME


async def test_a_draft_is_changed_and_removed(work: Work) -> None:
    known = await rows(work)

    for statement in (
        "update agreement_texts set body = 'Uusi.' where id = {draft_text}",
        "delete from agreement_texts where id = {draft_text}",
        "update agreement_versions set created_at = created_at where id = {draft}",
        "delete from agreement_versions where id = {draft}",
    ):
        await send(work, statement.format(**vars(known)))


@pytest.mark.parametrize("number", [0, 4, -1])
async def test_versions_have_no_gap(work: Work, number: int) -> None:
    agreement = await make_agreement(work)

    assert await inserted(work, agreement, number) == "agreement_versions_have_no_gap"


async def test_an_agreement_has_one_draft_at_a_time(work: Work) -> None:
    agreement = await make_agreement(work)
    await versions.create(work, agreement.id)

    by_columns = "agreement_versions_agreement_id_key"  # how SQLite names what is in its way
    assert await inserted(work, agreement, 3) in {"one_draft_of_an_agreement", by_columns}


async def inserted(work: Work, agreement: Agreement, number: int) -> str | None:
    """Add a draft by hand, and give the name of the rule that refuses it."""
    version = AgreementVersion(
        organization_id=agreement.organization_id,
        agreement_id=agreement.id,
        number=number,
        created_at=work.now,
    )
    with pytest.raises(IntegrityError) as refusal:
        async with work.attempt():
            await work.add(version)
    return broken_constraint(refusal.value)


async def test_a_text_comes_too_late_for_a_version_that_is_being_published(
    database: Database,
) -> None:
    owner = organizations.founder()
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Kotikatu")
        draft = await versions.create(work, (await make_agreement(work)).id)

    async def add_a_text() -> None:
        async with database.writing() as session:
            row = AgreementText(version_id=draft.id, language="sv", title="", body="", digest="")
            row.organization_id = owner.organization_id
            await Work(session, owner, NOON).add(row)

    async with database.writing() as session:
        await versions.publish(Work(session, owner, NOON), draft.id)
        late = asyncio.create_task(add_a_text())
        await asyncio.sleep(0.2)
        assert not late.done()

    with pytest.raises(IntegrityError) as refusal:
        await late
    assert broken_constraint(refusal.value) == NAME
