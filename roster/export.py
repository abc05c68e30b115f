"""The roster as it stands, as an XLSX that imports again with no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.calendar import Shift
from learning.roles import Role
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import Col
from roster.sheet_writer import RosterBook
from roster.values import SECTORS
from storage import roster as store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection


async def export(conn: AsyncConnection, path: Path, today: date) -> None:
    """Write units that have not ended on `today`, and their posts as of now, to an XLSX at `path`."""
    units = await store.active_units(conn, today)
    codes = {unit.id: unit.code for unit in units}
    with RosterBook(path) as book:
        sheet = book.sheet(UNIT_SHEET)
        for number, unit in enumerate(units, start=2):
            book.row(sheet, UNIT_SHEET, number, _unit(unit, codes))
        sheet = book.sheet(PERSON_SHEET)
        number = 1
        async for line in store.active_posts(conn, today):
            number += 1
            book.row(sheet, PERSON_SHEET, number, _post(line))


def _mark(flag: bool | None) -> str:
    return "x" if flag else ""


def _unit(unit: store.UnitRecord, codes: Mapping[int, str]) -> Mapping[Col, str | int | date | None]:
    return {
        Col.UNIT_CODE: unit.code,
        Col.UNIT_NAME: unit.name,
        Col.UNIT_TYPE: unit.unit_type,
        Col.PARENT: codes.get(unit.parent_id or 0),
        Col.MANAGER: codes.get(unit.manager_id or 0),
        Col.SECTOR: SECTORS.get(unit.sector or ""),
        Col.MEMBERS: unit.member_count,
        Col.MEMBERS_ON: unit.member_count_on,
        Col.VALID_FROM: unit.valid_from,
        Col.VALID_TO: unit.valid_to,
    }


def _post(line: store.PostLine) -> Mapping[Col, str | int | date | None]:
    post, person = line.position, line.person
    return {
        Col.PERSON_CODE: person.code if person else None,
        Col.FULL_NAME: person.full_name if person else None,
        Col.PHONE: local_number(person.phone) if person and person.phone else None,
        Col.UNIT_CODE: line.unit_code,
        Col.ROLE: Role(post.role).label,
        Col.FULL_TIME: _mark(post.is_full_time),
        Col.ELECTED_ON: post.elected_on,
        Col.FIRST_TERM: _mark(post.is_first_term),
        Col.TERM_ENDS: post.term_ends_on,
        Col.FEMALE: _mark(person.is_female) if person else None,
        Col.SHIFT: Shift(post.shift).label if post.shift else None,
        Col.RECEIVES: _mark(post.receives_reports),
    }


def local_number(phone: str) -> str:
    """An E.164 number as it is written at home: 0 in place of +84."""
    return f"0{phone[3:]}" if phone.startswith("+84") else phone
