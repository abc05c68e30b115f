"""
A period's report as a workbook, written row by row: memory does not grow with the number of units.

Text stays text (a name that begins with "=" is no formula), numbers are numbers, and shares are left out below twenty.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import xlsxwriter

from learning.recognition import OTHER
from learning.roles import GRASSROOTS_TYPES
from learning.trainers import CHAIRED_TYPES, RESOLUTION_RULES, UNIT_TYPES, Level
from reports import words
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
_COUNT_COLUMNS = (
    ("Phải đào tạo (mẫu số)", 13),
    ("Đã kết nối", 11),
    ("Đã học", 11),
    ("Hoàn thành trên trợ lý", 13),
    ("Tỷ lệ hoàn thành", 11),
    ("Được công nhận ĐTBD", 13),
    ("Tỷ lệ công nhận", 11),
)
_UNIT_COLUMNS = (("TT", 7), ("Mã đơn vị", 16), ("Đơn vị", 48), ("Loại đơn vị", 14), *_COUNT_COLUMNS)
DETAIL_COLUMNS = (
    ("Kỳ", 10),
    ("Mã đơn vị", 16),
    ("Đơn vị", 48),
    ("Loại đơn vị", 14),
    ("Khu vực", 16),
    ("Đơn vị cấp trên", 40),
    ("Nhóm quy mô", 14),
    ("Đối tượng", 22),
    ("Phạm vi", 14),
    *_COUNT_COLUMNS,
    ("Mới bầu lần đầu", 11),
    ("Nữ", 9),
    ("Dân tộc thiểu số", 11),
    ("Số người đã tham gia", 11),
    ("Lượt người", 11),
    ("Số lớp", 9),
    ("Số giờ", 9),
    ("Cấp mở lớp", 26),
    ("Hình thức", 14),
    ("Nội dung (chuyên đề)", 22),
    ("Kết quả (giỏi/khá/TB/chưa đạt)", 16),
    ("Số chứng nhận", 11),
    ("GV kiêm chức tham gia", 11),
    ("Kinh phí dự toán (đồng)", 18),
    ("Kinh phí thực hiện (đồng)", 18),
    ("Tỷ lệ trên tổng chi", 11),
    ("Khảo sát: phiếu phát", 11),
    ("Khảo sát: phiếu thu", 11),
    ("Số liệu đến ngày", 14),
    ("Ghi chú", 30),
)
# Columns that an office fills in by hand: the program keeps nothing that they ask for.
EMPTY_COLUMNS = (
    "Dân tộc thiểu số",
    "Kết quả (giỏi/khá/TB/chưa đạt)",
    "Số chứng nhận",
    "GV kiêm chức tham gia",
    "Khảo sát: phiếu phát",
    "Khảo sát: phiếu thu",
    "Ghi chú",
)
_PLACES = {name: place for place, (name, _) in enumerate(DETAIL_COLUMNS)}
_LEVELS = {
    **dict.fromkeys(UNIT_TYPES[Level.CONFEDERATION], "Tổng Liên đoàn"),
    **dict.fromkeys(UNIT_TYPES[Level.PROVINCE_OR_SECTOR], "tỉnh, ngành"),
    **dict.fromkeys(GRASSROOTS_TYPES, "cơ sở"),
}
_OTHER_LEVEL = "trên trực tiếp, xã, phường, KCN"
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


def size_group(found: Detail) -> str:
    """Return the group of size that a CĐCS falls into at the start of the period; "" for other units."""
    if found.unit_type not in CHAIRED_TYPES:
        return ""
    members = found.members or 0  # a size that nobody entered counts as small
    low, high = next(rule.members for rule in RESOLUTION_RULES if rule.concerns(found.sector, members))
    if high is None:
        return f"từ {words.number(low)}"
    return f"dưới {words.number(high)}" if low == 0 else f"{words.number(low)} – {words.number(high - 1)}"


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
        self._detail.write_number(self._row, _PLACES["Số liệu đến ngày"], self._counted_on, self._day)
        self._row += 1

    def _trained(self, more: Trained) -> None:
        if more is NOBODY:  # of most lines of a large report
            return
        numbers = {
            "Mới bầu lần đầu": more.first_term,
            "Nữ": more.women,
            "Số người đã tham gia": more.persons,
            "Lượt người": more.attendances,
            "Số lớp": more.classes,
        }
        for name, number in numbers.items():
            if number:
                self._detail.write_number(self._row, _PLACES[name], number, self._number)
        if more.hours:
            self._detail.write_number(self._row, _PLACES["Số giờ"], more.hours, self._part)
        texts = {
            "Cấp mở lớp": "; ".join(sorted({_LEVELS.get(one, _OTHER_LEVEL) for one in more.organisers})),
            "Hình thức": "trực tuyến" if more.is_online_only else "",
            "Nội dung (chuyên đề)": "; ".join(sorted("nội dung khác" if one == OTHER else one for one in more.modules)),
        }
        for name, text in texts.items():
            if text:
                self._detail.write_string(self._row, _PLACES[name], text)

    def _plan(self, plan: TrainingYear) -> None:
        money = {"Kinh phí dự toán (đồng)": plan.planned_cost, "Kinh phí thực hiện (đồng)": plan.spent_on_training}
        for name, dong in money.items():
            if dong is not None:
                self._detail.write_number(self._row, _PLACES[name], dong, self._number)
        if plan.spent_on_training is not None and plan.spent_in_all:
            share = plan.spent_on_training / plan.spent_in_all
            self._detail.write_number(self._row, _PLACES["Tỷ lệ trên tổng chi"], share, self._share)

    def close(self) -> int:
        """End the file; returns the rows of the detail."""
        self._detail.autofilter(0, 0, max(1, self._row - 1), len(DETAIL_COLUMNS) - 1)
        self._book.close()
        return self._row - 1
