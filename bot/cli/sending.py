"""`taphuan pause`, `taphuan resume` and `taphuan broadcast`: shown first, done with `--yes`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning.calendar import day_of, local, next_office_moment
from learning.roles import Role
from learning.text import clean
from reports.words import moment, number
from scheduler.broadcasts import queue_all
from storage import broadcasts, pauses
from storage.units import unit_by_code

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import datetime

    from storage.database import Database
    from storage.recipients import Audience
    from storage.roster import UnitRecord

COMMANDS = frozenset({"pause", "resume", "broadcast"})
_MOST_BYTES = 100_000


def add_pause_arguments(parser: ArgumentParser) -> None:
    """Describe `pause`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--unit", metavar="MÃ", help="mã đơn vị; gồm cả mọi đơn vị bên dưới")
    what.add_argument("--list", action="store_true", help="liệt kê đơn vị đang tạm dừng")
    parser.add_argument("--yes", action="store_true", help="làm ngay; không có thì chỉ xem trước")
    parser.add_argument("--json", action="store_true", help="in dạng JSON")


def add_resume_arguments(parser: ArgumentParser) -> None:
    """Describe `resume`."""
    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị đang tạm dừng")
    parser.add_argument("--yes", action="store_true", help="làm ngay; không có thì chỉ xem trước")
    parser.add_argument("--json", action="store_true", help="in dạng JSON")


def add_broadcast_arguments(parser: ArgumentParser) -> None:
    """Describe `broadcast`."""
    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị; gồm cả mọi đơn vị bên dưới")
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        choices=[role.value for role in Role],
        help="chức danh; nhiều thì lặp lại",
    )
    parser.add_argument(
        "--text-file", required=True, type=Path, metavar="TỆP", help="nội dung, UTF-8, tối đa 400 ký tự"
    )
    parser.add_argument("--yes", action="store_true", help="gửi; không có thì chỉ xem trước")
    parser.add_argument("--json", action="store_true", help="in dạng JSON")


async def run(args: Namespace, database: Database, now: datetime) -> int:
    """
    Work one of the three commands.

    Returns:
        The exit code: 0 shown or done, 1 refused.
    """
    if args.command == "pause" and args.list:
        return await _list(args, database)
    async with database.connect() as conn:
        unit = await unit_by_code(conn, args.unit)
    if unit is None:
        return _refuse(f"Không có đơn vị mã «{args.unit}».")
    if args.command == "broadcast":
        return await _broadcast(args, database, unit, now)
    return await _pause_or_resume(args, database, unit, now)


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


async def _list(args: Namespace, database: Database) -> int:
    async with database.connect() as conn:
        found = await pauses.paused_units(conn)
    if args.json:
        rows = [
            {
                "unit": one.unit_code,
                "name": one.unit_name,
                "since": _instant(one.at),
                "by_officer": one.by_name is not None,
            }
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for one in found:
            print(f"{one.unit_code}\t{one.unit_name}\t{moment(one.at)}\t{one.by_name or 'người vận hành'}")
    return 0


def _instant(value: datetime) -> str:
    return local(value).isoformat(timespec="seconds")


async def _pause_or_resume(args: Namespace, database: Database, unit: UnitRecord, now: datetime) -> int:
    unit_id = UnitId(unit.id)
    async with database.begin() as conn:
        if args.yes and args.command == "pause":
            await pauses.pause(conn, unit_id, None, now)
        elif args.yes:
            await pauses.resume(conn, unit_id, now)
        learners = await pauses.count_learners(conn, unit_id, day_of(now))
        stands = await pauses.over(conn, unit_id)
    if args.json:
        row = {"unit": unit.code, "learners": learners, "paused_by": stands.unit_code if stands else None}
        print(json.dumps(row | {"done": args.yes}, ensure_ascii=False))
        return 0
    print(f"{unit.name} ({unit.code}): {number(learners)} người học, kể cả các đơn vị bên dưới.")
    print(f"Đang tạm dừng ở {stands.unit_code} từ {moment(stands.at)}." if stands else "Đang gửi bình thường.")
    if not args.yes:
        print("Chưa đổi gì. Thêm --yes để làm.", file=sys.stderr)
    return 0


# --- Gửi tin ----------------------------------------------------------------------------------------------------------


def _read(path: Path) -> str | None:
    """The text of a file, clean; None if it cannot be read as text."""
    try:
        with path.open("rb") as file:
            return clean(file.read(_MOST_BYTES).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return None


async def _broadcast(args: Namespace, database: Database, unit: UnitRecord, now: datetime) -> int:
    text = _read(args.text_file)
    if text is None:
        return _refuse(f"Không đọc được {args.text_file}: cần tệp văn bản UTF-8.")
    if not 0 < len(text) <= broadcasts.MOST:
        return _refuse(f"Tin dài {number(len(text))} ký tự; cần từ 1 đến {broadcasts.MOST}.")
    unit_id = UnitId(unit.id)
    roles = list(dict.fromkeys(args.role))
    made = None
    async with database.begin() as conn:
        already = await broadcasts.of_day(conn, unit_id, day_of(now))
        audience = await broadcasts.audience(conn, unit_id, roles, now)
        if args.yes and already is None and audience.recipients:
            made = await broadcasts.create(conn, unit_id=unit_id, by=None, roles=roles, text=text, now=now)
    if already is not None or (args.yes and made is None and audience.recipients):
        return _refuse(f"{unit.code} đã có một tin hôm nay; mỗi đơn vị gửi tối đa một tin mỗi ngày.")
    if not audience.recipients:
        return _refuse("Chưa có ai nhận được tin này.")
    if made is not None:
        await queue_all(database, made, now)
    _show(args, unit, text, audience, next_office_moment(now, None), made)
    return 0


def _show(
    args: Namespace, unit: UnitRecord, text: str, audience: Audience, first_at: datetime, made: int | None
) -> None:
    if args.json:
        row = {
            "unit": unit.code,
            "roles": args.role,
            "characters": len(text),
            "recipients": audience.recipients,
            "paused": audience.paused,
            "served": audience.served,
            "first_at": _instant(first_at),
            "broadcast": made,
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    print(f"Tin từ {unit.name}\n{text}\n")
    print(
        f"{number(audience.recipients)} người nhận, từ {moment(first_at)}. Không tính {number(audience.paused)} người"
        f" đang tạm dừng gửi, {number(audience.served)} người đã có tin khác trong ngày."
    )
    if made is None:
        print("Chưa gửi. Thêm --yes để gửi.", file=sys.stderr)
    else:
        print(f"Đã ghi tin số {made}; chương trình đang chạy sẽ gửi.")
