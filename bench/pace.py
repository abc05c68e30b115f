"""`taphuan bench pace`: 50,000 messages at 1,000 a second by two processes that share one bucket."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.counter import Counter
from bench.machine import here
from bench.platform import TOKEN
from bench.rig import bulk_by_state, cpu_s, free_port, postgres, prepare, queue_notices, running

if TYPE_CHECKING:
    from argparse import Namespace

SENDER = (str(Path(sys.executable).with_name("taphuan")), "serve", "--role", "sender")
PROCESSES = 2
NUMBER = 50_000
RATE = 1_000
LATENCY_S = 0.030
GOALS = {"most_in_a_second": RATE, "share_of_the_ceiling": 0.9, "unaccounted": 0, "twice": 0}


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder, postgres(folder) as server:
        server.psql("CREATE DATABASE bench_pace")
        figures = await _one(server.get_uri("bench_pace"), NUMBER)
    result = {"name": "pace", "machine": here(), "figures": figures | {"goals": GOALS}, "peers": {}}
    print(json.dumps(result, ensure_ascii=False) if args.json else _table(result))
    return 0


async def _one(url: str, number: int) -> dict[str, float]:
    await prepare(url, 1)
    async with Counter(LATENCY_S) as platform:
        environment = {
            "TAPHUAN_DATABASE_URL": url,
            "TAPHUAN_TELEGRAM_TOKEN": TOKEN,
            "TAPHUAN_TELEGRAM_API_BASE": platform.url,
            "TAPHUAN_TELEGRAM_RATE": str(RATE),
            "TAPHUAN_LOG_FORMAT": "json",
        }
        await queue_notices(url, 1, number)
        cpu = 0.0
        async with (
            running(*SENDER, environment=environment | {"TAPHUAN_PORT": str(free_port())}) as first,
            running(*SENDER, environment=environment | {"TAPHUAN_PORT": str(free_port())}) as second,
        ):
            with suppress(PermissionError):  # the real platform has a machine of its own
                os.setpriority(os.PRIO_PROCESS, 0, -15)
            with suppress(TimeoutError):  # what did not come is told below as unaccounted for
                async with asyncio.timeout(3 * number / RATE + 30):
                    await platform.come(number)
            await asyncio.sleep(0.5)
            cpu = sum(cpu_s(process.pid) for process in (first, second))
    at = platform.bulk.at
    states = await bulk_by_state(url)
    seconds = at[-1] - at[0] if at else 0.0
    return {
        "messages": len(platform.bulk.copies),
        "seconds": round(seconds, 2),
        "per_s": round(len(at) / seconds, 1) if seconds else 0.0,
        "share_of_the_ceiling": round(len(at) / seconds / RATE, 3) if seconds else 0.0,
        "most_in_a_second": platform.bulk.most_in_a_second,
        "twice": sum(copies > 1 for copies in platform.bulk.copies.values()),
        "unaccounted": number - states.get("sent", 0),
        "sender_cpu_ms_per_message": round(1000 * cpu / max(len(at), 1), 2),
    }


def _table(result: dict[str, Any]) -> str:
    ours = {key: value for key, value in result["figures"].items() if key != "goals"}
    lines = [f"{result['machine']}; {PROCESSES} processes, latency {1000 * LATENCY_S:.0f} ms", ""]
    lines += ["| | taphuan | goal |", "| --- | --- | --- |"]
    lines += [f"| {key} | {value:g} | {GOALS.get(key, '')} |" for key, value in ours.items()]
    return "\n".join(lines)
