"""How events come from Zalo's Bot Platform: by webhook, or by polling where there is no public address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.polling import pause_s, unless
from bot.start import ZALO_BOT_TROUBLE
from bot.zalo_bot.polling import CONFLICT, Poller
from channels.messages import SendError, ThrottledError
from scheduler.leader import ZALO_POLLER, lock_for
from storage import accounts, planning, zalo_quota
from web.zalo_bot import PATH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.program import Program
    from bot.zalo_bot.parts import ZaloBotParts

log = structlog.get_logger()

LOCK_EVERY_S = 2.0


async def take_events(program: Program, parts: ZaloBotParts) -> None:
    """Take events by webhook or by polling until told to stop; what fails meanwhile is tried again."""
    settings = program.settings

    async def introduce() -> None:
        who = await parts.bot.introduce()
        async with program.database.begin() as conn:
            await accounts.ensure_endpoint(conn, zalo_quota.CHANNEL, settings.zalo_bot_id, who.name)

    async def hook() -> None:
        await parts.bot.set_webhook(settings.public_url.rstrip("/") + PATH, settings.zalo_bot_webhook_secret)
        await _note_trouble(program, "")
        log.info("zalo_bot_webhook_set")

    introducing = asyncio.create_task(_keep_trying(program, introduce))
    try:
        await (_keep_trying(program, hook) if settings.public_url else _poll(program, parts))
    finally:
        await introducing


async def _keep_trying(program: Program, step: Callable[[], Awaitable[None]]) -> None:
    failures = 0
    while not program.stop.is_set():
        try:
            await step()
        except (SendError, SQLAlchemyError, OSError) as error:
            failures += 1
            log.warning("zalo_bot_away", error=type(error).__name__, hint="Kiểm tra mạng và TAPHUAN_ZALO_BOT_TOKEN.")
            at_least_s = error.retry_after_s if isinstance(error, ThrottledError) else 0.0
            await unless(program.stop, asyncio.sleep(max(at_least_s, pause_s(failures, 0.5))))
        else:
            return


async def _poll(program: Program, parts: ZaloBotParts) -> None:
    async def tell(trouble: str) -> None:
        await _note_trouble(program, trouble)
        if trouble == CONFLICT:
            await _unhook(parts)

    lock = lock_for(program.database, program.settings.database_url, ZALO_POLLER)
    while not program.stop.is_set() and not await lock.held():
        await unless(program.stop, asyncio.sleep(LOCK_EVERY_S))
    if not program.stop.is_set():
        await _unhook(parts)
        await Poller(parts.bot, program.pipeline, parts.endpoint, program.stop, tell).run()
    await lock.release()


async def _unhook(parts: ZaloBotParts) -> None:
    """Take away a webhook that was left on; if that fails, polling says what is wrong and goes on trying."""
    try:
        await parts.bot.delete_webhook()
    except SendError as error:
        log.warning("zalo_bot_webhook_left_on", error=type(error).__name__)


async def _note_trouble(program: Program, trouble: str) -> None:
    """Keep what is wrong with receiving, for `taphuan doctor`; "" when it is well again."""
    try:
        async with program.database.begin() as conn:
            await planning.keep_setting(conn, ZALO_BOT_TROUBLE, trouble)
    except (SQLAlchemyError, OSError) as error:
        log.error("trouble_not_kept", error=type(error).__name__)
