"""Access schedules over HTTP: set, shown, refused, and their next openings."""

from datetime import datetime, timedelta
from typing import Any

from counting import statements_of
from factories import DAY, make_automat, make_key, make_unit
from promising import promised
from talking import Client

from models.accounts import Role
from models.contracts import KeyContract
from schema.scalars import to_id

SCHEDULE = "accessSchedule { windows { weekdays from to } dailyReturn }"
OPENINGS = "nextOpenings(first: 3) { startsAt endsAt }"
SET = f"""mutation($input: KeyContractScheduleSetInput!) {{ keyContractScheduleSet(input: $input) {{
  keyContract {{ id {SCHEDULE} {OPENINGS} }} userErrors {{ code message path }}
}} }}"""
ALL = f"{{ keyContracts(first: 100) {{ edges {{ node {{ id {SCHEDULE} {OPENINGS} }} }} }} }}"
PREVIEW = """query($schedule: AccessScheduleInput!, $zone: String!, $from: DateTime, $first: Int) {
  accessSchedulePreview(schedule: $schedule, timeZone: $zone, from: $from, first: $first) {
    startsAt endsAt
  }
}"""
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
OFFICE = {"windows": [{"weekdays": EVERY_DAY, "from": "08:00", "to": "17:00"}]}


async def a_contract(client: Client, *, allowed: bool = True) -> str:
    """Make a contract of four days that begins tomorrow, with a key in Paris."""
    async with client.working() as work:
        zone = {"time_zone": "Europe/Paris"}
        unit = await make_unit(work, name="Rive", access_schedules=allowed, **zone)
        key = await make_key(work, automat=await make_automat(work, unit_id=unit.id))
        return to_id(KeyContract, (await promised(work, key, days=4)).id)


async def change(client: Client, role: Role = Role.ADMIN, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(SET, role, input=input))["keyContractScheduleSet"]
    return payload


async def test_a_contract_shows_its_schedule_and_its_next_openings(client: Client) -> None:
    id = await a_contract(client)

    payload = await change(client, Role.PARTNER, id=id, accessSchedule=OFFICE)

    contract = payload["keyContract"]
    assert payload["userErrors"] == []
    assert contract["accessSchedule"] == OFFICE | {"dailyReturn": False}
    starts = [datetime.fromisoformat(one["startsAt"]) for one in contract["nextOpenings"]]
    assert len(starts) == 3
    assert starts[2] - starts[1] <= DAY + timedelta(hours=1)
    assert starts[1].hour in {6, 7}  # eight by the clock in Paris


async def test_a_contract_without_a_schedule_has_no_openings_of_its_own(client: Client) -> None:
    id = await a_contract(client)
    await change(client, id=id, accessSchedule=OFFICE)

    payload = await change(client, id=id, accessSchedule=None)

    assert payload["keyContract"] == {"id": id, "accessSchedule": None, "nextOpenings": None}


async def test_a_unit_without_schedules_refuses_one(client: Client) -> None:
    id = await a_contract(client, allowed=False)

    payload = await change(client, id=id, accessSchedule=OFFICE)

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "accessSchedule"])
    assert "Contracts of Rive cannot have an access schedule" in error["message"]
    assert payload["keyContract"] is None


async def test_a_window_that_makes_no_sense_is_named(client: Client) -> None:
    id = await a_contract(client)
    windows = [*OFFICE["windows"], {"weekdays": [8], "from": "08:00", "to": "17:00"}]

    payload = await change(client, id=id, accessSchedule={"windows": windows})

    (error,) = payload["userErrors"]
    assert error["path"] == ["input", "accessSchedule", "windows", "1", "weekdays"]


async def test_a_preview_tells_the_next_openings_of_a_schedule(client: Client) -> None:
    schedule = {"windows": [{"weekdays": [7], "from": "02:00", "to": "05:00"}]}
    asked = {"schedule": schedule, "zone": "Europe/Helsinki", "from": "2027-03-27T00:00:00Z"}

    found = (await client.ask(PREVIEW, first=2, **asked))["accessSchedulePreview"]

    assert found == [  # the first one is shorter: the clock is set forward in it
        {"startsAt": "2027-03-28T00:00:00Z", "endsAt": "2027-03-28T02:00:00Z"},
        {"startsAt": "2027-04-03T23:00:00Z", "endsAt": "2027-04-04T02:00:00Z"},
    ]


async def test_a_preview_of_what_never_closes_has_no_end(client: Client) -> None:
    schedule = {"windows": [{"weekdays": EVERY_DAY, "from": "00:00", "to": "24:00"}]}
    asked = {"schedule": schedule, "zone": "Europe/Helsinki", "from": "2027-03-27T00:00:00Z"}

    found = (await client.ask(PREVIEW, **asked))["accessSchedulePreview"]

    assert found == [{"startsAt": "2027-03-27T00:00:00Z", "endsAt": None}]


async def test_a_preview_of_nonsense_is_refused(client: Client) -> None:
    good = {"schedule": OFFICE, "zone": "Europe/Helsinki"}
    for asked in (
        {"zone": "Europe/Nowhere"},
        {"schedule": {"windows": []}},
        {"first": 101},
    ):
        assert await client.error_code(PREVIEW, **(good | asked)) == "INVALID_INPUT"


async def test_a_preview_goes_from_one_end_of_the_calendar_to_the_other(client: Client) -> None:
    asked = {"schedule": OFFICE, "zone": "Europe/Helsinki", "first": 1}

    first = await client.ask(PREVIEW, **(asked | {"from": "0001-01-01T00:00:00Z"}))
    last = await client.ask(PREVIEW, **(asked | {"from": "9999-12-31T00:00:00Z"}))

    assert len(first["accessSchedulePreview"]) == 1
    assert last["accessSchedulePreview"] == []


async def test_statements_do_not_grow_with_the_contracts_whose_openings_are_asked(
    client: Client,
) -> None:
    async def count_with(more: int) -> int:
        for _ in range(more):
            await change(client, id=await a_contract(client), accessSchedule=OFFICE)
        with statements_of(client.database) as seen:
            answer = await client.ask(ALL)
        nodes = [edge["node"] for edge in answer["keyContracts"]["edges"]]
        assert all(len(one["nextOpenings"]) == 3 for one in nodes)
        return len(seen)

    before = await count_with(2)

    assert await count_with(8) <= before
