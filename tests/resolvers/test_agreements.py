"""Agreements by people: made, changed, retired, worded and published."""

import pytest
from agreeing import (
    TERMS,
    make_agreement,
    make_contract,
    make_version,
    wordings,
)
from factories import acting_as, make_stranger, make_unit

from models.accounts import Role
from models.errors import InvalidInput, NotAllowed, NotFound
from models.events import EventKind
from resolvers.agreements import choosing, editing, versions
from resolvers.agreements.content import texts_of
from resolvers.agreements.versions import Wording, text_digest
from resolvers.work import Work


def kinds(work: Work) -> list[EventKind]:
    return [one.kind for one in work.recorded]


async def test_an_agreement_is_made_changed_and_retired(work: Work) -> None:
    unit = await make_unit(work)
    work.recorded.clear()

    made = await editing.create(work, unit_id=unit.id, name=" Rules ", mandatory=True)
    await editing.update(work, made.id, {"name": "House rules", "mandatory": False})
    await editing.retire(work, made.id)
    await editing.retire(work, made.id)

    assert (made.organization_unit_id, made.name, made.mandatory) == (unit.id, "House rules", False)
    assert (made.inherited, made.retired_at) == (True, work.now)
    assert kinds(work) == [
        EventKind.AGREEMENT_CREATED,
        EventKind.AGREEMENT_UPDATED,
        EventKind.AGREEMENT_RETIRED,
    ]


async def test_an_agreement_has_a_name(work: Work) -> None:
    made = await make_agreement(work)

    with pytest.raises(InvalidInput):
        await editing.create(work, unit_id=None, name=" ")
    with pytest.raises(InvalidInput):
        await editing.update(work, made.id, {"name": ""})


async def test_a_retired_agreement_is_not_changed_any_more(work: Work) -> None:
    made = await make_agreement(work)
    draft = await versions.create(work, made.id)
    await editing.retire(work, made.id)

    with pytest.raises(InvalidInput, match="retired"):
        await editing.update(work, made.id, {"name": "Rules"})
    with pytest.raises(InvalidInput, match="retired"):
        await versions.create(work, made.id)
    with pytest.raises(InvalidInput, match="retired"):
        await versions.publish(work, draft.id)


@pytest.mark.parametrize("role", [Role.ADVANCED_USER, Role.PARTNER, Role.VIEWER])
async def test_only_administrators_change_agreements(work: Work, role: Role) -> None:
    made = await make_agreement(work)
    draft = await versions.create(work, made.id)
    other = acting_as(work, role)

    for attempt in (
        editing.create(other, unit_id=None, name="Rules"),
        editing.update(other, made.id, {"name": "Rules"}),
        editing.retire(other, made.id),
        versions.create(other, made.id),
        versions.update(other, draft.id, []),
        versions.publish(other, draft.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_somebody_elses_agreements_are_not_there(work: Work) -> None:
    stranger = await make_stranger(work)
    theirs = await make_agreement(stranger)
    draft = await versions.create(stranger, theirs.id)
    contract = await make_contract(work)

    for attempt in (
        editing.create(work, unit_id=theirs.organization_unit_id, name="Rules"),
        editing.update(work, theirs.id, {"name": "Rules"}),
        editing.retire(work, theirs.id),
        versions.create(work, theirs.id),
        versions.update(work, draft.id, []),
        versions.publish(work, draft.id),
        choosing.choose(work, contract.id, [theirs.id]),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_versions_are_drafted_changed_and_published_one_after_the_other(work: Work) -> None:
    made = await editing.create(work, unit_id=None, name="Rules")
    work.recorded.clear()

    first = await versions.create(work, made.id, wordings({"en": "Old.", "fi": "Vanha."}))
    await versions.update(work, first.id, wordings({"en": "Better."}))
    await versions.publish(work, first.id)
    second = await versions.create(work, made.id)

    assert (first.number, first.published_at) == (1, work.now)
    assert (second.number, second.published_at) == (2, None)
    texts = await texts_of(work, [first.id, second.id])
    assert {(one.language, one.body) for one in texts} == {("en", "Better.")}
    assert len({one.digest for one in texts}) == 1
    assert kinds(work) == [
        EventKind.AGREEMENT_VERSION_CREATED,
        EventKind.AGREEMENT_VERSION_UPDATED,
        EventKind.AGREEMENT_VERSION_PUBLISHED,
        EventKind.AGREEMENT_VERSION_CREATED,
    ]
    assert work.recorded[2].facts["texts"] == {"en": text_digest("Title in en", "Better.")}


async def test_there_is_one_draft_at_a_time(work: Work) -> None:
    made = await make_agreement(work)
    await versions.create(work, made.id)

    with pytest.raises(InvalidInput, match="Version 2 is still a draft"):
        await versions.create(work, made.id)


async def test_a_published_version_is_neither_changed_nor_published_again(work: Work) -> None:
    made = await make_agreement(work)
    draft = await versions.create(work, made.id)
    await versions.publish(work, draft.id)

    for attempt in (versions.update(work, draft.id, []), versions.publish(work, draft.id)):
        with pytest.raises(InvalidInput, match="Version 2 is published and never changes"):
            await attempt


async def test_a_version_that_says_nothing_is_not_published(work: Work) -> None:
    made = await editing.create(work, unit_id=None, name="Rules")
    draft = await versions.create(work, made.id)

    with pytest.raises(InvalidInput, match="says nothing yet"):
        await versions.publish(work, draft.id)


@pytest.mark.parametrize(
    ("wording", "path"),
    [
        (Wording("english", "Rules", "Text."), "language"),
        (Wording("", "Rules", "Text."), "language"),
        (Wording("en", " ", "Text."), "title"),
        (Wording("en", "Rules", "Dear {name}"), "body"),
        (Wording("en", "Rules", " "), "body"),
    ],
)
async def test_a_text_that_cannot_be_offered_is_refused(
    work: Work, wording: Wording, path: str
) -> None:
    made = await editing.create(work, unit_id=None, name="Rules")

    with pytest.raises(InvalidInput) as refusal:
        await versions.create(work, made.id, [wording])

    assert refusal.value.path == ("texts", "0", path)


async def test_a_language_is_said_once(work: Work) -> None:
    made = await editing.create(work, unit_id=None, name="Rules")
    twice = [Wording("fi", "Ehdot", "A."), Wording("fi-FI", "Ehdot", "B.")]

    with pytest.raises(InvalidInput, match="two texts in fi"):
        await versions.create(work, made.id, twice)
    with pytest.raises(InvalidInput, match="At most 40 languages"):
        await versions.create(work, made.id, wordings(TERMS) * 41)


async def test_a_new_version_says_the_same_until_it_is_changed(work: Work) -> None:
    made = await make_agreement(work, texts={"en": "One.", "fi": "Yksi."})

    version = await make_version(work, made, {"sv": "Ett."})
    draft = await versions.create(work, made.id)

    assert version.number == 2
    assert [one.language for one in await texts_of(work, [draft.id])] == ["sv"]
