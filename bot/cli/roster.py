"""`taphuan roster`: check, import, export, template."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from roster import imports
from roster.export import export
from roster.faults import FileRefusedError
from roster.plan import Plan, Summary
from roster.preview import preview
from roster.template import write_template
from storage.database import open_database

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from roster.progress import Progress
    from roster.sheets import Workbook
    from storage.database import Database

_VIET_NAM = timedelta(hours=7)
_BAR = 30
DONE, REFUSED = 0, 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.roster_command`, `file`, `replace` and `json`."""
    commands = parser.add_subparsers(dest="roster_command", required=True, metavar="LỆNH")
    for name, text in (("check", "xem trước, không ghi gì"), ("import", "ghi danh sách vào cơ sở dữ liệu")):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "file", type=Path, metavar="TỆP", help="tệp .xlsx, hoặc thư mục có don_vi.csv và can_bo.csv"
        )
        command.add_argument(
            "--replace", action="store_true", help="thay thế toàn bộ: ai vắng trong tệp thì kết thúc chức danh"
        )
        command.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    for name, text in (("export", "xuất danh sách ra tệp .xlsx"), ("template", "ghi mẫu trống ra tệp .xlsx")):
        commands.add_parser(name, help=text).add_argument("file", type=Path, metavar="TỆP")


async def run(args: Namespace, database_url: str) -> int:
    """Run the subcommand of `add_arguments`; 0: done, 1: the file was refused."""
    path = Path(args.file)
    if args.roster_command == "template":
        return await _write(path, None)
    database = open_database(database_url, statement_timeout_s=0)
    try:
        match args.roster_command:
            case "export":
                return await _write(path, database)
            case "check" | "import":
                return await _take(args, path, database)
            case other:
                raise ValueError(other)
    finally:
        await database.close()


def _today() -> date:
    return (datetime.now(UTC) + _VIET_NAM).date()


async def _write(path: Path, database: Database | None) -> int:
    try:
        if database is None:
            await asyncio.to_thread(write_template, path)
        else:
            async with database.connect() as conn:
                await export(conn, path, _today())
    except OSError as error:
        sys.stderr.write(f"Không ghi được «{path}»: {error.strerror or error}. Gợi ý: kiểm tra thư mục và quyền ghi.\n")
        return REFUSED
    print(f"Đã ghi {path}")
    return DONE


async def _take(args: Namespace, path: Path, database: Database) -> int:
    progress = _progress(is_shown=sys.stderr.isatty() and not args.json)
    try:
        workbook = await imports.read_file(path, progress)
    except FileRefusedError as error:
        return _tell(Plan(errors=error.faults).summary, args)
    if args.roster_command == "check":
        async with database.connect() as conn:
            plan = await imports.check_workbook(workbook, conn, _today(), replace=args.replace, progress=progress)
        return _tell(plan.summary, args, plan)
    if not await _is_confirmed(args, workbook, database):
        print("Chưa thay đổi gì.")
        return DONE
    async with database.begin() as conn:
        today = _today()
        plan = await imports.check_workbook(workbook, conn, today, replace=args.replace, progress=progress)
        summary = await imports.apply(conn, plan, today, datetime.now(UTC))
    return _tell(summary, args, plan)


async def _is_confirmed(args: Namespace, workbook: Workbook, database: Database) -> bool:
    """At a terminal, `--replace` shows who would be closed and asks; scripts have run `check` before."""
    if not (args.replace and sys.stdin.isatty() and not args.json):
        return True
    async with database.connect() as conn:
        plan = await imports.check_workbook(workbook, conn, _today(), replace=True)
    if plan.errors or not (plan.posts_closed or plan.units_closed):
        return True
    print(preview(plan))
    answer = await asyncio.to_thread(input, "Tiếp tục? Gõ «co» để ghi: ")
    return answer.strip().casefold() in {"co", "có", "c", "y"}


def _progress(*, is_shown: bool) -> Progress:
    def show(stage: str, done: int, total: int, /) -> None:
        if not is_shown:
            return
        share = min(done / total, 1.0) if total else 0.0
        bar = "#" * round(share * _BAR)
        end = "\n" if total and done >= total - 1 else ""
        sys.stderr.write(f"\r{stage:<9} [{bar:<{_BAR}}] {done:>7} dòng{end}")
        sys.stderr.flush()

    return show


def _tell(summary: Summary, args: Namespace, plan: Plan | None = None) -> int:
    if args.json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))
    elif plan is not None and not summary.errors:
        print(preview(plan, is_done=args.roster_command == "import"))
    for fault in summary.errors:
        sys.stderr.write(f"{fault.line()}\n")
    return REFUSED if summary.errors else DONE
