from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The whole program, on both databases; Lan has joined and sees her first card."""
    async with set_up(database_url) as opened:
        await opened.opens("lan", "7AAA-AAAA-AA")
        await opened.taps("lan", "Đồng ý và học")
        yield opened
