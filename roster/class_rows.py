"""Rows of «Kết quả ĐTBD»: one person in one class; a faulty row is set aside, with all its faults in one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from learning.numbers import written
from learning.recognition import OTHER
from learning.text import fold
from roster import values
from roster.faults import CLASS_SHEET, HINT, Fault
from roster.headings import Col, Headings
from roster.phones import to_e164
from roster.read_units import legacy_faults
from roster.sheets import RawRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from roster.sheets import RawSheet

T = TypeVar("T")
MAX_TOPIC = 200
MAX_DOCUMENT = 120
MOST_HOURS = 1_000
_TEXTS = (Col.PERSON_CODE, Col.FULL_NAME, Col.UNIT_CODE, Col.COURSE, Col.ORGANISER, Col.DOCUMENT)
_MODULE = re.compile(r"[Mm]\d{1,3}")


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A row that was understood by itself; `phone` is E.164, `unit` and `organiser` are as written."""

    row: int
    code: str
    name: str
    phone: str | None
    unit: str
    module_id: str
    topic: str
    held_on: date
    hours: float | None
    organiser: str
    document: str


@dataclass(slots=True)
class ClassesRead:
    """What was understood, what was set aside, and what stops the import."""

    rows: list[ClassRow] = field(default_factory=list)
    set_aside: list[Fault] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    filled: int = 0

    def aside(self, row: int, column: Col, message: str) -> None:
        """Set a row aside for one reason."""
        self.set_aside.append(Fault(CLASS_SHEET, row, column, message))


def module_names(modules: Mapping[str, str]) -> dict[str, str]:
    """What an officer may write for a module, folded: its id, its title, or both. `modules` are titles by id."""
    names: dict[str, str] = {}
    for key, title in modules.items():
        names |= {fold(key): key, fold(title): key, fold(f"{key} {title}"): key}
    return names


def read_classes(sheet: RawSheet, headings: Headings, modules: Mapping[str, str], today: date) -> ClassesRead:
    """
    Understand every row by itself.

    Args:
        sheet: the sheet as read.
        headings: where its columns are.
        modules: from `module_names`.
        today: the day in Viet Nam; a class is not held after it.
    """
    read = ClassesRead(errors=list(legacy_faults(sheet, headings, _TEXTS)))
    for raw in sheet.rows[1:]:
        if any(headings.text(raw, column) for column in headings.places):
            read.filled += 1
            _Reader(raw, headings, modules, today, read).read()
    return read


def read_class(
    cells: Mapping[Col, str], modules: Mapping[str, str], today: date
) -> tuple[ClassRow | None, Mapping[Col, str]]:
    """
    Understand a class that was typed into a form, apart from who attended it.

    Returns:
        The class (its name is of nobody), or None; and what is wrong, by column.
    """
    typed = {**cells, Col.FULL_NAME: "-x-"}
    heads = Headings({column: place for place, column in enumerate(typed)})
    reader = _Reader(RawRow(2, tuple(typed.values())), heads, modules, today, ClassesRead())
    return reader.row(), dict(reader.faults)


@dataclass(slots=True)
class _Reader:
    raw: RawRow
    headings: Headings
    modules: Mapping[str, str]
    today: date
    into: ClassesRead
    faults: list[tuple[Col, str]] = field(default_factory=list)

    def read(self) -> None:
        row = self.row()
        if row is not None:
            self.into.rows.append(row)
            return
        (column, first), *others = self.faults
        rest = "".join(f" Cột «{other}»: {message}" for other, message in others)
        self.into.aside(self.raw.number, column, first + rest)

    def row(self) -> ClassRow | None:
        """What the row says; None if it has `faults`."""
        phone = self._phone()
        name = self._needed(Col.FULL_NAME, 120, "ghi họ và tên như trong danh sách")
        course = self._parsed(Col.COURSE, self._course)
        held_on = self._parsed(Col.HELD_ON, lambda text: values.past_day(text, self.today))
        hours = self._parsed(Col.HOURS, _hours) if self._text(Col.HOURS) else None
        organiser = self._needed(Col.ORGANISER, 200, "ghi mã đơn vị mở lớp")
        document = self._needed(Col.DOCUMENT, MAX_DOCUMENT, "ghi số, ký hiệu văn bản, ví dụ 12/KH-LĐLĐ")
        if self.faults or course is None or held_on is None:
            return None
        code, unit = self._text(Col.PERSON_CODE), self._text(Col.UNIT_CODE)
        return ClassRow(self.raw.number, code, name, phone, unit, *course, held_on, hours, organiser, document)

    def _text(self, column: Col) -> str:
        return self.headings.text(self.raw, column)

    def _needed(self, column: Col, most: int, hint: str) -> str:
        text = self._text(column)
        if not fold(text):
            self.faults.append((column, f"để trống.{HINT}{hint}."))
        elif len(text) > most:
            self.faults.append((column, f"dài {len(text)} chữ, quá {most}.{HINT}{hint}."))
        return text

    def _parsed(self, column: Col, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(self._text(column))
        except ValueError as error:
            self.faults.append((column, str(error)))
            return None

    def _phone(self) -> str | None:
        text = self._text(Col.PHONE)
        phone = to_e164(text) if text else None
        if text and phone is None:
            self.faults.append((Col.PHONE, f"số «{text[:20]}» không thể gọi được.{HINT}sửa số, hoặc để trống."))
        return phone

    def _course(self, text: str) -> tuple[str, str]:
        """The module, or another topic as it is called."""
        if not fold(text):
            raise ValueError(f"để trống.{HINT}ghi mã chuyên đề (ví dụ M4) hoặc tên nội dung đã học.")
        if len(text) > MAX_TOPIC:
            raise ValueError(f"dài {len(text)} chữ, quá {MAX_TOPIC}.{HINT}ghi tên chuyên đề.")
        found = self.modules.get(fold(text))
        if found is None and _MODULE.fullmatch(text):
            raise ValueError(f"không có chuyên đề mã «{text}».{HINT}xem mã ở trang Hướng dẫn, hoặc ghi tên nội dung.")
        return (found, "") if found else (OTHER, text)


def _hours(text: str) -> float:
    try:
        hours = written(text)
    except ValueError:
        hours = Decimal(-1)
    if not 0 < hours <= MOST_HOURS:
        raise ValueError(f"«{text[:20]}» không phải số giờ.{HINT}ghi số, ví dụ 8 hoặc 7,5; không rõ thì để trống.")
    return float(hours)
