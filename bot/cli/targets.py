"""`taphuan targets`: what a unit is measured by, at a cut-off, for people and for scripts."""

from __future__ import annotations

import json
import sys
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning.calendar import at, day_of, local
from learning.clauses import DISCREPANCIES
from learning.roles import Track
from learning.targets import targets_on
from reports import target_duties, target_missing, targets, words
from storage import rollup
from storage.units import unit_by_code

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from content.model import Library
    from reports.target_duties import Owed
    from reports.target_missing import Missing
    from reports.targets import Measured
    from storage.database import Database

REFUSED = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị; gồm mọi đơn vị bên dưới")
    parser.add_argument(
        "--date", type=date.fromisoformat, metavar="NĂM-THÁNG-NGÀY", help="đến hết ngày này; mặc định là bây giờ"
    )
    parser.add_argument("--all", action="store_true", help="gồm cả chỉ tiêu năm 2021, để tham khảo")
    parser.add_argument("--missing", type=int, default=20, metavar="N", help="số dòng «còn thiếu» của mỗi chỉ tiêu")
    parser.add_argument("--json", action="store_true")


async def run(
    args: Namespace, database: Database, library: Library, assigned: Mapping[Track, str], now: datetime
) -> int:
    """
    Show the targets of the unit `args.unit`.

    Returns:
        The exit code: 0, or 1 if there is no such unit.
    """
    async with database.connect() as conn:
        unit = await unit_by_code(conn, args.unit)
    if unit is None:
        sys.stderr.write(f"Không tìm thấy đơn vị có mã «{args.unit}».\n")
        return REFUSED
    folded = True
    while folded:  # what was completed under a decision is recognised by folding
        async with database.begin() as conn:
            folded = bool(await rollup.fold(conn, assigned, day_of(now)))
    cut_off = at(args.date + timedelta(days=1), time()) if args.date else now
    compulsory = [module.id for module in library.modules_for(Track.STAFF)]
    wanted = targets_on(words.last_day(cut_off), with_references=args.all)
    async with database.connect() as conn:
        unit_id = UnitId(unit.id)
        facts = await targets.facts_of(conn, unit_id, cut_off, wanted)
        found = await targets.measures(conn, unit_id, cut_off, compulsory, with_references=args.all, facts=facts)
        owed = await target_duties.owed(conn, unit_id, cut_off, facts)
        left = {
            one.target.key: await target_missing.missing(
                conn, unit_id, one.target, cut_off, compulsory, limit=max(0, args.missing), facts=facts
            )
            for one in found
        }
    if args.json:
        print(json.dumps([_as_json(one, left[one.target.key], owed) for one in found], ensure_ascii=False, indent=2))
    else:
        lines = _as_text(f"{unit.name} ({unit.code})", cut_off, found, owed)
        if args.all:
            lines += ["", "Hai văn bản khác nhau ở:"]
            lines += [f"  {one.subject}: {one.in_resolution} (NQ); {one.in_guideline} (HD)." for one in DISCREPANCIES]
        print("\n".join(lines))
    return 0


def _as_json(one: Measured, left: Sequence[Missing], owed: Sequence[Owed]) -> dict[str, object]:
    target = one.target
    return {
        "key": target.key,
        "title": target.title,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "percent": one.percent,
        "cutoff": local(one.cut_off).isoformat(timespec="seconds"),
        "missing": [
            {
                "unit": line.unit_code,
                "unit_name": line.unit_name,
                "posts": line.posts,
                "role": line.role.value if line.role else None,
                "name": line.name,
                "vacant": line.is_vacant,
            }
            for line in left
        ],
        "missing_count": one.missing,
        "counting": target.counting.value,
        "goal_percent": target.goal_percent,
        "by_when": target.by_when,
        "clause": str(target.clause),
        "courses": one.courses,
        "owed": [
            {"unit": line.unit_code, "posts": line.posts, "done": line.done, "own": line.is_own}
            for line in owed
            if line.key == target.key
        ],
    }


def _as_text(title: str, cut_off: datetime, found: Sequence[Measured], owed: Sequence[Owed]) -> list[str]:
    lines = [title, f"Số liệu đến {words.moment(cut_off)}.", ""]
    for one in found:
        goal = f", mục tiêu {one.target.goal_percent}%" if one.target.goal_percent else ""
        lines.append(f"{one.target.key:<4} {one.target.title} (tính theo {one.target.counting}{goal}): {one.shown}")
    if owed:
        lines += ["", "Phải đào tạo (chủ tịch CĐCS, theo Nghị quyết):"]
    for line in owed:
        who = (
            "Đơn vị này" if line.is_own else f"{line.unit_name} ({line.unit_code})" if line.unit_code else "Chưa có ai"
        )
        lines.append(f"  {line.key}  {who}: {words.share(line.done, line.posts)}")
    return lines
