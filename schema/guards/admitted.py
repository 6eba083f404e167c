"""A request that was let in: what is asked, and what was paid for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from resolvers.points import Buckets
from schema.guards.points import WORTH_COUNTING, objects_in


@dataclass(frozen=True, slots=True)
class Account:
    """Whose points a request is paid with.

    Args:
        buckets: Where they are.
        whose: The token, the service account or the person.
        now: When the request came, by our clock.
    """

    buckets: Buckets
    whose: UUID
    now: datetime

    async def pay(self, points: int) -> None:
        """Pay.

        Raises:
            Spent: There are too few points.
        """
        await self.buckets.pay(self.whose, points, self.now)

    @property
    def left(self) -> int:
        """How many points there are, as far as this process knows."""
        return int(self.buckets.left(self.whose, self.now))


@dataclass(slots=True)
class Admitted:
    """A request that was let in.

    Args:
        query: The document.
        requested: What it costs at most, in points.
        fixed: What of that it costs whatever comes.
        is_subscription: Whether it goes on until somebody ends it.
        hides_names: Whether guesses at names of the schema are left out of the answer.
        tells_cost: Whether the answer is to say what it cost.
        account: Who paid; None where nobody has to.
        wrong: Why the document cannot be read; None when it can.
    """

    query: str
    requested: int
    fixed: int = 0
    is_subscription: bool = False
    hides_names: bool = False
    tells_cost: bool = False
    account: Account | None = None
    wrong: GraphQLError | None = None
    is_settled: bool = False

    def settled(self, data: Any, *, has_failed: bool = False) -> dict[str, Any]:
        """Give back what was paid for objects that did not come, once; and say what it cost.

        What costs little is not counted, which would cost more. Where a field has failed nothing is
        given back: it takes with it what others brought, and that was looked up all the same.

        Args:
            data: The answer; None when there is none.
            has_failed: Whether some field of it could not be answered.
        """
        pays_back = self._pays_back()
        if not pays_back and not self.tells_cost:
            return {}
        came = self.fixed + max(objects_in(data) - 1, 0)  # the answer itself is none of them
        actual = self.requested if has_failed else came
        if pays_back and self.account and actual < self.requested:
            self.account.buckets.give_back(self.account.whose, self.requested - actual)
        return {"cost": self.told(actual)} if self.tells_cost else {}

    def told(self, actual: int) -> dict[str, int | None]:
        """Say what it cost."""
        left = self.account.left if self.account else None
        return {"requested": self.requested, "actual": actual, "left": left}

    def _pays_back(self) -> bool:
        if self.is_settled or self.is_subscription or self.requested < WORTH_COUNTING:
            return False
        self.is_settled = True
        return True
