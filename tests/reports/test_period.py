from __future__ import annotations

import io
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from docx import Document
from openpyxl import load_workbook

from bot.cli import report as cli_report
from content import loader
from learning.periods import parse
from learning.roles import Role
from reports import files, page, sheets, word
from reports.detail_columns import DETAIL_COLUMNS, EMPTY_COLUMNS
from reports.files import Form
from reports.layout import DECREE_30, layout_on
from reports.period import PeriodReport, TargetRow, make
from storage import reporting, rollup, training_years
from storage.period_figures import detail
from storage.posts import total
from storage.tables import org_unit, person, position
from storage.training_years import TrainingYear
from tests.builders import cadre, move, recognised, unit
from tests.reports.conftest import ASSIGNED, MONDAY, WEEK, Union

if TYPE_CHECKING:
    from pathlib import Path

    from docx.table import Table

    from storage.database import Database

H2 = parse("2026-H2")
DECEMBER = datetime(2026, 12, 7, 1, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x")&{{ 7*7 }}<b>\x0b'
TARGET = TargetRow("T14", "Chủ tịch mới bầu được đào tạo", 3, 40, "7,5%", date(2026, 11, 30))


async def made(union: Union, code: str, now: datetime = DECEMBER, period: str = "2026-H2") -> PeriodReport:
    found = await reporting.unit_by_id(union.conn, union.units[code])
    assert found is not None
    return await make(union.conn, found, parse(period), now, (TARGET,))


async def workbook(union: Union, report: PeriodReport) -> dict[str, list[tuple[object, ...]]]:
    file = io.BytesIO()
    await files.write(union.conn, report, Form.XLSX, file)
    book = load_workbook(file)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


async def test_a_period_that_ended_is_told_as_of_then(union: Union) -> None:
    await union.snapshot(H2.begins)
    await union.complete("tổ 2")
    await union.snapshot(H2.cut_off)
    before = await made(union, "T01")
    await union.complete("tổ 3")
    await union.snapshot(H2.cut_off + WEEK)
    after = await made(union, "T01", DECEMBER + WEEK)

    assert (before.is_as_of_then, before.note, before.as_of) == (True, "", "hết 30/11/2026")
    assert after.total == before.total
    assert after.total.completed == 1
    assert after.gained() == "thêm 1"
    assert after.before_on == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("kept", "now", "note"),
    [
        (None, MONDAY, "Kỳ báo cáo chưa kết thúc (chốt hết 30/11/2026); số liệu đến 08:00 ngày 23/11/2026."),
        (None, DECEMBER, "Không có số liệu chốt ngày 30/11/2026; số liệu đến 08:00 ngày 07/12/2026."),
        (H2.cut_off - WEEK, DECEMBER, "Không có số liệu chốt ngày 30/11/2026; số liệu đến hết 23/11/2026."),
    ],
)
async def test_what_the_figures_are_of_is_said(union: Union, kept: datetime | None, now: datetime, note: str) -> None:
    if kept is not None:
        await union.snapshot(kept)
    report = await made(union, "T01", now)

    assert (report.note, report.is_as_of_then) == (note, False)
    assert note in [line.text.removeprefix("Lưu ý: ") for line in Document(io.BytesIO(word.docx(report))).paragraphs]


async def test_a_unit_that_moved_later_is_a_line_of_its_own(union: Union) -> None:
    await union.snapshot(H2.cut_off)
    await move(union.conn, union.units["A"], union.units["X1"])
    report = await made(union, "T01")

    assert report.moved.posts == 5
    assert total([report.own, report.moved, *(row.counts for row in report.units)]) == report.total
    rows = cells(Document(io.BytesIO(word.docx(report))).tables[2])
    assert ["", "Đơn vị đã chuyển sau ngày chốt", "5", "3", "0/5", "0"] in rows


async def test_classes_persons_and_attendances_are_three_numbers(union: Union) -> None:
    await recognised(union.conn, union.people["tổ 1"], union.units["T01"], date(2026, 6, 1))
    await recognised(union.conn, union.people["tổ 2"], union.units["T01"], date(2026, 6, 1))
    await recognised(union.conn, union.people["tổ 1"], union.units["T01"], date(2026, 11, 2), "M2")
    await recognised(union.conn, union.people["tổ 1"], union.units["T01"], date(2026, 5, 31), "M2")
    await recognised(union.conn, union.people["phường"], union.units["T01"], date(2026, 11, 2), "M2")
    held = (await made(union, "A")).training

    assert (held.classes, held.attendances, held.persons) == (2, 3, 2)
    assert (await made(union, "A", period="2026-M11")).training.attendances == 1


async def test_word_excel_and_pdf_say_the_same(union: Union) -> None:
    for number in range(20):
        await cadre(union.conn, f"Bùi Văn {number}", union.units["B"], Role.COMMITTEE_MEMBER)
    await rollup.mark_unit(union.conn, union.units["B"])
    await union.snapshot(H2.begins)
    await union.complete("tổ 2")
    await union.snapshot(H2.cut_off)
    report = await made(union, "T01")
    book = await workbook(union, report)
    tables = Document(io.BytesIO(word.docx(report))).tables
    written = [row[1:] for row in cells(tables[1])[1:] if row[3]]
    lines = book[sheets.SUMMARY][5:]
    counted = [["" if cell is None else str(cell) for cell in row[1:]] for row in lines if row[3] not in {None, ""}]
    drawn = [row["cells"][1:] for row in page.data(report)["entries"] if not row["bold"]]

    assert written == counted == drawn
    assert [
        "Hoàn thành chuyên đề trên trợ lý",
        "chức danh",
        "1",
        "1/28 (3,6%); thêm 1 so với hết 31/05/2026",
    ] in written
    assert ["Chủ tịch mới bầu được đào tạo", "", "3", "3/40 (7,5%); đến hết 30/11/2026"] in written
    units = {str(row[2]): row[4:8] for row in book[sheets.BY_UNIT][1:]}
    in_word = {row[1]: row for row in cells(tables[2])[1:]}
    assert units.keys() == in_word.keys()
    assert units["Tổng số"] == (28, 5, 2, 1)
    assert (
        tuple(sum(int(str(units[name][place])) for name in units if name != "Tổng số") for place in range(4))
        == (units["Tổng số"])
    )
    assert in_word["Tổng số"][2:5] == ["28", "5", "1/28 (3,6%)"]
    assert page.pdf(report).startswith(b"%PDF-")


async def test_the_detail_adds_up(union: Union) -> None:
    part = await unit(union.conn, "T01-A-B01", "CDCS_TV", union.units["A"], name="CĐCS thành viên Xưởng 2")
    await cadre(union.conn, "Bùi Văn Khoa", part, Role.CHAIR)
    await rollup.mark_unit(union.conn, part)
    await union.snapshot(H2.cut_off)
    report = await made(union, "VN")
    head, *rows = (await workbook(union, report))[sheets.DETAIL]
    places = {name: place for place, name in enumerate(head)}
    own = [row for row in rows if row[places["Phạm vi"]] == "Đơn vị"]

    assert head == tuple(name for name, _ in DETAIL_COLUMNS)
    assert sum(int(str(row[places["Phải đào tạo (mẫu số)"]])) for row in own) == report.total.posts
    assert sum(int(str(row[places["Đã kết nối"]])) for row in own) == report.total.joined
    assert {row[places["Mã đơn vị"]] for row in rows} == {"VN", "T01", "T01-X1", "T01-A", "T01-A-B01", "T01-B"}
    assert {row[places["Số liệu đến ngày"]] for row in rows} == {datetime(2026, 11, 30)}  # noqa: DTZ001 - as Excel has it
    assert "Phạm Thị" not in str(rows)


async def test_the_detail_tells_who_attended_what(union: Union) -> None:
    conn, units = union.conn, union.units
    for who, day in (("tổ 1", date(2026, 6, 1)), ("tổ 2", date(2026, 6, 1)), ("tổ 1", date(2026, 11, 2))):
        await recognised(conn, union.people[who], units["T01"], day, hours=8.0)
    await recognised(conn, union.people["tổ 1"], units["T01"], date(2026, 5, 31), "M2")  # before the period
    await recognised(conn, union.people["chủ tịch"], units["VN"], date(2026, 7, 1), "khac", topic="An toàn", hours=4.0)
    await recognised(conn, union.people["chủ tịch B"], units["T01"], date(2026, 7, 2), "M3", kind="decision")
    await conn.execute(person.update().where(person.c.id == union.people["tổ 1"]).values(is_female=True))
    await conn.execute(position.update().where(position.c.unit_id == units["G1"]).values(is_first_term=True))
    await conn.execute(org_unit.update().where(org_unit.c.id == units["A"]).values(member_count=1_200))
    plan = TrainingYear(planned_cost=2_000, spent_on_training=3_000, spent_in_all=20_000)
    await training_years.write(conn, units["T01"], 2026, plan, MONDAY)
    await rollup.rebuild(conn, ASSIGNED, date(2026, 11, 30))

    report = await made(union, "T01")
    whole, *none = [page async for page in detail(conn, units["T01"], None, report.period, report.last_counted)]
    parts = [
        line
        async for page in detail(conn, units["T01"], None, report.period, report.last_counted, rows=2)
        for line in page
    ]

    head, *lines = (await workbook(union, report))[sheets.DETAIL]
    places = {str(name): place for place, name in enumerate(head)}
    told = {(row[places["Mã đơn vị"]], row[places["Đối tượng"]], row[places["Phạm vi"]]): row for row in lines}

    def cells_of(code: str, role: Role, scope: str, *names: str) -> list[object]:
        return [told[code, role.label, scope][places[name]] for name in names]

    counted = ("Số người đã tham gia", "Lượt người", "Số lớp", "Số giờ")
    assert cells_of("T01-A", Role.GROUP_LEADER, "Đơn vị", *counted) == [2, 3, 2, 24]
    assert cells_of("T01", Role.GROUP_LEADER, "Cả bên dưới", *counted) == [2, 3, 2, 24]
    assert cells_of("T01", Role.CHAIR, "Cả bên dưới", *counted) == [2, 2, 1, 4]
    assert cells_of("T01-X1", Role.FULL_TIMER, "Đơn vị", *counted) == [None] * 4
    assert (none, parts) == ([], whole)  # whatever is read between two pages of rows
    kinds = ("Cấp mở lớp", "Hình thức", "Nội dung (chuyên đề)", "Nhóm quy mô")
    assert cells_of("T01-A", Role.CHAIR, "Đơn vị", *kinds) == [
        "Tổng Liên đoàn", None, "nội dung khác", "1.000 – 2.499",
    ]  # fmt: skip
    assert cells_of("T01-B", Role.CHAIR, "Đơn vị", *kinds) == [None, "trực tuyến", "M3", "dưới 1.000"]
    assert cells_of("T01-A", Role.GROUP_LEADER, "Đơn vị", "Mới bầu lần đầu", "Nữ") == [1, 1]
    money = ("Kinh phí dự toán (đồng)", "Kinh phí thực hiện (đồng)", "Tỷ lệ trên tổng chi")
    assert [tuple(row[places[name]] for name in money) for row in lines if row[places[money[0]]] is not None] == [
        (2_000, 3_000, 0.15)
    ]
    assert {row[places[name]] for name in EMPTY_COLUMNS for row in lines} == {None}


async def test_hostile_names_stay_text(union: Union) -> None:
    await union.conn.execute(org_unit.update().where(org_unit.c.id == union.units["A"]).values(name=HOSTILE))
    await union.conn.execute(org_unit.update().where(org_unit.c.id == union.units["T01"]).values(name="+84@x"))
    report = await made(union, "T01")
    book = await workbook(union, report)
    document = Document(io.BytesIO(word.docx(report)))

    assert '=HYPERLINK("http://x")&{{ 7*7 }}<b>' in [row[1] for row in cells(document.tables[2])]
    assert '=HYPERLINK("http://x")&{{ 7*7 }}<b>' in [row[2] for row in book[sheets.BY_UNIT]]
    assert book[sheets.SUMMARY][0][0] == "+84@x"
    assert page.pdf(report).startswith(b"%PDF-")


async def test_the_draft_has_the_layout_of_the_decree(union: Union) -> None:
    document = Document(io.BytesIO(word.docx(await made(union, "T01"))))
    section = document.sections[0]
    heads = cells(document.tables[0])
    said = [line.text for line in document.paragraphs]

    sizes = (section.page_width, section.page_height)
    assert [size.mm for size in sizes if size] == [pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1)]
    for found, least, most in (
        (section.top_margin, 20, 25),
        (section.bottom_margin, 20, 25),
        (section.left_margin, 30, 35),
        (section.right_margin, 15, 20),
    ):
        assert found is not None
        assert least - 0.1 <= found.mm <= most + 0.1
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert 13 <= document.styles["Normal"].font.size.pt <= 14
    assert heads[0] == [
        "TỔNG LIÊN ĐOÀN\nLĐLĐ TỈNH SÔNG LAM\n",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n",
    ]
    assert heads[1][0].endswith("DỰ THẢO")
    assert heads[1][1] == "……………, ngày …… tháng …… năm 2026"
    assert said[:2] == ["BÁO CÁO", "Kết quả đào tạo, bồi dưỡng cán bộ công đoàn 6 tháng cuối năm 2026"]
    assert "Kính gửi: Tổng Liên đoàn." in said
    assert [line[:2] for line in said if line.isupper() and line != "BÁO CÁO"] == ["I.", "II", "II"]
    assert document.tables[-1].rows[0].cells[0].text.startswith("Nơi nhận:")
    assert "{" not in "".join(said)


def test_a_layout_holds_from_a_day_on() -> None:
    assert layout_on(date(2026, 11, 21)) is DECREE_30
    with pytest.raises(ValueError, match="2020-03-04"):
        layout_on(date(2020, 3, 4))


# --- the command ------------------------------------------------------------------------------------------------------


async def run_report(database: Database, *words: str) -> int:
    parser = ArgumentParser()
    cli_report.add_arguments(parser)
    return await cli_report.run(parser.parse_args(["make", *words]), database, loader.load(), ASSIGNED, MONDAY)


async def test_the_command_writes_the_file(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database.begin() as conn:
        await Union(conn).found()
    for form in Form:
        path = tmp_path / f"báo cáo.{form}"
        status = await run_report(database, "--unit", "T01", "--period", "2026-H2", "--format", form, "-o", str(path))
        assert status == 0
        assert path.read_bytes()[:4] == (b"%PDF" if form is Form.PDF else b"PK\x03\x04")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--unit", "T01", "--period", "2026-H3"), "Kỳ «2026-H3» sai"),
        (("--unit", "T01", "--period", "2027-M01"), "Kỳ 2027-M01 chưa bắt đầu (từ 01/01/2027)."),
        (("--unit", "T99", "--period", "2026-H2"), "Không tìm thấy đơn vị có mã «T99»."),
        (("--unit", "T01-A-G1", "--period", "2026-H2"), "không lập cho một tổ"),
        (("--unit", "T01", "--period", "2026-H2", "-o", "/nowhere/x.docx"), "Không ghi được «/nowhere/x.docx»"),
    ],
)
async def test_what_cannot_be_made_is_refused(
    database: Database, options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database.begin() as conn:
        await Union(conn).found()
    status = await run_report(database, *options)

    assert status == cli_report.REFUSED
    assert reason in capsys.readouterr().err
