"""Placements as clients review them, accept them, set them and change addresses."""

from factories import PASILA, STATION, make_automat, make_entity, make_key, placed, push
from talking import Client

from models.automats import Automat
from models.entities import ReservableEntity
from models.places import PlacementPrecision
from schema.scalars import to_id

REVIEWS = """
query($kind: [ReviewReason!]) { placementReviews(kind: $kind) { edges { node {
  entity { id placement { precision reason } } automat { id }
  findings { reason message metres } } } pageInfo { hasNextPage } } }
"""
ACCEPT = """
mutation($input: PlacementReviewAcceptInput!) { placementReviewAccept(input: $input) {
  entity { id } automat { id } userErrors { code message } } }
"""
SET = """
mutation($input: PlacementSetInput!) { placementSet(input: $input) {
  entity { placement { precision reason source } } automat { id placement { reason } }
  userErrors { code path } } }
"""
PREVIEW = """
query($entity: ID!, $at: CoordinatesInput, $address: AddressInput) {
  addressChangePreview(entityId: $entity, coordinates: $at, address: $address) {
    placement { precision } placementProblem { code path } more
    stays { reservation { externalId } moves automat { name } newAutomat { name }
            problem { code } } } }
"""
AT_PASILA = {"latitude": PASILA.latitude, "longitude": PASILA.longitude}


async def test_a_review_is_accepted_or_set_right(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work, found=placed(STATION, PlacementPrecision.CITY))
        automat = await make_automat(work)
        automat.reported_position = PASILA
    home_id, automat_id = to_id(ReservableEntity, home.id), to_id(Automat, automat.id)

    edges = (await client.ask(REVIEWS))["placementReviews"]["edges"]
    coarse, elsewhere = [edge["node"] for edge in edges]

    assert (coarse["entity"]["id"], coarse["automat"]) == (home_id, None)
    assert [one["reason"] for one in coarse["findings"]] == ["COARSE"]
    assert elsewhere["automat"]["id"] == automat_id
    (finding,) = elsewhere["findings"]
    assert finding["reason"] == "REPORTED_ELSEWHERE"
    assert 2_900 < finding["metres"] < 3_100
    only = await client.ask(REVIEWS, kind=["REPORTED_ELSEWHERE"])
    assert len(only["placementReviews"]["edges"]) == 1
    accepted = await client.ask(ACCEPT, input={"automatId": automat_id, "reason": "A tunnel."})
    assert accepted["placementReviewAccept"]["automat"]["id"] == automat_id
    by_hand = {"entityId": home_id, "coordinates": AT_PASILA, "reason": "Seen there."}
    made = (await client.ask(SET, input=by_hand))["placementSet"]["entity"]["placement"]
    assert made == {"precision": "MANUAL", "reason": "Seen there.", "source": "manual"}
    assert (await client.ask(REVIEWS))["placementReviews"]["edges"] == []


async def test_coordinates_off_the_earth_and_nameless_things_are_refused(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    id = to_id(ReservableEntity, home.id)
    off = {"latitude": 91.0, "longitude": 0.0}

    refused = await client.ask(SET, input={"entityId": id, "coordinates": off, "reason": "x"})
    nobody = await client.ask(SET, input={"coordinates": AT_PASILA, "reason": "x"})

    for answer in (refused, nobody):
        (error,) = answer["placementSet"]["userErrors"]
        assert error["code"] == "INVALID_INPUT"


async def test_a_change_of_address_is_shown_before_it_is_made(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work, "Station")
        await make_automat(work, "Pasila", PASILA)
        home = await make_entity(work)
        await make_key(work, home)
        await push(work, home, external_id="summer")
    id = to_id(ReservableEntity, home.id)

    there = (await client.ask(PREVIEW, entity=id, at=AT_PASILA))["addressChangePreview"]
    nowhere = (await client.ask(PREVIEW, entity=id, address={"text": "Nowhere Lane 1"}))[
        "addressChangePreview"
    ]

    assert there == {
        "placement": {"precision": "MANUAL"},
        "placementProblem": None,
        "more": 0,
        "stays": [
            {
                "reservation": {"externalId": "summer"},
                "moves": True,
                "automat": {"name": "Station"},
                "newAutomat": {"name": "Pasila"},
                "problem": None,
            }
        ],
    }
    assert nowhere["placementProblem"] == {"code": "ADDRESS_NOT_FOUND", "path": ["address"]}
    assert nowhere["stays"][0]["problem"] == {"code": "ADDRESS_NOT_FOUND"}
    assert await client.error_code(PREVIEW, entity=id) == "INVALID_INPUT"
