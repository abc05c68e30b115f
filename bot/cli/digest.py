"""`taphuan digest show`: a unit's figures now, for people and for scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning.calendar import day_of, local
from learning.roles import Role
from reports import words
from storage import rollup
from storage.units import unit_by_code

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from learning.roles import Track
    from storage.database import Database
    from storage.posts import Counts
    from storage.unit_figures import Line, UnitFigures

_COLUMNS = ("Chức danh", "Đã kết nối", "Đã học", "Hoàn thành", "Công nhận")


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.digest_command`, `unit` and `json`."""
    commands = parser.add_subparsers(dest="digest_command", required=True, metavar="LỆNH")
    show = commands.add_parser("show", help="số liệu của một đơn vị, tính đến bây giờ")
    show.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị")
    show.add_argument("--json", action="store_true")


async def run(args: Namespace, database: Database, assigned: Mapping[Track, str], now: datetime) -> int:
    """
    Show the figures of the unit `args.unit`, as JSON with `args.json`.

    Returns:
        The exit code: 0, or 1 if there is no such unit.
    """
    async with database.connect() as conn:
        unit = await unit_by_code(conn, args.unit)
    if unit is None:
        print(f"Không tìm thấy đơn vị có mã «{args.unit}».", file=sys.stderr)
        return 1
    while True:
        async with database.begin() as conn:
            if not await rollup.fold(conn, assigned, day_of(now)):
                figures = await rollup.read(conn, UnitId(unit.id))
                below = await rollup.children(conn, UnitId(unit.id))
                break
    if args.json:
        print(json.dumps(_as_json(unit.code, now, figures, below), ensure_ascii=False, indent=2))
    else:
        print(_as_text(f"{unit.name} ({unit.code})", now, figures, below))
    return 0


def _as_json(code: str, now: datetime, figures: UnitFigures, below: Sequence[Line]) -> dict[str, object]:
    return {
        "unit": code,
        "as_of": local(now).isoformat(timespec="seconds"),
        "total": figures.total.as_dict(),
        "own": figures.total_own.as_dict(),
        "children": [{"unit": line.code, "name": line.name, **line.counts.as_dict()} for line in below],
    }


def _row(name: str, counts: Counts) -> str:
    numbers = (counts.posts, counts.joined, counts.started, counts.completed, counts.recognised)
    shown = (words.number(number) if counts.posts else words.NOTHING for number in numbers)
    return f"{words.clip(name, 46):<46}" + "".join(f"{number:>12}" for number in shown)


def _as_text(title: str, now: datetime, figures: UnitFigures, below: Sequence[Line]) -> str:
    lines = [
        title,
        f"Số liệu đến {words.moment(now)}, tính theo chức danh.",
        "",
        " " * 46 + "".join(f"{column:>12}" for column in _COLUMNS),
        _row("Tổng số", figures.total),
        *(_row(f"  {role.label}", figures.all[role]) for role in Role if role in figures.all),
        _row("Trực thuộc đơn vị", figures.total_own),
        *(_row(line.name, line.counts) for line in below),
        "",
        f"Hoàn thành trên trợ lý: {words.share(figures.total.completed, figures.total.posts)}.",
        f"Được công nhận ĐTBD trong kỳ: {words.share(figures.total.recognised, figures.total.posts)}.",
    ]
    return "\n".join(lines)
