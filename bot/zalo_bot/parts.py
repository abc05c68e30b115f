"""The bot on Zalo's Bot Platform, put together from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.zalo_bot.meter import Plan, PlanMeter
from channels.wire import Wire
from channels.zalo_bot import ZaloBot, ZaloBotChannel
from storage import accounts, zalo_quota

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from bot.settings import Settings
    from channels.messages import EndpointId
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class ZaloBotParts:
    """What runs where a bot is set."""

    bot: ZaloBot
    channel: ZaloBotChannel
    endpoint: EndpointId


def bot_of(settings: Settings) -> ZaloBot:
    """The bot, not connected yet; whoever asked for it closes it."""
    return ZaloBot(settings.zalo_bot_token, Wire(), settings.zalo_bot_base)


async def open_zalo_bot(
    conn: AsyncConnection, settings: Settings, database: Database, clock: Clock
) -> ZaloBotParts | None:
    """Return the parts, None where no bot is set; nothing is connected yet, and `channel.close` closes them all."""
    if not settings.zalo_bot_token:
        return None
    endpoint = await accounts.ensure_endpoint(conn, zalo_quota.CHANNEL, settings.zalo_bot_id, None)
    bot = bot_of(settings)
    meter = PlanMeter(database, endpoint, clock, Plan.of(settings))
    return ZaloBotParts(bot, ZaloBotChannel(bot, meter), endpoint)
