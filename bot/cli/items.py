"""`taphuan content items`: which questions an author should look at, from how they were answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from learning.items import ENOUGH
from reports.words import number, percent
from storage.items import items

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from content.model import Library
    from learning.items import Item
    from storage.database import Database

_MOST_TOLD = 6  # ways of answering a question that is not answered by one letter


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the command's arguments: `all` and `json`."""
    parser.add_argument("--all", action="store_true", help=f"cả câu chưa đủ {ENOUGH} lượt trả lời")
    parser.add_argument("--json", action="store_true")


async def run(args: Namespace, database: Database, library: Library) -> int:
    """Print a line a question, those to look at first; returns 0."""
    async with database.connect() as conn:
        found = await items(conn)
    rows = [_row(item, library) for item in found if args.all or item.answered >= ENOUGH]
    rows.sort(key=lambda row: (not row["flags"], row["question"]))
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    if not rows:
        print(f"Chưa câu nào đủ {ENOUGH} lượt trả lời.")
    for row in rows:
        print(_line(row))
    return 0


def _row(item: Item, library: Library) -> dict[str, Any]:
    question = library.questions.get(item.question_id)
    keys = "".join(choice.key for choice in question.choices) if question else ""
    shares = sorted(item.chosen.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOLD]
    apart = item.sums.correlation
    return {
        "question": item.question_id,
        "answered": item.answered,
        "difficulty": round(item.difficulty, 3),
        "discrimination": None if apart is None else round(apart, 3),
        "chosen": {key: round(times / item.answered, 3) for key, times in shares},
        "flags": [flag.value for flag in item.flags(keys)],
    }


def _line(row: dict[str, Any]) -> str:
    apart = "–" if row["discrimination"] is None else f"{row['discrimination']:.2f}".replace(".", ",")
    chosen = ", ".join(f"{key} {_percent(share)}" for key, share in row["chosen"].items())
    told = f"{row['question']}: {number(row['answered'])} lượt, đúng {_percent(row['difficulty'])}, phân biệt {apart}"
    told = f"{told} ({chosen})"
    return f"{told}. Cần xem: {', '.join(row['flags'])}." if row["flags"] else f"{told}."


def _percent(share: float) -> str:
    return percent(round(1_000 * share), 1_000)
