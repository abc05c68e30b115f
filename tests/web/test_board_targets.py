"""The pages of targets: figures with their basis, who is missing by name at one's own direct level, who owes what."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING

from learning.roles import Role
from storage import recognitions, training_years
from storage.recognitions import Attended
from storage.training_years import TrainingYear
from tests.builders import cadre, unit
from tests.web.test_board import Office, office

if TYPE_CHECKING:
    from channels.messages import UnitId

__all__ = ["office"]

ROW = re.compile(r'<th scope="row"><b>(T\d+)\.</b>.*?</tr>', re.DOTALL)


def rows(page: str) -> dict[str, list[str]]:
    """The cells of each target, without markup."""
    found = {}
    for row in ROW.finditer(page):
        plain = re.sub(r'<span class="in-full">.*?</span>', "", row[0])  # the same for phones
        cells = re.findall(r"<td[^>]*>(.*?)</td>", plain, re.DOTALL)
        found[row[1]] = [re.sub(r"\s*<[^>]+>\s*", "", cell).strip() for cell in cells]
    return found


async def attended(office: Office, who: str, by: UnitId, held_on: date = date(2026, 11, 2)) -> None:
    async with office.stage.database.begin() as conn:
        held = Attended(office.people[who], "M4", "", held_on, 8.0, by, "12/KH-LĐLĐ")
        await recognitions.add_classes(conn, [held], office.stage.now)


async def test_every_target_stands_there_with_its_basis(office: Office) -> None:
    await attended(office, "chủ tịch", office.units["T01"])
    async with office.stage.database.begin() as conn:
        spent = TrainingYear(spent_on_training=812_500_000, spent_in_all=6_500_000_000)
        await training_years.write(conn, office.units["T01"], 2026, spent, office.stage.now)
    base = f"/bang/{office.units['T01']}/chi-tieu"

    page = (await office.gets("tỉnh", base)).text
    with_references = (await office.gets("tỉnh", f"{base}?2021=1")).text
    before = (await office.gets("tỉnh", f"{base}?nam=2025")).text
    text = (await office.gets("tỉnh", f"{base}.csv?luc=nay")).text

    assert list(rows(page)) == ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T14"]
    assert rows(page)["T6"] == ["1", "2", "", "1"]  # two chairs: too few for a percentage
    assert rows(page)["T4"][:3] == ["—", "—", "—"]
    assert rows(page)["T7"] == ["812.500.000", "6.500.000.000", "12,5%", ""]
    assert rows(page)["T8"] == ["1", "không có", "1 chuyên đề", ""]
    assert "mục tiêu 15%" in page
    assert "Căn cứ: Nghị quyết Hội nghị lần thứ Bảy" in page
    assert set(rows(with_references)) - set(rows(page)) == {"T9", "T10", "T11", "T12", "T13"}
    assert "Hướng dẫn 2021 khác nhau ở đâu" in with_references
    assert rows(before)["T6"][:2] == ["0", "2"]
    assert "T14" not in rows(before)
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [line[3:5] for line in lines if line[0] == "T6"] == [["1", "2"]]
    assert f'href="{base}/T6/con-thieu' in page
    assert "không tính riêng cho một tổ" in (await office.gets("chủ tịch", f"/bang/{office.units['G1']}/chi-tieu")).text


async def test_names_of_the_missing_stop_at_the_own_direct_level(office: Office) -> None:
    def at(where: str, more: str = "") -> str:
        return f"/bang/{office.units[where]}/chi-tieu/T6/con-thieu{more}"

    province = (await office.gets("tỉnh", at("T01"))).text
    nation = (await office.gets("quốc", at("VN"))).text
    down = (await office.gets("tỉnh", at("A"))).text
    chair = (await office.gets("chủ tịch", at("A"))).text
    text = (await office.gets("quốc", at("VN", ".csv"))).text

    assert "Lê Thị Chung" in province
    assert "Trần Văn Bách" in province
    for page in (nation, down, text):
        assert "Lê Thị Chung" not in page
        assert "Trần Văn Bách" not in page
    assert re.findall(r'full-name">([^<]+)<.*?(\d+) chức danh<', nation, re.DOTALL) == [
        ("LĐLĐ tỉnh Sông Lam", "2"),
        ("LĐLĐ tỉnh Mây", "1"),
    ]
    assert "T02,LĐLĐ tỉnh Mây,,,1" in text
    assert "Lê Thị Chung" in chair
    for wrong in ("T7", "T8", "T99"):
        assert (await office.gets("tỉnh", at("T01").replace("T6", wrong))).status == 404
    assert (await office.gets("tỉnh", at("T01", "?sau=3.1.1"))).status == 404


async def test_the_missing_go_on_behind_the_last_shown(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        for n in range(103):
            base = await unit(conn, f"T02-K{n:03}", "CDCS", office.units["T02"], name=f"CĐCS số {n * 7 % 103:03}")
            if n % 3:
                await cadre(conn, f"Chu Thị Số{n:03}", base, Role.CHAIR)
    seen: list[str] = []
    pages = 0
    address: str | None = f"/bang/{office.units['T02']}/chi-tieu/T6/con-thieu?luc=nay"
    while address:
        page = (await office.gets("tỉnh hai", address)).text
        seen += re.findall(r'class="post">(?:[^,<]+, )([^<]+)<', page)
        pages += 1
        more = re.findall(r'<a href="([^"]+)">Trang sau', page)
        address = more[0].replace("&amp;", "&") if more else None

    assert pages == 3
    assert len(seen) == len(set(seen)) == 104


async def test_who_must_train_is_told_apart_from_what_others_owe(office: Office) -> None:
    nation = (await office.gets("quốc", f"/bang/{office.units['VN']}/chi-tieu/phai-dao-tao")).text
    province = (await office.gets("tỉnh", f"/bang/{office.units['T01']}/chi-tieu/phai-dao-tao")).text
    text = (await office.gets("quốc", f"/bang/{office.units['VN']}/chi-tieu/phai-dao-tao.csv")).text

    own, others = nation.split('id="cua-don-vi-khac"')
    assert "không phải trực tiếp đào tạo" in own
    assert "LĐLĐ tỉnh Sông Lam (T01)" in others
    own, others = province.split('id="cua-don-vi-khac"')
    assert "<span>0/2</span>" in own
    assert "Không có." in others
    assert "T6,LĐLĐ tỉnh Sông Lam,T01,2,0,2" in text
