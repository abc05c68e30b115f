"""The empty form that officers fill in, with drop-down lists and a page of instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.roles import ROLE_LABELS
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import COLUMNS, Col
from roster.sheet_writer import RosterBook
from roster.values import SECTORS, UNIT_TYPE_MEANINGS

if TYPE_CHECKING:
    from pathlib import Path

_LAST_ROW = 20_000
_LISTS: dict[Col, list[str]] = {
    Col.UNIT_TYPE: [str(kind) for kind in UNIT_TYPE_MEANINGS],
    Col.SECTOR: list(SECTORS.values()),
    Col.ROLE: list(ROLE_LABELS.values()),
    Col.FULL_TIME: ["x"],
    Col.FIRST_TERM: ["x"],
    Col.FEMALE: ["x"],
    Col.RECEIVES: ["x"],
}
_NOTES = [
    "Cách điền",
    "Dòng 1 là tên cột; dữ liệu từ dòng 2. Cột nền cam là bắt buộc; cột khác có thể để trống hoặc bỏ.",
    "Không gộp ô, không dùng công thức.",
    "Trang «Đơn vị»: mỗi đơn vị một dòng, một mã. «Mã cấp trên» để trống ở một đơn vị duy nhất: đơn vị cao nhất.",
    "Trang «Cán bộ»: mỗi chức danh một dòng. Một người nhiều chức danh: nhiều dòng, cùng mã (hoặc cùng số và họ tên).",
    "Chức danh đang khuyết: ghi «Mã đơn vị» và «Chức danh», để trống mã, họ tên, điện thoại.",
    "Ngày ghi dd/mm/yyyy, ví dụ 05/03/2026. Có thì ghi x; không thì để trống. Điện thoại 10 chữ số, ví dụ 0900000001.",
    "«Nhận báo cáo»: có cột thì chỉ người được đánh x nhận; bỏ hẳn cột thì Chủ tịch từ công đoàn cơ sở trở lên nhận.",
    "",
    "Các loại đơn vị",
    *(f"{kind}: {meaning}" for kind, meaning in UNIT_TYPE_MEANINGS.items()),
]


def write_template(path: Path) -> None:
    """Write the form as an XLSX at `path`."""
    with RosterBook(path) as book:
        for title in (UNIT_SHEET, PERSON_SHEET):
            sheet = book.sheet(title)
            for place, column in enumerate(COLUMNS[title]):
                if column in _LISTS:
                    rule = {
                        "validate": "list",
                        "source": _LISTS[column],
                        "error_type": "warning",
                        "error_title": str(column),
                        "error_message": "Chọn một giá trị trong danh sách.",
                    }
                    sheet.data_validation(1, place, _LAST_ROW, place, rule)
        book.notes("Hướng dẫn", _NOTES)
