"""Rows of «Cán bộ» into `PersonRow`; a faulty row is set aside, with all its faults in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learning.text import fold
from roster import values
from roster.doubts import Doubt
from roster.faults import HINT, PERSON_SHEET, Fault
from roster.headings import Col, Headings
from roster.phones import to_e164
from roster.read_units import MAX_CODE, legacy_faults
from roster.rows import PersonRow, code_key, receives_by_default

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from learning.roles import Role
    from roster.sheets import RawRow, RawSheet

MAX_NAME = 120
VACANT = "khuyet"
_TEXTS = (Col.PERSON_CODE, Col.FULL_NAME, Col.UNIT_CODE)
_FLAGS = (Col.FULL_TIME, Col.FIRST_TERM, Col.FEMALE, Col.RECEIVES)


@dataclass(frozen=True, slots=True)
class Units:
    """What the people's rows need to know of units after the import: type by code key, and which have ended."""

    types: Mapping[str, str]
    ended: frozenset[str]


@dataclass(slots=True)
class PeopleRead:
    """What was understood, set aside, doubted, and what stops the import."""

    rows: list[PersonRow] = field(default_factory=list)
    set_aside: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)

    def aside(self, row: PersonRow, column: Col, message: str) -> None:
        """Set aside a row that was understood by itself but not beside the others."""
        self.set_aside.append(Fault(PERSON_SHEET, row.row, column, message))
        self.doubts.append(Doubt(code_key(row.code), row.phone, row.fold, code_key(row.unit)))


def read_people(
    sheet: RawSheet, headings: Headings, units: Units, today: date, tell: Callable[[int], None]
) -> PeopleRead:
    """Understand every row by itself; `tell` is called with how many are done."""
    read = PeopleRead(errors=list(legacy_faults(sheet, headings, _TEXTS)))
    for done, raw in enumerate(sheet.rows[1:], start=1):
        if any(headings.text(raw, column) for column in headings.places):
            _Reader(raw, headings, units, today, read).read()
        tell(done)
    return read


@dataclass(slots=True)
class _Reader:
    raw: RawRow
    headings: Headings
    units: Units
    today: date
    into: PeopleRead
    faults: list[tuple[Col, str]] = field(default_factory=list)

    def read(self) -> None:
        code, name, phone = self._identity()
        unit = self._text(Col.UNIT_CODE)
        self._check_unit(unit)
        role = self._role()
        elected_on = self._day(Col.ELECTED_ON, lambda written: values.past_day(written, self.today))
        term_ends_on = self._day(Col.TERM_ENDS, values.day)
        if elected_on and term_ends_on and term_ends_on < elected_on:
            self.faults.append((Col.TERM_ENDS, f"trước «{Col.ELECTED_ON}».{HINT}kiểm tra lại hai ngày."))
        if self.faults or role is None:
            self._set_aside(Doubt(code_key(code), phone, fold(name), code_key(unit)))
            return
        flags = {column: self._flag(column) for column in _FLAGS}
        receives = flags[Col.RECEIVES]
        if Col.RECEIVES not in self.headings.places:
            receives = receives_by_default(role, self.units.types[code_key(unit)])
        self.into.rows.append(
            PersonRow(
                row=self.raw.number,
                code=code,
                name=name,
                fold=fold(name),
                phone=phone,
                unit=unit,
                role=role,
                is_full_time=flags[Col.FULL_TIME],
                elected_on=elected_on,
                is_first_term=flags[Col.FIRST_TERM],
                term_ends_on=term_ends_on,
                is_female=flags[Col.FEMALE],
                shift=self._shift(),
                receives_reports=receives and bool(name),
            )
        )

    def _text(self, column: Col) -> str:
        return self.headings.text(self.raw, column)

    def _identity(self) -> tuple[str, str, str | None]:
        code, name, written = (self._text(column) for column in (Col.PERSON_CODE, Col.FULL_NAME, Col.PHONE))
        phone = to_e164(written) if written else None
        if fold(name) == VACANT:
            if code or written:
                self.faults.append(
                    (
                        Col.FULL_NAME,
                        f"ghi «khuyết» mà có mã hoặc điện thoại.{HINT}xóa mã và điện thoại, hoặc điền họ tên.",
                    )
                )
            name = ""
        elif not fold(name) and (code or written or name):
            self.faults.append(
                (
                    Col.FULL_NAME,
                    f"để trống mà có mã hoặc điện thoại.{HINT}điền họ tên; chức danh khuyết thì để trống cả ba.",
                )
            )
        if len(name) > MAX_NAME:
            self.faults.append((Col.FULL_NAME, f"dài {len(name)} chữ, quá {MAX_NAME}.{HINT}chỉ ghi họ và tên."))
        if len(code) > MAX_CODE:
            self.faults.append((Col.PERSON_CODE, f"dài {len(code)} chữ, quá {MAX_CODE}.{HINT}rút gọn mã."))
        if written and phone is None:
            self.faults.append(
                (Col.PHONE, f"số «{written[:20]}» không thể gọi được.{HINT}ghi một số 10 chữ số, ví dụ 0900000001.")
            )
        return code, name, phone

    def _check_unit(self, unit: str) -> None:
        key = code_key(unit)
        if not unit:
            self.faults.append((Col.UNIT_CODE, f"để trống.{HINT}ghi mã như ở trang «Đơn vị»."))
        elif key not in self.units.types:
            self.faults.append(
                (Col.UNIT_CODE, f"không có đơn vị mã «{unit[:40]}».{HINT}thêm đơn vị vào trang «Đơn vị» hoặc sửa mã.")
            )
        elif key in self.units.ended:
            self.faults.append((Col.UNIT_CODE, f"đơn vị «{unit}» đã hết hiệu lực.{HINT}ghi đơn vị mới của cán bộ."))

    def _role(self) -> Role | None:
        written = self._text(Col.ROLE)
        if not written:
            self.faults.append((Col.ROLE, f"để trống.{HINT}ghi chức danh như mẫu."))
            return None
        try:
            return values.role(written)
        except ValueError as error:
            self.faults.append((Col.ROLE, str(error)))
            return None

    def _day(self, column: Col, parse: Callable[[str], date]) -> date | None:
        written = self._text(column)
        try:
            return parse(written) if written else None
        except ValueError as error:
            self.faults.append((column, str(error)))
            return None

    def _flag(self, column: Col) -> bool:
        try:
            return values.yes(self._text(column))
        except ValueError as error:
            self.into.warnings.append(Fault(PERSON_SHEET, self.raw.number, column, str(error)))
            return False

    def _shift(self) -> str | None:
        try:
            return values.shift(self._text(Col.SHIFT))
        except ValueError as error:
            self.into.warnings.append(Fault(PERSON_SHEET, self.raw.number, Col.SHIFT, str(error)))
            return None

    def _set_aside(self, doubt: Doubt) -> None:
        (column, first), *others = self.faults
        rest = "".join(f" Cột «{other}»: {message}" for other, message in others)
        self.into.set_aside.append(Fault(PERSON_SHEET, self.raw.number, column, first + rest))
        self.into.doubts.append(doubt)
