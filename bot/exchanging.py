"""What `taphuan content export`, `import`, `template` and `tool` do; their arguments are in `bot.cli.exchange`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exchange import book_reader, convert, folder, formats, gift_writer, library, plan
from exchange.faults import ExchangeError, Fault, refused
from exchange.formats import Format
from learning.calendar import day_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from content.drill_model import Drill
    from content.tools import ToolFile
    from content.tree import ReadModule
    from exchange.items import Item

DONE, REFUSED = 0, 1


def run(args: Namespace) -> int:
    """Run the subcommand; 0: done, 1: refused. Blocks, so call it in a thread."""
    try:
        match args.content:
            case "import":
                return _import(args)
            case "template":
                return _write(args.file, convert.write_book(()))
            case "tool":
                return _tool(args)
            case _:
                return _export(args)
    except ExchangeError as error:
        if getattr(args, "json", False):
            print(json.dumps(_result((), error.faults, (), 0, is_written=False), ensure_ascii=False))
        _tell(error.faults)
    except OSError as error:
        sys.stderr.write(f"Không đọc hay ghi được «{error.filename or args.file}»: {error.strerror or error}.\n")
    return REFUSED


def _export(args: Namespace) -> int:
    form = Format(args.format) if args.format else formats.of_file(args.file)
    found = library.chosen(library.modules(args.folder), args.module)
    match form:
        case Format.XLSX:
            tools, drills = _papers(args, found)
            return _write(args.file, convert.write_book(found, tools, drills))
        case Format.PDF:
            return _print(args, found)
        case _:
            items = convert.items(
                found, args.lesson, _day(args), library.figures_of(args.folder), keep_figures=args.keep_figures
            )
            _tell_left_out(args, found, form)
            kept = _kept(items, form) if args.leave_out else items
            return _write(args.file, convert.write_items(kept, found, form))


def _papers(args: Namespace, found: Sequence[ReadModule]) -> tuple[list[ToolFile], list[Drill]]:
    """The tools of these modules' lessons, and the drills, which belong to no module, where none was named."""
    lessons = {lesson.id for read in found for lesson in read.module.lessons}
    tools = [read for read in library.tools(args.folder) if read.tool.lesson_id in lessons]
    return tools, [] if args.module else library.drills(args.folder)


def _tell_left_out(args: Namespace, found: Sequence[ReadModule], form: Format) -> None:
    """One line that names the tools and drills for which the form has no place."""
    tools, drills = _papers(args, found)
    named = [("mẫu", [read.tool.id for read in tools]), ("tình huống", [drill.id for drill in drills])]
    told = [f"{len(ids)} {what} ({', '.join(ids)})" for what, ids in named if ids]
    if told and not args.lesson:
        sys.stderr.write(f"(lưu ý) {form} không có chỗ cho mẫu và tình huống; không xuất {', '.join(told)}.\n")


def _kept(items: Sequence[Item], form: Format) -> list[Item]:
    """The items that the form has room for; each other is named on stderr."""
    left_out = list(gift_writer.refusals(items)) if form is Format.GIFT else []
    _tell(left_out, "(bỏ qua) ")
    names = {fault.place for fault in left_out}
    return [item for item in items if item.name not in names]


def _print(args: Namespace, found: Sequence[ReadModule]) -> int:
    from exchange import booklet  # noqa: PLC0415 - typesetting takes a while to load

    on, values = _day(args), library.figures_of(args.folder)
    tools = [read.tool for read in library.tools(args.folder)]
    own = {
        read.module.id: [tool for tool in tools if tool.lesson_id in {lesson.id for lesson in read.module.lessons}]
        for read in found
    }
    if len(found) == 1:
        return _write(args.file, booklet.pdf(found[0], on, values, own[found[0].module.id]))
    args.file.mkdir(parents=True, exist_ok=True)
    for module in found:
        _write(args.file / f"{module.module.id.lower()}.pdf", booklet.pdf(module, on, values, own[module.module.id]))
    return DONE


def _tool(args: Namespace) -> int:
    from exchange import tool_page  # noqa: PLC0415 - typesetting takes a while to load

    found = {read.tool.id: read.tool for read in library.tools(args.folder)}
    if (tool := found.get(args.id)) is None:
        raise refused(f"Không có mẫu «{args.id[:20]}»; đang có: {', '.join(found)}.")
    return _write(args.file, tool_page.pdf(tool, _day(args), library.figures_of(args.folder)))


def _day(args: Namespace) -> date:
    if args.on is None:
        return day_of(datetime.now(UTC))
    try:
        return datetime.strptime(args.on, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise refused(f"Ngày «{args.on[:20]}» sai; mẫu: 2026-07-01.") from error


def _write(path: Path, content: bytes) -> int:
    path.write_bytes(content)
    print(f"Đã ghi {path}")
    return DONE


def _import(args: Namespace) -> int:
    form = Format(args.format) if args.format else formats.of_file(args.file)
    if form is Format.XLSX and args.lesson is None:
        found = [lesson for read in folder.existing(args.into) for lesson in read.module.lessons]
        made = plan.of_book(book_reader.read(args.file, {lesson.id: lesson.objective for lesson in found}), args.into)
    else:
        items = (
            book_reader.read_items(args.file)
            if form is Format.XLSX
            else convert.read_items(args.file.read_bytes(), form)
        )
        made = plan.of_items(items, args.into, args.lesson, args.basis)
    written = 0
    if args.yes and not made.faults:
        written = plan.write(made, args.into, replace_files=args.replace)
    if args.json:
        is_written = args.yes and not made.faults
        result = _result(made.changes, made.faults, made.warnings, made.questions, is_written=is_written)
        print(json.dumps(result, ensure_ascii=False))
    elif not made.faults:
        for change in made.changes:
            print(f"{change.state}: {change.path}")
        ended = f"Đã ghi {written} tệp." if args.yes else "Mới xem trước, chưa ghi gì; thêm --yes để ghi."
        print(f"{made.questions} câu hỏi. {ended}")
        _tell(made.warnings, "(lưu ý) ")
    _tell(made.faults)
    return REFUSED if made.faults else DONE


def _result(
    changes: Sequence[plan.Change],
    faults: Sequence[Fault],
    warnings: Sequence[Fault],
    questions: int,
    *,
    is_written: bool,
) -> dict[str, object]:
    return {
        "files": [{"path": change.path, "state": change.state.name.lower()} for change in changes],
        "questions": questions,
        "written": is_written,
        "errors": [fault.as_json() for fault in faults],
        "warnings": [fault.as_json() for fault in warnings],
    }


def _tell(faults: Iterable[Fault], before: str = "") -> None:
    for fault in faults:
        sys.stderr.write(f"{before}{fault}\n")
