"""The running program: everything put together, started, and stopped cleanly."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot import polling
from bot.assigned import assigned_modules
from bot.clock import AdjustableClock, Clock, SystemClock
from bot.pipeline import Parts, TapPipeline
from bot.sender import BulkLane, LiveLane, Pace, Post
from channels import telegram
from channels.browser import BrowserChannel
from channels.hub import Hub
from channels.messages import Channel, EndpointId, Kind, Message, SendError
from content import loader
from handlers import broadcast, nudge
from handlers.context import Installation
from learning.calendar import day_of
from reports import digest
from scheduler import holidays as days
from scheduler.leader import CLOCK, POLLER, lock_for
from scheduler.planner import Planner
from scheduler.ticker import Ticker
from storage import accounts, outbox, planning, runs, schema
from storage.database import Database, DatabaseUrlError, open_database
from web.app import make_app
from web.demo import DemoParts
from web.metrics import Metrics
from web.telegram import PATH as WEBHOOK_PATH
from web.telegram import routes as telegram_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from content.model import Library
    from learning.calendar import Holidays
    from learning.roles import Track
    from storage.outbox import Outgoing

log = structlog.get_logger()

BROWSER = "browser"
TELEGRAM = "telegram"
BROWSER_RATE = 500.0
CLOCK_OFFSET = "clock_offset_s"
TELEGRAM_TROUBLE = "telegram_trouble"
STOP_WITHIN_S = 25.0


class StartError(RuntimeError):
    """The program cannot start; the message says why and how to mend it, in Vietnamese."""


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
    live: LiveLane
    lanes: list[BulkLane]
    endpoints: dict[EndpointId, str]
    browser: EndpointId
    bot: telegram.Bot | None
    telegram_endpoint: EndpointId | None
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
        await self.planner.fold(self.clock.now())
        for lane in self.lanes:
            await lane.empty()


async def build(settings: Settings, stack: AsyncExitStack) -> Program:
    """
    Put the program together on a migrated database; nothing runs yet.

    Raises:
        StartError: the database is not ready.
        content.loader.ContentError: the content has faults.
        bot.assigned.AssignmentError: the assigned chuyên đề is not there.
    """
    library = loader.load()
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
            channels[telegram_endpoint] = telegram.TelegramChannel(bot)
            names[telegram_endpoint] = TELEGRAM
        today = day_of(clock.now())
        off = await days.load(conn, today)
        await runs.keep_versions(conn, loader.sources(), clock.now())
        installation = Installation(
            invited_by=settings.invited_by,
            document=settings.document,
            contact=settings.contact,
            bot_link=f"https://t.me/{known}" if bot is not None and known else "",
        )
    for channel in channels.values():
        stack.push_async_callback(channel.close)

    def count(endpoint: EndpointId, lane: str, state: str) -> None:
        metrics.delivered(names[endpoint], lane, state)

    post = Post(database, channels, clock, real_clock, count)
    live = LiveLane(post)

    async def render(conn: AsyncConnection, outgoing: Outgoing) -> Message | str:
        return await _render(conn, outgoing, library, off, clock.now())

    ceiling = {BROWSER: BROWSER_RATE, TELEGRAM: settings.telegram_rate}
    lanes = [BulkLane(post, endpoint, render, pace=Pace.under(ceiling[name])) for endpoint, name in names.items()]

    def wake() -> None:
        for lane in lanes:
            lane.wake()

    parts = Parts(database, library, installation, off, channels, names, clock, real_clock, live, metrics.took_update)
    planner = Planner(database, library, off, assigned)
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
        live=live,
        lanes=lanes,
        endpoints=names,
        browser=browser,
        bot=bot,
        telegram_endpoint=telegram_endpoint,
    )


async def clock_of(settings: Settings, database: Database) -> Clock:
    """The program's clock: the machine's, or in the demo as far ahead as it was pushed."""
    if settings.clock != "adjustable":
        return SystemClock()
    async with database.connect() as conn:
        ahead_s = await planning.read_setting(conn, CLOCK_OFFSET) or 0
    return AdjustableClock(timedelta(seconds=ahead_s))


def unopened(error: Exception) -> StartError:
    """What to tell an operator whose database does not open."""
    return StartError(
        f"Không mở được cơ sở dữ liệu ({type(error).__name__}). Kiểm tra TAPHUAN_DATABASE_URL, máy chủ và quyền ghi."
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
    conn: AsyncConnection, outgoing: Outgoing, library: Library, off: Holidays, now: datetime
) -> Message | str:
    if outgoing.kind is Kind.DIGEST:
        return await digest.render_queued(conn, outgoing.subject or {}, now)
    if outgoing.kind is Kind.BROADCAST:
        return await broadcast.render(conn, outgoing, now)
    return await nudge.render(conn, library, off, outgoing, now)


async def run(program: Program, demo: DemoParts | None = None) -> None:
    """Serve until told to stop, then let what was begun end."""
    settings = program.settings
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, program.stop.set)
    if program.database.dialect == "sqlite" and not await program.ticker.leads():
        raise StartError("Một chương trình khác đang chạy trên tệp cơ sở dữ liệu này. Dừng chương trình kia trước.")
    routes: Sequence[web.RouteDef] = ()
    if program.bot is not None and program.telegram_endpoint is not None and settings.public_url:
        routes = telegram_routes(program.pipeline, settings.webhook_secret, program.telegram_endpoint, telegram.parse)

    async def queue_depth() -> Mapping[tuple[str, str], int]:
        async with program.database.connect() as conn:
            return await outbox.waiting(conn)

    app = make_app(
        pipeline=program.pipeline,
        database=program.database,
        hub=program.hub,
        endpoint=program.browser,
        public_url=settings.public_url,
        telegram_routes=routes,
        demo=demo,
        metrics=program.metrics,
        queue_depth=queue_depth,
        metrics_token=settings.metrics_token,
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise StartError(
            f"Không lắng nghe được ở {settings.host}:{settings.port}: cổng đang được dùng. Đổi TAPHUAN_PORT."
        ) from error
    tasks = [asyncio.create_task(lane.run(program.stop)) for lane in program.lanes]
    if program.bot is not None and program.telegram_endpoint is not None:
        tasks.append(asyncio.create_task(_telegram(program, program.bot, program.telegram_endpoint)))
    program.ticker.start()
    host, port = runner.addresses[0][:2]
    gc.collect()
    gc.freeze()  # the curriculum and the modules live as long as the program: no pause looks through them again
    print(f"ready http://{host}:{port}", flush=True)
    log.info("ready", host=host, port=port, database=make_url(settings.database_url).get_backend_name())
    await program.stop.wait()
    log.info("stopping")
    program.ticker.stop()
    await runner.cleanup()
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await asyncio.gather(*tasks, return_exceptions=True)
            await program.pipeline.drain()
            await program.live.drain()
    except TimeoutError:
        log.warning("stop_cut_short", seconds=STOP_WITHIN_S)  # the next start settles what was in flight
    await program.ticker.release()
    log.info("stopped")


async def _telegram(program: Program, bot: telegram.Bot, endpoint: EndpointId) -> None:
    """Take updates by webhook or by polling until told to stop; what fails meanwhile is tried again."""
    introducing = asyncio.create_task(_keep_trying(program, partial(_introduce, program, bot)))
    try:
        if program.settings.public_url:
            await _keep_trying(program, partial(_hook, program, bot))
        else:
            await _poll(program, bot, endpoint)
    finally:
        await introducing


async def _keep_trying(program: Program, step: Callable[[], Awaitable[None]]) -> None:
    failures = 0
    while not program.stop.is_set():
        try:
            await step()
        except (SendError, SQLAlchemyError, OSError) as error:
            failures += 1
            log.warning("telegram_away", error=type(error).__name__, hint="Kiểm tra mạng và TAPHUAN_TELEGRAM_TOKEN.")
            await _pause(program.stop, polling.pause_s(failures, 0.5))
        else:
            return


async def _introduce(program: Program, bot: telegram.Bot) -> None:
    who = await telegram.introduce(bot)
    async with program.database.begin() as conn:
        await accounts.ensure_endpoint(conn, TELEGRAM, program.settings.bot_id, who.username)
    program.pipeline.introduce(f"https://t.me/{who.username}")
    await telegram.set_commands(bot)


async def _hook(program: Program, bot: telegram.Bot) -> None:
    url = program.settings.public_url.rstrip("/") + WEBHOOK_PATH
    await telegram.set_webhook(bot, url, program.settings.webhook_secret, telegram.ALLOWED_UPDATES)
    log.info("webhook_set")


async def _poll(program: Program, bot: telegram.Bot, endpoint: EndpointId) -> None:
    async def tell(trouble: str) -> None:
        await _note_trouble(program, trouble)
        if trouble == polling.CONFLICT:
            await _unhook(bot)

    lock = lock_for(program.database, program.settings.database_url, POLLER)
    while not program.stop.is_set() and not await lock.held():
        await _pause(program.stop, 2.0)
    if not program.stop.is_set():
        await _unhook(bot)
        await polling.poll(bot, program.pipeline, endpoint, program.stop, tell)
    await lock.release()


async def _unhook(bot: telegram.Bot) -> None:
    """Take away a webhook that was left on; if that fails, polling says what is wrong and goes on trying."""
    try:
        await telegram.delete_webhook(bot)
    except SendError as error:
        log.warning("webhook_left_on", error=type(error).__name__)


async def _note_trouble(program: Program, trouble: str) -> None:
    """Keep what is wrong with polling, for `taphuan doctor`; "" when it is well again."""
    try:
        async with program.database.begin() as conn:
            await planning.keep_setting(conn, TELEGRAM_TROUBLE, trouble)
    except (SQLAlchemyError, OSError) as error:
        log.error("trouble_not_kept", error=type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def serve(settings: Settings) -> None:
    """Run the program until SIGTERM."""
    prepare_folder(settings.database_url)
    async with AsyncExitStack() as stack:
        program = await build(settings, stack)
        clock = DemoParts((), program.clock.now, program.advance) if settings.clock == "adjustable" else None
        await run(program, clock)


def prepare_folder(database_url: str) -> None:
    """
    Make the folder of an SQLite file.

    Raises:
        DatabaseUrlError: the address cannot be read.
        StartError: the folder cannot be made.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise DatabaseUrlError("the database's address cannot be read") from error
    if url.drivername.startswith("sqlite") and url.database:
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StartError(
                f"Không tạo được thư mục «{folder}». Kiểm tra quyền ghi và TAPHUAN_DATABASE_URL."
            ) from error
