"""Staff who make credentials and leave: what they ask for, and what they leave behind."""

from typing import Any

from staffing import Staff
from talking import Client, another_process

CREATE = """mutation { tokenCreate(input: {name: "NAME", role: ROLE}) {
  text token { id createdBy expiresAt } userErrors { code } } }"""
ACCOUNT = """mutation { serviceAccountCreate(input: {name: "PMS", source: "pms"}) {
  serviceAccount { id createdBy keys { id createdBy expiresAt } access { createdBy expiresAt } }
  userErrors { code } } }"""
ROTATE_KEY = """mutation { serviceAccountKeyRotate(input: {id: "ID"}) {
  serviceAccount { keys { id createdBy expiresAt } } userErrors { code } } }"""
BLOCK = """mutation($input: PersonBlockInput!) { personBlock(input: $input) { person { state }
  credentials { kind id name inUse revokedAt } userErrors { code message path } } }"""
REMOVE = """mutation($input: PersonRemoveInput!) { personRemove(input: $input) { person { state }
  credentials { kind id name inUse revokedAt } userErrors { code message path } } }"""


async def said(staff: Staff, document: str) -> dict[str, Any]:
    """Send a mutation as somebody who has signed in, and give what it answers."""
    (payload,) = (await staff.ask(document)).json()["data"].values()
    found: dict[str, Any] = payload
    return found


async def token_of(staff: Staff, name: str = "script", role: str = "VIEWER") -> dict[str, Any]:
    """Let somebody make a token."""
    made = await said(staff, CREATE.replace("NAME", name).replace("ROLE", role))
    assert made["userErrors"] == []
    return made


async def account_of(staff: Staff) -> dict[str, Any]:
    """Let somebody make a service account."""
    made = await said(staff, ACCOUNT)
    assert made["userErrors"] == []
    account: dict[str, Any] = made["serviceAccount"]
    return account


async def opens(client: Client, text: str) -> bool:
    """Tell whether a token opens the door, in a process that remembers nobody."""
    async with another_process(client) as other:
        headers = {"authorization": f"Bearer {text}"}
        answer = await other.http.post(
            "/graphql", json={"query": "{ __typename }"}, headers=headers
        )
    return answer.status_code == 200


async def blocked(client: Client, id: str, **more: Any) -> dict[str, Any]:
    """Block somebody with the token of an administrator."""
    found: dict[str, Any] = (await client.ask(BLOCK, input={"id": id} | more))["personBlock"]
    return found


async def removed(client: Client, id: str, **more: Any) -> dict[str, Any]:
    """Remove somebody with the token of an administrator."""
    found: dict[str, Any] = (await client.ask(REMOVE, input={"id": id} | more))["personRemove"]
    return found
