"""What every command needs before it begins, without the platforms' libraries: they take long to load."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.assigned import assigned_modules
from bot.clock import AdjustableClock, Clock, SystemClock
from handlers.nudge import Reach
from scheduler.planner import Planner
from storage import planning, zalo_costs
from storage.database import Database, DatabaseUrlError

if TYPE_CHECKING:
    from bot.settings import Settings
    from content.model import Library
    from learning.calendar import Holidays

BROWSER_RATE = 500.0
CLOCK_OFFSET = "clock_offset_s"
TELEGRAM_TROUBLE = "telegram_trouble"
ZALO_BOT_TROUBLE = "zalo_bot_trouble"


class StartError(RuntimeError):
    """The program cannot start; the message says why and how to mend it, in Vietnamese."""


class Role(StrEnum):
    """What a process does; on PostgreSQL any number of each may run, and one clock leads."""

    ALL = "all"
    WEB = "web"  # pages, webhook or polling, answers to taps
    SENDER = "sender"  # what waits in the ledger
    WORKER = "worker"  # jobs
    CLOCK = "clock"  # what falls due

    def does(self, part: Role) -> bool:
        """True if a process in this role does that part."""
        return self in {Role.ALL, part}


async def clock_of(settings: Settings, database: Database) -> Clock:
    """The program's clock: the machine's, or in the demo as far ahead as it was pushed."""
    if settings.clock != "adjustable":
        return SystemClock()
    async with database.connect() as conn:
        ahead_s = await planning.read_setting(conn, CLOCK_OFFSET) or 0
    return AdjustableClock(timedelta(seconds=ahead_s))


def planner_for(settings: Settings, database: Database, library: Library, off: Holidays) -> Planner:
    """What does the clock's work, at the pace of the channel that most learners are on."""
    rate = settings.telegram_rate if settings.telegram_token else BROWSER_RATE
    if settings.zalo_oa_id:
        rate = min(rate, settings.zalo_oa_rate)
    elif settings.zalo_bot_token and not settings.telegram_token:
        rate = settings.zalo_bot_rate
    return Planner(database, library, off, assigned_modules(library, settings.assigned), rate, reach_of(settings))


def reach_of(settings: Settings) -> Reach:
    """Where one may not write for ever, and what may be spent there."""
    if not settings.zalo_oa_id:
        return Reach()
    pays = settings.zalo_oa_budget > 0
    return Reach(frozenset({zalo_costs.CHANNEL}), pays, bool(settings.zalo_template_nudge))


def unopened(error: Exception) -> StartError:
    """What to tell an operator whose database does not open."""
    return StartError(
        f"Không mở được cơ sở dữ liệu ({type(error).__name__}). Kiểm tra TAPHUAN_DATABASE_URL, máy chủ và quyền ghi."
    )


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
