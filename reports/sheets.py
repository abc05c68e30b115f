"""
A period's report as a workbook, written row by row: memory does not grow with the number of units.

Text stays text (a name that begins with "=" is no formula), numbers are numbers, and shares are left out below twenty.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import xlsxwriter

from reports import words
from reports.detail_columns import (
    COUNT_COLUMNS,
    DETAIL_COLUMNS,
    EMPTY_COLUMNS,
    PLACES,
    money,
    share_of_spending,
    size_group,
    trained,
)
from reports.entries import entries
from reports.word import subject
from storage.period_detail import NOBODY, Trained

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reports.period import PeriodReport
    from storage.period_figures import Detail
    from storage.posts import Counts
    from storage.training_years import TrainingYear

SUMMARY, BY_UNIT, DETAIL, NOTES = "Số liệu", "Theo đơn vị", "Chi tiết", "Cách đọc"
MOST_ROWS = 1_048_576  # of a sheet in this format
_DAY_ZERO = date(1899, 12, 30)  # days are counted from it in this format
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_ENTRY_COLUMNS = (("TT", 7), ("Nội dung", 52), ("Đơn vị tính", 14), ("Số lượng", 13), ("Ghi chú", 52))
_UNIT_COLUMNS = (("TT", 7), ("Mã đơn vị", 16), ("Đơn vị", 48), ("Loại đơn vị", 14), *COUNT_COLUMNS)
_SECTORS = {"nha_nuoc": "Nhà nước", "ngoai_nha_nuoc": "Ngoài nhà nước", "su_nghiep": "Sự nghiệp"}
_OWN, _WITH_BELOW = "Đơn vị", "Cả bên dưới"
_NOTES = (
    "Mọi số đếm là chức danh, trừ nơi ghi rõ người, lượt người, lớp, giờ.",
    "Một người giữ hai chức danh được tính ở cả hai.",
    "Mẫu số gồm cả chức danh khuyết, đơn vị chưa gửi danh sách, người chưa có số điện thoại và người chưa kết nối.",
    "Hoàn thành là hoàn thành chuyên đề được giao trên trợ lý; được công nhận ĐTBD là việc của công đoàn, ở cột riêng.",
    "Số được công nhận tính từ đầu kỳ thống kê 6 tháng (01/12 hoặc 01/6) chứa ngày chốt số liệu.",
    "Mẫu số dưới 20 không ghi tỷ lệ; mẫu số bằng 0 ghi “—”.",
    "Trang «Chi tiết»: mỗi đơn vị, mỗi chức danh một dòng.",
    "Phạm vi “Đơn vị” là chức danh của riêng đơn vị (CĐCS: kể cả các tổ); “Cả bên dưới” gồm mọi đơn vị bên dưới.",
    "Chỉ cộng các dòng “Đơn vị”, không cộng hai loại với nhau.",
    "Mới bầu lần đầu, nữ: số chức danh đang có người giữ. Nhóm quy mô: số đoàn viên của CĐCS lúc đầu kỳ.",
    "Số người, lượt người, số giờ: lớp đã ghi nhận và chuyên đề được công nhận theo quyết định, trong kỳ.",
    "Từ cột “Mới bầu lần đầu” đến “Số giờ”, ô trống là không có ai, trừ cột “Dân tộc thiểu số” (không có dữ liệu).",
    "Số người mỗi dòng đếm một lần; người giữ hai chức danh có ở cả hai dòng, nên không cộng số người các dòng.",
    "Hình thức chỉ ghi “trực tuyến” khi mọi lượt đều học trên trợ lý; hình thức của các lớp không có trong dữ liệu.",
    "Kinh phí là của riêng đơn vị, cả năm dương lịch, ghi ở dòng đầu của đơn vị; đơn vị chưa nhập thì để trống.",
    f"Chương trình không có dữ liệu, để trống cho đơn vị tự ghi: {', '.join(EMPTY_COLUMNS[:-1])}.",
)


class Book:
    """
    A workbook being written: the pages of the report first, then `add` for the detail, page by page, then `close`.

    Blocks, so call its methods in a thread, one at a time.
    """

    def __init__(self, to: Path | io.BytesIO, report: PeriodReport) -> None:
        self._book = xlsxwriter.Workbook(str(to) if not hasattr(to, "write") else to, _OPTIONS)
        named = subject(report)
        self._book.set_properties(
            {"title": f"Báo cáo {named}"[:255], "created": datetime.combine(report.last_counted, time())}
        )
        top = {"valign": "top"}
        self._text = self._book.add_format(top | {"text_wrap": True, "num_format": "@"})
        self._head = self._book.add_format(top | {"text_wrap": True, "bold": True, "bg_color": "#DDEBF7", "border": 1})
        self._bold = self._book.add_format(top | {"text_wrap": True, "bold": True})
        self._number = self._book.add_format(top | {"num_format": "#,##0"})
        self._part = self._book.add_format(top | {"num_format": "#,##0.0"})
        self._share = self._book.add_format(top | {"num_format": "0.0%"})
        self._day = self._book.add_format(top | {"num_format": "dd/mm/yyyy"})
        self._dash = self._book.add_format(top | {"align": "right"})
        self._report = report
        self._counted_on = (report.last_counted - _DAY_ZERO).days
        self._summary()
        self._units()
        self._notes()
        self._row = 1
        self._detail = self._sheet(DETAIL, DETAIL_COLUMNS)

    def _sheet(self, name: str, columns: Sequence[tuple[str, int]], first: int = 0) -> Any:
        sheet = self._book.add_worksheet(name)
        for place, (title, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            if first == 0:
                sheet.write_string(0, place, title, self._head)
        sheet.freeze_panes(first + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first)
        return sheet

    def _summary(self) -> None:
        report = self._report
        head = 4
        sheet = self._sheet(SUMMARY, _ENTRY_COLUMNS, head)
        sheet.write_string(0, 0, words.plain(report.unit.name), self._bold)
        sheet.write_string(1, 0, f"Báo cáo {subject(report)}", self._bold)
        period = report.period
        span = f"Kỳ từ {words.day(period.first)} đến {words.day(period.last)}; số liệu tính đến {report.as_of}."
        sheet.write_string(2, 0, span)
        sheet.write_string(3, 0, report.note)
        for place, (title, _) in enumerate(_ENTRY_COLUMNS):
            sheet.write_string(head, place, title, self._head)
        for row, entry in enumerate(entries(report), head + 1):
            form = self._bold if entry.is_heading else self._text
            sheet.write_string(row, 0, entry.number, form)
            sheet.write_string(row, 1, words.plain(entry.title), form)
            sheet.write_string(row, 2, entry.unit, form)
            if entry.amount is not None and entry.whole != 0:
                is_whole = float(entry.amount).is_integer()
                sheet.write_number(row, 3, entry.amount, self._number if is_whole else self._part)
            else:
                sheet.write_string(row, 3, entry.shown, self._dash)
            sheet.write_string(row, 4, words.plain(entry.remark), form)

    def _units(self) -> None:
        report = self._report
        sheet = self._sheet(BY_UNIT, _UNIT_COLUMNS)
        rows = [
            (str(place), row.code, row.name, row.unit_type, row.counts) for place, row in enumerate(report.units, 1)
        ]
        if report.own.posts:
            rows.append(("", report.unit.code, "Trực thuộc đơn vị", report.unit.unit_type, report.own))
        if report.moved:
            rows.append(("", "", "Đơn vị đã chuyển sau ngày chốt", "", report.moved))
        rows.append(("", report.unit.code, "Tổng số", report.unit.unit_type, report.total))
        for number, (*texts, counts) in enumerate(rows, 1):
            self._line(sheet, number, texts, counts)

    def _notes(self) -> None:
        sheet = self._book.add_worksheet(NOTES)
        sheet.set_column(0, 0, 120)
        for row, line in enumerate(_NOTES):
            sheet.write_string(row, 0, line, self._text)

    def _line(self, sheet: Any, row: int, texts: Iterable[str], counts: Counts) -> int:
        """Write a row; returns the column after it."""
        place = 0
        for text in texts:
            sheet.write_string(row, place, words.plain(text))
            place += 1
        for number in (counts.posts, counts.joined, counts.started, counts.completed):
            self._count(sheet, row, place, number, counts.posts)
            place += 1
        self._percent(sheet, row, place, counts.completed, counts.posts)
        self._count(sheet, row, place + 1, counts.recognised, counts.posts)
        self._percent(sheet, row, place + 2, counts.recognised, counts.posts)
        return place + 3

    def _count(self, sheet: Any, row: int, place: int, number: int, whole: int) -> None:
        if whole:
            sheet.write_number(row, place, number, self._number)
        else:
            sheet.write_string(row, place, words.NOTHING, self._dash)

    def _percent(self, sheet: Any, row: int, place: int, part: int, whole: int) -> None:
        if whole >= words.FEWEST_FOR_PERCENT:
            sheet.write_number(row, place, part / whole, self._share)
        elif whole == 0:
            sheet.write_string(row, place, words.NOTHING, self._dash)

    def add(self, page: Iterable[Detail]) -> None:
        """Write more of the detail: a unit with units below has a line of its own posts, and one with all below."""
        for found in page:
            if found.own == found.all:
                self._detailed(found, _OWN, found.own)
            elif found.own.posts:
                self._detailed(found, _OWN, found.own)
                self._detailed(replace(found, plan=None), _WITH_BELOW, found.all)
            else:
                self._detailed(found, _WITH_BELOW, found.all)

    def _detailed(self, found: Detail, scope: str, counts: Counts) -> None:
        if self._row == MOST_ROWS:
            return
        texts = (
            self._report.period.code,
            found.code,
            found.name,
            found.unit_type,
            _SECTORS.get(found.sector or "", ""),
            found.above or "",
            size_group(found),
            found.role.label,
            scope,
        )
        self._line(self._detail, self._row, texts, counts)
        self._trained(found.own_more if scope == _OWN else found.all_more)
        if found.plan is not None:
            self._plan(found.plan)
        self._detail.write_number(self._row, PLACES["Số liệu đến ngày"], self._counted_on, self._day)
        self._row += 1

    def _trained(self, more: Trained) -> None:
        if more is NOBODY:  # of most lines of a large report
            return
        for name, value in trained(more).items():
            place = PLACES[name]
            if isinstance(value, str):
                self._detail.write_string(self._row, place, value)
            else:
                self._detail.write_number(self._row, place, value, self._part if name == "Số giờ" else self._number)

    def _plan(self, plan: TrainingYear) -> None:
        for name, dong in money(plan).items():
            self._detail.write_number(self._row, PLACES[name], dong, self._number)
        share = share_of_spending(plan)
        if share is not None:
            self._detail.write_number(self._row, PLACES["Tỷ lệ trên tổng chi"], share, self._share)

    def close(self) -> int:
        """End the file; returns the rows of the detail."""
        self._detail.autofilter(0, 0, max(1, self._row - 1), len(DETAIL_COLUMNS) - 1)
        self._book.close()
        return self._row - 1
