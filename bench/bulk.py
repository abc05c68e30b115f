"""`taphuan bench bulk`: a broadcast at the ceiling while people tap, beside python-telegram-bot's limiter."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from bench.machine import here
from bench.platform import BULK_FROM, Platform, everybody_begins
from bench.rig import (
    bulk_by_state,
    free_port,
    percentile,
    postgres,
    prepare,
    queue_notices,
    running,
    serving,
)

if TYPE_CHECKING:
    from argparse import Namespace

LATENCY_S = 0.030
USERS = 100
NUMBER = 900
RATE = 30
TAP_EVERY_S = 0.5
PATIENCE_S = 3.0 * NUMBER / RATE
ENDED = {"sent", "failed", "unknown", "unsendable"}
GOALS = {"ratio": 1.06, "refused_429": 0, "unaccounted": 0, "tap_p50_ms": 60, "tap_max_ms": 150}


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder, postgres(folder) as server:
        server.psql("CREATE DATABASE bench_bulk")
        figures = await _one(server.get_uri("bench_bulk"))
    peers = {"ptb_aio_rate_limiter": await _one(None)}
    result = {"name": "bulk", "machine": here(), "figures": figures | {"goals": GOALS}, "peers": peers}
    print(json.dumps(result, ensure_ascii=False) if args.json else _table(result))
    return 0


async def _one(url: str | None) -> dict[str, float]:
    """One program (the peer without a database's address): a broadcast, and a tap every half second until it ends."""
    platform = Platform(USERS, LATENCY_S, bulk_limit=RATE)
    port = free_port()
    if url is not None:
        await prepare(url, USERS)
    async with platform.serving() as api:
        peer = (sys.executable, "-m", "bench.bulk_bot", str(port), api, str(NUMBER), str(RATE))
        async with running(*peer) if url is None else serving(url, port, api, telegram_rate=str(RATE)):
            async with asyncio.timeout(60):
                await platform.webhook_set.wait()
            await asyncio.sleep(1.0)
            await everybody_begins(platform, "/start" if url is None else "hoc")
            platform.waits_s.clear()
            began = asyncio.create_task(_begin(platform, url))
            taps = await _tap_until_all_came(platform, began)
            await began
            await asyncio.sleep(2.0)
        ended = NUMBER - len(platform.bulk.copies)
        if url is not None:
            ended = NUMBER - sum(number for state, number in (await bulk_by_state(url)).items() if state in ENDED)
        return _figures(platform, taps) | {"unaccounted": ended}


async def _begin(platform: Platform, url: str | None) -> None:
    if url is not None:
        await queue_notices(url, USERS, NUMBER)
    else:
        await platform.says(next(iter(platform.users.values())), "/broadcast")


async def _tap_until_all_came(platform: Platform, began: asyncio.Task[None]) -> int:
    """Returns how many taps there were."""
    people = itertools.cycle(platform.users.values())
    begins = time.perf_counter()
    taps = 0
    tasks: set[asyncio.Task[None]] = set()
    while len(platform.bulk.copies) < NUMBER and time.perf_counter() - begins < PATIENCE_S:
        if began.done():
            began.result()
        user = next(people)
        if user.ready.is_set():
            taps += 1
            task = asyncio.create_task(platform.taps(user))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.sleep(TAP_EVERY_S)
    await asyncio.gather(*tasks)
    return taps


def _figures(platform: Platform, taps: int) -> dict[str, float]:
    bulk = platform.bulk
    seconds = bulk.at[-1] - bulk.at[0]
    return {
        "messages": len(bulk.copies),
        "seconds": round(seconds, 2),
        "ideal_s": NUMBER / RATE,
        "ratio": round(seconds / (NUMBER / RATE), 3),
        "refused_429": bulk.refused,
        "most_in_a_second": bulk.most_in_a_second,
        "twice": sum(number > 1 for number in bulk.copies.values()),
        "taps": taps,
        "taps_unanswered": taps - len(platform.waits_s),
        "tap_p50_ms": round(percentile(platform.waits_s, 50), 1),
        "tap_max_ms": round(percentile(platform.waits_s, 100), 1),
    }


def _table(result: dict[str, Any]) -> str:
    ours, peer = result["figures"], result["peers"]["ptb_aio_rate_limiter"]
    lines = [f"{result['machine']}; latency {1000 * LATENCY_S:.0f} ms, chats from {BULK_FROM}", ""]
    lines += ["| | taphuan | goal | AIORateLimiter |", "| --- | --- | --- | --- |"]
    lines += [f"| {key} | {ours[key]:g} | {GOALS.get(key, '')} | {peer[key]:g} |" for key in peer]
    return "\n".join(lines)
