"""A process that takes an access token a few times over: prints it, or what stood in the way."""

from __future__ import annotations

import asyncio
import os
import sys

from bot import log
from bot.clock import SystemClock
from bot.settings import read
from bot.zalo.parts import open_zalo
from channels.messages import SendError
from storage.database import open_database


async def main(calls: int) -> None:
    settings = read(os.environ)
    log.configure(as_json=True, level="DEBUG")
    database = open_database(settings.database_url)
    parts = open_zalo(settings, database, SystemClock())
    for _ in range(calls):
        try:
            print(await parts.keyring.access(), flush=True)
        except SendError as error:
            print(type(error).__name__, flush=True)
    await parts.channel.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
