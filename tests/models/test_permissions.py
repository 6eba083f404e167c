"""Who may do what: our table beside the one that Livion published."""

import pytest

from models.accounts import Actor
from models.base import new_id
from models.permissions import PERMISSIONS, ROLES, Permission, Role, permissions_of_roles

PUBLISHED = """
| Contracts: view | x | x | x | x |
| Contracts: edit | | x | x | x |
| Keys: view | x | x | x | x |
| Keys: edit | | | x | x |
| Buildings: view | x | x | x | x |
| Buildings: edit | | | x | x |
| Alarms: view | x | x | x | x |
| Automats: view, insert keys, open remotely | | x | x | x |
| Automats: front camera, timelines | | | x | x |
| Events: view, edit | | | x | x |
| Usage reports: view | | | x | x |
| Users: view, edit | | | | x |
| Organization: view, edit | | | | x |
"""
"""livionkey.md 2.23, as it stands there."""

OURS = {
    "Contracts: view": {Permission.VIEW},
    "Contracts: edit": {
        Permission.EDIT_RESERVATIONS,
        Permission.SIGN_CONTRACTS,
        Permission.EDIT_ATTACHMENTS,
        Permission.SEE_PINS,
        Permission.HAND_OVER_KEYS,
    },
    "Keys: view": {Permission.VIEW},
    "Keys: edit": {Permission.EDIT_KEYS},
    "Buildings: view": {Permission.VIEW, Permission.VIEW_PLACES},
    "Buildings: edit": {Permission.EDIT_ENTITIES},
    "Alarms: view": {Permission.VIEW_ALARMS},
    "Automats: view, insert keys, open remotely": {
        Permission.VIEW_AUTOMATS,
        Permission.OPERATE_AUTOMATS,
    },
    "Automats: front camera, timelines": {Permission.VIEW_EVENTS},
    "Events: view, edit": {Permission.VIEW_EVENTS},
    "Usage reports: view": {Permission.VIEW_REPORTS},
    "Users: view, edit": {Permission.VIEW_USERS, Permission.EDIT_USERS},
    "Organization: view, edit": {
        Permission.VIEW_ORGANIZATION,
        Permission.EDIT_ORGANIZATION,
        Permission.EDIT_AGREEMENTS,
        Permission.EDIT_TEMPLATES,
        Permission.ERASE_CONTACTS,
    },
}
OF_OTHERS = {Permission.EDIT_AUTOMATS, Permission.ADVANCE_SANDBOX, Permission.OPERATE_STATION}
"""What Livion's table does not speak of: installing, sandboxes, displays."""
COLUMNS = (Role.VIEWER, Role.USER, Role.ADVANCED_USER, Role.ADMIN)
CELLS = [
    (row, role, "x" in mark)
    for row, *marks in (line.strip("|").split("|") for line in PUBLISHED.strip().splitlines())
    for role, mark in zip(COLUMNS, marks, strict=True)
]


@pytest.mark.parametrize(("row", "role", "may"), CELLS)
def test_a_role_may_what_livion_says_cell_by_cell(row: str, role: Role, may: bool) -> None:
    actor = Actor(new_id(), role)

    assert {actor.may(permission) for permission in OURS[row.strip()]} == {may}


def test_no_permission_and_no_role_is_missing_in_either_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)
    assert OF_OTHERS.union(*OURS.values()) == set(Permission)
    assert {role.value for role in Role} == {
        "viewer", "user", "advanced-user", "admin", "partner", "installer", "station",
    }  # fmt: skip


def test_an_installer_and_a_display_have_nothing_to_do_with_contracts() -> None:
    assert PERMISSIONS[Role.STATION] == {Permission.OPERATE_STATION}
    for_contracts = OURS["Contracts: view"] | OURS["Contracts: edit"] | OURS["Keys: edit"]
    assert not PERMISSIONS[Role.INSTALLER] & for_contracts


@pytest.mark.parametrize("wrong", ["view", "view x x x x x x x x", "fly x x x x x x x"])
def test_a_table_that_is_not_whole_is_not_read(wrong: str) -> None:
    head = ROLES.strip().splitlines()[0]

    with pytest.raises(ValueError, match=r"zip|fly"):
        permissions_of_roles(f"{head}\n{wrong}")
