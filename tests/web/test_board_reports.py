"""Reports from the dashboard: the same figures as the command's, few made at a time."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest

from learning import periods
from learning.periods import PeriodKind
from reports import attached, files, period, sheets, targets
from reports.files import Form
from storage import reporting
from tests.web.test_board import Office, office
from web.board import cookies
from web.board import reports as pages

if TYPE_CHECKING:
    from channels.messages import UnitId

__all__ = ["office"]


async def gets(office: Office, who: str, path: str) -> tuple[int, str, bytes]:
    await office.sits(who)
    cookie = {"Cookie": f"{cookies.SESSION}={office.tokens[who]}"}
    async with office.browser.client.get(path, headers=cookie, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Content-Disposition", ""), await answer.read()


def cells(body: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


async def made(office: Office, unit_id: UnitId) -> dict[str, list[tuple[object, ...]]]:
    """What the command writes."""
    file = io.BytesIO()
    now, when = office.stage.now, periods.parse("2026-H2")
    async with office.stage.database.connect() as conn:
        unit = await reporting.unit_by_id(conn, unit_id)
        assert unit is not None
        measured = await targets.measures(conn, unit_id, min(now, when.cut_off), [])
        report = await period.make(conn, unit, when, now, targets.as_rows(measured))
        await files.write(conn, report, Form.XLSX, file)
    return cells(file.getvalue())


async def test_the_files_are_those_of_the_command(office: Office) -> None:
    base = f"/bang/{office.units['T01']}/bao-cao"
    page = (await office.gets("tỉnh", base)).text

    status, named, workbook = await gets(office, "tỉnh", f"{base}/tep?ky=2026-H2&loai=xlsx")
    *_, draft = await gets(office, "tỉnh", f"{base}/tep?ky=2026-H2&loai=docx")
    *_, pdf = await gets(office, "tỉnh", f"{base}/tep?ky=2026-M11&loai=pdf")

    assert (status, named) == (200, 'attachment; filename="bao-cao-T01-2026-H2.xlsx"')
    assert cells(workbook) == await made(office, office.units["T01"])
    assert sheets.DETAIL in cells(workbook)
    text = "\n".join(cell.text for table in docx.Document(io.BytesIO(draft)).tables for cell in table._cells)
    assert "SÔNG LAM" in text.upper()
    assert pdf.startswith(b"%PDF-")
    assert re.findall(r'<option value="([^"]+)"', page)[:5] == ["2026-H2", "2026-H1", "2025-H2", "2025-H1", "2026"]
    for query in ("ky=2026-H9&loai=docx", "ky=2027-H2&loai=docx", "ky=2026-H2&loai=exe", ""):
        assert (await office.gets("tỉnh", f"{base}/tep?{query}")).status == 404
    group = f"/bang/{office.units['G1']}/bao-cao"
    assert "không lập riêng cho một tổ" in (await office.gets("chủ tịch", group)).text
    assert (await office.gets("chủ tịch", f"{group}/tep?ky=2026-H2&loai=docx")).status == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_too_many_at_once_are_asked_to_come_again(office: Office) -> None:
    address = f"/bang/{office.units['T01']}/bao-cao/tep?ky=2026-H2&loai=xlsx"
    await office.sits("tỉnh")
    most = pages.AT_ONCE + pages.MOST_WAITING

    answers = await asyncio.gather(*(gets(office, "tỉnh", address) for _ in range(4 * most)))
    after, *_ = await gets(office, "tỉnh", address)

    statuses = [status for status, *_ in answers]
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= most
    assert after == 200


def test_periods_that_can_be_chosen_follow_each_other_without_a_gap() -> None:
    for kind in PeriodKind:
        found = periods.latest(kind, date(2026, 12, 31), 9)
        assert found[0].first <= date(2026, 12, 31) <= found[0].last
        for later, earlier in pairwise(found):
            assert (later.first - earlier.last).days == 1
            assert periods.parse(earlier.code) == earlier
    assert attached.FORM_TYPES.keys() == set(Form)
