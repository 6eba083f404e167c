"""A report with what is known around it, as it is handed to whatever says what it means."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import Json
from models.errors import InvalidInput
from resolvers.automat_reports.around import Around


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that an automat says happened.

    Args:
        link: By which credentials, locked.
        report: What it says.
        at: When it happened, by our clock.
        is_late: Whether later reports may have been applied before it, so that it says nothing of
            how things are now.
        around: What the reports of this transaction share.
    """

    link: AutomatLink
    report: AutomatReport
    at: datetime
    is_late: bool = False
    around: Around = field(default_factory=Around)

    @property
    def automat_id(self) -> UUID:
        """At which automat."""
        return self.report.automat_id

    @property
    def facts(self) -> Json:
        """The rest of it, by the names of the protocol."""
        return self.report.facts

    @property
    def locker_index(self) -> int:
        """At which locker, from 0.

        Raises:
            InvalidInput: It does not say at which.
        """
        if self.report.locker_index is None:
            raise InvalidInput("It does not say at which locker.", path=("locker_index",))
        return self.report.locker_index
