from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.rigs import RIGS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.contract.rigs import Rig


@pytest.fixture(params=list(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param].open() as opened:
        yield opened
