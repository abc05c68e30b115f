"""
A process that sends what waits in the ledger and does nothing else, with the program's own parts.

It takes the program's settings (`TAPHUAN_DATABASE_URL`, `TAPHUAN_TELEGRAM_*`) and runs until SIGTERM.

    python -m bench.sending
"""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import AsyncExitStack

from bot import log, settings
from bot.program import build


async def main() -> None:
    """Run the bulk lanes, and nothing of the web or the clock."""
    chosen = settings.read()
    log.configure(as_json=True, level="ERROR")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        program = await build(chosen, stack)
        gc.collect()
        gc.freeze()
        await asyncio.gather(*(lane.run(stop) for lane in program.lanes))


if __name__ == "__main__":
    asyncio.run(main())
