"""Does what falls due: queues messages and takes figures. It plans, it never sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from channels.messages import Kind, PersonId
from handlers import nudge, words
from learning import periods
from learning.calendar import allowed_span, at, day_of
from learning.roles import Track
from reports import digest, figures, target_keeping
from scheduler.broadcasts import queue_waiting
from scheduler.slots import DAY_BEGINS, Job, Slot, due_slots
from storage import (
    broadcasts,
    closed_snapshots,
    due,
    items,
    jobs,
    joining,
    learners,
    outbox,
    planning,
    rollup,
    search_misses,
    signins,
    target_snapshots,
    uploads,
    web_sessions,
    zalo_uploads,
)
from storage.database import allow_long

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from content.model import Library
    from learning.calendar import DayPart, Holidays, Shift
    from scheduler.job_work import Handler
    from storage.database import Database

log = structlog.get_logger()

PAGE = 25  # learners looked at in one transaction: short, so that a tap waits for milliseconds
DAY_PAGE = 2_000  # learners queued in one transaction, by one or two statements
MOST_TOLD = 1_000  # rows of the roll-up that have drifted; the log says how many, no more is needed
DAY = timedelta(days=1)
FEW_S = 60.0  # what goes out in a minute needs no spreading
SHARE = 0.8  # of the platform's pace: digests and notices go out besides
PLANNED_UNTIL = "planned_until"
LATEST = timedelta(days=3)  # a digest later than this is left out; the next one comes anyway


def _moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(payload[name]) if name in payload else None


def day_ends(now: datetime) -> datetime:
    """The end of what is planned by now: the next 04:00 in Viet Nam."""
    ends = at(day_of(now), DAY_BEGINS)
    return ends if now < ends else ends + DAY


class Planner:
    """
    The clock's work, in small transactions that may be repeated without harm.

    `rate`: messages a second that the platform takes in bulk; `reach`: on which channels one may not write for ever.
    """

    def __init__(
        self,
        database: Database,
        library: Library,
        holidays: Holidays,
        assigned: Mapping[Track, str],
        rate: float,
        reach: nudge.Reach | None = None,
    ) -> None:
        self._database = database
        self._library = library
        self._holidays = holidays
        self._assigned = assigned
        self._rate = rate
        self.reach = reach or nudge.Reach()

    async def tick(self, now: datetime) -> int:
        """Leave a job for all that is due by `now`; returns how many were left."""
        async with self._database.begin() as conn:
            kept = await planning.read_setting(conn, PLANNED_UNTIL)
            after = datetime.fromisoformat(kept) if kept else now - timedelta(seconds=1)
        left = 0
        for slot in due_slots(after, now, self._holidays):
            left += await self._leave(slot, now)
        async with self._database.begin() as conn:
            look_at = await due.next_look(conn)
            if (look_at is not None and look_at <= now) or await due.are_left(conn, day_ends(now)):
                left += await jobs.enqueue(conn, Job.PLAN.value, {}, key=Job.PLAN.value)
            if await broadcasts.waiting(conn, now):
                left += await jobs.enqueue(conn, Job.BROADCASTS.value, {}, key=Job.BROADCASTS.value)
            if after < now:
                await planning.keep_setting(conn, PLANNED_UNTIL, now.isoformat())
        return left

    async def _leave(self, slot: Slot, now: datetime) -> bool:
        """Take a slot and leave its job, together or not at all."""
        if slot.job is Job.DIGEST and now - slot.at > LATEST:
            log.warning("slot_too_late", job=slot.job.value, slot=slot.at.isoformat())
            return False
        payload = {
            "at": slot.at.isoformat(),
            "cut_off": (slot.cut_off or slot.at).isoformat(),
            "periods": list(slot.periods),
        }
        key = slot.job.value if slot.job is Job.PLAN else f"{slot.job.value}:{slot.at:%Y%m%d%H%M}"
        async with self._database.begin() as conn:
            if not await planning.take_slot(conn, slot.job.value, slot.at, now):
                return False
            return await jobs.enqueue(conn, slot.job.value, payload, key=key)

    def handlers(self, now: Callable[[], datetime]) -> Mapping[str, Handler]:
        """What works each kind of job; every one may be repeated, a crash in it is made good by doing it again."""

        def handler(job: Job) -> Handler:
            async def work(payload: Mapping[str, Any]) -> None:
                at_moment, cut_off = _moment(payload, "at") or now(), _moment(payload, "cut_off")
                slot = Slot(at_moment, job, cut_off, tuple(payload.get("periods", ())))
                queued = await self._do(slot, now())
                log.info("slot", job=job.value, slot=slot.at.isoformat(), queued=queued)

            return work

        return {job.value: handler(job) for job in Job}

    async def next_due(self, after: datetime, until: datetime) -> datetime | None:
        """The next moment in (after, until] at which something falls due."""
        slots = due_slots(after, until, self._holidays)
        async with self._database.connect() as conn:
            found = [await due.next_look(conn), await outbox.next_run_at(conn, after)]
            if await due.are_left(conn, day_ends(after)):
                found.append(after)
        moments = [max(moment, after) for moment in found if moment is not None and moment <= until]
        return min([*moments, *(slot.at for slot in slots[:1])], default=None)

    async def fold(self, now: datetime) -> int:
        """Bring the roll-ups up to what has happened."""
        folded = 0
        while True:
            async with self._database.begin() as conn:
                some = await rollup.fold(conn, self._assigned, day_of(now))
            folded += some
            if not some:
                return folded

    async def _do(self, slot: Slot, now: datetime) -> int:
        match slot.job:
            case Job.SNAPSHOT:
                await self._snapshot(slot.cut_off or slot.at, now)
                return 0
            case Job.DIGEST:
                cut_off = slot.cut_off or slot.at
                await self._snapshot(cut_off, now)  # both may be due at once, and worked in any order
                return await self._digests(cut_off, now, slot.periods)
            case Job.SHIFTS:
                return await self._ask_shifts(slot, now)
            case Job.NIGHTLY:
                return await self._nightly(now)
            case Job.BROADCASTS:
                return await queue_waiting(self._database, now)
            case Job.PLAN:
                await self.look(now)
                return await self.plan(now)

    async def _snapshot(self, cut_off: datetime, now: datetime) -> None:
        await self.fold(now)
        async with self._database.begin() as conn:
            await allow_long(conn)
            await rollup.take_snapshot(conn, cut_off, now)
        async with self._database.connect() as conn:
            await allow_long(conn)
            closed = await figures.closed_above(conn, cut_off)
        if closed is not None:
            async with self._database.begin() as conn:
                await closed_snapshots.write(conn, cut_off, now, closed)
        compulsory = [module.id for module in self._library.modules_for(Track.STAFF)]
        async with self._database.connect() as conn:
            measured = await target_keeping.figures(conn, cut_off, compulsory)
        if measured:
            async with self._database.begin() as conn:
                await target_snapshots.write(conn, cut_off, now, measured)

    async def _digests(self, cut_off: datetime, now: datetime, codes: Sequence[str]) -> int:
        queued = 0
        told = [periods.parse(code) for code in codes]
        after: PersonId | None = PersonId(0)
        while after is not None:
            async with self._database.begin() as conn:
                some, after = await digest.plan_page(conn, cut_off, now, after, told)
            queued += some
        return queued

    async def look(self, now: datetime) -> None:
        """Decide for everybody of whom that is due what they get next, and when."""
        while True:
            async with self._database.begin() as conn:
                page = await learners.to_look_at(conn, now, PAGE)
                for learner in page:
                    await nudge.look(conn, self._library, learner, self._holidays, now, self.reach)
            if len(page) < PAGE:
                return

    async def windows(self, now: datetime) -> dict[tuple[DayPart | None, Shift | None], float]:
        """
        Return over how many seconds each group's messages are spread; nothing where they are few.

        As long as all of the day's take at the platform's pace, within the hours at which the group may be written to.
        """
        async with self._database.connect() as conn:
            await allow_long(conn)
            found = await due.groups(conn, day_ends(now))
        number = sum(group.number for group in found)
        if number <= self._rate * FEW_S:
            return {}
        wanted = timedelta(seconds=number / (self._rate * SHARE))
        return {
            (group.part, group.shift): min(wanted, allowed_span(max(group.first_at, now), group.shift)).total_seconds()
            for group in found
        }

    async def plan(self, now: datetime, told: Callable[[int], None] = lambda _number: None) -> int:
        """Queue what was decided for the rest of the day, in pages; `told` hears how many there are so far."""
        until = day_ends(now)
        async with self._database.connect() as conn:
            if not await due.are_left(conn, until):
                return 0
        async with self._database.begin() as conn:
            await due.put_off_paused(conn, until, day_of(now))
        windows = await self.windows(now)
        label = f"{day_of(until - DAY):%Y%m%d}"
        queued, after, ended = 0, None, False
        while not ended:
            async with self._database.begin() as conn:
                page = await due.queue_page(
                    conn, until=until, label=label, windows=windows, limit=DAY_PAGE, after=after
                )
            queued += page.queued
            after, ended = page.last, page.last is None
            told(queued)
        log.info("planned", day=label, queued=queued)
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
            wrong = await rollup.differences(conn, self._assigned, day_of(now), limit=MOST_TOLD)
        if wrong:
            log.error("rollup_differs", rows=len(wrong))
            async with self._database.begin() as conn:
                await rollup.rebuild(conn, self._assigned, day_of(now))
        async with self._database.begin() as conn:
            await allow_long(conn)
            await planning.forget_old(conn, now)
            await joining.forget_old(conn, now)
            await signins.forget_old(conn, now)
            await web_sessions.forget_old(conn, now)
            await uploads.forget_old(conn, now)
            await zalo_uploads.forget_old(conn, now)
            await search_misses.forget_old(conn, day_of(now))
        async with self._database.connect() as conn:
            added_up = await items.items(conn)
        async with self._database.begin() as conn:
            await items.keep(conn, added_up, now)
        return 0
