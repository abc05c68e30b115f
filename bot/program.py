"""The running program: everything put together, started, and stopped cleanly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.assigned import assigned_modules
from bot.clock import AdjustableClock, Clock, SystemClock
from bot.pipeline import Parts, TapPipeline
from bot.sender import BulkLane, LiveLane, Pace, Post
from bot.start import BROWSER_RATE, CLOCK_OFFSET, StartError, clock_of, planner_for, unopened
from bot.zalo_gate import ZaloGate
from bot.zalo_parts import ZaloParts, open_zalo
from channels import telegram
from channels.browser import BrowserChannel
from channels.hub import Hub
from channels.messages import Channel, EndpointId, Kind, Message
from content import loader, search
from handlers import broadcast, nudge
from handlers.context import Installation
from handlers.syllabus import corrections
from learning.calendar import day_of
from reports import digest
from scheduler import holidays as days
from scheduler.jobs import JobEngine, engine_for
from scheduler.leader import CLOCK, lock_for
from scheduler.ticker import Ticker
from storage import accounts, finished, planning, runs, schema, zalo_costs
from storage.database import Database, open_database
from web.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from content.model import Library
    from learning.calendar import Holidays
    from learning.roles import Track
    from scheduler.planner import Planner
    from storage.outbox import Outgoing

log = structlog.get_logger()

BROWSER = "browser"
TELEGRAM = "telegram"
ZALO = zalo_costs.CHANNEL
FREE_TELEGRAM_RATE = 30.0
TELEGRAM_CHAT_RESTS_S = 1.0
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
    metrics = Metrics()
    bot = telegram.open_bot(settings.telegram_token, settings.telegram_api_base) if settings.telegram_token else None
    async with database.begin() as conn:
        browser = await accounts.ensure_endpoint(conn, BROWSER, "web", None)
        channels: dict[EndpointId, Channel] = {browser: BrowserChannel(hub)}
        names = {browser: BROWSER}
        telegram_endpoint = None
        if bot is not None:
            known = await accounts.endpoint_name(conn, TELEGRAM, settings.bot_id)
            telegram_endpoint = await accounts.ensure_endpoint(conn, TELEGRAM, settings.bot_id, known)
            channels[telegram_endpoint] = telegram.TelegramChannel(
                bot, pays=settings.telegram_rate > FREE_TELEGRAM_RATE
            )
            names[telegram_endpoint] = TELEGRAM
        gate = zalo = None
        if settings.zalo_oa_id:
            at = await accounts.ensure_endpoint(conn, ZALO, settings.zalo_oa_id, None)
            gate = ZaloGate.of(settings, database, at, clock, library)
            zalo = open_zalo(settings, database, real_clock, gate.count, gate.approved)
            channels[at] = zalo.channel
            names[at] = ZALO
        today = day_of(clock.now())
        off = await days.load(conn, today)
        if await runs.keep_versions(conn, loader.sources(content), clock.now()):
            await finished.wake(conn, corrections(library), clock.now())
        installation = Installation(
            invited_by=settings.invited_by,
            document=settings.document,
            contact=settings.contact,
            bot_link=f"https://t.me/{known}" if bot is not None and known else "",
        )
    for channel in channels.values():
        stack.push_async_callback(channel.close)
    if gate is not None and zalo is not None:
        stack.push_async_callback(gate.flush)
        stack.push_async_callback(zalo.keyring.drain)

    def count(endpoint: EndpointId, lane: str, state: str) -> None:
        metrics.delivered(names[endpoint], lane, state)

    planner = planner_for(settings, database, library, off)
    post = Post(database, channels, clock, real_clock, count)
    live = LiveLane(post)

    async def render(conn: AsyncConnection, outgoing: Outgoing) -> Message | str | datetime:
        return await _render(conn, outgoing, library, off, clock.now(), planner.reach)

    paces = {
        BROWSER: Pace.under(BROWSER_RATE),
        TELEGRAM: Pace.under(settings.telegram_rate, chat_rests_s=TELEGRAM_CHAT_RESTS_S),
        ZALO: Pace.under(settings.zalo_oa_rate),
    }
    lanes = [
        BulkLane(post, endpoint, render, pace=paces[name], gate=gate if name == ZALO else None)
        for endpoint, name in names.items()
    ]

    def wake() -> None:
        for lane in lanes:
            lane.wake()

    parts = Parts(database, library, installation, off, channels, names, clock, real_clock, live, metrics.took_update)
    return Program(
        settings=settings,
        database=database,
        library=library,
        assigned=assigned,
        installation=installation,
        holidays=off,
        clock=clock,
        hub=hub,
        metrics=metrics,
        pipeline=TapPipeline(parts),
        planner=planner,
        ticker=Ticker(planner, lock_for(database, settings.database_url, CLOCK), clock.now, wake),
        jobs=engine_for(database, settings.database_url, planner.handlers(clock.now), clock),
        live=live,
        lanes=lanes,
        endpoints=names,
        browser=browser,
        bot=bot,
        telegram_endpoint=telegram_endpoint,
        zalo=zalo,
        zalo_gate=gate,
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
    if outgoing.kind is Kind.DIGEST:
        return await digest.render_queued(conn, outgoing.subject or {}, now)
    if outgoing.kind is Kind.BROADCAST:
        return await broadcast.render(conn, outgoing, now)
    return await nudge.render(conn, library, off, outgoing, now, reach)
