"""What there is to be allowed, and the one table that says what each role may do."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do."""

    VIEW = "view"
    VIEW_PLACES = "view_places"
    VIEW_ALARMS = "view_alarms"
    VIEW_AUTOMATS = "view_automats"
    VIEW_EVENTS = "view_events"
    VIEW_REPORTS = "view_reports"
    VIEW_ORGANIZATION = "view_organization"
    VIEW_USERS = "view_users"
    SEE_PINS = "see_pins"
    EDIT_RESERVATIONS = "edit_reservations"
    HAND_OVER_KEYS = "hand_over_keys"
    EDIT_ENTITIES = "edit_entities"
    EDIT_KEYS = "edit_keys"
    EDIT_AUTOMATS = "edit_automats"
    OPERATE_AUTOMATS = "operate_automats"
    ADVANCE_SANDBOX = "advance_sandbox"
    EDIT_AGREEMENTS = "edit_agreements"
    EDIT_TEMPLATES = "edit_templates"
    EDIT_ATTACHMENTS = "edit_attachments"
    SIGN_CONTRACTS = "sign_contracts"
    OPERATE_STATION = "operate_station"
    ERASE_CONTACTS = "erase_contacts"
    EDIT_ORGANIZATION = "edit_organization"
    EDIT_USERS = "edit_users"


class Role(StrEnum):
    """What somebody or something is here for (livionkey.md 2.23)."""

    VIEWER = "viewer"
    USER = "user"
    ADVANCED_USER = "advanced-user"
    ADMIN = "admin"
    PARTNER = "partner"
    INSTALLER = "installer"
    STATION = "station"


ROLES = """
                   viewer user advanced-user admin partner installer station
view               x      x    x             x     x       .         .
view_places        x      x    x             x     x       x         .
view_alarms        x      x    x             x     x       x         .
edit_reservations  .      x    x             x     x       .         .
sign_contracts     .      x    x             x     x       .         .
edit_attachments   .      x    x             x     x       .         .
see_pins           .      x    x             x     x       .         .
hand_over_keys     .      x    x             x     .       .         .
view_automats      .      x    x             x     x       x         .
operate_automats   .      x    x             x     .       x         .
edit_entities      .      .    x             x     x       .         .
edit_keys          .      .    x             x     .       .         .
view_events        .      .    x             x     .       .         .
view_reports       .      .    x             x     x       .         .
edit_automats      .      .    .             x     .       x         .
advance_sandbox    .      .    .             x     x       .         .
view_organization  .      .    .             x     x       x         .
edit_organization  .      .    .             x     .       .         .
edit_agreements    .      .    .             x     .       .         .
edit_templates     .      .    .             x     .       .         .
erase_contacts     .      .    .             x     .       .         .
view_users         .      .    .             x     .       .         .
edit_users         .      .    .             x     .       .         .
operate_station    .      .    .             .     .       .         x
"""
"""What each role may do: the first four as in livionkey.md 2.23, the others as we need them.

A viewer sees of automats where they are and what is wrong with them, as a key, a contract or a
search leads there; the list of them, and what is inside, is for those who work with them.
"""


def permissions_of_roles(table: str) -> dict[Role, frozenset[Permission]]:
    """Read a table with a column for each role and a line for each permission.

    Raises:
        ValueError: It knows a role or a permission that there is not, or a line is not whole.
    """
    roles, *lines = [line.split() for line in table.strip().splitlines()]
    granted = {Permission(name): dict(zip(roles, marks, strict=True)) for name, *marks in lines}
    return {
        Role(role): frozenset(name for name, marks in granted.items() if marks[role] == "x")
        for role in roles
    }


PERMISSIONS = permissions_of_roles(ROLES)
