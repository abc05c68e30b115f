"""A workbook of lessons written as an XLSX: text stays text (never a formula), dates are dates, lists drop down."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import xlsxwriter

from exchange.book import COLUMNS, LISTS, REQUIRED, Col, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exchange.book import Row

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_LAST_ROW = 5_000
_WIDTH, _WIDE = 14, 44
_OF_PAPERS = (Col.TOOL_NAME, Col.LINE, Col.SETTING, Col.MODEL, Col.GOOD, Col.SAYS, Col.NOTE, Col.BAND)
_WIDE_COLUMNS = frozenset({Col.TITLE, Col.OBJECTIVE, Col.TEXT, Col.ASKED, Col.CITE, Col.NAME, Col.WHY, *_OF_PAPERS})
_NUMBERS = frozenset(
    {
        Col.ORDER,
        Col.PASS,
        Col.TRIES,
        Col.DRAWN,
        Col.MINUTES,
        Col.NUMBER,
        Col.DIFFICULTY,
        Col.NUMBER_OF_LINE,
        Col.AT_LEAST,
    }
)
_DATES = frozenset({Col.SINCE, Col.REVIEW})
_NOTES = (
    "Cách điền",
    "Dòng 1 là tên cột; dữ liệu từ dòng 2. Cột nền cam là bắt buộc. Không gộp ô, không dùng công thức.",
    "Trang «Chuyên đề»: mỗi chuyên đề một dòng. Mã M1, M2…; «Khóa» bỏ trống thì là co_so.",
    "Trang «Bài»: mỗi bài một dòng. Mã M1.1, M1.2…; «Đối tượng» ghi T, C, B, S, cách nhau bằng dấu phẩy.",
    "Trang «Thẻ»: mỗi thẻ một dòng, 3 đến 5 thẻ một bài, theo thứ tự dòng. Xuống dòng trong ô bằng Alt+Enter.",
    "Trang «Câu hỏi»: mã M1.1-1 là câu 1 của bài M1.1; M1.T-1 là câu 1 của bài kiểm tra cuối, ghi thêm «Hỏi về bài».",
    "Một đáp án, đúng sai: điền các cột a, b, c, d và lý do; cột «Đúng» ghi chữ cái, như b.",
    "Nhiều đáp án: cột «Đúng» ghi các chữ cái, như a, c.",
    "Sắp xếp: các cột a, b, c, d là các bước theo thứ tự đúng; lý do chung ở cột «Vì».",
    "Tính: «Đáp số» là số hoặc công thức như {{ luong_toi_thieu.vung_2 }} * 2; «Đơn vị»; «Sai số» như 1%; cột «Vì».",
    "Trả lời ngắn: «Đáp án» ghi các cách viết, cách nhau bằng dấu |; cột «Vì».",
    "«Căn cứ» của câu hỏi ghi khóa căn cứ có ở trang «Căn cứ» của bài ấy, cách nhau bằng dấu phẩy.",
    "Trang «Mẫu», «Dòng của mẫu»: mỗi dòng của mẫu một dòng, dòng trống để trống ô chữ; ## đề mục, - [ ] ô vuông.",
    "Trang «Tình huống», «Tiêu chí» (3–4 dòng), «Lượt», «Lời đáp» (mỗi lượt 2–3 dòng), «Lời kết» (từ cao xuống 0).",
    "«Lời đáp»: «Lượt sau» ghi mã lượt, hết thì ghi end; «Điểm» ghi mã tiêu chí và điểm, như: nghe 2, hoi 1.",
    "Căn cứ của mẫu, tình huống cũng ở trang «Căn cứ»: cột «Mã bài» ghi CC1 hoặc H1.",
    "Ngày ghi dd/mm/yyyy. «Cần luật sư» ghi x khi cần luật sư xem.",
)


def workbook(rows: Mapping[Sheet, Sequence[Row]]) -> bytes:
    """Return the XLSX of these rows, with its page of instructions; the empty form where there are none."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - a file of the same lessons is the same
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        number = book.add_format({"num_format": "0", "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})
        heading = {"bold": True, "text_wrap": True, "valign": "top"}
        plain = book.add_format(heading | {"bg_color": "#DDEBF7"})
        required = book.add_format(heading | {"bg_color": "#FCE4D6"})
        for title in Sheet:
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(COLUMNS[title]):
                form = day if column in _DATES else number if column in _NUMBERS else text
                sheet.set_column(place, place, _WIDE if column in _WIDE_COLUMNS else _WIDTH, form)
                sheet.write_string(0, place, column, required if column in REQUIRED[title] else plain)
                if column in LISTS:
                    sheet.data_validation(1, place, _LAST_ROW, place, _rule(column))
            for place, row in enumerate(rows.get(title, ()), start=1):
                _write(sheet, title, place, row, {"text": text, "number": number, "day": day})
        notes = book.add_worksheet("Hướng dẫn")
        notes.set_column(0, 0, 120)
        for place, line in enumerate(_NOTES):
            notes.write_string(place, 0, line)
    return file.getvalue()


def _rule(column: Col) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": LISTS[column],
        "error_type": "warning",
        "error_title": str(column),
        "error_message": "Chọn một giá trị trong danh sách.",
    }


def _write(sheet: Any, title: Sheet, number: int, row: Row, forms: Mapping[str, Any]) -> None:
    for place, column in enumerate(COLUMNS[title]):
        match row.get(column):
            case None | "":
                pass
            case date() as day:
                sheet.write_datetime(number, place, datetime.combine(day, time()), forms["day"])
            case int() as count:
                sheet.write_number(number, place, count, forms["number"])
            case str() as text:
                sheet.write_string(number, place, text, forms["text"])
