"""Does what falls due: queues messages and takes figures. It plans, it never sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from channels.messages import Kind, PersonId
from handlers import nudge, words
from learning.calendar import day_of
from reports import digest
from scheduler.slots import Job, Slot, due_slots
from storage import joining, learners, outbox, planning, rollup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.model import Library
    from learning.calendar import Holidays
    from learning.roles import Track
    from storage.database import Database

log = structlog.get_logger()

PAGE = 25  # learners planned in one transaction: short, so that a tap waits for milliseconds
PLANNED_UNTIL = "planned_until"
LATEST = timedelta(days=3)  # a digest later than this is left out; the next one comes anyway


class Planner:
    """The clock's work, in small transactions that may be repeated without harm."""

    def __init__(self, database: Database, library: Library, holidays: Holidays, assigned: Mapping[Track, str]) -> None:
        self._database = database
        self._library = library
        self._holidays = holidays
        self._assigned = assigned

    async def tick(self, now: datetime) -> int:
        """Do all that is due by `now`; returns how many messages were queued."""
        async with self._database.begin() as conn:
            kept = await planning.read_setting(conn, PLANNED_UNTIL)
            after = datetime.fromisoformat(kept) if kept else now - timedelta(seconds=1)
        queued = 0
        for slot in due_slots(after, now, self._holidays):
            queued += await self._run(slot, now)
        queued += await self._learners(now)
        if after < now:
            async with self._database.begin() as conn:
                await planning.keep_setting(conn, PLANNED_UNTIL, now.isoformat())
        return queued

    async def next_due(self, after: datetime, until: datetime) -> datetime | None:
        """The next moment in (after, until] at which something falls due."""
        slots = due_slots(after, until, self._holidays)
        async with self._database.connect() as conn:
            learner_due = await learners.next_due(conn)
        moments = [slot.at for slot in slots[:1]]
        if learner_due is not None and learner_due <= until:
            moments.append(max(learner_due, after))
        return min(moments, default=None)

    async def fold(self, now: datetime) -> int:
        """Bring the roll-ups up to what has happened."""
        folded = 0
        while True:
            async with self._database.begin() as conn:
                some = await rollup.fold(conn, self._assigned, day_of(now))
            folded += some
            if not some:
                return folded

    async def _run(self, slot: Slot, now: datetime) -> int:
        if slot.job is Job.DIGEST and now - slot.at > LATEST:
            log.warning("slot_too_late", job=slot.job.value, slot=slot.at.isoformat())
            return 0
        async with self._database.connect() as conn:
            if await planning.is_done(conn, slot.job.value, slot.at):
                return 0
        queued = await self._do(slot, now)  # each job may be repeated: a crash in it is made good at the next tick
        async with self._database.begin() as conn:
            await planning.take_slot(conn, slot.job.value, slot.at, now)
        log.info("slot", job=slot.job.value, slot=slot.at.isoformat(), queued=queued)
        return queued

    async def _do(self, slot: Slot, now: datetime) -> int:
        match slot.job:
            case Job.SNAPSHOT:
                await self.fold(now)
                async with self._database.begin() as conn:
                    await rollup.take_snapshot(conn, slot.cut_off or slot.at, now)
                return 0
            case Job.DIGEST:
                return await self._digests(slot.cut_off or slot.at, now)
            case Job.SHIFTS:
                return await self._ask_shifts(slot, now)
            case Job.NIGHTLY:
                return await self._nightly(now)

    async def _digests(self, cut_off: datetime, now: datetime) -> int:
        queued = 0
        after: PersonId | None = PersonId(0)
        while after is not None:
            async with self._database.begin() as conn:
                some, after = await digest.plan_page(conn, cut_off, now, after)
            queued += some
        return queued

    async def _learners(self, now: datetime) -> int:
        queued = 0
        while True:
            async with self._database.begin() as conn:
                page = await learners.due(conn, now, after=None, limit=PAGE)
                for learner in page:
                    queued += await nudge.plan(conn, self._library, learner, self._holidays, now)
            if len(page) < PAGE:
                return queued

    async def _ask_shifts(self, slot: Slot, now: datetime) -> int:
        if day_of(now) in self._holidays:
            return 0
        queued = 0
        async with self._database.begin() as conn:
            for person_id, door in await planning.rotating(conn, day_of(now)):
                queued += await outbox.queue(
                    conn,
                    account_id=door,
                    kind=Kind.NOTICE,
                    key=f"shift:{person_id}:{slot.at:%Y%m%d}",
                    subject=None,
                    run_at=now,
                    message=words.shift_asked(),
                )
        return queued

    async def _nightly(self, now: datetime) -> int:
        await self.fold(now)
        async with self._database.connect() as conn:
            wrong = await rollup.differences(conn, self._assigned, day_of(now))
        if wrong:
            log.error("rollup_differs", rows=len(wrong))
            async with self._database.begin() as conn:
                await rollup.rebuild(conn, self._assigned, day_of(now))
        async with self._database.begin() as conn:
            await planning.forget_old(conn, now)
            await joining.forget_old(conn, now)
        return 0
