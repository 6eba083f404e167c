"""Logs on standard error: lines for people or JSON for machines, each with its request's id."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from schema.operating.request_ids import current_request_id
from schema.settings import Settings

CHATTY = ("alembic", "httpcore2", "httpx2")
"""They tell of every look at the migrations, and every address and key in what was asked."""
FOR_PEOPLE = "%(asctime)s %(levelname)s %(name)s %(message)s"
FACTS = "facts"
"""Where a line carries facts beside its words: `extra={FACTS: {...}}`."""


class PeopleFormatter(logging.Formatter):
    """One line for people: the words, and the request's id behind them."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        line = super().format(record)
        id = current_request_id()
        return line if id is None else f"{line} [{id}]"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the request's id, and facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (id := current_request_id()) is not None:
            said["request_id"] = id
        said |= getattr(record, FACTS, {})
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()


def write_logs(current: Settings) -> None:
    """Write logs to standard error as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    as_json = current.log_format == "json"
    handler.setFormatter(JsonFormatter() if as_json else PeopleFormatter(FOR_PEOPLE))
    logging.basicConfig(level=current.log_level.upper(), handlers=[handler], force=True)
    hush()


def hush() -> None:
    """Let libraries tell of what goes wrong alone, and not of what is asked."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
