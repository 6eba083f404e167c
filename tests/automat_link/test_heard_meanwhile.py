"""What automats are told of their reports, when more is heard while that is looked up."""

from collections.abc import Collection
from typing import cast
from uuid import UUID, uuid4

import pytest
from linked import clock
from sqlalchemy.ext.asyncio import AsyncConnection

from automat_link.heard import Hearing
from automat_link.messages.wanted import Heard
from automat_link.voice import Voice
from models.database import Database
from resolvers.known_links import KnownLink

LINK = uuid4()


class Ear:
    """Takes down what is told, in the place of a connection."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    async def heard(self, link_id: UUID, message: Heard) -> None:
        assert link_id == LINK
        self.numbers.append(message.number)


async def test_what_is_noted_while_it_is_looked_up_is_told_too(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, hearing, numbers = Ear(), Hearing(own_database, clock), [1, 2]

    async def found(_connection: AsyncConnection, ids: Collection[UUID]) -> list[KnownLink]:
        assert list(ids) == [LINK]
        number = numbers.pop(0)
        if numbers:
            hearing.tell_at_once(LINK)
        return [KnownLink(LINK, uuid4(), "", number, None)]

    monkeypatch.setattr("automat_link.heard.links_among", found)
    hearing.note(LINK)

    await hearing.last_words(cast("Voice", ear))
    await hearing.last_words(cast("Voice", ear))

    assert ear.numbers == [1, 2]


async def test_what_could_not_be_looked_up_is_told_later(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, hearing, troubles = Ear(), Hearing(own_database, clock), [ConnectionError()]

    async def found(_connection: AsyncConnection, _ids: Collection[UUID]) -> list[KnownLink]:
        if troubles:
            raise troubles.pop()
        return [KnownLink(LINK, uuid4(), "", 1, None)]

    monkeypatch.setattr("automat_link.heard.links_among", found)
    hearing.tell_at_once(LINK)

    with pytest.raises(ConnectionError):
        await hearing.last_words(cast("Voice", ear))
    await hearing.last_words(cast("Voice", ear))

    assert ear.numbers == [1]
