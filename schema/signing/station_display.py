"""What the display of a signature station watches: the signing that is open there, live."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from functools import partial
from types import EllipsisType
from typing import Self
from uuid import UUID

import strawberry

import models.signing as models
from models.accounts import Actor, Permission
from models.database import Database
from models.dialects.deadlocks import begun_again
from resolvers import clocks
from resolvers.signing import displays
from resolvers.signing.displays import Present
from resolvers.waking import AWAY, nap
from resolvers.work import Reading, Work
from schema.context import Info, clock
from schema.permissions import reached, subscription
from schema.scalars import to_id
from schema.signing.signing_enums import SigningPurpose, SigningState

LONGEST_NAP_SECONDS = 5.0
"""A signing may end by its time alone, at which no bell rings."""
SHORTEST_NAP_SECONDS = 0.1
"""Between two looks: each commit of anybody rings the bell."""


@reached
@strawberry.type(description="The signing that a display has to show.")
class SigningOffer:
    id: strawberry.ID = strawberry.field(description="Which signing.")
    secret: str = strawberry.field(
        description="With it the display reads and signs, as a link does; the one that it was told "
        "by an earlier subscription is not valid any more."
    )
    state: SigningState = strawberry.field(description="PREPARING, then OFFERED.")
    contact_name: str = strawberry.field(description="Who is to sign.")
    purpose: SigningPurpose = strawberry.field(description="What is signed.")

    @classmethod
    def of(cls, present: Present, secret: str) -> Self:
        process = present.process
        return cls(
            id=to_id(models.SigningProcess, process.id),
            secret=secret,
            state=process.state,
            contact_name=present.contact_name,
            purpose=process.purpose,
        )


class Display:
    """One display that is connected.

    Args:
        database: Where signings are.
        actor: Who the display's token stands for.
    """

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self._secret: tuple[UUID, str] | None = None

    async def offers(self) -> AsyncGenerator[SigningOffer | None]:
        """Yield what is to be shown, at once and whenever it changes; None for nothing.

        Raises:
            Unauthenticated: The display's token was taken back.
            NotAllowed: It is not that of a station.
        """
        wake = asyncio.Event()
        shown: SigningOffer | EllipsisType | None = ...
        async with self._database.echo.waking(wake):
            while True:
                wake.clear()
                offer = shown
                with suppress(*AWAY):  # it shows what it showed until the database is back
                    offer = await self._look()
                if offer is not ... and offer != shown:
                    yield offer
                shown = offer
                await asyncio.sleep(SHORTEST_NAP_SECONDS)
                await nap(wake, LONGEST_NAP_SECONDS)

    async def _look(self) -> SigningOffer | None:
        async with self._database.reading(self._actor.organization_id) as connection:
            self._actor = await clocks.as_now(connection, self._actor)
            now = self._actor.time(clock())
            present = await displays.present(Reading(connection, self._actor, now))
        if present is None:
            return None
        id = present.process.id
        if self._secret is None or self._secret[0] != id:
            secret = await begun_again(partial(self._take_secret, id))
            self._secret = None if secret is None else (id, secret)
        return None if self._secret is None else SigningOffer.of(present, self._secret[1])

    async def _take_secret(self, process_id: UUID) -> str | None:
        async with self._database.writing(self._actor.organization_id) as session:
            work = Work(session, self._actor, self._actor.time(clock()))
            return await displays.take_secret(work, process_id)


@strawberry.type
class StationSubscriptions:
    @subscription(
        permission=Permission.OPERATE_STATION,
        description="The signing that is open at the station of this display, at once and after "
        "every change; null while there is none. For tokens of stations alone; it ends when the "
        "token is taken back.",
    )
    async def station_process(self, info: Info) -> AsyncGenerator[SigningOffer | None]:
        display = Display(info.context.database, info.context.actor)
        async with aclosing(display.offers()) as offers:
            async for offer in offers:
                yield offer
