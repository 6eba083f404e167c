"""Where stories are played: a database, an event loop to wait in, and an eye of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stories.eye import Eye

from models.database import Database
from models.migrating import migrate

Done = TypeVar("Done")


class Theatre:
    """One database for many small worlds, each of which is an organization of its own.

    Hypothesis takes one step after the other without waiting, so the event loop is in here.

    Args:
        url: The address of an empty database.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.database = Database(url)
        self.run(lambda: migrate(self.database))
        self.eye = Eye(url)
        self.runs = self.steps = self.events = self.refusals = 0
        self.story: list[str] = []
        """What happened in the newest world, in words."""

    def run(self, act: Callable[[], Coroutine[Any, Any, Done]]) -> Done:
        """Do something that has to be waited for."""
        return self._runner.run(act())

    def restart(self) -> None:
        """Let the program begin anew: all that it had in memory is gone."""
        self.run(self.database.dispose)
        self.database = Database(self.url)

    def close(self) -> None:
        """Close everything."""
        self.eye.close()
        self.run(self.database.dispose)
        self._runner.close()
