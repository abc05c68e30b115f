"""
The template of the Word report, built by `python-docx` when it is first needed, and filled by `docxtpl`.

The page follows a `Layout`. What stands in double braces is filled in; rows between `{%tr for` and `{%tr endfor`
repeat.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

    from reports.layout import Layout

_CENTRE, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
_PAGE_MM = (210, 297)
_HEADS_MM = (66, 94)
_ENTRY_COLUMNS = (
    ("TT", 11, _CENTRE),
    ("Nội dung", 62, _LEFT),
    ("Đơn vị tính", 22, _CENTRE),
    ("Số lượng", 20, _RIGHT),
    ("Ghi chú", 45, _LEFT),
)
_ENTRY_CELLS = ("{{ row.number }}", "{{ row.title }}", "{{ row.unit }}", "{{ row.amount }}", "{{ row.note }}")
_UNIT_COLUMNS = (
    ("TT", 11, _CENTRE),
    ("Đơn vị", 57, _LEFT),
    ("Chức danh", 19, _RIGHT),
    ("Kết nối", 19, _RIGHT),
    ("Hoàn thành", 35, _RIGHT),
    ("Công nhận", 19, _RIGHT),
)
_UNIT_CELLS = (
    "{{ row.number }}",
    "{{ row.name }}",
    "{{ row.posts }}",
    "{{ row.joined }}",
    "{{ row.completed }}",
    "{{ row.recognised }}",
)


@lru_cache(maxsize=4)
def template(layout: Layout) -> bytes:
    """Return the template of a layout as a .docx."""
    word = Document()
    _page(word, layout)
    _heads(word, layout)
    _title(word, layout)
    _body(word, layout)
    _ending(word, layout)
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _page(word: Word, layout: Layout) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(_PAGE_MM[0]), Mm(_PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(layout.top_mm), Mm(layout.bottom_mm)
    section.left_margin, section.right_margin = Mm(layout.left_mm), Mm(layout.right_mm)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True  # the first page is not numbered
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    _field(number, "PAGE")
    style = word.styles["Normal"]
    style.font.name, style.font.size = layout.font, Pt(layout.body_pt)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(kind), layout.font)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after, style.paragraph_format.space_before = Pt(0), Pt(0)
    style.paragraph_format.line_spacing = 1.0


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(OxmlElement("w:r"))
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields of its own


def _say(
    paragraph: Paragraph,
    text: str,
    size: int,
    *,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
) -> Paragraph:
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    if align is not None:
        paragraph.alignment = align
    return paragraph


def _rule(within: _Cell | Word, room_mm: float, width_mm: float) -> None:
    """A line of that width, in the middle of the room: the lower border of an empty paragraph."""
    line = within.add_paragraph()
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm((room_mm - width_mm) / 2)
    line.paragraph_format.line_spacing = Pt(3)
    border = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        border.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(border)
    properties = line._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders of its own
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _heads(word: Word, layout: Layout) -> None:
    size = layout.heading_pt
    table = word.add_table(rows=2, cols=2)
    _fix(table, _HEADS_MM)
    left, right = table.rows[0].cells
    _say(left.paragraphs[0], "{{ above }}", size, align=_CENTRE)
    _say(left.add_paragraph(), "{{ issuer }}", size, bold=True, align=_CENTRE)
    _rule(left, _HEADS_MM[0], 25)
    _say(right.paragraphs[0], layout.state, size - 1, bold=True, align=_CENTRE)
    _say(right.add_paragraph(), layout.motto, size, bold=True, align=_CENTRE)
    _rule(right, _HEADS_MM[1], 54)
    left, right = table.rows[1].cells
    _say(left.paragraphs[0], "Số:        /BC-……", size, align=_CENTRE)
    _say(left.add_paragraph(), "DỰ THẢO", size, bold=True, align=_CENTRE)
    _say(right.paragraphs[0], "……………, ngày …… tháng …… năm {{ year }}", size, italic=True, align=_CENTRE)


def _title(word: Word, layout: Layout) -> None:
    title = _say(word.add_paragraph(), "BÁO CÁO", layout.body_pt, bold=True, align=_CENTRE)
    title.paragraph_format.space_before = Pt(18)
    _say(word.add_paragraph(), "{{ subject }}", layout.body_pt, bold=True, align=_CENTRE)
    _rule(word, _PAGE_MM[0] - layout.left_mm - layout.right_mm, 45)
    to = _say(word.add_paragraph(), "Kính gửi: {{ to }}.", layout.body_pt, align=_CENTRE)
    to.paragraph_format.space_before = to.paragraph_format.space_after = Pt(12)


def _paragraph(word: Word, layout: Layout, text: str, *, bold: bool = False, italic: bool = False) -> Paragraph:
    paragraph = _say(word.add_paragraph(), text, layout.body_pt, bold=bold, italic=italic)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(layout.first_line_mm)
    paragraph.paragraph_format.space_after = Pt(layout.after_paragraph_pt)
    return paragraph


def _heading(word: Word, layout: Layout, text: str) -> None:
    heading = _paragraph(word, layout, text, bold=True)
    heading.paragraph_format.keep_with_next = True
    heading.paragraph_format.space_before = Pt(layout.after_paragraph_pt)


def _repeated(word: Word, layout: Layout, mark: str, text: str) -> None:
    _paragraph(word, layout, f"{{%p for line in {mark} %}}")
    _paragraph(word, layout, text)
    _paragraph(word, layout, "{%p endfor %}")


def _body(word: Word, layout: Layout) -> None:
    _heading(word, layout, "I. KẾT QUẢ ĐÀO TẠO, BỒI DƯỠNG CÁN BỘ CÔNG ĐOÀN")
    _repeated(word, layout, "results", "{{ line }}")
    _caption(word, layout, "Bảng 1. Số liệu chung")
    _table(word, layout, _ENTRY_COLUMNS, _ENTRY_CELLS, "entries")
    _paragraph(word, layout, "{%p if units %}")
    _caption(word, layout, "Bảng 2. Theo đơn vị trực tiếp (tính theo chức danh)")
    _table(word, layout, _UNIT_COLUMNS, _UNIT_CELLS, "units")
    _paragraph(word, layout, "{{ units_note }}", italic=True)
    _paragraph(word, layout, "{%p endif %}")
    _heading(word, layout, "II. NƠI CẦN QUAN TÂM, NGUYÊN NHÂN")
    _repeated(word, layout, "needy", "{{ line }}")
    _blank(word, layout, "Nguyên nhân:")
    _heading(word, layout, "III. PHƯƠNG HƯỚNG, ĐỀ XUẤT, KIẾN NGHỊ")
    _blank(word, layout, "1.")
    _blank(word, layout, "2.")
    _paragraph(word, layout, "Trên đây là báo cáo {{ subject_in_text }}./.").paragraph_format.keep_with_next = True


def _blank(word: Word, layout: Layout, text: str) -> None:
    """A line to be completed by hand: dots up to the right margin."""
    line = _paragraph(word, layout, f"{text} \t")
    line.alignment = _LEFT
    right = Mm(_PAGE_MM[0] - layout.left_mm - layout.right_mm)
    line.paragraph_format.tab_stops.add_tab_stop(right, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _caption(word: Word, layout: Layout, text: str) -> None:
    caption = _say(word.add_paragraph(), text, layout.body_pt, bold=True, align=_CENTRE)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = caption.paragraph_format.space_after = Pt(layout.after_paragraph_pt)


def _table(
    word: Word,
    layout: Layout,
    columns: tuple[tuple[str, int, WD_ALIGN_PARAGRAPH], ...],
    cells: tuple[str, ...],
    rows: str,
) -> None:
    marks = {
        1: f"{{%tr for row in {rows} %}}",
        2: "{%tr if row.bold %}",
        4: "{%tr else %}",
        6: "{%tr endif %}",
        7: "{%tr endfor %}",
    }
    table = word.add_table(rows=8, cols=len(columns))
    table.style = "Table Grid"
    _fix(table, tuple(width for _, width, _ in columns))
    size = layout.table_pt
    for place, ((name, _, align), cell) in enumerate(zip(columns, cells, strict=True)):
        _say(table.rows[0].cells[place].paragraphs[0], name, size, bold=True, align=_CENTRE)
        for number, bold in ((3, True), (5, False)):
            _say(table.rows[number].cells[place].paragraphs[0], cell, size, bold=bold, align=align)
    for number, mark in marks.items():
        table.rows[number].cells[0].paragraphs[0].add_run(mark)
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - repeated on every page
    properties.append(OxmlElement("w:tblHeader"))
    _keep_rows(table)
    word.add_paragraph().paragraph_format.space_after = Pt(0)


def _keep_rows(table: Table) -> None:
    """No row goes over two pages."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - python-docx has no word for it


def _fix(table: Table, widths: tuple[int, ...]) -> None:
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _ending(word: Word, layout: Layout) -> None:
    table = word.add_table(rows=1, cols=2)
    _fix(table, (75, 85))
    _keep_rows(table)
    left, right = table.rows[0].cells
    _say(left.paragraphs[0], "Nơi nhận:", layout.recipients_title_pt, bold=True, italic=True)
    for line in ("- Như trên;", "- ………………;", "- Lưu: VT, ……"):
        _say(left.add_paragraph(), line, layout.recipients_pt)
    _say(right.paragraphs[0], layout.signer, layout.body_pt, bold=True, align=_CENTRE)
    sign = _say(right.add_paragraph(), "(Ký, ghi rõ họ tên)", layout.body_pt, italic=True, align=_CENTRE)
    sign.paragraph_format.space_after = Pt(60)
    _say(right.add_paragraph(), "……………………", layout.body_pt, bold=True, align=_CENTRE)
