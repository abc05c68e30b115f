"""`taphuan`: 0 done, 1 the input was refused (reasons on stderr, in Vietnamese), 2 wrong usage."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import backup, invite, log, settings
from bot.assigned import AssignmentError, assigned_modules
from bot.cli import (
    classes,
    content,
    decision,
    digest,
    exchange,
    items,
    jobs,
    plan,
    preview,
    report,
    roster,
    search,
    sending,
    targets,
    zalo,
)
from bot.start import Role, StartError, clock_of, planner_for, prepare_folder, unopened
from channels.messages import SendError
from content import loader
from learning.calendar import day_of
from scheduler import holidays
from storage import schema
from storage.database import DatabaseUrlError, open_database

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import datetime

    from bot.settings import Settings
    from content.model import Library
    from storage.database import Database

REFUSED = 1
ON_DATABASE = dict.fromkeys(sending.COMMANDS, sending.run) | dict.fromkeys(decision.COMMANDS, decision.run)
BENCHES = {
    name: f"bench.{name}" for name in ("board", "bulk", "digests", "pace", "plan", "report", "roster", "search", "taps")
}


def parser() -> ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="taphuan", description="Trợ lý học tập công đoàn")
    commands = top.add_subparsers(dest="command", required=True, metavar="LỆNH")
    demo = commands.add_parser("demo", help="mở bản trình diễn trong trình duyệt")
    demo.add_argument("--port", type=int, default=None)
    demo.add_argument("--no-open", action="store_true", help="không tự mở trình duyệt")
    demo.add_argument("--keep", action="store_true", help="tiếp tục bản trình diễn lần trước")
    serving = commands.add_parser("serve", help="chạy chương trình")
    serving.add_argument("--role", choices=[role.value for role in Role], default=Role.ALL.value, help="phần việc")
    db = commands.add_parser("db", help="cơ sở dữ liệu").add_subparsers(dest="db", required=True, metavar="LỆNH")
    db.add_parser("upgrade", help="đưa bảng lên phiên bản mới nhất")
    for name, about in (("backup", "sao lưu khi đang chạy"), ("restore", "phục hồi vào cơ sở dữ liệu trống")):
        db.add_parser(name, help=about).add_argument("file", type=Path, metavar="TỆP")
    roster.add_arguments(commands.add_parser("roster", help="danh sách đơn vị và cán bộ"))
    invite.add_arguments(commands.add_parser("invite", help="cấp mã mời"))
    content.add_arguments(commands.add_parser("content", help="nội dung"))
    search.add_arguments(commands.add_parser("search", help="tra cứu bài học và con số"))
    digest.add_arguments(commands.add_parser("digest", help="số liệu của một đơn vị"))
    report.add_arguments(commands.add_parser("report", help="báo cáo của một đơn vị trong một kỳ"))
    targets.add_arguments(commands.add_parser("targets", help="chỉ tiêu của một đơn vị"))
    classes.add_arguments(commands.add_parser("classes", help="kết quả ĐTBD qua lớp"))
    decision.add_decision_arguments(
        commands.add_parser("decision", help="quyết định tính học trên trợ lý là được công nhận ĐTBD")
    )
    decision.add_trainer_arguments(commands.add_parser("trainer", help="giao đơn vị bồi dưỡng chủ tịch CĐCS"))
    plan.add_arguments(commands.add_parser("plan", help="tin sẽ gửi trong một ngày, theo giờ"))
    jobs.add_arguments(commands.add_parser("jobs", help="việc chạy nền"))
    sending.add_pause_arguments(commands.add_parser("pause", help="tạm dừng gửi tới một đơn vị"))
    sending.add_resume_arguments(commands.add_parser("resume", help="gửi lại tới một đơn vị"))
    sending.add_broadcast_arguments(commands.add_parser("broadcast", help="gửi một tin tới người học của một đơn vị"))
    zalo.add_arguments(commands.add_parser("zalo", help="Zalo Official Account"))
    examine = commands.add_parser("doctor", help="xem thiết lập và chỗ chưa ổn")
    examine.add_argument("--json", action="store_true")
    bench = commands.add_parser("bench", help="đo tốc độ bên cạnh chương trình khác")
    bench.add_argument("name", choices=sorted(BENCHES))
    bench.add_argument("--json", action="store_true")
    bench.add_argument("--seconds", type=float, default=10.0, help="thời gian mỗi lượt đo")
    bench.add_argument("--units", type=int, default=120_000, help="số đơn vị (board, digests)")
    bench.add_argument("--rows", type=int, default=120_000, help="số dòng (report)")
    bench.add_argument("--learners", type=int, default=1_000_000, help="số người học (board, digests, plan)")
    bench.add_argument("--lessons", type=int, default=20, help="số bài mỗi người đã học (board)")
    bench.add_argument("--supervisors", type=int, default=200, help="số người xem bảng theo dõi (board)")
    bench.add_argument("--processes", type=int, default=1, help="số chương trình mở trang (board)")
    bench.add_argument("--on", choices=("postgresql", "sqlite"), default="postgresql", help="cơ sở dữ liệu (board)")
    return top


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit."""
    args = parser().parse_args(arguments)
    log.to_stderr()  # stdout is for what was asked
    try:
        status = asyncio.run(_run(args))
    except settings.SettingsError as error:
        sys.stderr.write(f"{error}\n")
        status = REFUSED
    except loader.ContentError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault.file}:{fault.line}: {fault.message}\n")
        status = REFUSED
    except (StartError, AssignmentError) as error:
        sys.stderr.write(f"{error}\n")
        status = REFUSED
    except DatabaseUrlError:
        sys.stderr.write("TAPHUAN_DATABASE_URL phải là sqlite:///tệp hoặc postgresql://người:mật-khẩu@máy/tên.\n")
        status = REFUSED
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


async def _run(args: Namespace) -> int:
    alone = await _without_settings(args)
    if alone is not None:
        return alone
    chosen = settings.read()
    match args.command:
        case "demo":
            from bot.demo import show  # noqa: PLC0415 - platforms' libraries load slowly

            return await show.run(args, chosen)
        case "serve":
            from bot.serving import serve  # noqa: PLC0415 - platforms' libraries load slowly

            log.configure(as_json=chosen.log_format == "json", level=chosen.log_level)
            await serve(chosen, Role(args.role))
            return 0
        case "doctor":
            from bot import doctor  # noqa: PLC0415 - platforms' libraries load slowly

            return await doctor.run(chosen, as_json=args.json)
        case "bench":
            measured = importlib.import_module(BENCHES[args.name])  # an installation need not carry them
            return int(await measured.run(args))
        case _:
            return await _on_database(args, chosen)


async def _without_settings(args: Namespace) -> int | None:
    """Run a command that needs neither settings nor a database; None for any other."""
    match args.command:
        case "content" if args.content in content.COMMANDS:
            return await content.run(args)
        case "content" if args.content in preview.COMMANDS:
            return await preview.run(args)
        case "content" if args.content in exchange.COMMANDS:
            return await exchange.run(args)
        case "search":
            return search.run(args)
        case "zalo" if args.zalo == "key":
            return zalo.print_key()
        case "roster" if args.roster_command == "template":
            return await roster.run(args, "")
        case "classes" if args.classes_command == "template":
            return await classes.run_template(args, _titles(loader.load()))
    return None


async def _on_database(args: Namespace, chosen: Settings) -> int:
    prepare_folder(chosen.database_url)
    database = open_database(chosen.database_url, statement_timeout_s=0)
    try:
        try:
            await database.ping()
        except Exception as error:
            raise unopened(error) from error
        match args.command, getattr(args, "db", None):
            case "db", "upgrade":
                await schema.upgrade(database)
                print(f"Cơ sở dữ liệu ở phiên bản {schema.newest()}.")
                return 0
            case "db", "backup":
                return await backup.run_backup(database, args.file)
        await schema.prepare(database)
        return await _on_prepared(args, chosen, database)
    finally:
        await database.close()


async def _on_prepared(args: Namespace, chosen: Settings, database: Database) -> int:
    now = (await clock_of(chosen, database)).now()
    match args.command:
        case "db":
            return await backup.run_restore(database, args.file)
        case "roster":
            return await roster.run(args, chosen.database_url)
        case "content" if args.content == "misses":
            return await search.run_misses(args, database)
        case "jobs":
            return await jobs.run(args, database)
        case "invite":
            return await invite.run(args, database, now, await _bot_name(chosen), chosen.zalo_oa_link)
        case "zalo":
            return await zalo.run(args, chosen, database, now)
        case command if command in ON_DATABASE:
            return await ON_DATABASE[command](args, database, now)
        case _:
            return await _with_content(args, chosen, database, now)


async def _with_content(args: Namespace, chosen: Settings, database: Database, now: datetime) -> int:
    library = loader.load()
    match args.command:
        case "content":
            return await items.run(args, database, library)
        case "classes":
            return await classes.run(args, database, _titles(library), now)
        case "targets":
            assigned = assigned_modules(library, chosen.assigned)
            return await targets.run(args, database, library, assigned, now)
        case "plan":
            async with database.begin() as conn:
                off = await holidays.load(conn, day_of(now))
            return await plan.run(args, database, planner_for(chosen, database, library, off), off, now)
        case "report":
            assigned = assigned_modules(library, chosen.assigned)
            return await report.run(args, database, library, assigned, now)
        case _:
            return await digest.run(args, database, assigned_modules(library, chosen.assigned), now)


def _titles(library: Library) -> dict[str, str]:
    return {module.id: module.title for module in library.modules}


async def _bot_name(chosen: Settings) -> str | None:
    """Ask Telegram for the bot's name, where there is a bot; the ledger's memory serves otherwise."""
    if not chosen.telegram_token:
        return None
    from channels import telegram  # noqa: PLC0415 - platforms' libraries load slowly

    bot = telegram.open_bot(chosen.telegram_token, chosen.telegram_api_base)
    channel = telegram.TelegramChannel(bot)
    try:
        return (await telegram.introduce(bot)).username
    except SendError:
        return None
    finally:
        await channel.close()
