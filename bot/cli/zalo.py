"""`taphuan zalo`: the key, the first pair of tokens, and what messages counted as."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.start import StartError
from bot.zalo_bot.meter import Plan, told
from channels.messages import SendError
from learning.calendar import at, day_of
from reports import words
from scheduler import holidays
from scheduler.slots import Job, due_slots
from storage import accounts, zalo_costs, zalo_forecast, zalo_quota

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import datetime
    from typing import TextIO

    from bot.settings import Settings
    from storage.database import Database


BOT = "bot"
NAMES = {**zalo_costs.NAMES, BOT: "Zalo Bot (theo gói)"}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    commands = parser.add_subparsers(dest="zalo", required=True, metavar="LỆNH")
    commands.add_parser("key", help="tạo một khóa cho TAPHUAN_ZALO_KEY")
    login = commands.add_parser("login", help="nhận quyền gửi tin của Official Account")
    login.add_argument("--code", action="store_true", help="dán mã (code) từ trang cấp quyền, thay cho refresh token")
    cost = commands.add_parser("cost", help="tin Zalo đã tính vào đâu, theo ngày")
    cost.add_argument("--days", type=int, default=30, metavar="SỐ_NGÀY")
    cost.add_argument(
        "--date", type=date.fromisoformat, metavar="NĂM-THÁNG-NGÀY", help="ngày ấy tốn nhiều nhất bao nhiêu"
    )
    cost.add_argument("--json", action="store_true")


def print_key() -> int:
    """A new key, on stdout."""
    from storage import zalo_tokens  # noqa: PLC0415 - other commands need not wait for what encrypts

    print(zalo_tokens.new_key())
    return 0


async def run(args: Namespace, settings: Settings, database: Database, now: datetime, typed: TextIO = sys.stdin) -> int:
    """
    Log in with the secret that comes by `typed`, or show what was counted.

    Raises:
        StartError: no Official Account is set, or Zalo refused.
    """
    is_about_bot = args.zalo == "cost" and settings.zalo_bot_token
    if not settings.zalo_oa_id and not is_about_bot:
        raise StartError("Chưa đặt TAPHUAN_ZALO_OA_ID. Xem docs/zalo.md.")
    if args.zalo == "login":
        return await _login(args, settings, database, typed)
    return await _cost(args, settings, database, now)


async def _login(args: Namespace, settings: Settings, database: Database, typed: TextIO) -> int:
    """The secret is typed or piped: on a command line every user of the machine could read it."""
    from bot.zalo.parts import open_zalo  # noqa: PLC0415 - brings what speaks HTTP and encrypts: half a second that other commands need not wait
    from channels.zalo import GrantLostError  # noqa: PLC0415 - platforms' libraries load slowly
    from storage import zalo_tokens  # noqa: PLC0415 - other commands need not wait for what encrypts

    if args.code and not settings.zalo_oa_verifier:
        raise StartError("Chưa đặt TAPHUAN_ZALO_OA_VERIFIER: mã từ trang cấp quyền cần code verifier đi kèm.")
    asked = "Dán mã (code), rồi Enter: " if args.code else "Dán refresh token, rồi Enter: "
    secret = (await asyncio.to_thread(getpass.getpass, asked) if typed.isatty() else typed.readline()).strip()
    if not secret:
        raise StartError("Chưa dán gì.")
    parts = open_zalo(settings, database, SystemClock())
    try:
        if args.code:
            pair = await parts.oauth.by_code(secret, settings.zalo_oa_verifier)
        else:
            pair = await parts.oauth.refresh(secret)
        now = SystemClock().now()
        async with database.begin() as conn:
            await zalo_tokens.log_in(
                conn,
                parts.safe,
                settings.zalo_oa_id,
                pair.access,
                pair.refresh,
                expires_at=now + timedelta(seconds=pair.lasts_s),
                now=now,
            )
    except GrantLostError as error:
        raise StartError(
            f"Zalo không nhận ({error}). Mỗi mã chỉ dùng một lần: lấy mã mới, kiểm tra App ID và App secret."
        ) from error
    except SendError as error:
        raise StartError(f"Không hỏi được Zalo ({type(error).__name__}). Kiểm tra mạng rồi lấy mã mới.") from error
    finally:
        await parts.channel.close()
    print("Đã nhận quyền gửi tin của Official Account. Chương trình tự gia hạn từ đây.")
    return 0


async def _beforehand(args: Namespace, settings: Settings, database: Database, now: datetime) -> int:
    """What is planned for a day by now; a word of anybody's makes it cheaper."""
    day: date = args.date
    start, until = max(at(day, time.min), now), at(day + timedelta(days=1), time.min)
    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, zalo_costs.CHANNEL, settings.zalo_oa_id, None)
        off = await holidays.load(conn, day)
        slots = due_slots(start - timedelta(seconds=1), until, off)
        digest_at = next((slot.at for slot in slots if slot.job is Job.DIGEST), None)
        found = await zalo_forecast.forecast(conn, endpoint, start, until, day, digest_at)
        taken = await zalo_costs.reserved(conn, endpoint, day)
    templates = (found.closed_nudges if settings.zalo_template_nudge else 0) + (
        found.closed_digests if settings.zalo_template_digest else 0
    )
    left = max(0, settings.zalo_oa_budget - taken) if until > now else 0
    wanted = found.paid + templates
    told = {
        "date": day.isoformat(),
        "free": found.free,
        "quota_or_billed": found.paid,
        "templates": templates,
        "budget_left": left,
        "costs_at_most": min(wanted, left),
        "not_sent_at_least": max(0, wanted - left) + found.closed_nudges + found.closed_digests - templates,
    }
    if args.json:
        print(json.dumps(told))
        return 0
    print(f"Ngày {day:%d/%m/%Y}, theo những gì đã xếp đến lúc này:")
    for what, number in (
        ("miễn phí (trong 48 giờ)", told["free"]),
        ("trừ gói hoặc tính phí", told["quota_or_billed"]),
        ("mẫu tin (ZBS)", told["templates"]),
        ("hạn mức còn lại của ngày", told["budget_left"]),
        ("tốn nhiều nhất", told["costs_at_most"]),
        ("Zalo chưa cho nhắn, hoặc quá hạn mức", told["not_sent_at_least"]),
    ):
        print(f"  {what:<38} {number:>8}")
    return 0


async def _cost(args: Namespace, settings: Settings, database: Database, now: datetime) -> int:
    if args.date is not None:
        return await _beforehand(args, settings, database, now)
    since = day_of(now) - timedelta(days=max(0, args.days - 1))
    async with database.connect() as conn:
        rows = list(await zalo_costs.by_day(conn, settings.zalo_oa_id, since))
        bot = await zalo_quota.known(conn, settings.zalo_bot_id) if settings.zalo_bot_token else None
        if bot is not None:
            rows += [(day, BOT, number, None) for day, number in await zalo_quota.by_day(conn, bot, since)]
            used = await zalo_quota.used(conn, bot, day_of(now))
    if args.json:
        found = [
            {"day": d.isoformat(), "counted_as": what, "messages": n, "price": price} for d, what, n, price in rows
        ]
        print(json.dumps(found))
        return 0
    for day, what, number, price in rows:
        paid = f"{words.number(price):>12} đồng" if price is not None else ""
        print(f"{day:%d/%m/%Y}  {NAMES.get(what, what):<28} {number:>8}{paid}")
    if not rows:
        print("Chưa có tin nào.")
    if bot is not None:
        plan = Plan.of(settings)
        print(f"Zalo Bot: {told(used, plan)}.{' Sắp hết hoặc đã hết.' if plan.is_low(used) else ''}")
    return 0
