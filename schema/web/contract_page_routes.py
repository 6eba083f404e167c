"""What the page of a contact asks for: one contract, by the secret of its link. It opens no door.

See `schema.web.public_requests` for what holds for all of it.
"""

import time
from functools import partial
from typing import Any

from starlette.routing import BaseRoute, Route

from models.addressed import address_of, placement_of
from models.contracts import LockerContract
from models.database import Database
from models.errors import LinkNotValid
from resolvers import pin_reads, public_contracts, public_links
from resolvers.attachments.storing import download_url
from resolvers.evidence.links import document_name
from resolvers.outside.ports import Outside
from resolvers.pin_reads import Shown
from resolvers.public_contracts import Seen, SeenLocker, SeenOpening
from resolvers.public_links import Whose
from schema.context import Context
from schema.doors.throttling import Throttle
from schema.scalars import write_instant
from schema.view import MakeContext
from schema.web.public_requests import Answer, Asked, answered_by

WRONG_SECRETS_A_MINUTE = 60
FACTS = (
    *("reference", "organization", "startsAt", "endsAt", "startsAtLocal", "endsAtLocal"),
    *("timeZone", "pickUpInformation"),
)


class ContractPageRoutes:
    """The endpoints of the contacts' page.

    Args:
        database: Where links are.
        outside: Signs the addresses of documents.
        make_context: Makes what a request gets, of the request and of who asks.
    """

    def __init__(self, database: Database, outside: Outside, make_context: MakeContext) -> None:
        self._database = database
        self._outside = outside
        self._make_context = make_context
        self._wrong_secrets = Throttle(WRONG_SECRETS_A_MINUTE)

    async def whose(self, asked: Asked) -> tuple[Whose, Context]:
        """Find out which link a request brings.

        Raises:
            LinkNotValid: None.
            Refused: None, and too many wrong ones came from that address within a minute.
        """
        try:
            async with self._database.reading() as connection:
                whose = await public_links.by_secret(connection, asked.secret)
        except LinkNotValid:
            self._wrong_secrets.wrong(asked.address, time.monotonic())
            raise
        context: Context = self._make_context(asked.request, whose.owner)
        return whose, context

    async def look(self, asked: Asked) -> dict[str, Any]:
        """Show the contract, and note when its link is opened first."""
        whose, context = await self.whose(asked)
        async with context.reading() as reading:
            seen = await public_contracts.seen(reading, whose.link_id)
            shown = await pin_reads.not_shown_lately(reading, pins_of(seen, whose))
        await context.pins_shown.note(shown)
        if seen.is_new:
            await context.writing(partial(public_links.note_opened, link_id=whose.link_id))
        return contract_as_json(seen) | {"signedDocument": self._document(seen, context)}

    def _document(self, seen: Seen, context: Context) -> str | None:
        """Give an address at which the contact can fetch what they signed, for ten minutes."""
        if seen.signed is None or seen.signed.sealed_file_id is None:
            return None
        name = document_name(seen.contract, seen.signed.purpose, is_signed=True)
        return download_url(self._outside, seen.signed.sealed_file_id, name, context.asked_at)

    async def sign(self, asked: Asked) -> dict[str, Any]:
        """Give the secret with which the contact signs."""
        whose, context = await self.whose(asked)
        begin = partial(public_contracts.begin_to_sign, link_id=whose.link_id)
        return {"secret": await context.writing(begin)}


def contract_page_routes(
    database: Database, outside: Outside, make_context: MakeContext
) -> list[BaseRoute]:
    """Make the routes for the contacts' page."""
    page = ContractPageRoutes(database, outside, make_context)
    answers: dict[str, Answer] = {
        "/public/contract": page.look,
        "/public/contract/sign": page.sign,
    }
    return [
        Route(path, answered_by(answer, public_url=outside.public_url), methods=["POST"])
        for path, answer in answers.items()
    ]


def pins_of(seen: Seen, whose: Whose) -> list[Shown]:
    """List the PINs that a contact sees."""
    return [
        Shown(LockerContract, one.contract.id, one.contract.key_contract_id, whose.link_id)
        for one in seen.lockers
        if one.pin is not None
    ]


def contract_as_json(seen: Seen) -> dict[str, Any]:
    """Write what a contact sees."""
    return {
        **{name: seen.facts[name] for name in FACTS},
        "keys": [{"code": key["code"], "entities": key["entities"]} for key in seen.facts["keys"]],
        "language": seen.language,
        "status": seen.status.name,
        "lockers": [_locker_as_json(locker) for locker in seen.lockers],
        "nextOpenings": None
        if seen.openings is None
        else [_opening_as_json(one) for one in seen.openings],
        "signing": {"state": seen.signing.name if seen.signing else None}
        if seen.can_sign
        else None,
    }


def _opening_as_json(seen: SeenOpening) -> dict[str, Any]:
    return {
        "startsAt": write_instant(seen.starts_at),
        "endsAt": write_instant(seen.ends_at) if seen.ends_at else None,
        "startsAtLocal": seen.starts_at_local,
        "endsAtLocal": seen.ends_at_local,
        "timeZone": seen.time_zone,
    }


def _locker_as_json(seen: SeenLocker) -> dict[str, Any]:
    held, address, place = seen.contract, address_of(seen.automat), placement_of(seen.automat)
    return {
        "automat": seen.automat.name,
        "address": address.text if address else None,
        "latitude": place.coordinates.latitude if place else None,
        "longitude": place.coordinates.longitude if place else None,
        "locker": seen.index,
        "pin": seen.pin,
        "pinFrom": write_instant(held.sync_at),
        "from": write_instant(held.starts_at),
        "until": write_instant(held.ends_at) if held.ends_at else None,
        "kind": held.kind.name,
    }
