"""`taphuan search` looks something up without a database; `taphuan content misses` shows what nobody found."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from content import loader, search
from learning.calendar import day_of
from learning.text import clean
from storage import search_misses

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from content.hits import Hit
    from storage.database import Database

MOST_MISSES = 200


def add_arguments(parser: ArgumentParser) -> None:
    """Describe `taphuan search`; it ends in `args.text`, `limit` and `json`."""
    parser.add_argument("text", metavar="CHỮ", help="không dấu cũng được")
    parser.add_argument("--limit", type=int, default=search.DEFAULT_LIMIT, metavar="SỐ", help="nhiều nhất mấy kết quả")
    parser.add_argument("--json", action="store_true")


def add_misses_arguments(parser: ArgumentParser) -> None:
    """Describe `taphuan content misses`."""
    parser.add_argument("--json", action="store_true")


def run(args: Namespace) -> int:
    """Print what is found today, best first; returns the exit code."""
    if args.limit < 1:
        print("--limit phải từ 1 trở lên.", file=sys.stderr)
        return 1
    hits = search.Search(loader.load()).find(clean(args.text), day_of(datetime.now(UTC)), args.limit)
    if args.json:
        print(json.dumps([_as_json(hit) for hit in hits], ensure_ascii=False))
    elif not hits:
        print("Không tìm thấy. Thử chữ khác, ngắn hơn.", file=sys.stderr)
    else:
        print("\n\n".join(_shown(hit) for hit in hits))
    return 0


def _as_json(hit: Hit) -> dict[str, object]:
    return {
        "title": hit.title,
        "lesson": hit.lesson_id,
        "text": hit.text,
        "source": hit.source,
        "in_force_from": None if hit.in_force_from is None else hit.in_force_from.isoformat(),
        "score": hit.score,
    }


def _shown(hit: Hit) -> str:
    since = "" if hit.in_force_from is None else f" (từ {hit.in_force_from:%d/%m/%Y})"
    place = "" if hit.lesson_id is None else f" [{hit.lesson_id}]"
    return f"{hit.title}{place}\n{hit.text}" + (f"\nCăn cứ: {hit.source}{since}" if hit.source else "")


async def run_misses(args: Namespace, database: Database) -> int:
    """Print what was looked up in vain, the most wanted first; returns the exit code."""
    async with database.connect() as conn:
        found = await search_misses.listed(conn, MOST_MISSES)
    if args.json:
        told = [{"term": miss.term, "number": miss.number, "last_day": miss.last_day.isoformat()} for miss in found]
        print(json.dumps(told, ensure_ascii=False))
    elif not found:
        print("Chưa có gì được tìm mà không thấy.")
    for miss in () if args.json else found:
        print(f"{miss.number:>6}  {miss.last_day:%d/%m/%Y}  {miss.term}")
    return 0
