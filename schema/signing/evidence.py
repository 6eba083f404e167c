"""Evidence of contracts as clients see it: an address from which the bundle comes."""

from typing import Any

from models.accounts import Permission
from resolvers.evidence.links import evidence_url


async def evidence_urls(contracts: list[Any], context: Any) -> list[str | None]:
    """Give the address of each contract's evidence to those who may see the trail of events."""
    if not context.actor.may(Permission.VIEW_EVENTS):
        return [None] * len(contracts)
    token_id = context.actor.token_id
    return [
        evidence_url(context.outside, one.contract_id, context.asked_at, token_id=token_id)
        for one in contracts
    ]
