"""`taphuan content`: check what authors wrote, see what a legal paper touches, list numbers that have no source yet."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot import settings
from bot.cli import exchange, items, preview, search
from content import citations, drills, loader, tools, tree
from content.check import trace, whole
from content.faults import ContentError, FaultList
from content.impact import Impact, impact
from learning.calendar import day_of
from storage import finished, schema
from storage.database import open_database

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

REFUSED = 1
COMMANDS = frozenset({"check", "impact", "trace"})  # without a database, or with one that may be missing


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.content`, those of COMMANDS in `folder` and `json`."""
    commands = parser.add_subparsers(dest="content", required=True, metavar="LỆNH")
    check = commands.add_parser("check", help="kiểm tra mọi bài học")
    touched = commands.add_parser("impact", help="bài, câu hỏi, tình huống, mẫu, số liệu dựa trên một văn bản")
    touched.add_argument("--source", required=True, metavar="VĂN_BẢN", help="số hoặc tên văn bản")
    numbers = commands.add_parser("trace", help="số trong bài chưa rõ nguồn, viết sẵn cho trace.yaml")
    for command in (check, touched, numbers):
        command.add_argument("folder", nargs="?", type=Path, metavar="THƯ_MỤC")
        command.add_argument("--json", action="store_true")
    preview.add_arguments(commands)
    exchange.add_arguments(commands)
    items.add_arguments(commands.add_parser("items", help="câu hỏi nào cần xem lại, theo câu trả lời"))
    search.add_misses_arguments(commands.add_parser("misses", help="điều đã tra cứu mà chưa có bài"))


async def run(args: Namespace) -> int:
    """
    Do what `args.content`, one of COMMANDS, says.

    Returns:
        The exit code: 0, or 1 if the content has faults, the paper is unknown, or a number has no source.

    Raises:
        ContentError: the content of `impact` and `trace` has faults.
    """
    match args.content:
        case "impact":
            return await _impact(args)
        case "trace":
            return _trace(args)
        case _:
            return _check(args)


def _check(args: Namespace) -> int:
    report = loader.check(args.folder, on=day_of(datetime.now(UTC)))
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        print(
            f"{report.lessons} bài, {report.cards} thẻ, {report.questions} câu hỏi, "
            f"{report.drills} tình huống, {report.tools} mẫu, {report.sources} văn bản."
        )
    for fault in report.errors:
        sys.stderr.write(f"{fault}\n")
    if not args.json:
        for fault in report.warnings:
            sys.stderr.write(f"(lưu ý) {fault}\n")
    return REFUSED if report.errors else 0


async def _impact(args: Namespace) -> int:
    library, faults = loader.load(args.folder), FaultList()
    root = loader.SHIPPED if args.folder is None else args.folder
    registry, figures = tree.registry_of(root, faults), tree.figures_of(root, faults)
    paper = registry.by_id.get(args.source) or registry.find(citations.parse(args.source))
    if paper is None:
        sys.stderr.write(f"Không có văn bản «{args.source}» trong sources.yaml.\n")
        return REFUSED
    found = impact(library, figures, registry, paper.id)
    counted = await _learners(found)
    print(json.dumps(_as_json(found, counted), ensure_ascii=False, indent=2) if args.json else _as_text(found, counted))
    return 0


async def _learners(found: Impact) -> tuple[int, dict[str, int]] | None:
    """How many finished those lessons; None where there is no database to ask, which is said."""
    url = settings.read().database_url
    if not _is_there(url):
        return None
    database = open_database(url)
    try:
        if await schema.current(database) != schema.newest():
            sys.stderr.write("(lưu ý) Chưa đếm được người học: chạy taphuan db upgrade.\n")
            return None
        async with database.connect() as conn:
            return await finished.learners_of(conn, found.lessons)
    except Exception as error:  # noqa: BLE001 - whatever the driver says, what rests on the paper is told anyway
        sys.stderr.write(f"(lưu ý) Chưa đếm được người học: không kết nối được ({type(error).__name__}).\n")
        return None
    finally:
        await database.close()


def _is_there(url: str) -> bool:
    """Whether a database may be asked: opening an SQLite file that is not there would make one."""
    parts = make_url(url)
    return not parts.drivername.startswith("sqlite") or bool(parts.database and Path(parts.database).exists())


def _as_json(found: Impact, counted: tuple[int, dict[str, int]] | None) -> dict[str, object]:
    return {
        "source": found.source,
        "title": found.title,
        "lessons": list(found.lessons),
        "cards": [{"lesson": lesson, "card": card} for lesson, card in found.cards],
        "questions": list(found.questions),
        "drills": list(found.drills),
        "tools": list(found.tools),
        "figures": list(found.figures),
        "clauses": [{"lesson": lesson, "cite": cite} for lesson, cite in found.clauses],
        "learners": None if counted is None else counted[0],
        "finished": None if counted is None else counted[1],
    }


def _as_text(found: Impact, counted: tuple[int, dict[str, int]] | None) -> str:
    cards = [f"{lesson} thẻ {card}" for lesson, card in found.cards]
    lines = [
        f"{found.title} ({found.source})",
        f"Bài ({len(found.lessons)}): {', '.join(found.lessons) or '—'}",
        f"Thẻ có số liệu ({len(cards)}): {', '.join(cards) or '—'}",
        f"Câu hỏi ({len(found.questions)}): {', '.join(found.questions) or '—'}",
        f"Tình huống ({len(found.drills)}): {', '.join(found.drills) or '—'}",
        f"Mẫu ({len(found.tools)}): {', '.join(found.tools) or '—'}",
        f"Số liệu ({len(found.figures)}): {', '.join(found.figures) or '—'}",
    ]
    if counted is not None:
        each = ", ".join(f"{lesson} {number}" for lesson, number in counted[1].items() if number)
        lines.append(f"Người đã học xong ít nhất một bài: {counted[0]}{f' ({each})' if each else ''}")
    return "\n".join(lines)


def _trace(args: Namespace) -> int:
    root, faults = loader.SHIPPED if args.folder is None else args.folder, FaultList()
    modules, registry = tree.read(root, faults), tree.registry_of(root, faults)
    lessons = [lesson for found in modules for lesson in found.module.lessons]
    pages = tools.read(root, lessons, faults)
    others = [*map(whole.of_drill, drills.read(root, faults)), *map(whole.of_tool, pages)]
    tracer = trace.Tracer(trace.read(root / trace.FILE, registry, faults.of(trace.FILE)), registry)
    if found := faults.sorted():
        raise ContentError(found)
    left: dict[str, list[str]] = {}
    for _, owner, _, number in whole.untraced(modules, others, tracer):
        listed = left.setdefault(owner, [])
        if number.shown not in listed:
            listed.append(number.shown)
    if args.json:
        print(json.dumps({"untraced": left}, ensure_ascii=False))
    else:
        for owner, listed in left.items():
            print(f'  {owner}: "{"; ".join(listed)}"')
    return REFUSED if left else 0
