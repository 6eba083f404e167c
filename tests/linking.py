"""Contracts with links for their contacts, and what those show."""

from typing import Any

import httpx2
from factories import HOUR, make_automat, make_entity, make_key, push
from talking import Client

from models.contracts import KeyContract
from models.public_links import ContractLink
from models.reservations import Reservation
from resolvers import public_links
from resolvers.work import Work

CREATE = """mutation($input: ContractLinkCreateInput!) { contractLinkCreate(input: $input) {
  url userErrors { code message path } contractLink {
    id createdAt openedAt revokedAt expiresAt contact { id name } keyContract { id reference }
  }
} }"""
REVOKE = """mutation($input: ContractLinkRevokeInput!) { contractLinkRevoke(input: $input) {
  contractLink { id revokedAt } userErrors { code }
} }"""


async def make_stay(work: Work, **given: Any) -> KeyContract:
    """Make a stay in an apartment whose key lies in an automat; it begins in an hour."""
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    given = {"starts_at": work.now + HOUR, **given}
    reservation, _ = await push(work, home, **given)
    return await contract_of(work, reservation)


async def contract_of(work: Work, reservation: Reservation) -> KeyContract:
    row = KeyContract
    found = await work.first(work.own(row).where(row.reservation_id == reservation.id))
    assert found is not None
    return found


async def make_link(
    work: Work, contract: KeyContract | None = None, **given: Any
) -> tuple[ContractLink, str]:
    """Make a link for the main contact of a contract, and give its secret."""
    contract = contract or await make_stay(work)
    given = {"contact_id": None, **given}
    return await public_links.create(work, key_contract_id=contract.id, **given)


async def shown(client: Client, secret: str, act: str = "") -> httpx2.Response:
    """Ask what a link shows."""
    headers = {"authorization": f"Bearer {secret}"}
    return await client.http.post(f"/public/contract{act}", json={}, headers=headers)
