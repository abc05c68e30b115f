"""`taphuan bench taps`: webhook in, commit, reply out, beside a bare python-telegram-bot that keeps nothing."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from bench.machine import here
from bench.platform import Platform, as_fast_as_answered, at_a_rate, everybody_begins
from bench.rig import cpu_s, free_port, memory_mb, percentile, postgres, prepare, running, serving

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

LATENCY_S = 0.030
USERS = 400
AT_ONCE = 64
OFFERED = 100.0
ROUNDS = 2


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder, postgres(folder) as server:
        figures, peers = await _measure(folder, server, args.seconds)
    result = {"name": "taps", "machine": here(), "figures": figures, "peers": peers}
    print(json.dumps(result, ensure_ascii=False) if args.json else _table(result))
    return 0


async def _measure(folder: str, server: Any, seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    runs: dict[str, list[dict[str, float]]] = {"postgresql": [], "bare_ptb": [], "sqlite": []}
    for number in range(ROUNDS):
        name = f"bench_{number}"
        server.psql(f"CREATE DATABASE {name}")
        urls = {"postgresql": server.get_uri(name), "sqlite": f"sqlite:///{folder}/bench_{number}.db"}
        for which in ("postgresql", "bare_ptb", "sqlite"):
            runs[which].append(await _one(urls.get(which), seconds))
    best = {which: _middle(found) for which, found in runs.items()}
    ours, peer = best["postgresql"], best["bare_ptb"]
    figures = {
        "postgresql": ours,
        "sqlite": best["sqlite"],
        "ratio_to_bare_ptb": round(ours["taps_per_s"] / peer["taps_per_s"], 2),
        "goal_ratio": 0.9,
    }
    return figures, {"bare_ptb": peer}


def _middle(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(each[key] for each in found), 1) for key in found[0]}


async def _one(url: str | None, seconds: float) -> dict[str, float]:
    """One program (the peer without a database's address), a closed loop, then 100 taps a second offered."""
    platform = Platform(USERS, LATENCY_S)
    port = free_port()
    if url is not None:
        await prepare(url, USERS)
    async with platform.serving() as api:
        bare = (sys.executable, "-m", "bench.bare_bot", str(port), api)
        async with running(*bare) if url is None else serving(url, port, api) as process:
            async with asyncio.timeout(60):
                await platform.webhook_set.wait()
            await asyncio.sleep(1.0)
            await everybody_begins(platform, "/start" if url is None else "hoc")
            await as_fast_as_answered(platform, AT_ONCE, min(2.0, seconds))
            before = cpu_s(process.pid)
            taps, waits = await as_fast_as_answered(platform, AT_ONCE, seconds)
            cpu = cpu_s(process.pid) - before
            offered, steady = await at_a_rate(platform, OFFERED, seconds)
            return {
                "taps_per_s": taps / seconds,
                "closed_p50_ms": percentile(waits, 50),
                "closed_p99_ms": percentile(waits, 99),
                "cpu_ms_per_tap": 1000 * cpu / max(taps, 1),
                "offered_per_s": offered / seconds,
                "offered_p50_ms": percentile(steady, 50),
                "offered_p99_ms": percentile(steady, 99),
                "memory_mb": memory_mb(process.pid),
            }


def _table(result: dict[str, Any]) -> str:
    rows = [
        ("postgresql", result["figures"]["postgresql"]),
        ("sqlite", result["figures"]["sqlite"]),
        ("bare python-telegram-bot", result["peers"]["bare_ptb"]),
    ]
    keys = list(rows[0][1])
    lines = [f"{result['machine']}; latency {1000 * LATENCY_S:.0f} ms, {AT_ONCE} users at once", ""]
    lines.append("| " + " | ".join(["program", *keys]) + " |")
    lines.append("|" + " --- |" * (len(keys) + 1))
    lines += ["| " + " | ".join([name, *(f"{values[key]:g}" for key in keys)]) + " |" for name, values in rows]
    figures = result["figures"]
    lines.append(f"\nratio to the bare bot: {figures['ratio_to_bare_ptb']} (goal {figures['goal_ratio']})")
    return "\n".join(lines)
