"""Enums in the schema: where things stand, and every step that may follow, as one table."""

from typing import Any

import pytest

from models.lifecycles import KEY, KEY_CONTRACT, LOCKER_CONTRACT, RESERVATION, SIGNING, Lifecycle
from schema.api import schema

SHOWN = {
    "KeyStatus": KEY,
    "ReservationStatus": RESERVATION,
    "KeyContractStatus": KEY_CONTRACT,
    "LockerContractState": LOCKER_CONTRACT,
    "SigningState": SIGNING,
}


def enum(name: str) -> Any:
    return schema._schema.type_map[name]


@pytest.mark.parametrize(("name", "lifecycle"), SHOWN.items())
def test_every_step_of_a_lifecycle_is_written_in_the_schema(
    name: str, lifecycle: Lifecycle
) -> None:
    shown = enum(name).description

    steps = [
        f"- {before.name} → {after.name}: {when}."
        for before, following in lifecycle.steps.items()
        for after, when in following.items()
    ]
    assert steps
    assert shown.splitlines()[2:] == steps


@pytest.mark.parametrize(("name", "lifecycle"), SHOWN.items())
def test_every_state_that_clients_see_is_one_of_the_lifecycle(
    name: str, lifecycle: Lifecycle
) -> None:
    assert set(enum(name).values) == {state.name for state in lifecycle.steps}
