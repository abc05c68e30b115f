"""The roster officer's pages: a list in, seen before, mended, written; and nothing beyond one's own units."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import aiohttp
import openpyxl
import pytest
from sqlalchemy import func, select

from storage import changes, uploads
from storage.tables import change_request, org_unit, person, position, roster_upload
from tests.web.test_board import Office, office
from web.board import cookies

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["office"]

UNITS = ("Mã đơn vị", "Tên đơn vị", "Loại", "Mã cấp trên")
PEOPLE = ("Mã cán bộ", "Họ và tên", "Điện thoại", "Mã đơn vị", "Chức danh")
OWN = ("T01-A", "CĐCS May Hoa Sen", "CDCS", "T01")


def workbook(units: Sequence[Sequence[str]], people: Sequence[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, heading, rows in (("Đơn vị", UNITS, units), ("Cán bộ", PEOPLE, people)):
        sheet = book.create_sheet(title)
        sheet.append(heading)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def sends(office: Office, who: str, body: bytes, unit: str = "A", name: str = "ds.xlsx") -> tuple[int, str]:
    await office.sits(who)
    form = aiohttp.FormData()
    form.add_field("tep", io.BytesIO(body), filename=name, content_type="application/octet-stream")
    headers = {"Origin": office.browser.origin, "Cookie": f"{cookies.SESSION}={office.tokens[who]}"}
    address = f"/bang/{office.units[unit]}/danh-sach"
    async with office.browser.client.post(address, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def count(office: Office, table: object) -> int:
    async with office.stage.database.connect() as conn:
        return int((await conn.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def test_a_list_is_seen_mended_and_written(office: Office) -> None:
    base = f"/bang/{office.units['A']}/danh-sach"
    rows = [
        ("M1", "Vũ Thị Mới", "0900000077", "T01-A", "Ủy viên BCH"),
        ("M2", "Đào Văn Sai", "12", "T01-A", "Ủy viên BCH"),
    ]
    before = await count(office, position)

    assert (await sends(office, "chủ tịch", workbook([OWN], rows)))[0] == 303

    page = (await office.gets("chủ tịch", base)).text
    assert "thêm 1, sửa 0, kết thúc 0" in page
    assert "không thể gọi được" in page
    assert await count(office, position) == before  # nothing is written by looking
    assert (await office.posts("chủ tịch", f"{base}/sua", dong="3", c2="0900000078")).status == 303
    assert "thêm 2, sửa 0, kết thúc 0" in (await office.gets("chủ tịch", base)).text
    done = await office.posts("chủ tịch", f"{base}/nhap", nhap="1")
    assert "Đã nhập chức danh: thêm 2" in done.text
    assert await count(office, position) == before + 2
    assert await count(office, roster_upload) == 0
    assert "Đào Văn Sai" in (await office.gets("chủ tịch", f"/bang/{office.units['A']}/nguoi-hoc")).text


@pytest.mark.parametrize(
    ("units", "people"),
    [
        ([("T01", "LĐLĐ tỉnh Đổi Tên", "LDLD_TINH", "VN"), OWN], []),
        ([("T01-A", "CĐCS May Hoa Sen", "CDCS", "T02")], []),
        ([OWN, ("T02-Z", "CĐCS Lạ", "CDCS", "T02")], []),
        ([OWN], [("", "Vũ Thị Mới", "0900000077", "T01-B", "Chủ tịch")]),
        ([OWN, ("T01-A-G9", "Tổ 9", "TO_CD", "T01-B")], []),
    ],
    ids=["the unit above", "moves away", "elsewhere", "a post elsewhere", "a unit elsewhere"],
)
async def test_nothing_is_written_beyond_ones_own_units(
    office: Office, units: list[tuple[str, ...]], people: list[tuple[str, ...]]
) -> None:
    base = f"/bang/{office.units['A']}/danh-sach"
    before = await count(office, position), await count(office, org_unit), await count(office, person)
    await sends(office, "chủ tịch", workbook(units, people))

    page = (await office.gets("chủ tịch", base)).text

    assert "ngoài phạm vi của đơn vị đồng chí" in page
    assert "Nhập danh sách" not in page
    assert (await office.posts("chủ tịch", f"{base}/nhap", nhap="1")).status == 303
    assert (await count(office, position), await count(office, org_unit), await count(office, person)) == before
    async with office.stage.database.connect() as conn:
        assert await uploads.of_person(conn, office.people["tỉnh"], office.units["A"], office.stage.now) is None


async def test_what_is_no_list_is_refused(office: Office) -> None:
    status, text = await sends(office, "chủ tịch", b"PK not a workbook")
    assert (status, "Chưa nhập được" in text) == (422, True)
    assert (await sends(office, "chủ tịch", b"x" * 2**20))[0] == 422  # larger than any other form
    assert (await sends(office, "chủ tịch", b""))[0] == 400
    assert (await sends(office, "chủ tịch", b"x" * (20 * 2**20 + 1)))[0] == 413
    assert (await sends(office, "tỉnh hai", b"PK"))[0] == 404
    assert await count(office, roster_upload) == 0


async def test_invitations_carry_names_for_the_direct_level_alone(office: Office) -> None:
    chair = await office.posts("chủ tịch", f"/bang/{office.units['A']}/loi-moi")
    province = await office.posts("tỉnh", f"/bang/{office.units['T01']}/loi-moi")

    assert "Phạm Thị Nụ3" in chair.text
    assert "<svg" in chair.text
    assert "Trần Văn Bách" in province.text  # the chair of a CĐCS directly below
    assert "Phạm Thị Nụ3" not in province.text
    assert (await office.posts("tỉnh", f"/bang/{office.units['A']}/loi-moi")).status == 404


async def test_a_reported_change_is_decided_by_the_nearest(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        request = await changes.add(
            conn, by=office.people["tổ 1"], unit_id=office.units["G1"], kind="thoi_chuc",
            position_id=None, said=None, now=office.stage.now,
        )  # fmt: skip
    above, here = f"/bang/{office.units['T01']}/thay-doi", f"/bang/{office.units['A']}/thay-doi"

    assert "Phạm Thị Nụ1" not in (await office.gets("tỉnh", above)).text
    assert (await office.posts("tỉnh", above, yeu_cau=str(request), quyet="1")).status == 404
    assert "Phạm Thị Nụ1" in (await office.gets("chủ tịch", here)).text
    assert (await office.posts("chủ tịch", here, yeu_cau=str(request), quyet="0")).status == 303
    async with office.stage.database.connect() as conn:
        assert (await conn.execute(select(change_request.c.accepted))).scalar_one() is False
