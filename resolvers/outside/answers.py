"""What an identity provider answers over HTTP: JSON, bounded in size and time, remembered a while.

Redirects are errors: a code and a secret go to nobody else. Nothing that is sent or answered is
ever logged, only what went wrong, in a word.
"""

import asyncio
import json
import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from models.errors import NotIdentified

logger = logging.getLogger(__name__)

LARGEST_ANSWER = 256 * 1024
UNAVAILABLE = "The identity provider cannot be reached now; try again in a few minutes."


class Answers:
    """Asks one provider.

    Args:
        issuer: Its address; where that is https, so is everything else of it.
        timeout_seconds: How long one question may take in all.
    """

    def __init__(self, issuer: str, timeout_seconds: float) -> None:
        self._scheme = urlsplit(issuer).scheme
        self._timeout_seconds = timeout_seconds
        self._known: dict[str, tuple[datetime, dict[str, Any]]] = {}

    async def remembered(self, address: str, *, lasts: timedelta, now: datetime) -> dict[str, Any]:
        """Ask for what seldom changes, and take the same answer for a while.

        Raises:
            NotIdentified: It does not answer.
        """
        at, known = self._known.get(address, (now, None))
        if known is None or not timedelta(0) <= now - at < lasts:
            known = await self.ask("GET", address)
            self._known[address] = now, known
        return known

    async def ask(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        """Ask for something.

        Raises:
            NotIdentified: It does not answer in time, or not with an object in JSON.
        """
        if urlsplit(address).scheme not in {"https", self._scheme}:
            raise self._nothing_from("an address without https")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status, body = await self._fetched(method, address, sent)
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._nothing_from(type(error).__name__) from None
        if status != httpx2.codes.OK:
            raise self._nothing_from(f"HTTP status {status}")
        try:
            answer = json.loads(body)
        except ValueError:
            raise self._nothing_from("no JSON") from None
        if not isinstance(answer, dict):
            raise self._nothing_from("no object")
        return answer

    async def _fetched(self, method: str, address: str, sent: dict[str, Any]) -> tuple[int, bytes]:
        body = b""
        async with (
            httpx2.AsyncClient(timeout=self._timeout_seconds, trust_env=False) as client,
            client.stream(method, address, **sent) as response,
        ):
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise self._nothing_from("too long an answer")
            return response.status_code, body

    def _nothing_from(self, reason: str) -> NotIdentified:
        logger.warning("The identity provider gave nothing to go by: %s", reason)
        return NotIdentified(UNAVAILABLE)
