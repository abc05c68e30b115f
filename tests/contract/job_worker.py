"""A process that takes one job and never ends it: says so on stdout, to be killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from scheduler.jobs import Pace, engine_for
from storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Mapping


async def main(url: str, lease_s: float) -> None:
    async def hang(payload: Mapping[str, Any]) -> None:
        print(payload["n"], flush=True)
        await asyncio.Event().wait()

    pace = Pace(lease=timedelta(seconds=lease_s))
    await engine_for(open_database(url), url, {"note": hang}, SystemClock(), pace).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
