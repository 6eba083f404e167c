"""A partner who pushes reservations to a server, and counts what comes of them."""

from collections import Counter
from itertools import islice
from typing import Any

import httpx2
from _estate import Estate

ONE = """mutation($input: ReservationUpsertInput!) { reservationUpsert(input: $input) {
  outcome userErrors { code } reservation { status } } }"""
MANY = """mutation($rows: [ReservationUpsertInput!]!) {
  reservationsUpsert(input: {reservations: $rows}) { userErrors { code }
    rows { outcome unfulfilledReason userErrors { code } } } }"""


class Partner:
    """Pushes, and counts what comes of it."""

    def __init__(self, client: httpx2.AsyncClient, estate: Estate) -> None:
        self.client = client
        self.estate = estate
        self.outcomes: Counter[str] = Counter()
        self.next = 0

    def stays(self, count: int) -> list[dict[str, Any]]:
        """Make the next new stays."""
        found = list(islice(self.estate.stays(self.next), count))
        self.next += count
        return found

    async def push(self, stay: dict[str, Any]) -> None:
        """Push one."""
        answer = await self._ask(ONE, {"input": stay})
        payload = answer["reservationUpsert"]
        status = payload["reservation"] and payload["reservation"]["status"]
        self.outcomes[_named(payload, status)] += 1

    async def push_all(self, stays: list[dict[str, Any]]) -> None:
        """Push many in one call."""
        answer = await self._ask(MANY, {"rows": stays})
        for row in answer["reservationsUpsert"]["rows"]:
            self.outcomes[_named(row, row["unfulfilledReason"] or "fulfilled")] += 1

    async def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        data: dict[str, Any] = answer.json()["data"]
        return data


def _named(payload: dict[str, Any], status: str | None) -> str:
    refusals = [error["code"] for error in payload["userErrors"]]
    return refusals[0] if refusals else f"{payload['outcome']} {status}"
