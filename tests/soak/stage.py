"""A real `taphuan serve` before the stand-in, a broadcast and people who tap; it is stopped dead and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from bench.platform import BULK_FROM, FIRST_USER, SECRET, TOKEN
from bench.rig import free_port, prepare, queue_notices
from storage.database import open_database
from storage.outbox import LEASE
from storage.tables import account, delivery, parked_update
from tests.standins.telegram import TelegramServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standins.telegram import User

IS_LONG = os.environ.get("TAPHUAN_SOAK") == "1"
LEARNERS = 6
TAPHUAN = str(Path(sys.executable).with_name("taphuan"))
ENDS = {"sent", "failed", "unknown", "unsendable"}
SETTLED_WITHIN_S = 2 * LEASE.total_seconds() + 20


@dataclass
class Process:
    """One `taphuan serve`."""

    run: asyncio.subprocess.Process
    port: int

    async def ends(self, within_s: float = 30.0) -> int:
        async with asyncio.timeout(within_s):
            return await self.run.wait()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.run.kill()
        await self.run.wait()

    async def stop(self, within_s: float = 30.0) -> int:
        self.run.send_signal(signal.SIGTERM)
        return await self.ends(within_s)


@dataclass
class Soak:
    """A union of one group whose leaders learn, on one database, before one Bot API."""

    url: str
    server: TelegramServer
    log: Path
    port: int = field(default_factory=free_port)
    notices: int = 0
    processes: list[Process] = field(default_factory=list)
    taps: int = 0
    _people: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def learners(self) -> list[User]:
        return [self.server.user(FIRST_USER + number) for number in range(LEARNERS)]

    async def queue(self, number: int, in_s: float = 0.0) -> None:
        """Queue so many notices, each to a door of its own."""
        await queue_notices(self.url, LEARNERS, number, in_s, first=self.notices)
        self.notices += number

    async def start(self, *, rate: float = 60, fault: str = "", port: int | None = None, role: str = "all") -> Process:
        """Return when it is ready, or has already died."""
        plain = {key: value for key, value in os.environ.items() if not key.startswith("TAPHUAN_")}
        port = port or self.port
        settings = {
            "TAPHUAN_DATABASE_URL": self.url,
            "TAPHUAN_ENV": "demo",
            "TAPHUAN_PORT": str(port),
            "TAPHUAN_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "TAPHUAN_TELEGRAM_TOKEN": TOKEN,
            "TAPHUAN_TELEGRAM_API_BASE": self.server.url,
            "TAPHUAN_TELEGRAM_SECRET": SECRET,
            "TAPHUAN_TELEGRAM_RATE": str(rate),
            "TAPHUAN_FAULT_AT": fault,
        }
        with self.log.open("a", encoding="utf-8") as log:
            run = await asyncio.create_subprocess_exec(
                TAPHUAN, "serve", "--role", role, env=plain | settings, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        process = Process(run, port)
        self.processes.append(process)
        assert run.stdout is not None
        async with asyncio.timeout(60):
            line = await run.stdout.readline()
        assert line.startswith(b"ready ") or fault, self.log.read_text(encoding="utf-8")[-2_000:]
        return process

    def begin_tapping(self) -> None:
        """From now on everybody presses the first button they see, and types «hoc» where there is no answer."""
        self._people = [asyncio.create_task(self._learns(user)) for user in self.learners]

    async def _learns(self, user: User) -> None:
        while True:
            shown = next((message for message in reversed(user.screen) if message.by_bot and message.labels), None)
            if shown is None:
                await user.says("hoc", wait=False)
            else:
                await user.taps(shown.labels[0], wait=False)
            self.taps += 1
            try:
                await user.answered(1.5)
            except TimeoutError:
                await user.says("hoc", wait=False)
                with contextlib.suppress(TimeoutError):
                    await user.answered(1.5)
            await asyncio.sleep(0.02)

    async def end_tapping(self) -> None:
        for task in self._people:
            task.cancel()
        await asyncio.gather(*self._people, return_exceptions=True)
        self._people.clear()

    async def pass_lease(self) -> None:
        """Nobody is left alive: as if a lease's time had gone by."""
        database = open_database(self.url, pool_size=1)
        async with database.connect() as conn:
            left = (await conn.execute(select(delivery.c.id, delivery.c.lease_until).where(_is_held()))).all()
        async with database.begin() as conn:
            for row in left:
                earlier = update(delivery).where(delivery.c.id == row.id)
                await conn.execute(earlier.values(lease_until=row.lease_until - LEASE))
        await database.close()

    async def settled(self, within_s: float = SETTLED_WITHIN_S) -> Counter[str]:
        """Wait until every delivery has come to an end; returns how many notices came to which."""
        database = open_database(self.url, pool_size=1)
        try:
            async with asyncio.timeout(within_s):
                while await self._unsettled(database):  # noqa: ASYNC110 - the ledger rings no bell
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"unaccounted for: {await self._unsettled(database)}") from None
        finally:
            await database.close()
        return Counter(row.state for row in await self.deliveries() if row.lane == "bulk")

    async def _unsettled(self, database: Any) -> dict[str, int]:
        query = select(delivery.c.state, func.count()).where(delivery.c.state.not_in(ENDS))
        async with database.connect() as conn:
            rows = (await conn.execute(query.group_by(delivery.c.state))).all()
        return {row[0]: row[1] for row in rows}

    async def deliveries(self) -> list[Any]:
        database = open_database(self.url, pool_size=1)
        async with database.connect() as conn:
            query = select(delivery, account.c.external_id).join(account, account.c.id == delivery.c.account_id)
            rows = list((await conn.execute(query.order_by(delivery.c.id))).all())
            assert (await conn.execute(select(func.count()).select_from(parked_update))).scalar_one() == 0
        await database.close()
        return rows

    async def check(self) -> None:
        """What must hold at the end, in the ledger and at the platform."""
        rows = await self.deliveries()
        copies = Counter(call.chat_id for call in self.server.sent())
        notices = [row for row in rows if int(row.external_id) >= BULK_FROM]
        assert len(notices) == self.notices
        assert {row.state for row in rows} <= ENDS
        for row in notices:
            number = copies[int(row.external_id)]
            assert number <= 1, f"a notice came {number} times"
            assert number == 1 or row.state != "sent", "sent by the ledger, unknown to the platform"
        shown = Counter(
            call.chat_id
            for call in self.server.accepted
            if call.method in {"sendMessage", "editMessageText"} and (call.chat_id or 0) < BULK_FROM
        )
        for user in self.learners:
            steps = [row for row in rows if int(row.external_id) == user.number]
            assert all(row.attempts <= 2 for row in steps), "a step went more than once more"
            assert shown[user.number] <= sum(row.attempts for row in steps)

    async def everybody_can_go_on(self) -> None:
        """Nobody is stuck: «hoc» shows where they are, and its button leads on."""
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while self.server.intake.pending:  # noqa: ASYNC110 - what was tapped while nobody was there comes first
                await asyncio.sleep(0.1)
        for user in self.learners:
            await user.says("hoc")
            seen = await user.answered()
            assert seen.labels, seen.text
            await user.taps(seen.labels[0])
            await user.answered()
        assert not self.server.intake.pending


def _is_held() -> Any:
    return delivery.c.state.in_(["leased", "sending"])


@asynccontextmanager
async def soaking(url: str, log: Path, *, latency_s: float = 0.03) -> AsyncIterator[Soak]:
    """A stage whose processes are gone when the block ends."""
    await prepare(url, LEARNERS)
    async with TelegramServer(token=TOKEN, latency_s=latency_s, any_chat=True) as server:
        soak = Soak(url, server, log)
        try:
            yield soak
        finally:
            await soak.end_tapping()
            for process in soak.processes:
                await process.kill()
