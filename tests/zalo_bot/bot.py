"""A bot at the stand-in, and the settings that lead there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.settings import PREFIX, Settings
from tests.standins.zalo_bot import TOKEN

if TYPE_CHECKING:
    from tests.standins.zalo_bot import BotServer


def settings(server: BotServer, database_url: str, **more: Any) -> Settings:
    base = Settings(database_url=database_url, zalo_bot_token=TOKEN, zalo_bot_base=server.url, zalo_bot_rate=30.0)
    return replace(base, **more)


def environment(server: BotServer, database_url: str, **more: str) -> dict[str, str]:
    """The settings as environment variables."""
    values = {"database_url": database_url, "zalo_bot_token": TOKEN, "zalo_bot_base": server.url, **more}
    return {PREFIX + name.upper(): value for name, value in values.items()}
