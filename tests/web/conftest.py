from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.web.stage import Browser, Stage, open_stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from storage.database import Database

    Opens = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def stage(database: Database) -> Stage:
    """A stage over a ledger: SQLite, then PostgreSQL."""
    return await open_stage(database)


@pytest.fixture
async def opens(stage: Stage) -> AsyncIterator[Opens]:
    """Start the application with what `Stage.app` takes, and open a browser on it."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Browser:
            jar = aiohttp.CookieJar(unsafe=True)  # an IP address is a host too
            client = await stack.enter_async_context(TestClient(TestServer(stage.app(**options)), cookie_jar=jar))
            return Browser(client)

        yield start


@pytest.fixture
async def browser(opens: Opens) -> Browser:
    """A browser on the plain application."""
    return await opens()


@pytest.fixture
async def demo(opens: Opens) -> Browser:
    """A browser on the demo."""
    return await opens(demo=True)
