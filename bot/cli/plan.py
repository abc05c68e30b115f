"""`taphuan plan`: what goes out on a day, by hour; without `--dry-run` today's is queued at once."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from learning.calendar import at, day_of, local
from scheduler.planner import day_ends
from scheduler.slots import DAY_BEGINS, Job, due_slots
from storage import digests, due

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping
    from datetime import datetime

    from learning.calendar import Holidays
    from scheduler.planner import Planner
    from storage.database import Database

REFUSED = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the command's arguments: `date`, `dry_run` and `json`."""
    parser.add_argument("--date", type=date.fromisoformat, metavar="NĂM-THÁNG-NGÀY", help="mặc định là hôm nay")
    parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không xếp tin")
    parser.add_argument("--json", action="store_true")


async def run(args: Namespace, database: Database, planner: Planner, holidays: Holidays, now: datetime) -> int:
    """
    Show what a day holds, or queue the rest of today.

    Returns:
        The exit code: 0, or 1 if another day than today is to be queued.
    """
    today = day_of(day_ends(now) - timedelta(days=1))
    day = args.date or today
    if not args.dry_run:
        if day != today:
            sys.stderr.write("Chỉ xếp được tin của hôm nay; ngày khác thì thêm --dry-run để xem.\n")
            return REFUSED
        await planner.look(now)
        queued = await planner.plan(now, lambda number: _show_progress(number) if not args.json else None)
        print(
            json.dumps({"date": day.isoformat(), "queued": queued}) if args.json else f"Đã xếp {_number(queued)} tin."
        )
        return 0
    hours = await _hours(database, planner, holidays, day, now)
    total: Counter[str] = Counter()
    for kinds in hours.values():
        total.update(kinds)
    if args.json:
        found = [{"hour": f"{local(hour):%H:%M}", "kinds": dict(kinds)} for hour, kinds in sorted(hours.items())]
        print(json.dumps({"date": day.isoformat(), "hours": found, "total": dict(total)}, ensure_ascii=False))
    else:
        print(f"Ngày {day:%d/%m/%Y}: {_number(total.total())} tin.")
        for hour, kinds in sorted(hours.items()):
            print(f"  {local(hour):%H:%M}  " + ", ".join(f"{kind} {_number(n)}" for kind, n in sorted(kinds.items())))
    return 0


async def _hours(
    database: Database, planner: Planner, holidays: Holidays, day: date, now: datetime
) -> Mapping[datetime, Counter[str]]:
    start = max(at(day, DAY_BEGINS), now)
    until = at(day + timedelta(days=1), DAY_BEGINS)
    hours: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    if until <= now:
        return hours
    windows = await planner.windows(start)
    async with database.connect() as conn:
        for found in await due.by_hour(conn, start, until, windows, day_of(now), is_later=start > now):
            hours[found.hour][found.kind] += found.number
        for slot in due_slots(start - timedelta(seconds=1), until, holidays):
            if slot.job is Job.DIGEST and (number := await digests.count_receivers(conn, day)):
                hours[slot.at][slot.job.value] += number
    return hours


def _show_progress(number: int) -> None:
    sys.stderr.write(f"\rĐã xếp {_number(number)} tin…")
    sys.stderr.flush()


def _number(number: int) -> str:
    return f"{number:,}".replace(",", ".")
