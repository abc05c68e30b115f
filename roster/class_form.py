"""The empty form for classes attended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roster.faults import CLASS_SHEET
from roster.sheet_writer import RosterBook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NOTES = [
    "Cách điền",
    "Mỗi dòng là một cán bộ dự một lớp. Dòng 1 là tên cột; dữ liệu từ dòng 2. Cột nền cam là bắt buộc.",
    "Cán bộ phải có trong danh sách. Nhận ra theo «Mã cán bộ»; không có mã thì theo điện thoại và họ tên; không có cả",
    "hai thì theo «Mã đơn vị» và họ tên.",
    "«Chuyên đề»: mã hoặc tên một chuyên đề dưới đây; nội dung khác thì ghi tên nội dung.",
    "«Ngày»: ngày kết thúc lớp, dd/mm/yyyy. «Số giờ»: ví dụ 8 hoặc 7,5; không rõ thì để trống.",
    "«Đơn vị tổ chức»: mã đơn vị mở lớp, như ở danh sách. «Văn bản»: số, ký hiệu kế hoạch hoặc quyết định.",
    "Nhập lại cùng một lớp của cùng một người thì vẫn tính một lần. Không gộp ô, không dùng công thức.",
    "",
    "Các chuyên đề",
]


def write_form(path: Path, modules: Mapping[str, str]) -> None:
    """Write the form as an XLSX at `path`; `modules` are titles by id."""
    with RosterBook(path) as book:
        book.sheet(CLASS_SHEET)
        book.notes("Hướng dẫn", [*_NOTES, *(f"{key}: {title}" for key, title in modules.items())])
