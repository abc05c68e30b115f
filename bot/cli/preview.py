"""`taphuan content preview` and `taphuan content card`: what authors look at before learners do. No database needed."""

from __future__ import annotations

import asyncio
import signal
import sys
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.start import StartError
from content import loader
from content.figures import FigureError
from learning.calendar import day_of

if TYPE_CHECKING:
    from argparse import Namespace
    from datetime import date

    from web.preview_desk import Desk

COMMANDS = frozenset({"preview", "card"})
HOST, PORT = "127.0.0.1", 8090
REFUSED = 1
_STOP_WITHIN_S = 2.0


def add_arguments(commands: Any) -> None:
    """Describe the two among the subcommands of `taphuan content`; `args.content` names the one chosen."""
    preview = commands.add_parser("preview", help="xem trước bài học như người học sẽ thấy, tự tải lại khi sửa tệp")
    preview.add_argument("lesson", nargs="?", metavar="M1.3", help="mở ngay bài, tình huống hay mẫu này")
    preview.add_argument("--port", type=int, default=PORT, help=f"cổng, không ghi thì {PORT}; 0 là cổng trống bất kỳ")
    preview.add_argument("--no-open", action="store_true", help="không tự mở trình duyệt")
    card = commands.add_parser("card", help="ghi ảnh vuông giới thiệu một bài (1080 × 1080, PNG)")
    card.add_argument("lesson", metavar="M1.3")
    card.add_argument("-o", "--output", type=Path, required=True, metavar="TỆP.png")
    for command in (preview, card):
        command.add_argument(
            "--content", dest="root", type=Path, metavar="THƯ_MỤC", help="nội dung; không ghi thì nội dung kèm theo"
        )


async def run(args: Namespace) -> int:
    """
    Do what `args.content`, one of COMMANDS, says.

    Returns:
        The exit code: 0, or 1 if there is no such folder or lesson, or the picture cannot be written.

    Raises:
        StartError: nothing can listen on the port.
    """
    root = loader.SHIPPED if args.root is None else args.root
    if not root.is_dir():
        return _refuse(f"Không có thư mục «{root}».")
    return await (_preview(args, root) if args.content == "preview" else _card(args, root))


def _today() -> date:
    return day_of(datetime.now(UTC))


async def _preview(args: Namespace, root: Path) -> int:
    from web.preview_desk import Desk  # noqa: PLC0415 - the web takes a while to load

    desk = Desk(root, _today)
    await desk.look()
    path = _path_of(desk, args.lesson)
    if path is None:
        return _refuse(f"Không có bài, tình huống hay mẫu «{args.lesson}».")
    await _serve(desk, args.port, path, opens=not args.no_open)
    return 0


def _path_of(desk: Desk, wanted: str | None) -> str | None:
    """Where something is shown; what a faulty file may hide is looked for all the same."""
    library = desk.read.library
    if wanted is None:
        return "/"
    for kind, known in (("lesson", library.lessons), ("drill", library.drills), ("tool", library.tools)):
        if wanted in known:
            return f"/{kind}/{wanted}"
    return f"/lesson/{wanted}" if desk.read.report.errors or desk.failed else None


async def _serve(desk: Desk, port: int, path: str, *, opens: bool) -> None:
    from aiohttp import web  # noqa: PLC0415 - only this command serves pages

    from web.preview import make_app  # noqa: PLC0415 - only this command serves pages

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(make_app(desk), access_log=None, shutdown_timeout=_STOP_WITHIN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise StartError(
                f"Không lắng nghe được ở {HOST}:{port}: cổng đang được dùng. Thêm --port với số khác."
            ) from error
        url = f"http://{HOST}:{runner.addresses[0][1]}{path}"
        print(f"ready {url}", flush=True)
        if opens:
            await asyncio.to_thread(webbrowser.open, url)
        await stop.wait()
    finally:
        await runner.cleanup()


async def _card(args: Namespace, root: Path) -> int:
    from exchange import card  # noqa: PLC0415 - typesetting takes a while to load

    read = await asyncio.to_thread(loader.examine, root)
    lesson = read.library.lessons.get(args.lesson)
    if lesson is None:
        return _refuse(*map(str, read.report.errors), f"Không có bài «{args.lesson}».")
    if wrong := [fault for fault in read.report.errors if fault.file == read.files[lesson.id]]:
        return _refuse(*map(str, wrong))
    try:
        data = card.page(lesson, read.library.module_of[lesson.id], _today(), read.figures)
    except FigureError as error:
        return _refuse(*map(str, read.report.errors), f"Chưa có số liệu {error}.")
    made = await asyncio.to_thread(card.png, data)
    try:
        await asyncio.to_thread(args.output.write_bytes, made)
    except OSError as error:
        return _refuse(f"Không ghi được «{args.output}»: {error.strerror or error}.")
    print(f"Đã ghi {args.output}")
    return 0


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        sys.stderr.write(f"{reason}\n")
    return REFUSED
