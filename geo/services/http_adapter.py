"""How geopy speaks HTTP here: through httpx2, with a bound on the whole exchange, saying nothing.

The libraries log the addresses of pages and the headers of answers, and with them the key and the
street that was asked for. None of that may reach a log, so their talk below a warning is dropped.
"""

import asyncio
import json
import logging
from types import TracebackType
from typing import Any, Self

import httpx2
from geopy.adapters import AdapterHTTPError, BaseAsyncAdapter
from geopy.exc import GeocoderParseError, GeocoderTimedOut, GeocoderUnavailable

TALKATIVE = ("geopy", "httpx2", "httpcore2.http11")


def warnings_only(record: logging.LogRecord) -> bool:
    """Let warnings pass; what lies below them holds addresses and keys."""
    return record.levelno >= logging.WARNING


class HttpxAdapter(BaseAsyncAdapter):  # type: ignore[misc]  # geopy has no types
    """One client for one service. Redirects are errors: a key goes to nobody else."""

    def __init__(self, *, proxies: object, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        for name in TALKATIVE:
            logging.getLogger(name).addFilter(warnings_only)
        verify = True if ssl_context is None else ssl_context
        self._client = httpx2.AsyncClient(verify=verify, trust_env=False)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:  # noqa: ASYNC109 - the signature is geopy's
        """Fetch a page."""
        try:
            async with asyncio.timeout(timeout):
                response = await self._client.get(url, timeout=timeout, headers=headers)
        except (TimeoutError, httpx2.TimeoutException):
            raise GeocoderTimedOut("no answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise GeocoderUnavailable("no connection") from None
        if not response.is_success:
            raise AdapterHTTPError(
                f"HTTP status {response.status_code}",
                status_code=response.status_code,
                headers=response.headers,
                text=None,  # geopy would log it, and services repeat the question in it
            )
        return response.text

    async def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:  # noqa: ASYNC109 - the signature is geopy's
        """Fetch a page and read it as JSON."""
        text = await self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except ValueError:
            raise GeocoderParseError("the answer is not JSON") from None
