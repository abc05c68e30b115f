"""The columns of each sheet, and finding them whatever their order, case and diacritics."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.text import clean, fold
from roster.faults import CLASS_SHEET, HINT, PERSON_SHEET, UNIT_SHEET, Fault

if TYPE_CHECKING:
    from roster.sheets import RawRow


class Col(StrEnum):
    """A column; its value is the heading in full."""

    UNIT_CODE = "Mã đơn vị"
    UNIT_NAME = "Tên đơn vị"
    UNIT_TYPE = "Loại"
    PARENT = "Mã cấp trên"
    MANAGER = "Mã đơn vị quản lý"
    SECTOR = "Khu vực"
    MEMBERS = "Số đoàn viên"
    MEMBERS_ON = "Ngày chốt"
    VALID_FROM = "Hiệu lực từ"
    VALID_TO = "Hiệu lực đến"
    PERSON_CODE = "Mã cán bộ"
    FULL_NAME = "Họ và tên"
    PHONE = "Điện thoại"
    ROLE = "Chức danh"
    FULL_TIME = "Chuyên trách"
    ELECTED_ON = "Ngày bầu"
    FIRST_TERM = "Lần đầu"
    TERM_ENDS = "Hết nhiệm kỳ"
    FEMALE = "Nữ"
    SHIFT = "Ca làm việc"
    RECEIVES = "Nhận báo cáo"
    COURSE = "Chuyên đề"
    HELD_ON = "Ngày"
    HOURS = "Số giờ"
    ORGANISER = "Đơn vị tổ chức"
    DOCUMENT = "Văn bản"


COLUMNS = {
    UNIT_SHEET: (
        Col.UNIT_CODE, Col.UNIT_NAME, Col.UNIT_TYPE, Col.PARENT, Col.MANAGER,
        Col.SECTOR, Col.MEMBERS, Col.MEMBERS_ON, Col.VALID_FROM, Col.VALID_TO,
    ),
    PERSON_SHEET: (
        Col.PERSON_CODE, Col.FULL_NAME, Col.PHONE, Col.UNIT_CODE, Col.ROLE, Col.FULL_TIME,
        Col.ELECTED_ON, Col.FIRST_TERM, Col.TERM_ENDS, Col.FEMALE, Col.SHIFT, Col.RECEIVES,
    ),
    CLASS_SHEET: (
        Col.PERSON_CODE, Col.FULL_NAME, Col.PHONE, Col.UNIT_CODE, Col.COURSE,
        Col.HELD_ON, Col.HOURS, Col.ORGANISER, Col.DOCUMENT,
    ),
}  # fmt: skip
REQUIRED = {
    UNIT_SHEET: frozenset({Col.UNIT_CODE, Col.UNIT_NAME, Col.UNIT_TYPE, Col.PARENT}),
    PERSON_SHEET: frozenset({Col.FULL_NAME, Col.UNIT_CODE, Col.ROLE}),
    CLASS_SHEET: frozenset({Col.FULL_NAME, Col.COURSE, Col.HELD_ON, Col.ORGANISER, Col.DOCUMENT}),
}
DATES = frozenset({Col.HELD_ON, Col.MEMBERS_ON, Col.VALID_FROM, Col.VALID_TO, Col.ELECTED_ON, Col.TERM_ENDS})
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column of a sheet stands, with what is wrong and what is only odd about its heading row."""

    places: dict[Col, int]
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def text(self, row: RawRow, column: Col) -> str:
        """The cleaned text of a cell on one line; empty when the column is missing."""
        return one_line(row.cell(self.places.get(column)))


def one_line(text: str) -> str:
    """`text` cleaned, on one line; the Icelandic Ð that old keyboards give for Đ put right."""
    if text.isascii() and text.isalnum():
        return text
    return " ".join(clean(text, 1_000).replace("Ð", "Đ").replace("ð", "đ").split())


def nearest(text: str, known: dict[str, str]) -> str | None:
    """The value of the folded key most like `text`, None if none is near."""
    near = difflib.get_close_matches(fold(text)[:80], known, n=1, cutoff=_NEAR)
    return known[near[0]] if near else None


def find(title: str, heading: RawRow | None) -> Headings:
    """Match the first row of a sheet to its columns."""
    if heading is None or heading.number != 1:
        return Headings({}, (Fault(title, 1, None, f"dòng 1 chưa có tiêu đề.{HINT}ghi tên cột ở dòng 1, theo mẫu."),))
    known = {fold(column): column for column in COLUMNS[title]}
    places: dict[Col, int] = {}
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for place, cell in enumerate(heading.cells):
        text = one_line(cell)
        column = known.get(fold(text))
        if column is None and text:
            warnings.append(_unknown(title, text, dict(known)))
        elif column in places:
            faults.append(Fault(title, 1, column, f"có hai cột cùng tên.{HINT}giữ lại một cột."))
        elif column is not None:
            places[column] = place
    faults.extend(
        Fault(title, 1, column, f"thiếu cột bắt buộc.{HINT}thêm cột «{column}», đúng tên như mẫu.")
        for column in COLUMNS[title]
        if column in REQUIRED[title] and column not in places
    )
    return Headings(places, tuple(faults), tuple(warnings))


def _unknown(title: str, text: str, known: dict[str, str]) -> Fault:
    near = nearest(text, known)
    hint = f"{HINT}có phải «{near}»?" if near else ""
    return Fault(title, 1, text[:80], f"không biết cột này nên bỏ qua.{hint}")
