"""Inputs that come a thousand in a call are built as Strawberry builds them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry
from strawberry.types.arguments import InputContext, convert_argument
from strawberry.types.base import get_object_definition

from schema.api import schema
from schema.contacts import ContactInput
from schema.many_inputs import build
from schema.reservation_changes import ReservationUpsertInput
from schema.scalars import CONFIG

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WITHOUT_MORE = {"externalId": "1", "contacts": [{"name": "Aino"}], "startsAt": NOON}
WITH_ALL = {
    "idempotencyKey": "again",
    "externalId": "1",
    "contacts": [
        {"name": "Aino", "email": "aino@example.com", "phone": None},
        {"name": "Veikko", "language": "fi"},
    ],
    "source": "pms",
    "entityId": "E1",
    "startsAtLocal": datetime(2026, 5, 1, 15),  # noqa: DTZ001 - a clock on the wall
    "endsAt": None,
    "timeZone": "Europe/Helsinki",
    "keyIds": ["K1", "K2"],
}


@pytest.mark.parametrize(
    "written", [WITHOUT_MORE, WITH_ALL, WITHOUT_MORE | {"contacts": [], "keyIds": None}]
)
def test_an_input_is_built_as_strawberry_builds_it(
    written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = schema.schema_converter.scalar_registry
    context = InputContext(info=None, config=CONFIG, scalar_registry=registry, path=())

    built = build(ReservationUpsertInput, written, context)

    for kind in (ReservationUpsertInput, ContactInput):
        monkeypatch.setattr(get_object_definition(kind, strict=True), "from_input", None)
    assert built == convert_argument(written, ReservationUpsertInput, registry, CONFIG)
    assert built.device_group_id is strawberry.UNSET


@strawberry.input
class Sample:
    name: str
    note: str | None
    nick: strawberry.Maybe[str | None]
    names: list[str] = strawberry.field(default_factory=list)
    inner: "list[Sample] | None" = None


@pytest.mark.parametrize(
    "written",
    [
        {"name": "Aino"},
        {"name": "Aino", "note": None, "nick": None, "names": ["A"], "inner": None},
        {"name": "Aino", "nick": "A", "inner": [{"name": "Veikko", "nick": None}]},
    ],
)
def test_what_is_left_out_is_what_it_is_for_strawberry(written: dict[str, Any]) -> None:
    registry = schema.schema_converter.scalar_registry
    context = InputContext(info=None, config=CONFIG, scalar_registry=registry, path=())

    built = build(Sample, written, context)

    assert built == convert_argument(written, Sample, registry, CONFIG)
