"""Tokens open the door of their own organization, until they expire or are taken back."""

from typing import Any

import pytest
from factories import DAY, HOUR, make_stranger
from outcomes import events, everything

from models.accounts import Role
from models.errors import InvalidInput, Unauthenticated
from models.events import EventKind
from resolvers import accounts
from resolvers.work import Work


@pytest.mark.parametrize("role", Role)
async def test_a_token_says_who_comes(work: Work, role: Role) -> None:
    token, text = await accounts.create_token(work, role=role, source="pms")

    actor = await accounts.authenticate(await work.connection(), text, work.now)

    assert actor.organization_id == work.actor.organization_id
    assert (actor.role, actor.token_id, actor.source) == (role, token.id, "pms")


@pytest.mark.parametrize("text", ["", "lk_", "lk_nobody", "Bearer", "lk_\0"])
async def test_an_unknown_token_opens_nothing(work: Work, text: str) -> None:
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(await work.connection(), text, work.now)


async def test_a_token_expires(work: Work) -> None:
    _, text = await accounts.create_token(work, role=Role.USER, expires_at=work.now + HOUR)
    connection = await work.connection()

    await accounts.authenticate(connection, text, work.now)

    with pytest.raises(Unauthenticated, match="expired"):
        await accounts.authenticate(connection, text, work.now + HOUR)


async def test_a_token_that_was_taken_back_opens_nothing(work: Work) -> None:
    token, text = await accounts.create_token(work, role=Role.USER)
    await accounts.revoke_token(work, token.id)
    before = await everything(work)

    await accounts.revoke_token(Work(work.session, work.actor, work.now + DAY), token.id)

    assert await everything(work) == before
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(await work.connection(), text, work.now)


async def test_a_token_opens_one_organization(work: Work) -> None:
    stranger = await make_stranger(work)
    _, text = await accounts.create_token(stranger, role=Role.ADMIN)

    actor = await accounts.authenticate(await work.connection(), text, work.now)

    assert actor.organization_id == stranger.actor.organization_id


async def test_the_text_of_a_token_is_not_kept(work: Work) -> None:
    _, text = await accounts.create_token(work, role=Role.USER)

    written = str(await everything(work))

    assert text not in written
    assert text.removeprefix("lk_") not in written
    (event,) = await events(work, EventKind.TOKEN_CREATED)
    assert event.facts == {"role": "user"}


@pytest.mark.parametrize("wrong", [{"name": ""}, {"source": "  "}])
async def test_a_token_has_a_name_and_a_source(work: Work, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await accounts.create_token(work, role=Role.USER, **wrong)
