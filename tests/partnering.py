"""Partners' programs for tests: accounts that are made over HTTP, as an administrator does."""

from typing import Any

import httpx2
from independent_signing import PartnersClient, private_key, public_pem
from talking import Client

CREATE = """mutation($input: ServiceAccountCreateInput!) { serviceAccountCreate(input: $input) {
  serviceAccount { id name keys { id kind thumbprint publicKey expiresAt revokedAt }
                   access { name role source scopes lastUsedAt } }
  privateKey userErrors { code message path } } }"""
ROTATE = """mutation($input: ServiceAccountKeyRotateInput!) {
  serviceAccountKeyRotate(input: $input) {
  serviceAccount { id keys { id expiresAt } } privateKey userErrors { code message } } }"""
REVOKE_KEY = """mutation($id: ID!) { serviceAccountKeyRevoke(input: {id: $id}) {
  userErrors { code message } } }"""
REVOKE = """mutation($id: ID!) { serviceAccountRevoke(input: {id: $id}) {
  serviceAccount { revokedAt } userErrors { code message } } }"""
NAMES = "{ __typename }"


async def new_account(client: Client, key: Any = None, **asked: Any) -> PartnersClient:
    """Make a service account with a key of the partner's own."""
    key = key or private_key()
    wanted = {"name": "PMS", "source": "pms", "publicKey": public_pem(key)} | asked
    made = (await client.ask(CREATE, input=wanted))["serviceAccountCreate"]
    assert made["userErrors"] == []
    assert made["privateKey"] is None
    return PartnersClient.of(made["serviceAccount"]["id"], key)


def refusal(answer: httpx2.Response) -> str:
    """Give what somebody is told who is not let in."""
    assert answer.status_code == 401, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    return str(error["message"])


def is_in(answer: httpx2.Response) -> bool:
    return answer.status_code == 200 and "errors" not in answer.json()
