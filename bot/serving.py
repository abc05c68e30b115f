"""The running program: its roles, started, and stopped cleanly."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from sqlalchemy import make_url

from bot import intake
from bot.clock import SystemClock
from bot.program import Program, build
from bot.start import Role, StartError, prepare_folder
from bot.zalo.catch_up import CatchUp
from bot.zalo_bot.intake import take_events
from channels import telegram, zalo_bot
from channels.zalo import ZaloHook
from learning.roles import Track
from reports import targets
from reports.shared import Shared
from storage import cut_offs, outbox
from web.app import make_app
from web.board.parts import BoardParts
from web.demo import DemoParts
from web.health import routes as health_routes
from web.stream import HEARTBEAT_S
from web.telegram import routes as telegram_routes
from web.zalo import routes as zalo_routes
from web.zalo_bot import routes as zalo_bot_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from bot.zalo.parts import ZaloParts
    from channels.messages import EndpointId, UnitId
    from reports.targets import Measured

log = structlog.get_logger()

STOP_WITHIN_S = 25.0
BESIDE_OTHERS_S = 2.0  # how often a quiet page looks at the ledger when other processes send


async def serve(settings: Settings, role: Role = Role.ALL) -> None:
    """Run the program until SIGTERM."""
    prepare_folder(settings.database_url)
    async with AsyncExitStack() as stack:
        program = await build(settings, stack)
        clock = DemoParts((), program.clock.now, program.advance) if settings.clock == "adjustable" else None
        await run(program, clock, role)


async def run(program: Program, demo: DemoParts | None = None, role: Role = Role.ALL) -> None:
    """
    Serve until told to stop, then let what was begun end.

    Raises:
        StartError: another program has the SQLite file, or the port is taken.
    """
    settings = program.settings
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, program.stop.set)
    if program.database.dialect == "sqlite":
        if role is not Role.ALL:
            raise StartError("SQLite chỉ chạy một chương trình. --role cần PostgreSQL (TAPHUAN_DATABASE_URL).")
        if not await program.ticker.leads():
            raise StartError("Một chương trình khác đang chạy trên tệp cơ sở dữ liệu này. Dừng chương trình kia trước.")
    runner = web.AppRunner(_app(program, demo, role), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        raise StartError(
            f"Không lắng nghe được ở {settings.host}:{settings.port}: cổng đang được dùng. Đổi TAPHUAN_PORT."
        ) from error
    tasks = [asyncio.create_task(work) for work in _work(program, role)]
    if role.does(Role.CLOCK):
        program.ticker.start()
    host, port = runner.addresses[0][:2]
    gc.collect()
    gc.freeze()  # the curriculum and the modules live as long as the program: no pause looks through them again
    print(f"ready http://{host}:{port}", flush=True)
    database = make_url(settings.database_url).get_backend_name()
    log.info("ready", role=role.value, host=host, port=port, database=database)
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


def _work(program: Program, role: Role) -> Sequence[Coroutine[Any, Any, None]]:
    """What a role does besides answering requests."""
    works: list[Coroutine[Any, Any, None]] = []
    if role.does(Role.SENDER):
        works += [lane.run(program.stop) for lane in program.lanes]
    if role.does(Role.WORKER):
        works.append(program.jobs.run(program.stop))
    if role.does(Role.WEB) and program.bot is not None and program.telegram_endpoint is not None:
        works.append(intake.take_updates(program, program.bot, program.telegram_endpoint))
    if role.does(Role.WEB) and program.zalo_bot is not None:
        works.append(take_events(program, program.zalo_bot))
    if program.zalo is not None:
        works.append(program.zalo.keyring.watch(program.stop))
        if role.does(Role.WEB) and program.zalo_gate is not None:
            works.append(_catch_up(program, program.zalo, program.zalo_gate.endpoint).run(program.stop))
    return works


def _app(program: Program, demo: DemoParts | None, role: Role) -> web.Application:
    settings = program.settings

    async def queue_depth() -> Mapping[tuple[str, str], int]:
        async with program.database.connect() as conn:
            return await outbox.waiting(conn)

    if not role.does(Role.WEB):
        app = web.Application()
        app.add_routes(health_routes(program.database, program.metrics, queue_depth, settings.metrics_token))
        return app
    webhook: Sequence[web.RouteDef] = ()
    if program.bot is not None and program.telegram_endpoint is not None and settings.public_url:
        webhook = telegram_routes(program.pipeline, settings.webhook_secret, program.telegram_endpoint, telegram.parse)
    return make_app(
        pipeline=program.pipeline,
        database=program.database,
        hub=program.hub,
        endpoint=program.browser,
        public_url=settings.public_url,
        webhooks=[*webhook, *_zalo_webhook(program), *_zalo_bot_webhook(program)],
        demo=demo,
        metrics=program.metrics,
        queue_depth=queue_depth,
        metrics_token=settings.metrics_token,
        files=program.files,
        heartbeat_s=HEARTBEAT_S if role is Role.ALL else BESIDE_OTHERS_S,
        now=program.clock.now,
        board=BoardParts(
            library=program.library,
            bot_link=lambda: program.pipeline.bot_link,
            targets=_targets(program),
            personas={one.key: one.name for one in demo.personas if one.sees_board} if demo else {},
        ),
    )


def _targets(program: Program) -> Callable[[AsyncConnection, UnitId, datetime], Awaitable[Sequence[Measured]]]:
    """
    A unit's targets as they were kept last, since counting a whole country takes seconds.

    Before anything was kept they are counted as of now, and shown for minutes to all who look.
    """
    compulsory = [module.id for module in program.library.modules_for(Track.STAFF)]
    shared = Shared()

    async def measured(conn: AsyncConnection, unit_id: UnitId, now: datetime) -> Sequence[Measured]:
        cut_off = await cut_offs.previous_cut_off(conn, now, unit_id)
        if cut_off is not None:
            return await targets.measures(conn, unit_id, cut_off, compulsory)
        return await shared.get(unit_id, now, partial(targets.measures, conn, unit_id, now, compulsory))

    return measured


def _catch_up(program: Program, zalo: ZaloParts, endpoint: EndpointId) -> CatchUp:
    oa_id = program.settings.zalo_oa_id
    return CatchUp(program.database, zalo.client, program.pipeline, endpoint, oa_id, SystemClock())


def _zalo_webhook(program: Program) -> Sequence[web.RouteDef]:
    settings = program.settings
    if program.zalo_gate is None:
        return ()
    hook = ZaloHook(
        settings.zalo_oa_app_id, settings.zalo_oa_webhook_key, settings.zalo_oa_id, program.zalo_gate.endpoint
    )
    return zalo_routes(program.pipeline, hook.read)


def _zalo_bot_webhook(program: Program) -> Sequence[web.RouteDef]:
    settings, parts = program.settings, program.zalo_bot
    if parts is None or not settings.public_url:
        return ()
    return zalo_bot_routes(program.pipeline, settings.zalo_bot_webhook_secret, parts.endpoint, zalo_bot.parse)
