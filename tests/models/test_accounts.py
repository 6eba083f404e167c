"""Who may do what, and tokens that tell nothing of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts import (
    PERMISSIONS,
    Actor,
    Permission,
    Role,
    Token,
    new_token,
    token_digest,
)
from models.base import new_id

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
VIEWERS = {Permission.VIEW, Permission.VIEW_AUTOMATS}
RESERVERS = VIEWERS | {
    Permission.EDIT_RESERVATIONS,
    Permission.SEE_PINS,
    Permission.SIGN_CONTRACTS,
    Permission.EDIT_ATTACHMENTS,
}
USERS = RESERVERS | {Permission.HAND_OVER_KEYS, Permission.OPERATE_AUTOMATS}
ADVANCED = USERS | {Permission.EDIT_ENTITIES, Permission.EDIT_KEYS, Permission.VIEW_EVENTS}


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.VIEWER, VIEWERS),
        (Role.USER, USERS),
        (Role.ADVANCED_USER, ADVANCED),
        (Role.ADMIN, set(Permission)),
        (Role.PARTNER, RESERVERS | {Permission.EDIT_ENTITIES, Permission.ADVANCE_SANDBOX}),
        (
            Role.INSTALLER,
            {Permission.VIEW_AUTOMATS, Permission.EDIT_AUTOMATS, Permission.OPERATE_AUTOMATS},
        ),
        (Role.STATION, {Permission.OPERATE_STATION}),
    ],
)
def test_a_role_may_what_the_table_says_and_nothing_else(
    role: Role, permissions: set[Permission]
) -> None:
    actor = Actor(new_id(), role)

    assert {permission for permission in Permission if actor.may(permission)} == permissions


def test_every_role_has_its_row_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert {role.value for role in Role} == {
        "viewer", "user", "advanced-user", "admin", "partner", "installer", "station",
    }  # fmt: skip


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
