"""What was signed of key contracts, and the PINs that are kept back until then."""

from datetime import datetime
from typing import Any

import models.contracts as models
from models.accounts import Permission
from models.awaiting import keeps_pin_back
from models.contracts import opens_at
from resolvers.pin_reads import Shown
from resolvers.signed.records import signed_of


async def pins(contracts: list[Any], context: Any) -> list[str | None]:
    """Show PINs to those who may see them, as long as they open something (R26).

    While a signature is awaited nobody sees them, whoever asks (R27, G16). Who is shown one is
    noted first.
    """
    if not context.actor.may(Permission.SEE_PINS):
        return [None] * len(contracts)
    opening = [one for one in contracts if opens_at(one.state, one.ends_at, context.now)]
    ids = list({one.key_contract_id for one in opening if one.sealed_pin is not None})
    rows = await context.loaders.rows(models.KeyContract).load_many(ids)
    behind = dict(zip(ids, rows, strict=True))
    shown = {
        one.contract_id: one
        for one in opening
        if one.sealed_pin is not None and not keeps_pin_back(behind[one.key_contract_id], one.state)
    }
    noted = [Shown(models.LockerContract, id, one.key_contract_id) for id, one in shown.items()]
    await context.pins_shown.note(noted)
    found = {id: one.sealed_pin.opened(of=id) for id, one in shown.items()}
    return [found.get(one.contract_id) for one in contracts]


async def signed_at(contracts: list[Any], context: Any) -> list[datetime | None]:
    """Tell when key contracts were signed last, as far as a signature is kept."""
    signed = [one for one in contracts if one.row.signed_revision is not None]
    found = await signatures_of(signed, context)
    by_id = {
        one.contract_id: said.revision_signed_at.get(one.row.signed_revision)
        for one, said in zip(signed, found, strict=True)
    }
    return [by_id.get(one.contract_id) for one in contracts]


async def return_signed(contracts: list[Any], context: Any) -> list[bool]:
    """Tell of which key contracts somebody signed the return."""
    return [said.return_signed for said in await signatures_of(contracts, context)]


async def signatures_of(contracts: list[Any], context: Any) -> list[Any]:
    """Read what was signed of key contracts."""
    ids = [one.contract_id for one in contracts]
    found: list[Any] = await context.loaders.answers(signed_of).load_many(ids)
    return found
