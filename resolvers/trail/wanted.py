"""Which events somebody asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from models.accounts import WayIn
from models.events import Event
from resolvers.erasing.rule import first_id_at

ABOUT = timedelta(days=1)
EARLIEST, LATEST = (
    datetime.min.replace(tzinfo=UTC) + ABOUT,
    datetime.max.replace(tzinfo=UTC) - ABOUT,
)
"""There is no day before and after them, and no id that is as early or late."""
ACTORS = Event.person_id, Event.service_account_id, Event.token_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """What events have to be; None where nothing is said.

    Args:
        actor_id: Done by this person of the staff, this service account, or with this token.
        way_in: By whoever came in like this.
        request_id: With this request.
        since: At this moment or later, by the clock of the organization.
        until: Before this moment.
    """

    actor_id: UUID | None = None
    way_in: WayIn | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, *, is_sandbox: bool) -> list[ColumnElement[bool]]:
        """Say it to the database.

        Ids tell when events were written, so only those of about that time are looked at. A
        sandbox's clock says something else, and its trail is short.
        """
        asked: list[ColumnElement[bool]] = []
        if self.actor_id is not None:
            asked.append(or_(*(column == self.actor_id for column in ACTORS)))
        if self.way_in is not None:
            asked.append(Event.way_in == self.way_in)
        if self.request_id is not None:
            asked.append(Event.request_id == self.request_id)
        if self.since is not None:
            asked.append(Event.at >= self.since)
            asked += (
                [] if is_sandbox else [Event.id >= first_id_at(max(self.since, EARLIEST) - ABOUT)]
            )
        if self.until is not None:
            asked.append(Event.at < self.until)
            asked += [] if is_sandbox else [Event.id < first_id_at(min(self.until, LATEST) + ABOUT)]
        return asked
