"""What the schema declares that fields take, read for tests."""

from typing import Any

from models.accounts import PERMISSIONS, Permission, Role
from schema.api import schema

OURS: Any = schema._schema
STORED = "{ keys { edges { node { storage { ... on AutomatStorage { automat { name } } } } } } }"
BY_WHAT_IS_FOUND = {"node"}
BY_INPUT = {Role.USER, Role.INSTALLER}
MAY_BY_INPUT = {"placementSet": BY_INPUT, "placementReviewAccept": BY_INPUT}
"""Installers may for automats; users are found out by the use case, which knows what it is for."""


def roles_with(needed: frozenset[Permission]) -> set[Role]:
    """Tell which roles have all of several permissions."""
    return {role for role in Role if needed <= PERMISSIONS[role]}
