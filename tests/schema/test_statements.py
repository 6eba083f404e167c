"""The number of statements never grows with the rows: not for lists, nor for what hangs on them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from agreeing import make_agreement
from counting import statements_of
from documents import days_from_now
from factories import (
    AINO,
    DAY,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_ring,
    make_unit,
    push,
)
from graphql import get_named_type, is_leaf_type, is_list_type, is_object_type, is_union_type, parse
from linking import make_link
from outcomes import key_contract
from signing import begun, online_station, station_token, waiting
from talking import Client
from things import erased, have_linked, have_partner, have_signed, newcomer

from models.automats import Automat, AutomatModel, AutomatState, DeviceGroup
from models.base import new_id
from models.contracts import KeyContract, Verification
from models.organizations import OrganizationUnit
from models.selections import SelectionMode
from models.signing import SigningMethod
from models.times import Window
from resolvers import automats, contracts
from resolvers.agreements import choosing, versions
from resolvers.attachments import requesting, uploading
from resolvers.attachments.storing import Bytes
from resolvers.handover import desks
from resolvers.handover.lockers import key_fetched
from resolvers.people import inviting
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.keys import change_keys
from resolvers.templates import editing
from resolvers.work import Work
from schema.api import schema
from schema.guards.limits import costs_of, excess_rows
from schema.scalars import to_id

FEW, MANY = 2, 12
LEVELS = 2
"""How far each way goes from its list: two steps reach every field of every type, and a third one
would bring none that is new, in three times the time."""
SOON = f'startsAt: "{days_from_now(99)}", endsAt: "{days_from_now(100)}"'
ARGUMENTS = {
    "accessSchedulePreview": 'timeZone: "Europe/Helsinki", schedule: {windows: '
    '[{weekdays: [1], from: "08:00", to: "17:00"}]}',
    "nearestAutomats": "near: {coordinates: {latitude: 60.17, longitude: 24.94}}, first: 100",
    "automatSelection": f'input: {{entityExternalId: "0", {SOON}}}',
    "contractDefaults": "organizationUnitId: null",
    "selectionShadow": "organizationUnitId: null",
}
LOOKS_FARTHER = {"selectionComparison", "failoverPlan", "keyTransferSuggestions"}
"""They look at ever more automats until one can serve, so a full fleet costs some statements more;
what they cost is told in test_comparisons, test_failovers and test_key_transfers."""
ASKED_OF_EACH = {"custodyAt": f'at: "{days_from_now(0)}"'}
ROOTS: Any = schema._schema.query_type.fields  # type: ignore[union-attr]  # there is a query type
LISTS = [
    name
    for name, field in ROOTS.items()
    if name not in LOOKS_FARTHER
    and (name in ARGUMENTS or str(field.type).rstrip("!").endswith("Connection"))
]
SKIPPED = {"edges", "node", "pageInfo", "cursor"}


def leaves(type_: Any) -> str:
    """Select everything of a type that needs no selection of its own."""
    fields = getattr(type_, "fields", {})
    plain = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type))]
    return " ".join(["__typename", *plain])


def pages(name: str, field: Any, rest: str) -> str:
    """Select a field; a connection by its nodes."""
    if get_named_type(field.type).name.endswith("Connection"):
        return f"{name}(first: 20) {{ edges {{ cursor node {{ {rest} }} }} }}"
    arguments = f"({ASKED_OF_EACH[name]})" if name in ASKED_OF_EACH else ""
    return f"{name}{arguments} {{ {rest} }}"


def inner(field: Any) -> Any:
    """Give the type of the things that a field holds, be it a list of them, a page or one."""
    type_ = get_named_type(field.type)
    if type_.name.endswith("Connection"):
        return get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type)
    return type_


def ways(type_: Any, levels: int) -> Iterator[str]:
    """Walk from a type along every field that leads to other things."""
    yield leaves(type_)
    if is_union_type(type_):
        for member in type_.types:
            for way in ways(member, levels):
                yield f"__typename ... on {member.name} {{ {way} }}"
        return
    for name, field in type_.fields.items():
        if levels and not is_leaf_type(get_named_type(field.type)):
            for way in ways(inner(field), levels - 1):
                yield pages(name, field, way)


def documents(name: str) -> list[str]:
    """Write a query for each way that begins at a list of the root."""
    field = ROOTS[name]
    if name in ARGUMENTS:
        return [
            f"{{ {name}({ARGUMENTS[name]}) {{ {way} }} }}" for way in ways(inner(field), LEVELS)
        ]
    found = [f"{{ {pages(name, field, way)} }}" for way in ways(inner(field), LEVELS)]
    return [document for document in found if is_allowed(document)]


def is_allowed(document: str) -> bool:
    costs = costs_of(parse(document))
    return not any(costs[0].excess()) and not excess_rows(costs, {})


async def furnish(client: Client, numbers: range) -> None:
    """Make units, desks, groups, automats, keys and stays, each with others than the one before."""
    async with client.working() as work:
        for number in numbers:
            unit = await make_unit(
                work, time_zone="Europe/Paris", selection_mode=SelectionMode.SHADOW
            )
            automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1, unit_id=unit.id)
            group = await make_group(work, automat, settings={"pin_length": 5})
            home = await make_entity(
                work, unit_id=unit.id, device_group_id=group.id, external_id=str(number)
            )
            inside = await make_automat(work, model=AutomatModel.LIVIONKEY_1, unit_id=unit.id)
            keys = [await make_key(work, home, automat=inside)]
            keys += [await make_key(work, home, desk=await make_desk(work))]
            await make_ring(work, *keys)
            stay, _ = await push(work, home, automat_id=inside.id)
            contract = await key_contract(work, stay)
            await make_link(work, contract)
            await attach(work, organization_unit_id=unit.id, entity_id=home.id)
            await attach(work, key_id=keys[0].id, key_contract_id=contract.id)
            await work.add(await erased(work))
            await inviting.invite(work, replace(newcomer(), unit_ids=[unit.id]))
            await have_linked(work, inside)
            await think_of_contracts(work, unit.id, number)
            await send_keys_away(work, automat)
            await let_terms_be_agreed_on(work, unit)
            await have_signed(work)
            await sign_at_a_station(work, unit)
            await have_watched(work, unit, group)
            await have_partner(work, str(number))


async def have_watched(work: Work, unit: OrganizationUnit, group: DeviceGroup) -> None:
    """Let the device group decide on a stay while it is watched what NEAREST would have chosen."""
    home = await make_entity(work, unit_id=unit.id, device_group_id=group.id)
    await make_key(work, home)
    await push(work, home)


async def think_of_contracts(work: Work, unit_id: UUID, number: int) -> None:
    """Make a template, a draft, and a contract one key of which was removed."""
    changes = editing.TemplateChanges(name=f"T {number}", standard=True)
    await editing.create(work, organization_unit_id=unit_id, changes=changes)
    wished, held, removed = [await make_key(work) for _ in range(3)]
    await drafts.create(work, Asked(contacts=[AINO], key_ids=[wished.id]))
    contract = await contracts.create(
        work, key_ids=[held.id, removed.id], contacts=[AINO], window=Window(work.now, None)
    )
    await change_keys(work, contract.id, remove_ids=[removed.id])


async def attach(work: Work, **things: UUID) -> None:
    """Put a file with bytes of its own on each of several things."""
    for subject, id in things.items():
        attachment, _ = await requesting.request(work, subject=subject, subject_id=id, name="a.pdf")
        owner = work.actor.organization_id
        await uploading.store(work, attachment.id, Bytes(new_id(), owner, id.hex, 1, "text/plain"))


async def send_keys_away(work: Work, automat: Automat) -> None:
    """Let a key be with somebody, one with nobody knows whom, and one wait to be put elsewhere."""
    given, promised = await make_key(work), await make_key(work)
    await desks.hand_over(work, [desks.KeyName(id=given.id)], contacts=[AINO])
    window = Window(work.now, work.now + DAY)
    await contracts.create(
        work, key_ids=[promised.id], contacts=[AINO], window=window, automat_id=automat.id
    )
    full = await make_automat(work, model=AutomatModel.LIVIONKEY_1, unit_id=automat.unit_id)
    await make_key(work, automat=full)
    await key_fetched(work, automat_id=full.id, locker_index=0, at=work.now)
    await automats.update(work, full.id, {"state": AutomatState.OUT_OF_SERVICE})


async def let_terms_be_agreed_on(work: Work, unit: OrganizationUnit) -> None:
    """Let contracts carry terms: mandatory ones, those that are chosen, and one being written."""
    await make_agreement(work, unit, {"en": "Be nice.", "fi": "Ole kiltti."}, mandatory=True)
    optional = await make_agreement(work)
    await versions.create(work, optional.id)
    for contract in await work.all(work.own(KeyContract).order_by(KeyContract.id.desc()).limit(2)):
        contract.verification = Verification.SIGNATURE
        await choosing.choose(work, contract.id, [optional.id])


async def sign_at_a_station(work: Work, unit: OrganizationUnit) -> None:
    """Let a station of a unit be busy."""
    station = await online_station(work, await station_token(work), unit_id=unit.id)
    contract = await waiting(work, unit, agrees=False)
    await begun(work, contract, method=SigningMethod.STATION, station_id=station.id)


async def counts(client: Client, asked: list[str]) -> list[int]:
    """Count the statements behind each query."""
    found = []
    for document in asked:
        with statements_of(client.database) as seen:
            await client.ask(document)
        found.append(len(seen))
    return found


async def test_statements_do_not_grow_with_the_units_that_are_asked_about_a_group(
    client: Client,
) -> None:
    async def count_with(more: int) -> int:
        async with client.working() as work:
            for _ in range(more):
                await make_unit(work)
        (count,) = await counts(client, asked)
        return count

    async with client.working() as work:
        group = await make_group(work, settings={"pin_length": 5})
    holding = f'effectiveSettings(deviceGroupId: "{to_id(DeviceGroup, group.id)}")'
    told = f"{holding} {{ value organizationUnit {{ name }} deviceGroup {{ name }} }}"
    asked = [f"{{ organizationUnits {{ edges {{ node {{ {told} }} }} }} }}"]
    few = await count_with(FEW)

    assert await count_with(MANY) <= few


def test_every_list_of_the_root_is_walked() -> None:
    listed = {
        name for name, field in ROOTS.items() if is_list_type(getattr(field.type, "of_type", None))
    }
    assert listed <= set(LISTS) | LOOKS_FARTHER | {"trustedDocumentRoles"}  # of some roles
    assert all(is_object_type(inner(ROOTS[name])) for name in LISTS)


async def test_statements_do_not_grow_with_the_rows(client: Client) -> None:
    asked = [document for name in LISTS for document in documents(name)]
    await furnish(client, range(FEW))
    before = await counts(client, asked)
    await furnish(client, range(FEW, MANY))

    after = await counts(client, asked)

    grown = {
        document: (few, many)
        for document, few, many in zip(asked, before, after, strict=True)
        if many > few
    }
    assert not sorted((counts, document) for document, counts in grown.items())
