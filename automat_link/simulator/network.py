"""The way between an automat and the broker: it can be cut, and can lose, double and mix up."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from automat_link.topics import Topic

MAY_FAIL = frozenset(set(Topic) - {Topic.ONLINE})
"""What has ways of its own to be said again, also while a connection lasts."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong with messages, each for itself.

    Args:
        loss: How many are lost, 0 to 1.
        double: How many of the others come twice, 0 to 1.
        shuffle: Up to how many seconds each is late, so that they overtake each other.
        topics: Which messages.
        seed: The same one goes wrong in the same way.
    """

    loss: float = 0.0
    double: float = 0.0
    shuffle: float = 0.0
    topics: frozenset[Topic] = MAY_FAIL
    seed: int = 0


NONE = Faults()


class Network:
    """The network of one automat.

    Args:
        faults: What goes wrong with it.
    """

    def __init__(self, faults: Faults = NONE) -> None:
        self.faults = faults
        self.cut_off: Callable[[], None] = _nobody
        """Told when it is cut; the firmware listens here."""
        self._chance = random.Random(faults.seed)  # noqa: S311 - nothing secret
        self._there = asyncio.Event()
        self._there.set()
        self._late: set[asyncio.Task[None]] = set()

    @property
    def is_cut(self) -> bool:
        """Whether nothing comes through."""
        return not self._there.is_set()

    def cut(self) -> None:
        """Cut it: what is on its way is lost."""
        self._there.clear()
        self.forget()
        self.cut_off()

    def mend(self) -> None:
        """Let it be there again."""
        self._there.set()

    async def there(self) -> None:
        """Wait until it is there."""
        await self._there.wait()

    def forget(self) -> None:
        """Lose what is on its way."""
        for task in self._late:
            task.cancel()

    async def carry(
        self, what: Topic, payload: bytes, deliver: Callable[[bytes], Awaitable[None]]
    ) -> None:
        """Bring a message to where it goes, as well as this network does it."""
        for late in self._copies(what):
            if late:
                self._deliver_later(late, payload, deliver)
            else:
                await deliver(payload)

    def _copies(self, what: Topic) -> list[float]:
        """Tell how late each copy of a message comes, in seconds."""
        faults, chance = self.faults, self._chance
        if what not in faults.topics:
            return [0.0]
        if chance.random() < faults.loss:
            return []
        times = 2 if chance.random() < faults.double else 1
        return [chance.uniform(0, faults.shuffle) for _ in range(times)]

    def _deliver_later(
        self, seconds: float, payload: bytes, deliver: Callable[[bytes], Awaitable[None]]
    ) -> None:
        async def wait_and_deliver() -> None:
            await asyncio.sleep(seconds)
            await deliver(payload)

        task = asyncio.create_task(wait_and_deliver())
        self._late.add(task)
        task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()  # who has lost the connection meanwhile has lost this too


def _nobody() -> None:
    """Listen to nothing."""
