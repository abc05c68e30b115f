"""`taphuan classes`: classes that cadres attended, from an officer's file; and the empty form."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from learning.calendar import day_of
from roster import classes
from roster.class_form import write_form
from roster.classes import ClassPlan
from roster.faults import FileRefusedError
from storage import recognitions

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping
    from datetime import datetime

    from storage.database import Database

DONE, REFUSED = 0, 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.classes_command`, and `file`, `dry_run`, `json` or `output`."""
    commands = parser.add_subparsers(dest="classes_command", required=True, metavar="LỆNH")
    take = commands.add_parser("import", help="ghi kết quả ĐTBD từ tệp .xlsx")
    take.add_argument("file", type=Path, metavar="TỆP")
    take.add_argument("--dry-run", action="store_true", help="chỉ xem, không ghi gì")
    take.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    form = commands.add_parser("template", help="ghi mẫu trống ra tệp .xlsx")
    form.add_argument("-o", "--output", type=Path, required=True, metavar="TỆP")


async def run_template(args: Namespace, modules: Mapping[str, str]) -> int:
    """Write the form to `args.output`; `modules` are titles by id."""
    path = Path(args.output)
    try:
        await asyncio.to_thread(write_form, path, modules)
    except OSError as error:
        sys.stderr.write(f"Không ghi được «{path}»: {error.strerror or error}. Gợi ý: kiểm tra thư mục và quyền ghi.\n")
        return REFUSED
    print(f"Đã ghi {path}")
    return DONE


async def run(args: Namespace, database: Database, modules: Mapping[str, str], now: datetime) -> int:
    """Import `args.file`, or with `args.dry_run` say what that would do; 0: done, 1: the file was refused."""
    try:
        sheet = await classes.read_file(Path(args.file))
    except FileRefusedError as error:
        return _tell(ClassPlan(errors=error.faults), args)
    if args.dry_run:
        async with database.connect() as conn:
            return _tell(await classes.check(conn, sheet, modules, day_of(now)), args)
    async with database.begin() as conn:
        plan = await classes.check(conn, sheet, modules, day_of(now))
        if not plan.errors:
            await recognitions.add_classes(conn, plan.new, now)
    return _tell(plan, args)


def _tell(plan: ClassPlan, args: Namespace) -> int:
    if args.json:
        print(json.dumps(plan.as_json(), ensure_ascii=False))
    elif not plan.errors:
        verb = "Sẽ ghi" if args.dry_run else "Đã ghi"
        print(
            f"{plan.filled} dòng. {verb} {len(plan.new)} lượt; {plan.known} lượt đã có; "
            f"để riêng {len(plan.set_aside)} dòng."
        )
        for fault in (*plan.warnings, *plan.set_aside):
            print(fault.line())
    for fault in plan.errors:
        sys.stderr.write(f"{fault.line()}\n")
    return REFUSED if plan.errors else DONE
