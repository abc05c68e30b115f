"""How updates come from Telegram: by webhook, or by polling where there is no public address."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import polling
from bot.doors import TELEGRAM
from bot.start import TELEGRAM_TROUBLE
from channels import telegram
from channels.messages import SendError
from scheduler.leader import POLLER, lock_for
from storage import accounts, planning
from web.telegram import PATH as WEBHOOK_PATH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.program import Program
    from channels.messages import EndpointId

log = structlog.get_logger()


async def take_updates(program: Program, bot: telegram.Bot, endpoint: EndpointId) -> None:
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
