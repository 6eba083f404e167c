"""What belongs to one organization does not exist for another, by whatever way it is asked for."""

import json
from collections.abc import Iterator
from string import Template
from typing import Any

from documents import CANCEL, FIND_RESERVATION, UPSERT, stay
from factories import make_automat, make_entity
from foreign import BY_OTHERS_IDS, EDGES, REFUSED_MUTATIONS, REFUSED_QUERIES
from graphql import get_named_type, is_input_object_type
from signing import waiting
from talking import Client
from things import agreement_of, by_staff, one_of_everything

from models.accounts import Role
from models.contracts import KeyContract
from schema.api import schema
from schema.scalars import to_id

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
    own = await one_of_everything(client, "ours") | await by_staff(client)
    theirs["agreement"] = await agreement_of(stranger)
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


async def test_queries_about_somebody_elses_are_about_nothing(
    client: Client, stranger: Client
) -> None:
    ids = await theirs_and_own(client, stranger)

    for query in REFUSED_QUERIES:
        asked = Template(f"{{ {query} }}").substitute(ids)
        assert await client.error_code(asked) == "NOT_FOUND", query


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
    lists += "lockerContracts contacts organizationUnits contractTemplates events notices "
    lists += "agreements erasures signatureStations automatCommands automatAlarms automatEvents "
    lists += "tokens serviceAccounts people trustedDocuments"
    nested = (
        f"{{ entities {{ edges {{ node {{ attachments {{ {EDGES} }} }} }} }} }}",
        f"{{ keys(first: 20) {{ edges {{ node {{ custody {{ {EDGES} }} }} }} }} }}",
        f"{{ agreements {{ edges {{ node {{ versions {{ {EDGES} }} }} }} }} }}",
        "{ keyContracts { edges { node { links { id } } } } }",
        "{ serviceAccounts { edges { node { keys { id } } } } }",
    )
    documents = [f"{{ {name}(first: 100) {{ {EDGES} }} }}" for name in lists.split()]

    found = json.dumps(
        [await client.ask(document) for document in (*documents, *nested)]
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
