"""`taphuan decision` and `taphuan trainer`: what a union decided on recognition, and on who trains."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING

from learning.calendar import day_of
from learning.roles import GROUP_TYPES
from learning.text import clean
from learning.trainers import Assignment, Level
from reports.words import day
from storage import recognition_decisions, target_people, trainer_assignments
from storage.units import unit_by_code

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import datetime

    from storage.database import Database

COMMANDS = frozenset({"decision", "trainer"})
REFUSED = 1
_LONGEST = 120
_DAY = "NĂM-THÁNG-NGÀY"


def add_decision_arguments(parser: ArgumentParser) -> None:
    """Describe `decision`; it ends in `args.decision_command`."""
    commands = parser.add_subparsers(dest="decision_command", required=True, metavar="LỆNH")
    made = commands.add_parser("set", help="từ ngày này, hoàn thành trên trợ lý được công nhận ĐTBD")
    made.add_argument("--unit", required=True, metavar="MÃ", help="đơn vị quyết định; gồm mọi đơn vị bên dưới")
    made.add_argument("--document", required=True, metavar="VĂN BẢN", help="số, ký hiệu văn bản")
    made.add_argument("--from", required=True, dest="since", type=date.fromisoformat, metavar=_DAY)
    ended = commands.add_parser("end", help="thôi công nhận; điều đã công nhận vẫn giữ")
    ended.add_argument("--unit", required=True, metavar="MÃ")
    ended.add_argument("--date", type=date.fromisoformat, metavar=_DAY, help="ngày đầu không còn; mặc định hôm nay")
    listed = commands.add_parser("list", help="các quyết định")
    for command in (made, ended, listed):
        command.add_argument("--json", action="store_true")


def add_trainer_arguments(parser: ArgumentParser) -> None:
    """Describe `trainer`; it ends in `args.trainer_command`."""
    commands = parser.add_subparsers(dest="trainer_command", required=True, metavar="LỆNH")
    made = commands.add_parser("set", help="giao đơn vị bồi dưỡng chủ tịch CĐCS thay cho một cấp")
    made.add_argument("--unit", required=True, metavar="MÃ", help="CĐCS, hoặc đơn vị cấp trên hay quản lý các CĐCS đó")
    made.add_argument("--owner", required=True, metavar="MÃ", help="đơn vị phải bồi dưỡng")
    made.add_argument("--document", required=True, metavar="VĂN BẢN", help="số, ký hiệu văn bản")
    made.add_argument("--from", required=True, dest="since", type=date.fromisoformat, metavar=_DAY)
    ended = commands.add_parser("end", help="thôi giao, trở lại theo phân cấp")
    ended.add_argument("--unit", required=True, metavar="MÃ")
    ended.add_argument("--date", type=date.fromisoformat, metavar=_DAY, help="ngày đầu không còn; mặc định hôm nay")
    for command in (made, ended):
        command.add_argument(
            "--level",
            choices=[level.value for level in Level],
            default=Level.DIRECT_SUPERIOR.value,
            help="cấp được thay; mặc định là cấp trên trực tiếp (CĐCS dưới 1.000 đoàn viên)",
        )
    listed = commands.add_parser("list", help="các đơn vị được giao")
    for command in (made, ended, listed):
        command.add_argument("--json", action="store_true")


async def run(args: Namespace, database: Database, now: datetime) -> int:
    """Work one of the two commands; 0: done, 1: refused."""
    match args.command, getattr(args, f"{args.command}_command"):
        case "decision", "list":
            return await _list_decisions(args, database)
        case "trainer", "list":
            return await _list_trainers(args, database)
        case "decision", "set":
            return await _decide(args, database, now)
        case "decision", _:
            return await _end_decision(args, database, now)
        case _, "set":
            return await _assign(args, database, now)
        case _:
            return await _end_assignment(args, database, now)


def _refuse(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return REFUSED


def _document(args: Namespace) -> str:
    text = " ".join(clean(args.document, 1_000).split())
    return text if len(text) <= _LONGEST else ""


_NO_DOCUMENT = f"Văn bản trống hoặc dài quá {_LONGEST} chữ. Gợi ý: ghi số, ký hiệu, ví dụ 12/QĐ-LĐLĐ."


def _unknown(code: str) -> int:
    return _refuse(f"Không có đơn vị mã «{code}». Gợi ý: xem mã trong danh sách đơn vị.")


async def _decide(args: Namespace, database: Database, now: datetime) -> int:
    document = _document(args)
    if not document:
        return _refuse(_NO_DOCUMENT)
    async with database.begin() as conn:
        unit = await unit_by_code(conn, args.unit)
        if unit is None:
            return _unknown(args.unit)
        if unit.unit_type in GROUP_TYPES:
            return _refuse(f"«{unit.name}» là tổ. Gợi ý: ghi mã công đoàn cơ sở hoặc công đoàn cấp trên.")
        if not await recognition_decisions.decide(conn, unit.id, document, args.since, now):
            return _refuse(f"«{unit.name}» đang có quyết định. Gợi ý: kết thúc bằng «taphuan decision end» trước.")
    return _say(
        args,
        {"unit": unit.code, "document": document, "from": args.since.isoformat()},
        f"Từ {day(args.since)}, hoàn thành trên trợ lý được {unit.name} công nhận ĐTBD ({document}).",
    )


async def _end_decision(args: Namespace, database: Database, now: datetime) -> int:
    on = args.date or day_of(now)
    async with database.begin() as conn:
        unit = await unit_by_code(conn, args.unit)
        if unit is None:
            return _unknown(args.unit)
        if not await recognition_decisions.end_decision(conn, unit.id, on):
            return _refuse(f"«{unit.name}» không có quyết định nào đang giữ vào {day(on)}.")
    return _say(args, {"unit": unit.code, "to": on.isoformat()}, f"{unit.name}: thôi công nhận từ {day(on)}.")


async def _list_decisions(args: Namespace, database: Database) -> int:
    async with database.connect() as conn:
        found = await recognition_decisions.decisions(conn)
    rows = [
        {
            "unit": one.unit_code,
            "name": one.unit_name,
            "document": one.document,
            "from": one.valid_from.isoformat(),
            "to": one.valid_to.isoformat() if one.valid_to else None,
        }
        for one in found
    ]
    lines = [
        f"{one.unit_code}  {one.unit_name}: {one.document}, từ {day(one.valid_from)}"
        + (f" đến hết trước {day(one.valid_to)}" if one.valid_to else "")
        for one in found
    ]
    return _say(args, rows, "\n".join(lines) or "Chưa có quyết định nào: học trên trợ lý chưa được tính là ĐTBD.")


async def _assign(args: Namespace, database: Database, now: datetime) -> int:
    document = _document(args)
    if not document:
        return _refuse(_NO_DOCUMENT)
    async with database.begin() as conn:
        unit, owner = await unit_by_code(conn, args.unit), await unit_by_code(conn, args.owner)
        if unit is None or owner is None:
            return _unknown(args.owner if unit else args.unit)
        one = Assignment(unit.id, owner.id, Level(args.level), document, args.since)
        await trainer_assignments.end(conn, unit.id, one.level, args.since)
        await trainer_assignments.assign(conn, one, now)
    return _say(
        args,
        {"unit": unit.code, "owner": owner.code, "level": args.level, "from": args.since.isoformat()},
        f"Từ {day(args.since)}, {owner.name} bồi dưỡng chủ tịch CĐCS của {unit.name} ({document}).",
    )


async def _end_assignment(args: Namespace, database: Database, now: datetime) -> int:
    on = args.date or day_of(now)
    async with database.begin() as conn:
        unit = await unit_by_code(conn, args.unit)
        if unit is None:
            return _unknown(args.unit)
        if not await trainer_assignments.end(conn, unit.id, Level(args.level), on):
            return _refuse(f"Chưa giao ai bồi dưỡng chủ tịch CĐCS của «{unit.name}».")
    return _say(args, {"unit": unit.code, "to": on.isoformat()}, f"{unit.name}: theo phân cấp từ {day(on)}.")


async def _list_trainers(args: Namespace, database: Database) -> int:
    async with database.connect() as conn:
        found = [one for same in (await trainer_assignments.assignments(conn)).values() for one in same]
        units = await target_people.unit_names(conn, {key for one in found for key in (one.unit_id, one.owner_id)})
    rows = [
        {
            "unit": units[one.unit_id][0],
            "owner": units[one.owner_id][0],
            "level": one.level.value,
            "document": one.document,
            "from": one.valid_from.isoformat(),
            "to": one.valid_to.isoformat() if one.valid_to else None,
        }
        for one in found
    ]
    lines = [
        f"{row['unit']}: {row['owner']} ({row['level']}), {row['document']}, {row['from']} – {row['to'] or ''}"
        for row in rows
    ]
    return _say(args, rows, "\n".join(lines) or "Chưa giao ai: theo phân cấp.")


def _say(args: Namespace, as_json: object, as_text: str) -> int:
    print(json.dumps(as_json, ensure_ascii=False) if args.json else as_text)
    return 0
