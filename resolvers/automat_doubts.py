"""What an automat says that cannot be: it is not believed, and people are told for a while."""

import logging
from datetime import timedelta
from uuid import UUID

from models.automat_alarms import AlarmKind
from models.times import after
from resolvers.automat_alarms import raise_alarm
from resolvers.work import Work

ALARM_LASTS = timedelta(hours=1)
"""So long after the last such saying the alarm ends by itself."""

logger = logging.getLogger(__name__)


async def doubt(work: Work, automat_id: UUID, details: str) -> None:
    """Tell people once that an automat says what cannot be.

    Args:
        work: The transaction, of the system.
        automat_id: Which automat.
        details: What it says, in a sentence for people; never a code.
    """
    until = after(work.now, ALARM_LASTS)
    kind = AlarmKind.DEVICE_ERROR
    if await raise_alarm(work, automat_id, kind, details=details, until=until):
        logger.warning("automat %s is not believed: %s", automat_id, details)
