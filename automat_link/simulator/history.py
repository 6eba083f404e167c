"""What an automat has reported while somebody watches, also when it has forgotten it since."""

from collections import deque

from automat_link.messages.reports import AnyReport, read_report
from automat_link.simulator.cabinet import Cabinet

REMEMBERED = 200


class History:
    """Remembers the reports of one cabinet, which itself lets go of what was heard.

    Args:
        cabinet: Is listened to from now on, and goes on to be heard by its firmware.
    """

    def __init__(self, cabinet: Cabinet) -> None:
        self.reports: deque[AnyReport] = deque(maxlen=REMEMBERED)
        self._cabinet = cabinet
        self._pass_on = cabinet.changed
        self._seen = 0
        self._look()
        cabinet.changed = self._changed

    def _changed(self) -> None:
        self._look()
        self._pass_on()

    def _look(self) -> None:
        for number, text in self._cabinet.log.after(self._seen):
            self._seen = number
            self.reports.append(read_report(text.encode()))

    def is_heard(self, report: AnyReport) -> bool:
        """Tell whether the server has it, so that the cabinet has let go of it."""
        return report.number < self._cabinet.log.oldest_number
