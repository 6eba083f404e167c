"""Who may do what, and tokens that tell nothing of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts import Actor, Permission, Role, Token, new_token, token_digest
from models.base import new_id
from models.errors import NotAllowed

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_scopes_narrow_what_a_role_may_and_never_widen_it() -> None:
    scopes = frozenset({Permission.VIEW, Permission.EDIT_USERS})
    actor = Actor(new_id(), Role.PARTNER, scopes=scopes)

    assert actor.permissions == {Permission.VIEW}
    with pytest.raises(NotAllowed, match="VIEW_PLACES is not among the scopes"):
        actor.require(Permission.VIEW_PLACES)
    with pytest.raises(NotAllowed, match="role partner does not have the permission EDIT_USERS"):
        actor.require(Permission.EDIT_USERS)


def test_tokens_are_long_and_never_alike() -> None:
    tokens = {new_token() for _ in range(500)}

    assert len(tokens) == 500
    assert all(token.startswith("lk_") and len(token) >= 46 for token in tokens)


def test_nothing_of_a_token_is_in_its_digest() -> None:
    token = new_token()

    assert token[3:] not in token_digest(token)
    assert token_digest(token) == token_digest(token) != token_digest(new_token())


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "valid"),
    [
        (None, None, True),
        (NOON + HOUR, None, True),
        (NOON, None, False),
        (None, NOON - HOUR, False),
        (NOON + HOUR, NOON - HOUR, False),
    ],
)
def test_a_token_opens_until_it_expires_or_is_taken_back(
    expires_at: datetime | None, revoked_at: datetime | None, valid: bool
) -> None:
    token = Token(expires_at=expires_at, revoked_at=revoked_at)

    assert token.is_valid(NOON) is valid
