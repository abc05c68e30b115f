"""Classes attended, from a file into recognitions: who is meant, who held the class, and what is new."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.text import fold
from roster import files, headings
from roster.class_rows import ClassesRead, ClassRow, module_names, read_classes
from roster.faults import CLASS_SHEET, HINT, Fault, refused
from roster.headings import Col
from roster.rows import code_key
from roster.sheets import RawRow, RawSheet
from storage import class_people, recognitions
from storage import roster as store
from storage.recognitions import Attended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.roster import PersonRecord


MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an officer may enter classes for: cadres of the unit, below it or managed, except themselves."""

    unit_id: int
    officer_id: int


OWN_CLASS = "lớp của chính mình do người khác của đơn vị hoặc công đoàn cấp trên ghi."


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What importing a file does: `new` rows are entered, `known` were entered before or stand twice in the file."""

    filled: int = 0
    new: tuple[Attended, ...] = ()
    known: int = 0
    set_aside: tuple[Fault, ...] = ()
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The plan as the command line's JSON shows it."""
        return {
            "rows": self.filled,
            "added": len(self.new),
            "known": self.known,
            "set_aside": [fault.as_json() for fault in self.set_aside],
            "errors": [fault.as_json() for fault in self.errors],
            "warnings": [fault.as_json() for fault in self.warnings],
        }


async def read_file(path: Path) -> RawSheet:
    """
    Read the sheet in a child process, off the loop.

    Raises:
        FileRefusedError: the file cannot be read, or has no such sheet.
    """
    sheets = await asyncio.to_thread(files.read_sheets, path, (CLASS_SHEET,), MOST_ROWS)
    if CLASS_SHEET not in sheets:
        raise refused(f"thiếu trang «{CLASS_SHEET}».", "tải mẫu bằng lệnh «taphuan classes template -o mau.xlsx».")
    return sheets[CLASS_SHEET]


async def check(
    conn: AsyncConnection, sheet: RawSheet, modules: Mapping[str, str], today: date, reach: Reach | None = None
) -> ClassPlan:
    """
    Say what importing a sheet would do. Nothing is written.

    Args:
        conn: a connection.
        sheet: from `read_file`.
        modules: the titles of the assistant's modules by id.
        today: the day in Viet Nam.
        reach: whom it may be about; anybody else is as if not in the roster. None: everybody.
    """
    heads = headings.find(sheet.title, sheet.rows[0] if sheet.rows else None)
    if heads.faults:
        return ClassPlan(errors=heads.faults, warnings=heads.warnings)
    read = read_classes(sheet, heads, module_names(modules), today)
    if read.errors:
        return ClassPlan(read.filled, set_aside=tuple(read.set_aside), errors=tuple(read.errors))
    found = await _settle(conn, read, reach)
    new = recognitions.only_new(found, await recognitions.known_classes(conn, {row.person_id for row in found}))
    read.set_aside.sort(key=lambda fault: fault.row or 0)
    return ClassPlan(read.filled, tuple(new), len(found) - len(new), tuple(read.set_aside), (), heads.warnings)


async def check_one(
    conn: AsyncConnection, cells: Mapping[Col, str], modules: Mapping[str, str], today: date
) -> ClassPlan:
    """
    Say what entering one line by hand would do, judged as a line of a file is; `recognitions.add_classes` enters it.

    Args:
        conn: a connection.
        cells: what was typed, by column of the sheet; columns that are missing are empty.
        modules: the titles of the assistant's modules by id.
        today: the day in Viet Nam.

    Returns:
        A plan whose `set_aside` says what is wrong in which column; `new` is empty then.
    """
    columns = headings.COLUMNS[CLASS_SHEET]
    typed = tuple(cells.get(column, "") for column in columns)
    if not any(text.strip() for text in typed):
        return ClassPlan(errors=(Fault(CLASS_SHEET, None, None, f"chưa ghi gì.{HINT}điền các ô bắt buộc."),))
    sheet = RawSheet(CLASS_SHEET, [RawRow(1, tuple(columns)), RawRow(2, typed)])
    return await check(conn, sheet, modules, today)


async def _settle(conn: AsyncConnection, read: ClassesRead, reach: Reach | None) -> list[Attended]:
    units = await store.units(conn)
    by_code = {code_key(one.code): one.id for one in units}
    by_name: dict[str, list[int]] = defaultdict(list)
    for one in units:
        by_name[fold(one.name)].append(one.id)
    people = await _People.load(conn, read.rows, by_code, reach)
    settled: list[Attended] = []
    for row in read.rows:
        named = by_name.get(fold(row.organiser), [])
        organiser = by_code.get(code_key(row.organiser)) or (named[0] if len(named) == 1 else None)
        if organiser is None:
            problem = "có nhiều đơn vị cùng tên" if named else "không có đơn vị"
            read.aside(row.row, Col.ORGANISER, f"{problem} «{row.organiser[:40]}».{HINT}ghi mã đơn vị như ở danh sách.")
            continue
        person = people.find(row, by_code, read)
        if person is not None and reach is not None and person.id == reach.officer_id:
            read.aside(row.row, Col.FULL_NAME, f"là chính đồng chí.{HINT}{OWN_CLASS}")
        elif person is not None:
            settled.append(
                Attended(person.id, row.module_id, row.topic, row.held_on, row.hours, organiser, row.document)
            )
    return settled


class _People:
    """Those whom the rows may mean: by code, else phone and name, else unit and name."""

    def __init__(self, persons: Sequence[PersonRecord], units_of: Mapping[int, set[int]]) -> None:
        self._units_of = units_of
        self._by_code = {code_key(one.code): one for one in persons if one.code}
        self._by_phone: dict[tuple[str, str], list[PersonRecord]] = defaultdict(list)
        self._by_name: dict[tuple[int, str], list[PersonRecord]] = defaultdict(list)
        for one in persons:
            if one.phone:
                self._by_phone[one.phone, one.name_fold].append(one)
            for unit_id in units_of.get(one.id, ()):
                self._by_name[unit_id, one.name_fold].append(one)

    @classmethod
    async def load(
        cls, conn: AsyncConnection, rows: Sequence[ClassRow], by_code: Mapping[str, int], reach: Reach | None
    ) -> _People:
        units = {by_code[key] for row in rows if (key := code_key(row.unit)) in by_code}
        posts = await store.ever_held_in(conn, units)
        units_of: dict[int, set[int]] = defaultdict(set)
        for post in posts:
            if post.person_id is not None:
                units_of[post.person_id].add(post.unit_id)
        codes = {row.code for row in rows} - {""}
        phones = {row.phone for row in rows if row.phone}
        persons = await store.persons(conn, codes, phones, units_of.keys())
        if reach is not None:
            within = await class_people.reached(conn, {one.id for one in persons}, reach.unit_id)
            persons = [one for one in persons if one.id in within]
        return cls(persons, units_of)

    def find(self, row: ClassRow, units: Mapping[str, int], read: ClassesRead) -> PersonRecord | None:
        """The person a row means; None if the row was set aside."""
        name = fold(row.name)
        if row.code:
            found = self._by_code.get(code_key(row.code))
            if found is None:
                read.aside(
                    row.row, Col.PERSON_CODE, f"không có cán bộ mã «{row.code[:40]}».{HINT}sửa mã như ở danh sách."
                )
            elif found.name_fold != name:
                read.aside(
                    row.row,
                    Col.FULL_NAME,
                    f"mã «{row.code}» trong danh sách là «{found.full_name}».{HINT}sửa mã hoặc họ tên.",
                )
                return None
            return found
        unit_id = units.get(code_key(row.unit), 0)
        candidates = self._by_phone.get((row.phone or "", name)) or self._by_name.get((unit_id, name), [])
        if len(candidates) == 1:
            return candidates[0]
        told = "có nhiều người tên" if candidates else "chưa có trong danh sách:"
        hint = "ghi «Mã cán bộ», hoặc số điện thoại, hoặc «Mã đơn vị» đúng như ở danh sách"
        read.aside(row.row, Col.FULL_NAME, f"{told} «{row.name[:60]}».{HINT}{hint}.")
        return None
