"""What `taphuan doctor` looks at of a bot on Zalo's Bot Platform: the bot, receiving, and what its plan leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock
from bot.findings import Finding
from bot.start import ZALO_BOT_TROUBLE
from bot.zalo_bot.meter import Plan, told
from bot.zalo_bot.parts import bot_of
from channels.messages import SendError, ThrottledError
from learning.calendar import day_of
from storage import planning, zalo_quota
from storage.database import DatabaseUrlError, open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings

MOST_PEOPLE = 50


async def zalo_bot(settings: Settings) -> Sequence[Finding]:
    """Nothing where no bot is set."""
    if not settings.zalo_bot_token:
        return []
    return [await _bot(settings), *await _ledger(settings)]


async def _bot(settings: Settings) -> Finding:
    bot = bot_of(settings)
    try:
        who = await bot.introduce()
    except ThrottledError:
        return Finding("Zalo Bot", False, "Zalo không nhận mã bot", "Lấy lại mã ở Zalo Bot Creator.")
    except SendError as error:
        return Finding(
            "Zalo Bot", False, f"chưa gọi được ({type(error).__name__})", "Kiểm tra mạng và TAPHUAN_ZALO_BOT_BASE."
        )
    finally:
        await bot.close()
    return Finding("Zalo Bot", True, who.name)


async def _ledger(settings: Settings) -> Sequence[Finding]:
    try:
        database = open_database(settings.database_url)
    except DatabaseUrlError:
        return []  # told by the check of the database
    try:
        async with database.connect() as conn:
            trouble = await planning.read_setting(conn, ZALO_BOT_TROUBLE)
            endpoint = await zalo_quota.known(conn, settings.zalo_bot_id)
            if endpoint is None:
                return []
            used = await zalo_quota.used(conn, endpoint, day_of(SystemClock().now()))
            people = await zalo_quota.people(conn, endpoint)
    except (SQLAlchemyError, OSError):
        return []
    finally:
        await database.close()
    plan = Plan.of(settings)
    is_low = plan.is_low(used)
    findings = [
        Finding(
            "Số tin Zalo Bot",
            not is_low,
            told(used, plan),
            "Sắp hết hoặc đã hết số tin: mời bớt người, hoặc chuyển sang Official Account." if is_low else "",
        ),
        Finding(
            "Số người trên Zalo Bot",
            people < MOST_PEOPLE,
            f"{people}",
            "" if people < MOST_PEOPLE else f"Gói Basic chỉ cho {MOST_PEOPLE} người: chuyển sang Official Account.",
        ),
    ]
    if trouble:
        findings.append(Finding("Nhận tin Zalo Bot", False, trouble, "Sửa theo lời trên; chương trình tự thử lại."))
    return findings
