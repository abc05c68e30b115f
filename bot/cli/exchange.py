"""`taphuan content export`, `import`, `template` and `tool`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exchange.formats import Format

if TYPE_CHECKING:
    from argparse import Namespace

COMMANDS = frozenset({"export", "import", "template", "tool"})


def add_arguments(commands: Any) -> None:
    """Describe the four among the subcommands of `taphuan content`; `args.content` names the one chosen."""
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
    template = commands.add_parser("template", help="ghi mẫu trống ra tệp .xlsx")
    template.add_argument("file", type=Path, metavar="TỆP")
    tool = commands.add_parser("tool", help="ghi một mẫu ra một trang A4 để in")
    tool.add_argument("id", metavar="CC1", help="mã mẫu")
    tool.add_argument("-o", "--output", dest="file", type=Path, required=True, metavar="TỆP.pdf")
    tool.add_argument("--folder", type=Path, metavar="THƯ_MỤC", help="nội dung; không ghi thì nội dung kèm theo")
    tool.add_argument("--on", metavar="NĂM-THÁNG-NGÀY", help="ngày lấy số liệu; không ghi thì hôm nay")


async def run(args: Namespace) -> int:
    """Run the subcommand; 0: done, 1: refused."""
    from bot import exchanging  # noqa: PLC0415 - spreadsheets and XML take a while to load

    return await asyncio.to_thread(exchanging.run, args)
