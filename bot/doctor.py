"""`taphuan doctor`: what is set, what is well, and how to mend what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.assigned import AssignmentError, assigned_modules
from bot.clock import SystemClock
from bot.findings import Finding
from bot.start import TELEGRAM_TROUBLE
from bot.zalo.keyring import LOGIN
from bot.zalo.parts import open_zalo
from bot.zalo_bot.doctor import zalo_bot
from channels import telegram
from channels.messages import SendError, UnreachableError
from content import loader
from storage import outbox, parking, planning, schema
from storage.database import DatabaseUrlError, open_database
from storage.zalo_tokens import KeyMismatchError

if TYPE_CHECKING:
    from bot.settings import Settings

OLDEST_SANE = datetime(2026, 1, 1, tzinfo=UTC)


async def examine(settings: Settings) -> list[Finding]:
    """Look at the clock, the content, the database and the bot."""
    findings = [_clock(datetime.now(UTC)), _content(settings)]
    findings += await _database(settings)
    findings.append(await _telegram(settings))
    findings.append(await _zalo(settings))
    findings += await zalo_bot(settings)
    return findings


def _clock(now: datetime) -> Finding:
    well = now >= OLDEST_SANE
    return Finding(
        "Đồng hồ máy", well, f"{now.isoformat(timespec='seconds')}", "" if well else "Chỉnh giờ máy (bật NTP)."
    )


def _content(settings: Settings) -> Finding:
    report = loader.check()
    if report.errors:
        first = report.errors[0]
        return Finding("Nội dung", False, f"{first.file}:{first.line}: {first.message}", "Chạy: taphuan content check")
    try:
        assigned_modules(loader.load(), settings.assigned)
    except AssignmentError as error:
        return Finding("Nội dung", False, str(error), "Sửa TAPHUAN_ASSIGNED.")
    return Finding("Nội dung", True, f"{report.lessons} bài, {report.questions} câu hỏi")


async def _database(settings: Settings) -> list[Finding]:
    try:
        database = open_database(settings.database_url)
    except DatabaseUrlError:
        return [
            Finding(
                "Cơ sở dữ liệu",
                False,
                "địa chỉ không đọc được",
                "TAPHUAN_DATABASE_URL phải là sqlite:///tệp hoặc postgresql://người:mật-khẩu@máy/tên.",
            )
        ]
    try:
        try:
            found = await schema.current(database)
        except Exception as error:  # noqa: BLE001 - whatever the driver says, the operator must hear it
            return [
                Finding(
                    "Cơ sở dữ liệu",
                    False,
                    f"không kết nối được ({type(error).__name__})",
                    "Kiểm tra máy chủ đang chạy, tên, mật khẩu, và quyền ghi vào thư mục.",
                )
            ]
        well = found == schema.newest()
        findings = [
            Finding("Cơ sở dữ liệu", True, database.dialect),
            Finding("Phiên bản bảng", well, found or "trống", "" if well else "Chạy: taphuan db upgrade"),
        ]
        if well:
            async with database.connect() as conn:
                parked = await parking.count(conn)
                states = await outbox.counts_by_state(conn)
                trouble = await planning.read_setting(conn, TELEGRAM_TROUBLE)
            if settings.telegram_token and trouble:
                findings.append(
                    Finding("Nhận tin Telegram", False, trouble, "Sửa theo lời trên; chương trình tự thử lại.")
                )
            unknown = sum(number for (_, state), number in states.items() if state == "unknown")
            findings.append(
                Finding(
                    "Tin chưa xử lý được",
                    parked == 0,
                    f"{parked} tin nhận lỗi, {unknown} tin gửi không rõ kết quả",
                    "" if parked == 0 else "Xem bảng parked_update và nhật ký quanh thời điểm đó.",
                )
            )
        return findings
    finally:
        await database.close()


async def _telegram(settings: Settings) -> Finding:
    if not settings.telegram_token:
        return Finding("Telegram", True, "không dùng (chưa đặt TAPHUAN_TELEGRAM_TOKEN)")
    bot = telegram.open_bot(settings.telegram_token, settings.telegram_api_base)
    channel = telegram.TelegramChannel(bot)
    try:
        who = await telegram.introduce(bot)
    except UnreachableError:
        return Finding(
            "Telegram",
            False,
            "không vào được",
            "Kiểm tra mạng ra ngoài; nếu mạng tốt, mã bot đã bị thu hồi: lấy mã mới từ @BotFather.",
        )
    except SendError as error:
        return Finding("Telegram", False, type(error).__name__, "Thử lại sau; kiểm tra TAPHUAN_TELEGRAM_API_BASE.")
    finally:
        await channel.close()
    return Finding("Telegram", True, f"@{who.username}")


async def _zalo(settings: Settings) -> Finding:
    if not settings.zalo_oa_id:
        return Finding("Zalo", True, "không dùng (chưa đặt TAPHUAN_ZALO_OA_ID)")
    try:
        database = open_database(settings.database_url)
    except DatabaseUrlError:
        return Finding("Zalo", False, "chưa xem được", "Sửa TAPHUAN_DATABASE_URL trước.")
    try:
        parts = open_zalo(settings, database, SystemClock())
        try:
            found = await parts.keyring.stored()
            if found is None:
                return Finding("Zalo", False, "chưa có quyền gửi tin", LOGIN)
            about = await parts.client.about()
        finally:
            await parts.channel.close()
    except (SendError, KeyMismatchError, SQLAlchemyError, OSError) as error:
        return Finding("Zalo", False, f"chưa gọi được ({type(error).__name__})", f"Kiểm tra mạng, nhật ký. {LOGIN}")
    finally:
        await database.close()
    verified = about.get("is_verified") is True
    mend = "" if verified else "OA chưa xác thực: Zalo có thể từ chối tin (-221)."
    return Finding("Zalo", verified, f"{about.get('name', '')}", mend)


async def run(settings: Settings, *, as_json: bool) -> int:
    """Print the settings and the findings; 0 if all is well."""
    findings = await examine(settings)
    if as_json:
        print(
            json.dumps(
                {
                    "settings": {name: value for name, value, _ in settings.listed()},
                    "checks": [{"name": f.name, "ok": f.is_well, "found": f.found, "mend": f.mend} for f in findings],
                },
                ensure_ascii=False,
            )
        )
    else:
        print("Thiết lập")
        for name, value, about in settings.listed():
            print(f"  {name:<28} {value or '(trống)':<34} {about}")
        print("\nKiểm tra")
        for finding in findings:
            print(f"  {'✔' if finding.is_well else '✘'} {finding.name}: {finding.found}")
            if finding.mend:
                print(f"      → {finding.mend}")
    return 0 if all(finding.is_well for finding in findings) else 1
