"""The running program: everything put together, started, and stopped cleanly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.assigned import assigned_modules
from bot.clock import AdjustableClock, Clock, SystemClock
from bot.doors import ZALO, open_doors
from bot.files import ToolFiles
from bot.pipeline import Parts, TapPipeline
from bot.report_files import FilesByKind, ReportFiles
from bot.sender import BulkLane, LiveLane, Post
from bot.start import CLOCK_OFFSET, StartError, clock_of, planner_for, unopened
from channels.fitting import carried
from channels.hub import Hub
from channels.messages import EndpointId, FileKind, Files, Kind, Message
from content import loader, search
from handlers import broadcast, nudge
from handlers.context import Installation
from handlers.syllabus import corrections
from learning.calendar import day_of
from learning.roles import Track
from reports import digest
from reports.shared import Shared
from scheduler import holidays as days
from scheduler.jobs import JobEngine, engine_for
from scheduler.leader import CLOCK, lock_for
from scheduler.ticker import Ticker
from storage import finished, planning, reporting, runs, schema
from storage.database import Database, open_database
from web.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from bot.zalo.gate import ZaloGate
    from bot.zalo.parts import ZaloParts
    from bot.zalo_bot.parts import ZaloBotParts
    from channels import telegram
    from content.model import Library
    from learning.calendar import Holidays
    from scheduler.planner import Planner
    from storage.outbox import Outgoing

log = structlog.get_logger()

STOP_WITHIN_S = 25.0


@dataclass(slots=True)
class Program:
    """The parts that run, and how to stop them."""

    settings: Settings
    database: Database
    library: Library
    assigned: Mapping[Track, str]
    installation: Installation
    holidays: Holidays
    clock: Clock
    hub: Hub
    files: Files
    metrics: Metrics
    pipeline: TapPipeline
    planner: Planner
    ticker: Ticker
    jobs: JobEngine
    live: LiveLane
    lanes: list[BulkLane]
    endpoints: dict[EndpointId, str]
    browser: EndpointId
    bot: telegram.Bot | None
    telegram_endpoint: EndpointId | None
    zalo: ZaloParts | None
    zalo_gate: ZaloGate | None
    zalo_bot: ZaloBotParts | None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _pushing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def advance(self, seconds: float) -> datetime:
        """Push the demo's clock: everything that falls due in between happens in order, and is sent or parked."""
        clock = self.clock
        if not isinstance(clock, AdjustableClock):
            raise StartError("Đồng hồ chỉ chỉnh được khi TAPHUAN_CLOCK=adjustable.")
        async with self._pushing:
            target = clock.now() + timedelta(seconds=seconds)
            try:
                while (due := await self.planner.next_due(clock.now(), target)) is not None:
                    clock.hold(max(due, clock.now()))
                    await self._settle()
                clock.hold(target)
                await self._settle()
            finally:
                clock.release()
            async with self.database.begin() as conn:
                await planning.keep_setting(conn, CLOCK_OFFSET, clock.offset.total_seconds())
            return clock.now()

    async def _settle(self) -> None:
        await self.planner.tick(self.clock.now())
        await self.jobs.drain()
        await self.planner.fold(self.clock.now())
        for lane in self.lanes:
            await lane.empty()


async def build(settings: Settings, stack: AsyncExitStack, content: Path | None = None) -> Program:
    """
    Put the program together on a migrated database; nothing runs yet.

    Args:
        settings: the settings.
        stack: closes what is opened here.
        content: the directory that holds `courses/`; the content shipped with the program when None.

    Raises:
        StartError: the database is not ready.
        content.loader.ContentError: the content has faults.
        bot.assigned.AssignmentError: the assigned chuyên đề is not there.
    """
    library = loader.load(content)
    search.over(library)  # else the first who looks something up waits
    assigned = assigned_modules(library, settings.assigned)
    database = open_database(settings.database_url)
    stack.push_async_callback(database.close)
    await _require_schema(database)
    real_clock = SystemClock()
    clock = await clock_of(settings, database)
    hub = Hub()
    tool_files = ToolFiles(library, clock)
    stack.push_async_callback(tool_files.drain)
    compulsory = [module.id for module in library.modules_for(Track.STAFF)]
    report_files = ReportFiles(database, clock, compulsory)
    files = FilesByKind({FileKind.TOOL: tool_files, FileKind.REPORT: report_files})
    metrics = Metrics()
    async with database.begin() as conn:
        doors = await open_doors(conn, settings, database, library, (clock, real_clock), hub, files)
        today = day_of(clock.now())
        off = await days.load(conn, today)
        if await runs.keep_versions(conn, loader.sources(content), clock.now()):
            await finished.wake(conn, corrections(library), clock.now())
        days_silent = [settings.silent_chair_days, settings.silent_above_days]
        await planning.keep_setting(conn, reporting.LADDER, days_silent)
        installation = Installation(
            invited_by=settings.invited_by,
            document=settings.document,
            contact=settings.contact,
            board_link=f"{settings.public_url.rstrip('/')}/dang-nhap" if settings.public_url else "",
            bot_link=f"https://t.me/{doors.bot_name}" if doors.bot_name else "",
        )
    doors.close_with(stack)

    def count(endpoint: EndpointId, lane: str, state: str) -> None:
        metrics.delivered(doors.names[endpoint], lane, state)

    planner = planner_for(settings, database, library, off)
    post = Post(database, doors.channels, clock, real_clock, count)
    live = LiveLane(post)
    shared = Shared()

    async def render(conn: AsyncConnection, outgoing: Outgoing) -> Message | str | datetime:
        if outgoing.kind is Kind.DIGEST:
            shown = doors.channels[outgoing.endpoint_id].capabilities
            told = await digest.render_queued(
                conn, outgoing.subject or {}, clock.now(), with_files=bool(shown.files), shared=shared
            )
            return carried(told, shown) if isinstance(told, Message) else told
        return await _render(conn, outgoing, library, off, clock.now(), planner.reach)

    lanes = [
        BulkLane(post, endpoint, render, pace=doors.paces[name], gate=doors.zalo_gate if name == ZALO else None)
        for endpoint, name in doors.names.items()
    ]

    def wake() -> None:
        for lane in lanes:
            lane.wake()

    parts = Parts(
        database, library, installation, off, doors.channels, doors.names, clock, real_clock, live, metrics.took_update
    )
    return Program(
        settings=settings,
        database=database,
        library=library,
        assigned=assigned,
        installation=installation,
        holidays=off,
        clock=clock,
        hub=hub,
        files=files,
        metrics=metrics,
        pipeline=TapPipeline(parts),
        planner=planner,
        ticker=Ticker(planner, lock_for(database, settings.database_url, CLOCK), clock.now, wake),
        jobs=engine_for(database, settings.database_url, planner.handlers(clock.now), clock),
        live=live,
        lanes=lanes,
        endpoints=doors.names,
        browser=doors.browser,
        bot=doors.bot,
        telegram_endpoint=doors.telegram_endpoint,
        zalo=doors.zalo,
        zalo_gate=doors.zalo_gate,
        zalo_bot=doors.zalo_bot,
    )


async def _require_schema(database: Database) -> None:
    try:
        await schema.prepare(database)
        found = await schema.current(database)
    except Exception as error:
        raise unopened(error) from error
    if found != schema.newest():
        raise StartError("Cơ sở dữ liệu chưa ở phiên bản mới nhất. Chạy: taphuan db upgrade")


async def _render(
    conn: AsyncConnection, outgoing: Outgoing, library: Library, off: Holidays, now: datetime, reach: nudge.Reach
) -> Message | str | datetime:
    if outgoing.kind is Kind.BROADCAST:
        return await broadcast.render(conn, outgoing, now)
    return await nudge.render(conn, library, off, outgoing, now, reach)
