"""What automats reported, over HTTP."""

from typing import Any

from commanding import make_link, make_report
from factories import make_automat
from talking import Client

from models.accounts import Role
from models.automat_reports import ReportKind
from models.automats import Automat
from schema.scalars import to_id

EVENTS = """
query($automat: ID, $kind: AutomatEventKind, $first: Int, $after: String) {
  automatEvents(automatId: $automat, kind: $kind, first: $first, after: $after) {
    edges { cursor node { id kind number happenedAt receivedAt appliedAt lockerIndex facts problem
                          automat { name } } }
    pageInfo { hasNextPage }
  }
}
"""


async def events(client: Client, **given: Any) -> list[Any]:
    edges = (await client.ask(EVENTS, Role.ADVANCED_USER, **given))["automatEvents"]["edges"]
    return [edge["node"] for edge in edges]


async def some_reports(client: Client) -> str:
    """Let one automat report three things, and another one a thing."""
    async with client.working() as work:
        automat, other = await make_automat(work), await make_automat(work, "Other")
        link, theirs = await make_link(work, automat), await make_link(work, other)
        await make_report(work, link, 1, ReportKind.STARTED, facts={"reason": "power"})
        await make_report(work, link, 2, ReportKind.DOOR_OPENED, locker_index=4)
        await make_report(work, link, 3, ReportKind.DOOR_CLOSED, locker_index=4)
        await make_report(work, theirs, 1, ReportKind.STARTED)
    return to_id(Automat, automat.id)


async def test_reports_are_listed_newest_first(client: Client) -> None:
    await some_reports(client)

    newest, *_, oldest = await events(client)

    assert (newest["automat"], newest["number"]) == ({"name": "Other"}, 1)
    assert (oldest["kind"], oldest["number"]) == ("STARTED", 1)
    assert oldest["facts"] == {"reason": "power"}
    assert (oldest["lockerIndex"], oldest["appliedAt"], oldest["problem"]) == (None, None, None)


async def test_reports_are_found_by_automat_and_kind(client: Client) -> None:
    automat = await some_reports(client)

    found = await events(client, automat=automat, kind="DOOR_OPENED")

    assert [(one["kind"], one["lockerIndex"]) for one in found] == [("DOOR_OPENED", 4)]
    assert len(await events(client, automat=automat)) == 3
    assert len(await events(client, kind="STARTED")) == 2


async def test_reports_come_in_pages(client: Client) -> None:
    automat = await some_reports(client)

    page = (await client.ask(EVENTS, automat=automat, first=2))["automatEvents"]
    rest = await events(client, automat=automat, after=page["edges"][-1]["cursor"])

    assert page["pageInfo"]["hasNextPage"]
    assert [one["number"] for one in rest] == [1]


async def test_who_may_see_automats_alone_does_not_see_who_came_when(client: Client) -> None:
    await some_reports(client)

    assert await client.error_code(EVENTS, Role.INSTALLER) == "NOT_ALLOWED"
