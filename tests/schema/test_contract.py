"""The schema holds every name that outside programs rely on, and says what each of them means."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    assert_valid_schema,
    build_schema,
    find_breaking_changes,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_scalar_type,
    is_union_type,
    print_ast,
)

from schema.api import schema

CONTRACT = build_schema((Path(__file__).parent / "contract.graphql").read_text())
OURS: GraphQLSchema = build_schema(schema.as_str())
PROMISED = [name for name in CONTRACT.type_map if not name.startswith("__")]
SHOWN = [type_ for name, type_ in OURS.type_map.items() if not name.startswith("__")]
BUILT_IN = {"ID", "String", "Int", "Float", "Boolean"}

# Lists that cannot grow: a cabinet has its lockers, a push its contacts, a choice its candidates,
# a row of many its changes, a version its languages, and there are as many settings as there are.
# A schedule has at most fifty windows, and its openings are asked for by their number.
# a row of many its changes, a contract its signatures, and there are as many settings as there are.
# a row of many its changes, a version its languages, a contract its signatures, and there are as
# many settings as there are.
BOUNDED_LISTS = {
    "AddressChangePreview.stays",
    "AccessSchedule.windows",
    "AccessWindow.weekdays",
    "AgreementBlock.lines",
    "AgreementLine.spans",
    "AgreementPreview.blocks",
    "AgreementPreview.warnings",
    "AgreementVersion.texts",
    "Automat.alarms",
    "Automat.commands",
    "Automat.deviceGroups",
    "Automat.lockers",
    "AutomatCandidate.rejections",
    "AutomatSelection.candidates",
    "AutomatSelection.counterfactuals",
    "AutomatSelection.notes",
    "ComparedEntity.exceptions",
    "ComparisonTotals.capacities",
    "ComparisonTotals.exceptions",
    "ComparisonTotals.outcomes",
    "ContractTemplate.enforced",
    "Event.hidden",
    "DeviceGroup.effectiveSettings",
    "KeyContract.agreements",
    "Erasure.kept",
    "Erasure.removed",
    "KeyContract.contacts",
    "KeyContract.keyHistory",
    "KeyContract.keys",
    "KeyContract.links",
    "KeyContract.lockerContracts",
    "KeyContractsCreateRow.userErrors",
    "KeyContract.signatures",
    "KeyContract.signings",
    "LockerContract.contacts",
    "Me.permissions",
    "Me.passkeys",
    "Me.sessions",
    "Passkey.transports",
    "MissingAutomats.places",
    "Person.credentials",
    "Person.organizationUnits",
    "PlacementReview.findings",
    "OrganizationUnit.effectiveSettings",
    "PartnerOnboarding.checks",
    "UnitBlocker.examples",
    "Query.accessSchedulePreview",
    "Query.failoverPlan",
    "Query.contractDefaults",
    "Query.trustedDocumentRoles",
    "Query.nearestAutomats",
    "OpeningHours.nextOpenings",
    "OpeningHours.windows",
    "ReservableEntity.effectiveSettings",
    "Reservation.contacts",
    "ReservationsUpsertRow.changed",
    "ReservationsUpsertRow.userErrors",
    "SelectionReplay.differences",
    "ServiceAccount.keys",
    "Signature.acceptedAgreements",
    "SignatureCheck.problems",
    "SigningProcess.agreements",
    "Token.organizationUnits",
    "Token.scopes",
    "UnitSettings.excludedAutomatIds",
    "UnitSettings.excludedModels",
}


def is_looser(ours: Any, promised: Any) -> bool:
    """Whether everything that fits into the one type fits into the other too."""
    if is_non_null_type(ours):
        return is_non_null_type(promised) and is_looser(ours.of_type, promised.of_type)
    if is_non_null_type(promised):
        return is_looser(ours, promised.of_type)
    if is_list_type(ours) or is_list_type(promised):
        both = is_list_type(ours) and is_list_type(promised)
        return both and is_looser(ours.of_type, promised.of_type)
    return bool(ours.name == promised.name)


def when_left_out(argument: Any) -> str | None:
    """Write an argument's default as it stands in the schema's text; None without one."""
    return None if argument.default is None else print_ast(argument.default.literal)


def broken_fields(ours: Any, promised: Any) -> Iterator[str]:
    """Name what is missing of the fields of an object or interface, or does not fit."""
    for name, field in promised.fields.items():
        mine = ours.fields.get(name)
        if mine is None:
            yield f"{promised.name}.{name} is missing"
            continue
        if not is_looser(field.type, mine.type):
            yield f"{promised.name}.{name} is {mine.type}, not {field.type}"
        yield from broken_arguments(f"{promised.name}.{name}", mine.args, field.args)


def broken_arguments(where: str, ours: Any, promised: Any) -> Iterator[str]:
    """Name what is missing of arguments or input fields, or is stricter than it was."""
    for name, argument in promised.items():
        mine = ours.get(name)
        if mine is None:
            yield f"{where}({name}) is missing"
        elif not is_looser(mine.type, argument.type):
            yield f"{where}({name}) is {mine.type}, not {argument.type}"
        elif when_left_out(mine) != when_left_out(argument):
            yield f"{where}({name}) is {when_left_out(mine)} when left out"
    for name in ours.keys() - promised.keys():
        if is_non_null_type(ours[name].type) and when_left_out(ours[name]) is None:
            yield f"{where}({name}) has to be given, which nobody knew"


def broken(ours: GraphQLNamedType | None, promised: Any) -> Iterator[str]:
    """Name everything in which a type falls short of the contract."""
    if type(ours) is not type(promised):
        yield f"{promised.name} is not a {type(promised).__name__}"
    elif is_enum_type(promised):
        yield from sorted(promised.values.keys() - getattr(ours, "values", {}).keys())
    elif is_union_type(promised):
        ours_names = {member.name for member in getattr(ours, "types", ())}
        yield from sorted({member.name for member in promised.types} - ours_names)
    elif is_input_object_type(promised):
        yield from broken_arguments(promised.name, getattr(ours, "fields", {}), promised.fields)
        if getattr(ours, "is_one_of", None) != promised.is_one_of:
            yield f"{promised.name} is not the same kind of alternative"
    elif is_object_type(promised) or is_interface_type(promised):
        yield from broken_fields(ours, promised)
        interfaces = {one.name for one in getattr(ours, "interfaces", ())}
        yield from sorted({one.name for one in promised.interfaces} - interfaces)


@pytest.mark.parametrize("name", PROMISED)
def test_what_was_promised_is_there(name: str) -> None:
    assert not list(broken(OURS.type_map.get(name), CONTRACT.type_map[name]))


def test_the_schema_is_valid_and_can_be_built_from_its_own_text() -> None:
    assert_valid_schema(OURS)
    assert not find_breaking_changes(schema._schema, OURS)


def described() -> Iterator[tuple[str, str | None]]:
    """Walk through everything of ours that can have a description."""
    for type_ in SHOWN:
        if type_.name in BUILT_IN:
            continue
        yield type_.name, type_.description
        for name, value in getattr(type_, "values", {}).items():
            yield f"{type_.name}.{name}", value.description
        for name, field in getattr(type_, "fields", {}).items():
            yield f"{type_.name}.{name}", field.description
            for argument, definition in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}({argument})", definition.description


def test_everything_says_what_it_means() -> None:
    assert not [name for name, text in described() if not (text or "").strip()]


def test_descriptions_are_sentences() -> None:
    short = [name for name, text in described() if not (text or "").rstrip().endswith((".", "`"))]
    assert not short


NOUNS = (
    *("agreement", "attachment", "automat", "contact", "contractLink", "contractTemplate"),
    *("deviceGroup", "entity", "failover", "key", "locker", "manualStorage", "organizationUnit"),
    *("person", "placement", "reservation", "sandbox", "selectionMode", "serviceAccount"),
    *("signatureStation", "signing", "token", "trustedDocument"),
)


def test_mutations_name_the_object_first_and_take_one_input() -> None:
    assert OURS.mutation_type is not None
    for name, field in OURS.mutation_type.fields.items():
        assert name.startswith(NOUNS), name
        assert list(field.args) == ["input"], name
        assert is_non_null_type(field.args["input"].type), name


def test_a_refused_mutation_can_answer_with_nothing_but_its_reasons() -> None:
    assert OURS.mutation_type is not None
    for name, field in OURS.mutation_type.fields.items():
        payload = getattr(field.type, "of_type", field.type)
        assert str(payload.fields["userErrors"].type) == "[UserError!]!", name
        rest = {one: payload.fields[one].type for one in payload.fields.keys() - {"userErrors"}}
        assert rest, name
        for one, type_ in rest.items():
            assert not is_non_null_type(type_) or can_be_empty(type_.of_type), f"{name}.{one}"


def can_be_empty(type_: Any) -> bool:
    """Tell whether there is a value that says that nothing was done: an empty list, or 0."""
    return is_list_type(type_) or str(type_) == "Int"


def lists(type_: Any) -> Iterator[str]:
    """Name the fields that are lists of things."""
    for name, field in type_.fields.items():
        if is_non_null_type(field.type) and is_list_type(field.type.of_type):
            yield f"{type_.name}.{name}"


def test_every_list_that_can_grow_is_a_connection() -> None:
    found = {
        name
        for type_ in SHOWN
        if is_object_type(type_) and not type_.name.endswith(("Connection", "Payload"))
        for name in lists(type_)
    }

    assert found == BOUNDED_LISTS


def test_connections_are_asked_for_in_pages_of_twenty() -> None:
    for type_ in filter(is_object_type, SHOWN):
        for name, field in getattr(type_, "fields", {}).items():
            if str(field.type).rstrip("!").endswith("Connection"):
                assert when_left_out(field.args["first"]) == "20", f"{type_.name}.{name}"
                assert "after" in field.args, f"{type_.name}.{name}"


def test_answers_refer_to_things_and_not_to_their_ids() -> None:
    allowed = {"externalId", "deviceId", "hardwareId", "customerId", "subjectId"}
    allowed |= {"actorId", "requestId"}
    objects = [
        one for one in SHOWN if is_object_type(one) and one.name not in {"Query", "Mutation"}
    ]
    ids = {name for one in objects for name in getattr(one, "fields", {}) if name.endswith("Id")}
    assert ids <= allowed


def test_no_scalar_is_without_a_meaning() -> None:
    scalars = {one.name for one in SHOWN if is_scalar_type(one)} - BUILT_IN
    assert scalars == {"DateTime", "GeoJSON", "JSON", "LocalDateTime"}
