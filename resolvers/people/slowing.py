"""How often somebody may try to sign in, so that guessing is slow and nobody is shut out by others.

From a device on which the person has signed in before, only what is wrong on that very device
counts. Anybody else is counted by account and network, by account alone and by network alone, and
each further guess costs more time: five in a minute, ten in a quarter of an hour from one network;
twenty in an hour and sixty in a day from anywhere. So a stranger can make it slow to sign in on a
device that is new, and nothing else. A renewed invitation is a way in that no count closes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.database import Database
from resolvers.guesses import Bound, Guesses
from resolvers.outside.secret import Secret

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ON_DEVICE = (Bound("sign-in device", 10, 15 * MINUTE),)
FROM_NETWORK = (Bound("sign-in network", 100, 10 * MINUTE),)
AT_ACCOUNT_FROM_NETWORK = (
    Bound("sign-in account and network, a minute", 5, MINUTE),
    Bound("sign-in account and network, a quarter", 10, 15 * MINUTE),
)
AT_ACCOUNT = (Bound("sign-in account, an hour", 20, HOUR), Bound("sign-in account, a day", 60, DAY))


class TooManyGuesses(Exception):
    """Somebody has to wait.

    Args:
        wait: For how long.
        bound: What they reached.
    """

    def __init__(self, wait: timedelta, bound: Bound) -> None:
        self.wait = wait
        self.bound = bound
        super().__init__()


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries to sign in.

    Args:
        account: The address that was typed, folded, whether anybody has it or not.
        network: Where it comes from: an address, or the /64 of one of IPv6.
        device: The device, where the person has signed in on it before.
    """

    account: str
    network: str
    device: str | None


class Slowing:
    """Counts attempts to sign in, for all processes together.

    Args:
        database: Where.
        secret: Digests what they are counted by, so that no address is kept.
    """

    def __init__(self, database: Database, secret: Secret) -> None:
        self._database = database
        self._secret = secret

    async def count(self, guesser: Guesser, now: datetime) -> None:
        """Count an attempt before it is looked at.

        Raises:
            TooManyGuesses: There were too many; this one does not count.
        """
        counted: list[tuple[Guesses, str]] = []
        for guesses, by in self._counts(guesser):
            wait = await guesses.count(by, now)
            if wait is not None:
                await _forgive(counted, now)
                raise TooManyGuesses(wait, guesses.bound)
            counted.append((guesses, by))

    async def forgive(self, guesser: Guesser, then: datetime) -> None:
        """Take an attempt off again that was right.

        Args:
            guesser: As it was counted.
            then: When it was counted.
        """
        await _forgive(self._counts(guesser), then)

    def _counts(self, guesser: Guesser) -> list[tuple[Guesses, str]]:
        if guesser.device is not None:
            return self._by(f"{guesser.account} {guesser.device}", ON_DEVICE)
        return [
            *self._by(guesser.network, FROM_NETWORK),
            *self._by(f"{guesser.account} {guesser.network}", AT_ACCOUNT_FROM_NETWORK),
            *self._by(guesser.account, AT_ACCOUNT),
        ]

    def _by(self, what: str, bounds: tuple[Bound, ...]) -> list[tuple[Guesses, str]]:
        return [(Guesses(self._database, self._secret, bound), what) for bound in bounds]


async def _forgive(counted: list[tuple[Guesses, str]], then: datetime) -> None:
    for guesses, by in counted:
        await guesses.forgive(by, then)
