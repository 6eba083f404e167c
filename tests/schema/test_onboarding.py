"""What a partner still needs to go live: all of it at first, and less with each step."""

from typing import Any

from documents import CANCEL, UPSERT, stay
from factories import make_automat, make_entity, make_key, make_unit
from partnering import NAMES, REVOKE, new_account
from sqlalchemy import select
from talking import Client

from models.accounts import Role, Token
from models.automats import AutomatState
from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from resolvers import automats
from resolvers.partners.uses import Uses
from schema.context import clock
from schema.scalars import to_id

ASK = """query($source: String, $account: ID) {
  partnerOnboarding(source: $source, serviceAccountId: $account) {
    ready checks { step done message wayOut } } }"""


async def missing(client: Client, role: Role = Role.ADMIN, **partner: Any) -> list[str]:
    """List the steps that are not done; each of them says a way out, and no other does."""
    found = (await client.ask(ASK, role, **partner))["partnerOnboarding"]
    checks = found["checks"]
    assert all(check["message"].endswith(".") for check in checks)
    assert [check["done"] for check in checks] == [check["wayOut"] is None for check in checks]
    assert found["ready"] == all(check["done"] for check in checks)
    return [check["step"] for check in checks if not check["done"]]


async def used(client: Client) -> None:
    """Let the access of the one service account be used just now, as its requests note it."""
    uses = Uses(client.database)
    async with client.working() as work:
        for id in await work.scalars(select(Token.id).where(Token.source == "pms")):
            uses.note(id, clock())
    await uses.write()


async def test_step_by_step_a_partner_can_go_live(client: Client) -> None:
    pms = {"source": "pms"}
    assert await missing(client, **pms) == [
        "CREDENTIALS_MADE", "CREDENTIALS_USED", "UNITS_REACHED", "ENTITIES_REGISTERED",
        "ENTITIES_PLACED", "KEYS_REGISTERED", "AUTOMAT_IN_REACH", "RESERVATION_PUSHED",
        "RESERVATION_CANCELLED",
    ]  # fmt: skip
    partner = await new_account(client)
    assert (await missing(client, **pms))[0] == "CREDENTIALS_USED"
    assert (await partner.ask(NAMES).send(client.http)).status_code == 200
    await used(client)
    async with client.working() as work:
        home = await make_entity(work)
    assert "ENTITIES_REGISTERED" not in await missing(client, **pms)
    async with client.working() as work:
        automat = await make_automat(work)
        await make_key(work, await work.get(ReservableEntity, home.id), automat=automat)
    assert await missing(client, **pms) == ["RESERVATION_PUSHED", "RESERVATION_CANCELLED"]
    push = stay(entityId=to_id(ReservableEntity, home.id))
    pushed = (await partner.ask(UPSERT, input=push).send(client.http)).json()
    made = pushed["data"]["reservationUpsert"]["reservation"]
    assert await missing(client, **pms) == ["RESERVATION_CANCELLED"]
    await partner.ask(CANCEL, input={"id": made["id"]}).send(client.http)
    assert await missing(client, account=partner.account_id) == []
    itself = (await partner.ask(ASK, **pms).send(client.http)).json()
    assert itself["data"]["partnerOnboarding"]["ready"]

    lost = {"deviceGroupId": f"group_{'0' * 32}", "externalId": "lost"}
    await partner.ask(UPSERT, input=push | lost).send(client.http)
    assert await missing(client, **pms) == ["NO_REFUSED_PUSHES"]
    async with client.working() as work:
        await automats.update(work, automat.id, {"state": AutomatState.OUT_OF_SERVICE})
    assert "AUTOMAT_IN_REACH" in await missing(client, **pms)
    await client.ask(REVOKE, id=partner.account_id)
    assert (await missing(client, **pms))[0] == "CREDENTIALS_MADE"


async def test_only_what_a_partner_reaches_counts_for_it(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work, name="North")
        await make_key(work, await make_entity(work), automat=await make_automat(work))
    account = await new_account(
        client, organizationUnitIds=[to_id(OrganizationUnit, unit.id)], source="north"
    )

    assert "ENTITIES_REGISTERED" in await missing(client, source="north")
    async with client.working() as work:
        home = await make_entity(work, unit_id=unit.id)
        await make_key(work, home, automat=await make_automat(work, unit_id=unit.id))
    done = {"ENTITIES_REGISTERED", "KEYS_REGISTERED", "AUTOMAT_IN_REACH", "UNITS_REACHED"}
    assert not done.intersection(await missing(client, account=account.account_id))


async def test_a_partner_asks_for_itself_alone(client: Client, stranger: Client) -> None:
    theirs = await new_account(stranger)
    mine = await new_account(client)
    other = await new_account(client, source="another")

    assert await missing(client, Role.PARTNER, source="default")
    for wrong, code in (
        ({"source": "pms"}, "NOT_ALLOWED"),
        ({"account": mine.account_id}, "NOT_ALLOWED"),
        ({}, "INVALID_INPUT"),
        ({"source": "default", "account": mine.account_id}, "INVALID_INPUT"),
        ({"account": theirs.account_id}, "NOT_FOUND"),
    ):
        assert await client.error_code(ASK, Role.PARTNER, **wrong) == code, wrong
    refused = (await mine.ask(ASK, account=other.account_id).send(client.http)).json()
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
