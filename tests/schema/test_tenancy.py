"""What belongs to one organization does not exist for another, by whatever way it is asked for."""

import json
from collections.abc import Iterator
from string import Template
from typing import Any

import pytest
from documents import CANCEL, FIND_RESERVATION, UPSERT, days_from_now, stay
from factories import make_automat, make_entity
from graphql import get_named_type, is_input_object_type
from signing import waiting
from talking import Client
from things import one_of_everything

from models.accounts import Role
from models.contracts import KeyContract
from schema.api import schema
from schema.scalars import to_id

SOON = f'startsAt: "{days_from_now(9)}", endsAt: "{days_from_now(10)}"'
EDGES = "edges { node { id } }"

BY_OTHERS_IDS = [
    'reservation(id: "$reservation") { id }',
    'reservation(externalId: "theirs") { id }',
    f'reservations(entityId: "$entity") {{ {EDGES} }}',
    'entity(id: "$entity") { id }',
    'entity(externalId: "theirs") { id }',
    f'entities(search: "theirs") {{ {EDGES} }}',
    'automat(id: "$automat") { id }',
    f'automats(search: "theirs") {{ {EDGES} }}',
    f'keys(automatId: "$automat") {{ {EDGES} }}',
    f'keys(search: "theirs") {{ {EDGES} }}',
    'key(id: "$key") { id }',
    'key(code: "theirs") { id }',
    'insertKeyTasks(automatId: "$automat") { edges { node { deadline } } }',
    "keysOut { edges { node { since } } }",
    f'lockerContracts(automatId: "$automat") {{ {EDGES} }}',
    f'contacts(search: "aino") {{ {EDGES} }}',
    f'agreements(organizationUnitId: "$unit") {{ {EDGES} }}',
    f'events(subjectId: "$reservation") {{ {EDGES} }}',
    f"notices {{ {EDGES} }}",
    f"signatureStations {{ {EDGES} }}",
    "nearestAutomats(near: {coordinates: {latitude: 60.17, longitude: 24.94}}) { rank }",
]
OURS = 'entityExternalId: "ours"'
REFUSED_SELECTIONS = [
    'entityId: "$entity"',
    'entityExternalId: "theirs"',
    f'{OURS}, automatId: "$automat"',
    f'{OURS}, deviceGroupId: "$group"',
    f'{OURS}, keyIds: ["$key"]',
    f'{OURS}, reservationId: "$reservation"',
]
SETTINGS = 'effectiveSettings(deviceGroupId: "$group") { value }'
REFUSED_QUERIES = [
    'agreementPreview(agreementVersionId: "$agreement_version") { title }',
    'agreementPreview(body: "x", keyContractId: "$key_contract") { title }',
    f"organizationUnits(first: 1) {{ edges {{ node {{ {SETTINGS} }} }} }}",
    'nearestAutomats(near: {entityId: "$entity"}) { rank }',
    *(f"automatSelection(input: {{{one}, {SOON}}}) {{ examined }}" for one in REFUSED_SELECTIONS),
]
PUSH = f'externalId: "x", contacts: [{{name: "Eve"}}], {SOON}'
MANY = "errorPolicy: REJECT_ALL, reservations: [{ROW}]"
PEOPLE = 'contacts: [{name: "Eve"}]'
KEY = "kind: MECHANICAL, storage:"
AUTOMAT = 'deviceId: "x", name: "x", model: LIVIONKEY_1, address: {text: "x"}'
REFUSED_MUTATIONS = {
    "reservationUpsert.entityId": f'{PUSH}, entityId: "$entity"',
    "reservationUpsert.automatId": f'{PUSH}, entityExternalId: "ours", automatId: "$automat"',
    "reservationUpsert.deviceGroupId": f'{PUSH}, entityExternalId: "ours", deviceGroupId: "$group"',
    "reservationUpsert.keyIds": f'{PUSH}, entityExternalId: "ours", keyIds: ["$key"]',
    **{
        f"reservationsUpsert.reservations.{name}": MANY.replace("ROW", f"{PUSH}, {whose}")
        for name, whose in {
            "entityId": 'entityId: "$entity"',
            "automatId": f'{OURS}, automatId: "$automat"',
            "deviceGroupId": f'{OURS}, deviceGroupId: "$group"',
            "keyIds": f'{OURS}, keyIds: ["$key"]',
        }.items()
    },
    "reservationCancel.id": 'id: "$reservation"',
    "entityCreate.deviceGroupId": 'kind: CAR, name: "x", deviceGroupId: "$group"',
    "entityCreate.organizationUnitId": 'kind: CAR, name: "x", organizationUnitId: "$unit"',
    "entityUpdate.id": 'id: "$entity", name: "x"',
    "entityUpdate.deviceGroupId": 'id: "$own_entity", deviceGroupId: "$group"',
    "entityUpdate.organizationUnitId": 'id: "$own_entity", organizationUnitId: "$unit"',
    "automatInstall.organizationUnitId": f'{AUTOMAT}, organizationUnitId: "$unit"',
    "automatInstall.deviceGroupIds": f'{AUTOMAT}, deviceGroupIds: ["$group"]',
    "automatUpdate.id": 'id: "$automat", name: "x"',
    "lockerUpdate.id": 'id: "$locker", outOfOrder: true',
    "deviceGroupCreate.automatIds": 'name: "x", automatIds: ["$automat"]',
    "deviceGroupUpdate.id": 'id: "$group", name: "x"',
    "deviceGroupUpdate.automatIds": 'id: "$own_group", automatIds: ["$automat"]',
    "manualStorageCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "manualStorageUpdate.id": 'id: "$desk", name: "x"',
    "keyRegister.entityIds": f'{KEY} {{automatId: "$own_automat"}}, entityIds: ["$entity"]',
    "keyRegister.storage.automatId": f'{KEY} {{automatId: "$automat"}}, entityIds: []',
    "keyRegister.storage.manualStorageId": f'{KEY} {{manualStorageId: "$desk"}}, entityIds: []',
    "keyUpdate.id": 'id: "$key", rfidTag: "00"',
    "keyUpdate.entityIds": 'id: "$own_key", entityIds: ["$entity"]',
    "keyRingCreate.keyIds": 'name: "x", keyIds: ["$own_key", "$key"]',
    "keyRingUpdate.id": 'id: "$ring", name: "x"',
    "keyRingUpdate.keyIds": 'id: "$own_ring", keyIds: ["$key"]',
    "keyContractCreate.keyIds": f'{PEOPLE}, keyIds: ["$own_key", "$key"]',
    "keyContractCreate.keyRingIds": f'{PEOPLE}, keyRingIds: ["$ring"]',
    "keyContractCreate.automatId": f'{PEOPLE}, keyIds: ["$own_key"], automatId: "$automat"',
    "keyContractUpdate.id": 'id: "$key_contract", endsAt: null',
    "keyContractCancel.id": 'id: "$key_contract"',
    "contractLinkCreate.keyContractId": 'keyContractId: "$key_contract"',
    "contractLinkCreate.contactId": 'keyContractId: "$own_key_contract", contactId: "$contact"',
    "contractLinkRevoke.id": 'id: "$contract_link"',
    "agreementCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "agreementUpdate.id": 'id: "$agreement", name: "x"',
    "agreementRetire.id": 'id: "$agreement"',
    "agreementVersionCreate.agreementId": 'agreementId: "$agreement"',
    "agreementVersionUpdate.id": 'id: "$agreement_version", texts: []',
    "agreementVersionPublish.id": 'id: "$agreement_version"',
    "keyContractAgreementsSet.keyContractId": 'keyContractId: "$key_contract", agreementIds: []',
    "keyContractAgreementsSet.agreementIds": 'keyContractId: "$own_key_contract", '
    'agreementIds: ["$agreement"]',
    "keyHandOver.keys.id": f'{PEOPLE}, keys: [{{id: "$own_key"}}, {{id: "$key"}}]',
    "keyHandOver.keyRingIds": f'{PEOPLE}, keyRingIds: ["$ring"]',
    "keyHandOver.keyContractId": 'keys: [{id: "$own_key"}], keyContractId: "$key_contract"',
    "keyTakeBack.key.id": 'key: {id: "$key"}, manualStorageId: "$own_desk"',
    "keyTakeBack.manualStorageId": 'key: {id: "$own_key"}, manualStorageId: "$desk"',
    "keyTakeBack.keyContractId": 'key: {id: "$own_key"}, keyContractId: "$key_contract"',
    "keyTransfer.key.id": 'key: {id: "$key"}, storage: {automatId: "$own_automat"}',
    "keyTransfer.storage.automatId": 'key: {id: "$own_key"}, storage: {automatId: "$automat"}',
    "keyTransfer.storage.manualStorageId": 'key: {id: "$own_key"}, storage: '
    '{manualStorageId: "$desk"}',
    "lockerReport.automatId": 'automatId: "$automat", lockerIndex: 0, fact: KEY_FETCHED',
    "signingStart.keyContractId": 'keyContractId: "$key_contract", method: LINK',
    "signingStart.contactId": 'keyContractId: "$own_to_sign", method: LINK, contactId: "$contact"',
    "signingStart.stationId": 'keyContractId: "$own_to_sign", method: STATION, '
    'stationId: "$station"',
    "signingWithdraw.id": 'id: "$signing"',
    "signatureStationCreate.organizationUnitId": 'name: "x", organizationUnitId: "$unit"',
    "signatureStationUpdate.id": 'id: "$station", name: "x"',
    "signatureStationUpdate.organizationUnitId": 'id: "$own_station", organizationUnitId: "$unit"',
    "signatureStationPairingCode.id": 'id: "$station"',
    "signatureStationUnpair.id": 'id: "$station"',
    "signatureStationRetire.id": 'id: "$station"',
    "contactUpdate.id": 'id: "$contact", name: "Eve"',
    "organizationUnitCreate.parentId": 'name: "x", parentId: "$unit"',
    "organizationUnitUpdate.id": 'id: "$unit", name: "x"',
}
NOT_LISTED = {"locker", "signing", "signature"}
WHOLE_TRAIL = "{ events(first: 100) { edges { node { id kind facts } } } }"


def id_fields(input: Any, way: str) -> Iterator[str]:
    """Walk through the ids that a mutation takes."""
    for name, field in input.fields.items():
        type_ = get_named_type(field.type)
        if type_.name == "ID":
            yield f"{way}.{name}"
        elif is_input_object_type(type_):
            yield from id_fields(type_, f"{way}.{name}")


def test_every_id_that_a_mutation_takes_is_tried_with_somebody_elses() -> None:
    mutations: Any = schema._schema.mutation_type
    taken = {
        way
        for name, field in mutations.fields.items()
        for way in id_fields(get_named_type(field.args["input"].type), name)
    }

    assert taken == REFUSED_MUTATIONS.keys()


async def theirs_and_own(client: Client, stranger: Client) -> dict[str, str]:
    """Fill both organizations; the ids of the other one come without a prefix."""
    theirs = await one_of_everything(stranger, "theirs")
    own = await one_of_everything(client, "ours")
    async with client.working() as work:
        own["to_sign"] = to_id(KeyContract, (await waiting(work, agrees=False)).id)
    return theirs | {f"own_{kind}": id for kind, id in own.items()}


async def test_no_query_finds_what_is_somebody_elses(client: Client, stranger: Client) -> None:
    ids = await one_of_everything(stranger, "theirs")
    documents = [Template(f"{{ {each} }}").safe_substitute(ids) for each in BY_OTHERS_IDS]
    documents += [f'{{ node(id: "{id}") {{ id }} }}' for id in ids.values()]

    for document in documents:
        (found,) = (await client.ask(document)).values()
        assert found in (None, [], {"edges": []}), document


@pytest.mark.parametrize("query", REFUSED_QUERIES)
async def test_a_query_about_somebody_elses_is_about_nothing(
    client: Client, stranger: Client, query: str
) -> None:
    ids = await theirs_and_own(client, stranger)

    assert await client.error_code(Template(f"{{ {query} }}").substitute(ids)) == "NOT_FOUND"


async def test_no_mutation_touches_what_is_somebody_elses(client: Client, stranger: Client) -> None:
    ids = await theirs_and_own(client, stranger)
    before = [await one.ask(WHOLE_TRAIL) for one in (client, stranger)]

    for way, written in REFUSED_MUTATIONS.items():
        name = way.partition(".")[0]
        document = (
            f"mutation {{ {name}(input: {{{written}}}) {{ userErrors {{ code message }} }} }}"
        )
        answer = (await client.ask(Template(document).substitute(ids)))[name]
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"], way
        assert "theirs" not in answer["userErrors"][0]["message"], way

    after = [await one.ask(WHOLE_TRAIL) for one in (client, stranger)]
    assert [without_hints(trail) for trail in after] == before


def without_hints(trail: dict[str, Any]) -> dict[str, Any]:
    """Leave out that our own people are told of a group that is none of theirs (R16)."""
    edges = [
        edge
        for edge in trail["events"]["edges"]
        if edge["node"]["kind"] != "DEVICE_GROUP_NOT_FOUND"
    ]
    return {"events": {"edges": edges}}


async def test_lists_and_what_hangs_on_them_hold_only_what_is_ours(
    client: Client, stranger: Client
) -> None:
    theirs = await one_of_everything(stranger, "theirs")
    ours = await one_of_everything(client, "ours")
    lists = "reservations entities automats keys keyRings manualStorages deviceGroups keyContracts "
    lists += "lockerContracts contacts organizationUnits events notices agreements "
    lists += "signatureStations"
    chains = f"{{ keys(first: 20) {{ edges {{ node {{ custody {{ {EDGES} }} }} }} }} }}"
    versions = f"{{ agreements {{ edges {{ node {{ versions {{ {EDGES} }} }} }} }} }}"
    links = "{ keyContracts { edges { node { links { id } } } } }"
    documents = [f"{{ {name}(first: 100) {{ {EDGES} }} }}" for name in lists.split()]

    found = json.dumps(
        [await client.ask(document) for document in (*documents, chains, versions, links)]
        + [await client.ask(FIND_RESERVATION, id=ours["reservation"])]
    )

    assert all(id in found for kind, id in ours.items() if kind not in NOT_LISTED)
    assert not [id for id in theirs.values() if id in found]
    assert "theirs" not in found


async def test_the_same_numbers_mean_different_things_in_two_organizations(
    client: Client, stranger: Client
) -> None:
    for one in (client, stranger):
        async with one.working() as work:
            await make_automat(work, device_id="000001")
            await make_entity(work, external_id="A 15")
    push = stay(entityExternalId="A 15", idempotencyKey="k")

    first = (await client.ask(UPSERT, input=push))["reservationUpsert"]
    second = (await stranger.ask(UPSERT, input=push | {"endsAt": None}))["reservationUpsert"]
    cancelled = await client.ask(CANCEL, input={"externalId": push["externalId"]})

    assert (first["outcome"], second["outcome"]) == ("CREATED", "CREATED")
    assert first["reservation"]["id"] != second["reservation"]["id"]
    assert cancelled["reservationCancel"]["reservation"]["status"] == "CANCELLED"
    kept = await stranger.ask(FIND_RESERVATION, Role.VIEWER, id=second["reservation"]["id"])
    assert kept["reservation"]["status"] == "UNFULFILLED"
