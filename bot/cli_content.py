"""`taphuan content`: check, export, import, template; `bot.cli_items` has items."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import cli_items
from content import loader
from exchange.formats import Format

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

DONE, REFUSED = 0, 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; `args.content` names the one chosen."""
    commands = parser.add_subparsers(dest="content", required=True, metavar="LỆNH")
    check = commands.add_parser("check", help="kiểm tra mọi bài học")
    check.add_argument("folder", nargs="?", type=Path, metavar="THƯ_MỤC")
    check.add_argument("--json", action="store_true")
    export = commands.add_parser("export", help="xuất bài, câu hỏi ra xlsx, gift, moodle-xml, pdf")
    export.add_argument("file", type=Path, metavar="TỆP", help="tệp sẽ ghi; pdf nhiều chuyên đề: một thư mục")
    export.add_argument("--format", choices=list(Format), help="định dạng; không ghi thì theo đuôi tệp")
    export.add_argument("--folder", type=Path, metavar="THƯ_MỤC", help="nội dung; không ghi thì nội dung kèm theo")
    export.add_argument(
        "--module", action="append", default=[], metavar="M1", help="chỉ chuyên đề này; ghi nhiều lần được"
    )
    export.add_argument("--lesson", metavar="M1.3", help="chỉ câu hỏi của bài này (gift, moodle-xml)")
    export.add_argument("--on", metavar="NĂM-THÁNG-NGÀY", help="ngày lấy số liệu; không ghi thì hôm nay")
    export.add_argument("--keep-figures", action="store_true", help="giữ {{ tên số liệu }}, để nhập lại không mất")
    export.add_argument("--leave-out", action="store_true", help="bỏ qua câu mà định dạng không ghi được")
    take = commands.add_parser("import", help="nhập bài, câu hỏi từ xlsx, gift, moodle-xml")
    take.add_argument("file", type=Path, metavar="TỆP")
    take.add_argument("--into", type=Path, required=True, metavar="THƯ_MỤC", help="thư mục nội dung sẽ ghi vào")
    take.add_argument("--format", choices=[form for form in Format if form is not Format.PDF])
    take.add_argument("--lesson", metavar="M1.3", help="mọi câu hỏi vào bài này")
    take.add_argument("--basis", action="append", default=[], metavar="KHÓA", help="căn cứ của câu chưa có căn cứ")
    take.add_argument("--yes", action="store_true", help="ghi; không có thì chỉ xem trước")
    take.add_argument("--replace", action="store_true", help="cho thay tệp đã có")
    take.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    cli_items.add_arguments(commands.add_parser("items", help="câu hỏi nào cần xem lại, theo câu trả lời"))
    template = commands.add_parser("template", help="ghi mẫu trống ra tệp .xlsx")
    template.add_argument("file", type=Path, metavar="TỆP")


async def run(args: Namespace) -> int:
    """Run a subcommand of `add_arguments` that needs no database (not `items`); 0: done, 1: refused."""
    if args.content == "check":
        return _check(args)
    from bot import cli_exchange  # noqa: PLC0415 - spreadsheets and XML take a while to load

    return await asyncio.to_thread(cli_exchange.run, args)


def _check(args: Namespace) -> int:
    report = loader.check(args.folder, on=datetime.now(UTC).date())
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        print(f"{report.lessons} bài, {report.cards} thẻ, {report.questions} câu hỏi.")
    for fault in report.errors:
        sys.stderr.write(f"{fault.file}:{fault.line}: {fault.message}\n")
    if not args.json:
        for fault in report.warnings:
            sys.stderr.write(f"(lưu ý) {fault.file}:{fault.line}: {fault.message}\n")
    return REFUSED if report.errors else DONE
