"""The channels of every platform that is set, each with its pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sender import Pace
from bot.start import BROWSER_RATE
from bot.zalo.gate import ZaloGate
from bot.zalo.parts import Sends, ZaloParts, open_zalo
from bot.zalo_bot.parts import ZaloBotParts, open_zalo_bot
from channels import telegram
from channels.browser import BrowserChannel
from storage import accounts, zalo_costs, zalo_quota

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from bot.settings import Settings
    from channels.hub import Hub
    from channels.messages import Channel, EndpointId, Files
    from content.model import Library
    from storage.database import Database

BROWSER = "browser"
TELEGRAM = "telegram"
ZALO = zalo_costs.CHANNEL
ZALO_BOT = zalo_quota.CHANNEL
FREE_TELEGRAM_RATE = 30.0
TELEGRAM_CHAT_RESTS_S = 1.0


@dataclass(slots=True)
class Doors:
    """What the program sends through; `names` says which platform an endpoint is of."""

    browser: EndpointId
    channels: dict[EndpointId, Channel]
    names: dict[EndpointId, str]
    paces: dict[str, Pace] = field(default_factory=dict)
    bot: telegram.Bot | None = None
    bot_name: str = ""
    telegram_endpoint: EndpointId | None = None
    zalo: ZaloParts | None = None
    zalo_gate: ZaloGate | None = None
    zalo_bot: ZaloBotParts | None = None

    def add(self, endpoint: EndpointId, name: str, channel: Channel) -> None:
        """One more platform."""
        self.channels[endpoint], self.names[endpoint] = channel, name

    def close_with(self, stack: AsyncExitStack) -> None:
        """Close the connections, after what waits to be written about them."""
        for channel in self.channels.values():
            stack.push_async_callback(channel.close)
        if self.zalo is not None and self.zalo_gate is not None:
            stack.push_async_callback(self.zalo_gate.flush)
            stack.push_async_callback(self.zalo.keyring.drain)
            if self.zalo.uploads is not None:
                stack.push_async_callback(self.zalo.uploads.drain)


async def open_doors(
    conn: AsyncConnection,
    settings: Settings,
    database: Database,
    library: Library,
    clocks: tuple[Clock, Clock],
    hub: Hub,
    files: Files,
) -> Doors:
    """
    Open a channel for every platform that is set; nothing is connected yet.

    Args:
        conn: a connection in a transaction: endpoints that are new are written.
        settings: the settings.
        database: where tokens, budgets and quotas are kept.
        library: what messages are about.
        clocks: the program's and the real one.
        hub: the open pages of the browser chat.
        files: what makes the files that are sent.
    """
    clock, real_clock = clocks
    browser = await accounts.ensure_endpoint(conn, BROWSER, "web", None)
    doors = Doors(browser, {browser: BrowserChannel(hub)}, {browser: BROWSER})
    doors.paces = {
        BROWSER: Pace.under(BROWSER_RATE),
        TELEGRAM: Pace.under(settings.telegram_rate, chat_rests_s=TELEGRAM_CHAT_RESTS_S),
        ZALO: Pace.under(settings.zalo_oa_rate),
        ZALO_BOT: Pace.under(settings.zalo_bot_rate),
    }
    if settings.telegram_token:
        doors.bot = telegram.open_bot(settings.telegram_token, settings.telegram_api_base)
        known = await accounts.endpoint_name(conn, TELEGRAM, settings.bot_id)
        doors.bot_name = known or ""
        doors.telegram_endpoint = await accounts.ensure_endpoint(conn, TELEGRAM, settings.bot_id, known)
        pays = settings.telegram_rate > FREE_TELEGRAM_RATE
        doors.add(doors.telegram_endpoint, TELEGRAM, telegram.TelegramChannel(doors.bot, pays=pays, files=files))
    if settings.zalo_oa_id:
        at = await accounts.ensure_endpoint(conn, ZALO, settings.zalo_oa_id, None)
        doors.zalo_gate = ZaloGate.of(settings, database, at, clock, library)
        gate, sends = doors.zalo_gate, Sends(files, at)
        doors.zalo = open_zalo(settings, database, real_clock, gate.count, gate.approved, sends)
        doors.add(at, ZALO, doors.zalo.channel)
    doors.zalo_bot = await open_zalo_bot(conn, settings, database, clock)
    if doors.zalo_bot is not None:
        doors.add(doors.zalo_bot.endpoint, ZALO_BOT, doors.zalo_bot.channel)
    return doors
