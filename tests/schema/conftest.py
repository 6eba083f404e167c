"""What the tests of the front door share: one browser."""

from collections.abc import AsyncIterator

import pytest
from browsing import CHROMIUM


@pytest.fixture(scope="session", autouse=True)
async def one_browser() -> AsyncIterator[None]:
    """End the browser after the last test, if one was started."""
    yield
    await CHROMIUM.close()
