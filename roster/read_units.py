"""Rows of «Đơn vị» into `UnitRow`; every fault here is structural."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from roster import values
from roster.faults import HINT, UNIT_SHEET, Fault
from roster.headings import Col, Headings
from roster.legacy_text import code_table
from roster.rows import UnitRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from roster.sheets import RawRow, RawSheet

T = TypeVar("T")
MAX_CODE = 40
MAX_NAME = 200
_SHOWN = 10
_LIMITS = {Col.UNIT_CODE: MAX_CODE, Col.UNIT_NAME: MAX_NAME, Col.UNIT_TYPE: MAX_NAME}
_TEXTS = (Col.UNIT_CODE, Col.UNIT_NAME, Col.PARENT, Col.MANAGER)


def legacy_faults(sheet: RawSheet, headings: Headings, columns: tuple[Col, ...]) -> Iterator[Fault]:
    """The cells that are written in an old code table."""
    for column in columns:
        place = headings.places.get(column)
        found = [(row, table) for row in sheet.rows[1:] if (table := code_table(row.cell(place)))]
        for row, table in found[:_SHOWN]:
            message = (
                f"«{row.cell(place)[:30]}» gõ bằng {table}.{HINT}chuyển cả tệp sang Unicode (Unikey: Ctrl+Shift+F6)."
            )
            yield Fault(sheet.title, row.number, column, message)
        if len(found) > _SHOWN:
            yield Fault(sheet.title, None, column, f"còn {len(found) - _SHOWN} ô khác như vậy.")


def read_units(sheet: RawSheet, headings: Headings, today: date) -> tuple[list[UnitRow], list[Fault]]:
    """Every unit that can be understood, and what is wrong with the others."""
    units: list[UnitRow] = []
    faults = list(legacy_faults(sheet, headings, _TEXTS))
    for raw in sheet.rows[1:]:
        before = len(faults)
        unit = _unit(raw, headings, today, faults)
        if len(faults) == before and unit is not None:
            units.append(unit)
    return units, faults


def _unit(raw: RawRow, headings: Headings, today: date, faults: list[Fault]) -> UnitRow | None:
    def text(column: Col) -> str:
        return headings.text(raw, column)

    def fail(column: Col, message: str) -> None:
        faults.append(Fault(UNIT_SHEET, raw.number, column, message))

    def parsed(column: Col, parse: Callable[[str], T]) -> T | None:
        written = text(column)
        try:
            return parse(written) if written else None
        except ValueError as error:
            fail(column, str(error))
            return None

    if not any(text(column) for column in headings.places):
        return None
    for column, limit in _LIMITS.items():
        if not text(column):
            fail(column, f"để trống.{HINT}điền đủ, hoặc xóa cả dòng.")
        elif len(text(column)) > limit:
            fail(column, f"dài {len(text(column))} chữ, quá {limit}.{HINT}rút gọn.")
    kind = parsed(Col.UNIT_TYPE, values.unit_type)
    valid_from, valid_to = parsed(Col.VALID_FROM, values.day), parsed(Col.VALID_TO, values.day)
    if valid_from and valid_to and valid_to < valid_from:
        fail(Col.VALID_TO, f"trước «{Col.VALID_FROM}».{HINT}kiểm tra lại hai ngày.")
    unit = UnitRow(
        row=raw.number,
        code=text(Col.UNIT_CODE),
        name=text(Col.UNIT_NAME),
        unit_type=kind or values.UnitType.CDCS,
        parent=text(Col.PARENT),
        manager=text(Col.MANAGER),
        sector=parsed(Col.SECTOR, values.sector),
        member_count=parsed(Col.MEMBERS, values.members),
        member_count_on=parsed(Col.MEMBERS_ON, lambda written: values.past_day(written, today)),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return unit if kind else None
