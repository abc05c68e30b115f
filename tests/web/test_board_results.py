"""Classes that cadres attended, entered, sent in as a file and taken back; and the decision on the assistant."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import aiohttp
import openpyxl
import pytest
from sqlalchemy import func, select, update

from learning.roles import Role
from roster.headings import COLUMNS
from storage import changes, recognition_decisions, rollup
from storage.tables import office_change, person, recognition, roster_upload
from storage.unit_figures import read
from tests.builders import cadre, enrolled, human
from tests.reports.conftest import ASSIGNED
from tests.web.test_board import TODAY, Office, office
from web.board import cookies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.web.stage import Answer

__all__ = ["office"]

SHEET = "Kết quả ĐTBD"
HELD = {"chuyen_de": "An toàn lao động", "ngay": "05/11/2026", "so_gio": "7,5", "to_chuc": "T01", "van_ban": "12/KH"}


def base(office: Office, where: str, more: str = "") -> str:
    return f"/bang/{office.units[where]}/ket-qua{more}"


async def enters(office: Office, who: str, where: str, people: Sequence[str], **fields: str) -> Answer:
    chosen = {f"n-{office.people[one]}": "1" for one in people}
    return await office.posts(who, base(office, where), **{"viec": "ghi", **HELD, **chosen, **fields})


async def rows(office: Office) -> list[Any]:
    async with office.stage.database.connect() as conn:
        return list((await conn.execute(select(recognition).order_by(recognition.c.id))).all())


async def recognised(office: Office, where: str) -> int:
    async with office.stage.database.begin() as conn:
        while await rollup.fold(conn, ASSIGNED, TODAY):
            pass
        return (await read(conn, office.units[where])).total.recognised


async def test_a_class_is_entered_for_several_counts_once_and_is_taken_back(office: Office) -> None:
    page = (await office.gets("chủ tịch", base(office, "A"))).text
    done = await enters(office, "chủ tịch", "A", ["tổ 1", "tổ 2"])
    again = await enters(office, "chủ tịch", "A", ["tổ 2", "tổ 3"])
    entered = await rows(office)

    assert "Phạm Thị Nụ1" in page
    assert f'name="n-{office.people["chủ tịch"]}"' not in page  # nobody enters their own
    assert done.headers["Location"] == f"{base(office, 'A')}?ghi=2&co=0"
    assert again.headers["Location"] == f"{base(office, 'A')}?ghi=1&co=1"
    assert {(row.person_id, row.held_on, row.hours, row.topic) for row in entered} == {
        (office.people[f"tổ {n}"], date(2026, 11, 5), 7.5, "An toàn lao động") for n in (1, 2, 3)
    }
    assert await recognised(office, "T01") == 3

    empty = await office.posts("chủ tịch", base(office, "A", "/rut"), luot=str(entered[0].id), ly_do=" ")
    gone = await office.posts("chủ tịch", base(office, "A", "/rut"), luot=str(entered[0].id), ly_do="Nhầm người")
    twice = await office.posts("chủ tịch", base(office, "A", "/rut"), luot=str(entered[0].id), ly_do="Nhầm người")
    page = (await office.gets("chủ tịch", base(office, "A"))).text

    assert empty.headers["Location"].endswith("?bao=ly-do#da-ghi")
    assert gone.status == 303
    assert twice.status == 404
    assert await recognised(office, "T01") == 2
    assert "rút lại 1 lượt: An toàn lao động, ngày 05/11/2026. Lý do: Nhầm người." in page
    assert "Lê Thị Chung: ghi 2 lượt: An toàn lao động" in page
    async with office.stage.database.begin() as conn:
        await changes.erase(conn, office.people["chủ tịch"], TODAY)
        by = (await conn.execute(select(office_change.c.by_person_id))).scalars().all()
        about = (await conn.execute(select(office_change.c.about_person_id))).scalars().all()
    assert set(by) == {None}
    assert about == [None, None, office.people["tổ 1"]]


async def test_only_ones_own_direct_level_and_never_oneself(office: Office) -> None:
    for who, where, people in (
        ("tỉnh", "T01", ["tổ 1"]),  # inside of a CĐCS
        ("tỉnh", "T01", ["tỉnh hai"]),
        ("quốc", "VN", ["chủ tịch"]),
        ("tỉnh", "A", ["tổ 1"]),
    ):
        assert (await enters(office, who, where, people)).status == 404
    own = await enters(office, "chủ tịch", "A", ["chủ tịch", "tổ 1"])
    head = await enters(office, "tỉnh", "T01", ["chủ tịch", "chủ tịch B"])
    managed = await enters(office, "phường", "X1", ["chủ tịch B"], ngay="06/11/2026")
    [_, _, theirs] = await rows(office)
    foreign = await office.posts("tỉnh", base(office, "T01", "/rut"), luot=str(theirs.id), ly_do="x")

    assert (own.status, "Có chính đồng chí" in own.text) == (422, True)
    assert (head.status, managed.status, foreign.status) == (303, 303, 404)
    assert theirs.entered_by_unit_id == office.units["X1"]


async def test_faults_stand_beside_their_fields_and_choices_are_kept(office: Office) -> None:
    wrong = await enters(
        office, "chủ tịch", "A", ["tổ 2"], chuyen_de="", ngay="31/02/2026", so_gio="lâu", to_chuc="Không Có", tim="x"
    )
    future = await enters(office, "chủ tịch", "A", [], ngay="01/01/2027")
    found = await office.posts(
        "chủ tịch", base(office, "A"), viec="tim", tim="nu3", chuyen_de="M4", **{f"n-{office.people['tổ 2']}": "1"}
    )

    assert wrong.status == 422
    for name in ("chuyen_de", "ngay", "so_gio", "to_chuc"):
        assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', wrong.text), name
    assert "còn 4 chỗ" in wrong.text
    assert 'value="31/02/2026"' in wrong.text
    assert f'name="n-{office.people["tổ 2"]}" value="1" checked' in wrong.text
    assert "ở tương lai" in future.text
    assert "Chưa chọn cán bộ nào" in future.text
    assert re.findall(r"<b>(Phạm Thị Nụ\d)</b>", found.text) == ["Phạm Thị Nụ2", "Phạm Thị Nụ3"]
    assert 'value="M4"' in found.text
    assert await rows(office) == []


async def test_many_cadres_are_listed_page_by_page(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        for n in range(60):
            await cadre(conn, f"Chu Văn {n:02}", office.units["A"], Role.COMMITTEE_MEMBER)
    first = await office.posts("chủ tịch", base(office, "A"), viec="tim", tim="chu van")
    after = first.hidden("sau")[0]
    second = await office.posts("chủ tịch", base(office, "A"), viec="sau", tim="chu van", sau=after)

    seen = re.findall(r"<b>(Chu Văn \d\d)</b>", first.text + second.text)
    assert len(seen) == len(set(seen)) == 60
    assert second.hidden("sau") == []


# --- the file ---


def workbook(lines: Sequence[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    sheet.append([str(column) for column in COLUMNS[SHEET]])
    for line in lines:
        sheet.append([line.get(str(column), "") for column in COLUMNS[SHEET]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def line(name: str, unit: str, **more: str) -> dict[str, str]:
    return {
        "Họ và tên": name,
        "Mã đơn vị": unit,
        "Chuyên đề": "An toàn lao động",
        "Ngày": "05/11/2026",
        "Đơn vị tổ chức": "T01",
        "Văn bản": "12/KH",
        **more,
    }


async def sends(office: Office, who: str, where: str, body: bytes) -> int:
    await office.sits(who)
    form = aiohttp.FormData()
    form.add_field("tep", io.BytesIO(body), filename="kq.xlsx", content_type="application/octet-stream")
    headers = {"Origin": office.browser.origin, "Cookie": f"{cookies.SESSION}={office.tokens[who]}"}
    address = base(office, where, "/tep")
    async with office.browser.client.post(address, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_a_file_is_seen_mended_and_written(office: Office) -> None:
    body = workbook([line("Phạm Thị Nụ1", "T01-A-G1"), line("Phạm Thị Nụ2", "T01-A-G2", Ngày="5/13/2026")])

    sent = await sends(office, "chủ tịch", "A", body)
    page = (await office.gets("chủ tịch", base(office, "A", "/tep"))).text
    nothing = await rows(office)
    mended = await office.posts("chủ tịch", base(office, "A", "/tep/sua"), dong="3", c5="06/11/2026")
    after = (await office.gets("chủ tịch", base(office, "A", "/tep"))).text
    done = await office.posts("chủ tịch", base(office, "A", "/tep/nhap"), nhap="1")

    assert (sent, mended.status, nothing) == (303, 303, [])
    assert "Sẽ ghi <strong>1</strong> lượt; 0 lượt đã có; để riêng 1 dòng" in page
    assert "Sẽ ghi <strong>2</strong> lượt" in after
    assert done.headers["Location"] == f"{base(office, 'A')}?ghi=2&co=0"
    assert {row.entered_by_unit_id for row in await rows(office)} == {office.units["A"]}
    assert "nhập tệp kq.xlsx: 2 lượt" in (await office.gets("chủ tịch", base(office, "A"))).text
    async with office.stage.database.connect() as conn:
        assert (await conn.execute(select(func.count()).select_from(roster_upload))).scalar_one() == 0


async def test_a_file_reaches_nobody_beyond_and_tells_nothing_of_them(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        stranger = await human(conn, "Đinh Thị Kín", code="CB-9")
        await conn.execute(update(person).where(person.c.id == office.people["tỉnh hai"]).values(code="CB-8"))
        del stranger
    lines = [
        line("Sai Tên", "", **{"Mã cán bộ": "CB-8"}),
        line("Sai Tên", "", **{"Mã cán bộ": "CB-9"}),
        line("Hà Văn Mây", "T02"),
        line("Vũ Thị Tâm", "T01"),  # the officer
        line("Phạm Thị Nụ1", "T01-A-G1"),
    ]

    await sends(office, "tỉnh", "T01", workbook(lines))
    page = (await office.gets("tỉnh", base(office, "T01", "/tep"))).text
    await office.posts("tỉnh", base(office, "T01", "/tep/nhap"), nhap="1")
    listed = (await office.gets("tỉnh", base(office, "T01"))).text

    assert "Sẽ ghi <strong>1</strong> lượt; 0 lượt đã có; để riêng 4 dòng" in page
    assert "không có cán bộ mã «CB-8»" in page
    assert "không có cán bộ mã «CB-9»" in page
    assert "Đinh Thị Kín" not in page
    assert "là chính đồng chí" in page
    assert [row.person_id for row in await rows(office)] == [office.people["tổ 1"]]
    assert "Phạm Thị Nụ1" not in listed  # a cadre inside of a CĐCS has no name above it
    assert "Một cán bộ" in listed
    assert await sends(office, "tỉnh hai", "T01", workbook([])) == 404


# --- the decision ---


async def test_the_chair_alone_decides_and_it_is_shown_since_when(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        await enrolled(conn, office.people["tổ 2"], "M0", completed_at=office.stage.now)
    address = base(office, "A", "/quyet-dinh")
    said = {"viec": "quyet", "van_ban": "27/QĐ-CĐCS", "ngay": "01/11/2026"}

    before = (await office.gets("chủ tịch", address)).text
    officer = await office.posts("tỉnh", base(office, "T01", "/quyet-dinh"), **said)
    wrong = await office.posts("chủ tịch", address, **{**said, "van_ban": "", "ngay": "mai"})
    done = await office.posts("chủ tịch", address, **said)
    twice = await office.posts("chủ tịch", address, **said)
    page = (await office.gets("chủ tịch", address)).text
    count = await recognised(office, "A")
    ended = await office.posts("chủ tịch", address, viec="ket-thuc", ngay="21/11/2026")
    after = (await office.gets("chủ tịch", address)).text

    assert "Chưa có quyết định nào" in before
    assert officer.status == 404
    assert "Chủ tịch của chính đơn vị ghi" in (await office.gets("tỉnh", base(office, "T01", "/quyet-dinh"))).text
    assert wrong.status == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    assert (done.status, twice.status, ended.status) == (303, 422, 303)
    assert "CĐCS May Hoa Sen</b>: 27/QĐ-CĐCS, từ 01/11/2026." in page
    assert count == 1
    assert "kết thúc quyết định từ 21/11/2026" in after
    assert await recognised(office, "A") == 1  # what was recognised stays


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_decision_of_a_union_above_is_told_below(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        await recognition_decisions.decide(conn, office.units["T01"], "31/QĐ-LĐLĐ", date(2026, 10, 1), office.stage.now)

    page = (await office.gets("chủ tịch", base(office, "A", "/quyet-dinh"))).text
    elsewhere = (await office.gets("tỉnh hai", base(office, "T02", "/quyet-dinh"))).text

    assert "LĐLĐ tỉnh Sông Lam</b>: 31/QĐ-LĐLĐ, từ 01/10/2026" in page
    assert "31/QĐ-LĐLĐ" not in elsewhere
