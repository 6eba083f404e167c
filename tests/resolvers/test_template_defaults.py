"""What templates fill in by default and does not hold any more falls away; the rest is refused."""

from typing import Any

import pytest
from agreeing import make_agreement
from factories import make_automat, make_key
from outcomes import undone
from promising import asked, made
from templating import Value, template

from models.contracts import Verification
from models.errors import InvalidInput
from models.keys import KeyKind
from resolvers import organizations
from resolvers.agreements import editing
from resolvers.agreements.choosing import chosen_for
from resolvers.staff_contracts import drafts
from resolvers.work import Work

OFFICE = {"windows": [{"weekdays": [1], "from": "08:00", "to": "17:00"}], "dailyReturn": False}
FORBIDDEN: list[tuple[str, Any]] = [
    ("verification", Verification.STRONG),
    ("access_schedule", OFFICE),
]


async def test_a_default_agreement_that_is_retired_or_unpublished_is_left_out(work: Work) -> None:
    gone, kept = await make_agreement(work), await make_agreement(work)
    unpublished = await editing.create(work, unit_id=None, name="Draft")
    await template(work, agreement_ids=[gone.id, unpublished.id, kept.id])
    await editing.retire(work, gone.id)
    key, other = await make_key(work), await make_key(work)

    contract = await made(work, key)
    draft = await drafts.create(work, asked(work, other))
    await drafts.activate(work, draft.id, pins={})

    assert await chosen_for(work, contract.id) == [kept.id]
    assert await chosen_for(work, draft.id) == [kept.id]


@pytest.mark.parametrize("enforced", [True, False])
async def test_an_agreement_that_is_insisted_on_or_asked_for_has_to_hold(
    work: Work, *, enforced: bool
) -> None:
    gone, kept = await make_agreement(work), await make_agreement(work)
    names = [Value.AGREEMENTS] if enforced else []
    await template(work, None, *names, agreement_ids=[gone.id, kept.id])
    await editing.retire(work, gone.id)
    key = await make_key(work)
    said = {} if enforced else {"agreement_ids": [gone.id]}

    refusal = await undone(work, made(work, key, **said))

    assert (type(refusal), refusal.path) == (InvalidInput, ("agreement_ids",))


async def test_defaults_that_a_unit_does_not_let_any_more_fall_away(work: Work) -> None:
    await template(work, verification="strong", access_schedule=OFFICE)

    contract = await made(work, await make_key(work))

    assert contract.verification is Verification.SIGNATURE
    assert contract.access_schedule is None


@pytest.mark.parametrize(("name", "value"), FORBIDDEN)
@pytest.mark.parametrize("enforced", [True, False])
async def test_what_a_unit_does_not_let_is_refused_where_it_is_insisted_on_or_asked_for(
    work: Work, name: str, value: Any, *, enforced: bool
) -> None:
    stored = value.value if name == "verification" else value
    names = [Value(name)] if enforced else []
    await template(work, None, *names, **{name: stored})
    said = {} if enforced else {name: value}

    refusal = await undone(work, made(work, await make_key(work), **said))

    assert (type(refusal), refusal.path) == (InvalidInput, (name,))


async def test_a_default_schedule_that_does_not_fit_the_keys_falls_away(work: Work) -> None:
    root = work.actor.organization_id
    await organizations.update_unit(work, root, {"access_schedules": True})
    await template(work, access_schedule=OFFICE, free_locker_after_fetch=True)
    automat = await make_automat(work)
    electronic, mechanical = [
        await make_key(work, automat=automat, kind=kind)
        for kind in (KeyKind.ELECTROMECHANICAL, KeyKind.MECHANICAL)
    ]

    refusal = await undone(work, made(work, electronic, access_schedule=OFFICE))
    unfit, fit = await made(work, electronic), await made(work, mechanical)

    assert "is for mechanical keys" in refusal.message
    assert [unfit.access_schedule, fit.access_schedule] == [None, OFFICE]
