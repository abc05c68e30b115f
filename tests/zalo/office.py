"""An Official Account at the stand-in, and the settings that lead there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.settings import PREFIX, Settings
from storage import zalo_tokens
from storage.zalo_tokens import Safe
from tests.standins.zalo import APP_ID, APP_SECRET, OA_ID, OA_SECRET_KEY, ZaloServer

if TYPE_CHECKING:
    from storage.database import Database

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def environment(server: ZaloServer, database_url: str, **more: str) -> dict[str, str]:
    """The settings as environment variables."""
    values = {
        "database_url": database_url,
        "zalo_oa_id": OA_ID,
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_webhook_key": OA_SECRET_KEY,
        "zalo_oa_verifier": VERIFIER,
        "zalo_key": KEY,
        "zalo_oa_base": server.url,
        "zalo_oauth_base": server.url,
        "zalo_zbs_base": server.url,
        **more,
    }
    return {PREFIX + name.upper(): value for name, value in values.items()}


def settings(server: ZaloServer, database_url: str, *, zalo_oa_budget: int = 0) -> Settings:
    return Settings(
        database_url=database_url,
        zalo_oa_id=OA_ID,
        zalo_oa_app_id=APP_ID,
        zalo_oa_app_secret=APP_SECRET,
        zalo_oa_webhook_key=OA_SECRET_KEY,
        zalo_key=KEY,
        zalo_oa_base=server.url,
        zalo_oauth_base=server.url,
        zalo_zbs_base=server.url,
        zalo_oa_budget=zalo_oa_budget,
    )


async def logged_in(database: Database, server: ZaloServer, *, lasts: timedelta = timedelta(hours=25)) -> str:
    """Keep a first pair, with so much life left; returns its refresh token."""
    refresh = server.grants.first_refresh_token()
    now = datetime.now(UTC)
    async with database.begin() as conn:
        await zalo_tokens.log_in(conn, Safe(KEY), OA_ID, server.grants.living, refresh, expires_at=now + lasts, now=now)
    return refresh


async def stored(database: Database) -> zalo_tokens.Stored:
    async with database.connect() as conn:
        found = await zalo_tokens.read(conn, Safe(KEY), OA_ID)
    assert found is not None
    return found
