"""The dashboard's pages over a real ledger: who may open what, what they say, what they cost."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import openpyxl
import pytest
from sqlalchemy import event, insert
from structlog.testing import capture_logs

from channels.messages import Kind
from learning.items import Item, Sums
from learning.rights import Deed
from learning.roles import Role
from learning.targets import TARGETS
from reports import scope
from reports.targets import Measured
from storage import accounts, items, outbox, reporting, rollup, web_sessions
from storage.tables import attempt, delivery, lesson_run
from tests.builders import cadre, move, post, unit
from tests.reports.conftest import ASSIGNED, CUT_OFF, Union
from web.board import cookies
from web.board.access import ROUTES, UNIT
from web.board.insights import MOST_ADDED_UP
from web.board.parts import BoardParts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId
    from tests.web.conftest import Opens
    from tests.web.stage import Answer, Browser, Stage

TODAY = date(2026, 11, 21)


@dataclass
class Office:
    """A small union, and a browser that may be anybody of it."""

    stage: Stage
    browser: Browser
    units: dict[str, UnitId]
    people: dict[str, PersonId]
    tokens: dict[str, str] = field(default_factory=dict)

    async def sits(self, who: str) -> None:
        """Let a browser of that person be signed in."""
        if who not in self.tokens:
            self.tokens[who] = cookies.new_token()
            async with self.stage.database.begin() as conn:
                await web_sessions.add(
                    conn,
                    token_hash=cookies.digest(self.tokens[who]),
                    person_id=self.people[who],
                    agent="Chrome trên Windows",
                    now=self.stage.now,
                )

    async def gets(self, who: str, path: str) -> Answer:
        await self.sits(who)
        return await self.browser.opens(path, Cookie=f"{cookies.SESSION}={self.tokens[who]}")

    async def posts(self, who: str, path: str, **fields: str) -> Answer:
        await self.sits(who)
        return await self.browser.posts(
            path, headers={"Cookie": f"{cookies.SESSION}={self.tokens[who]}"}, fields=fields
        )


@pytest.fixture
async def office(stage: Stage, opens: Opens) -> Office:
    async with stage.database.begin() as conn:
        union = Union(conn)
        await union.found()
        units = union.units
        units["T02"] = await unit(conn, "T02", "LDLD_TINH", units["VN"], name="LĐLĐ tỉnh Mây")
        units["C"] = await unit(conn, "T02-C", "CDCS", units["T02"], name="=CĐCS Đá Bạc")
        units["GC"] = await unit(conn, "T02-C-G1", "TO_CD", units["C"], name="Tổ đá 1")
        people = {**union.people}
        people["tỉnh hai"] = await cadre(conn, "Hà Văn Mây", units["T02"], Role.CHAIR)
        people["chuyên viên"] = await cadre(conn, "Lý Thị Sổ", units["T01"], Role.FULL_TIMER)
        people["đã thôi"] = await cadre(conn, "Mai Văn Cũ", units["T01"], Role.CHAIR, valid_to=TODAY)
        people["sắp nhận"] = await cadre(conn, "Bùi Thị Mới", units["T01"], Role.CHAIR, valid_from=date(2026, 11, 22))
        people["hai chức"] = await cadre(conn, "Tạ Thị Đôi", units["C"], Role.CHAIR)
        await post(conn, people["hai chức"], units["T01"], Role.FULL_TIMER, receives_reports=True)
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        for weeks in (3, 2, 1):
            at = CUT_OFF - timedelta(days=7 * weeks)
            await rollup.take_snapshot(conn, at, at)
    return Office(stage, await opens(), units, people)


def paths(app: web.Application) -> set[tuple[str, str]]:
    found = set()
    for route in app.router.routes():
        info = route.resource.canonical if route.resource else ""
        if route.method != "HEAD":
            found.add((route.method, info))
    return found


# --- the table ---


async def test_every_route_stands_in_the_table(stage: Stage) -> None:
    plain = {(method, re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", path)) for method, path in ROUTES}
    here = paths(stage.app(demo=True)) | paths(stage.app())

    assert here <= plain
    assert plain - here == {("POST", f"/{name}/webhook") for name in ("telegram", "zalo", "zalo-bot")}


GETS = sorted(path for (method, path), deed in ROUTES.items() if method == "GET" and deed and path.startswith(UNIT))
POSTS = sorted(path for (method, path), deed in ROUTES.items() if method == "POST" and deed and path.startswith(UNIT))
WHO = ("quốc", "tỉnh", "phường", "chủ tịch", "chủ tịch B", "tổ 1", "tỉnh hai", "hai chức",
       "chuyên viên", "đã thôi", "sắp nhận")  # fmt: skip
NO_OFFICE = {"tổ 1", "chuyên viên", "đã thôi", "sắp nhận"}
WHERE = ("VN", "T01", "X1", "A", "B", "G1", "T02", "C", "GC")
# Who sees the figures of what, by hand.
SEES = {
    "quốc": {"VN", "T01", "X1", "A", "B", "T02", "C"},
    "tỉnh": {"T01", "X1", "A", "B"},
    "phường": {"X1", "B"},
    "chủ tịch": {"A", "G1"},
    "chủ tịch B": {"B"},
    "tỉnh hai": {"T02", "C"},
    "hai chức": {"T01", "X1", "A", "B", "C", "GC"},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # 1,500 requests
async def test_every_page_is_there_for_whom_the_table_says_and_for_nobody_else(
    office: Office,
) -> None:
    missing = (await office.gets("quốc", "/bang/999999999")).text
    cases = 0
    for who, where in product(WHO, WHERE):
        if who in NO_OFFICE and where != "T01":
            continue  # they see nothing anywhere
        async with office.stage.database.connect() as conn:
            seats = await reporting.seats_of(conn, office.people[who], TODAY)
            path = await reporting.path_up(conn, office.units[where])
        for method, template in [*(("GET", one) for one in GETS), *(("POST", one) for one in POSTS)]:
            cases += 1
            deed = ROUTES[method, template]
            assert deed is not None
            allowed = scope.may(deed, seats, path, TODAY)
            if deed is Deed.FIGURES:
                assert allowed is (where in SEES.get(who, ())), (who, where)
            if allowed and (method == "POST" or template.endswith(("mau.xlsx", "bao-cao/tep"))):
                continue  # what it does is told below
            address = re.sub(r"\{unit:.*?\}\}", str(office.units[where]), template)
            address = address.replace("{form:csv|xlsx}", "csv").replace("{target:T[0-9]{1,2}}", "T6")
            answer = await (office.gets if method == "GET" else office.posts)(who, address)
            expected = 303 if who in NO_OFFICE else 200 if allowed else 404
            assert answer.status == expected, (who, where, method, address, answer.text[:300])
            if expected == 404:
                assert answer.text == missing
            if expected == 303:
                assert answer.headers["Location"] == "/dang-nhap"
    assert cases > 500


async def test_without_a_session_there_is_only_the_door(office: Office) -> None:
    for path in ("/bang", f"/bang/{office.units['VN']}", "/bang/1/nguoi-hoc", "/bang/phien"):
        answer = await office.browser.opens(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/dang-nhap")
    refused = await office.browser.posts("/dang-xuat", headers={"Origin": "https://evil.example"})
    assert refused.status == 403


async def test_cookies_are_for_https_and_this_host_alone(opens: Opens) -> None:
    browser = await opens(public_url="https://bang.example.vn")

    answer = await browser.posts("/dang-nhap")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-taphuan_cho=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_unit_that_moved_away_is_gone_at_once(office: Office) -> None:
    address = f"/bang/{office.units['A']}"
    assert (await office.gets("tỉnh", address)).status == 200
    async with office.stage.database.begin() as conn:
        await move(conn, office.units["A"], office.units["T02"])

    assert (await office.gets("tỉnh", address)).status == 404
    assert (await office.gets("tỉnh hai", address)).status == 200


# --- what pages say ---


async def test_a_unit_at_a_glance(office: Office) -> None:
    page = (await office.gets("tỉnh", f"/bang/{office.units['T01']}")).text

    assert "LĐLĐ tỉnh Sông Lam" in page
    assert "Kết nối" in page
    assert "Giúp ở đâu trước" in page
    assert f'href="/bang/{office.units["B"]}"' in page  # nobody of B is connected
    assert "<polyline" in page
    assert "Phạm Thị Nụ" not in page


async def test_names_are_shown_to_the_level_above_alone_with_states(office: Office) -> None:
    chair = (await office.gets("chủ tịch", f"/bang/{office.units['A']}/nguoi-hoc")).text
    province = (await office.gets("tỉnh", f"/bang/{office.units['T01']}/nguoi-hoc")).text

    assert "Phạm Thị Nụ1" in chair
    assert re.findall(r'class="state \w+">([^<]+)<', chair).count("đang học") >= 1
    assert "Lê Thị Chung" in province
    assert "Phạm Thị Nụ" not in province


async def test_the_way_down_shows_only_what_may_be_seen(office: Office) -> None:
    page = (await office.gets("phường", f"/bang/{office.units['B']}")).text
    crumbs = re.findall(r'<nav class="crumbs".*?</nav>', page, re.DOTALL)[0]

    assert "CĐ phường Bến Sen" in crumbs
    assert "tỉnh" not in crumbs


async def test_several_posts_are_switched_between(office: Office) -> None:
    page = (await office.gets("hai chức", f"/bang/{office.units['T01']}")).text

    switch = re.findall(r'<nav class="switch".*?</nav>', page, re.DOTALL)[0]
    assert "LĐLĐ tỉnh Sông Lam" in switch
    assert "=CĐCS Đá Bạc" in switch


async def test_pages_follow_each_other_in_every_order(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        for n in range(120):
            await unit(conn, f"T02-K{n:03}", "CDCS", office.units["T02"], name=f"CĐCS số {n * 7 % 120:03}")
        await rollup.rebuild(conn, ASSIGNED, TODAY)
    for order in ("ten", "can", "ty-le", "xong"):
        seen: list[str] = []
        address: str | None = f"/bang/{office.units['T02']}/don-vi?xep={order}"
        while address:
            page = (await office.gets("tỉnh hai", address)).text
            rows = re.findall(r'<th scope="row"><a href="/bang/(\d+)">', page)
            assert len(rows) <= 50
            seen += rows
            more = re.findall(r'<a href="([^"]+)">Trang sau', page)
            address = more[0].replace("&amp;", "&") if more else None
        assert len(seen) == len(set(seen)) == 121
    found = await office.gets("tỉnh hai", f"/bang/{office.units['T02']}/don-vi?tim=so%20119")
    assert re.findall(r'<th scope="row"><a [^>]+>([^<]+)<', found.text) == ["CĐCS số 119"]
    assert (
        "Không có đơn vị nào khớp"
        in (await office.gets("tỉnh hai", f"/bang/{office.units['T02']}/don-vi?tim=Hoa%20Sen")).text
    )


async def test_what_zalo_did_not_let_through_is_told_by_its_name(office: Office) -> None:
    async with office.stage.database.begin() as conn:
        [door] = await accounts.open_doors(conn, office.people["tổ 1"])
        for number, reason in enumerate(("zalo_window", "zalo_window", "zalo_budget", "no_longer_due")):
            key = f"k{number}"
            run_at = office.stage.now - timedelta(hours=1)
            await outbox.queue(conn, account_id=door, kind=Kind.NOTICE, key=key, subject=None, run_at=run_at)
            ended = delivery.update().where(delivery.c.unique_key == key)
            await conn.execute(ended.values(state="unsendable", reason=reason))

    page = (await office.gets("tỉnh", f"/bang/{office.units['T01']}/tin")).text

    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="figure">([^<]+)<', page))
    assert rows["Zalo chưa cho nhắn"] == "2"
    assert rows["Không gửi vì hết hạn mức tin Zalo"] == "1"
    assert rows["Không gửi vì đến lượt thì không còn cần hoặc kênh không nhận"] == "1"


async def test_files_hold_what_is_seen_and_no_formula(office: Office) -> None:
    base = f"/bang/{office.units['T02']}/don-vi"
    text = (await office.gets("tỉnh hai", f"{base}.csv?xep=ten")).text
    await office.sits("tỉnh hai")
    cookie = {"Cookie": f"{cookies.SESSION}={office.tokens['tỉnh hai']}"}
    async with office.browser.client.get(f"{base}.xlsx", headers=cookie) as response:
        assert response.headers["Content-Disposition"].startswith('attachment; filename="T02-')
        book = openpyxl.load_workbook(io.BytesIO(await response.read()))

    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert rows[2][1] == "'=CĐCS Đá Bạc"
    cell = book.active.cell(3, 2)  # type: ignore[union-attr]
    assert (cell.value, cell.data_type) == ("=CĐCS Đá Bạc", "s")
    people = (await office.gets("chủ tịch", f"/bang/{office.units['A']}/nguoi-hoc.csv")).text
    assert "Phạm Thị Nụ1,Tổ trưởng,Tổ 1,đang học" in people
    assert "điểm" not in people


async def test_of_very_many_answers_is_shown_what_the_night_added_up(office: Office) -> None:
    address = f"/bang/{office.units['T01']}/cau-hoi"
    async with office.stage.database.begin() as conn:
        who, at = office.people["tỉnh"], office.stage.now
        run = {"person_id": who, "kind": "lesson", "module_id": "M0", "lesson_id": "M0.1",
               "version": "v", "state": {}, "opened_at": at}  # fmt: skip
        run_id = (await conn.execute(insert(lesson_run).values(run).returning(lesson_run.c.id))).scalar_one()
        answer = {"id": MOST_ADDED_UP + 1, "run_id": run_id, "person_id": who, "question_id": "M0.1-1", "version": "v",
                  "place": 0, "is_first": True, "choice_order": "a", "shown_at": at}  # fmt: skip
        await conn.execute(insert(attempt).values(answer))
    before = (await office.gets("tỉnh", address)).text
    async with office.stage.database.begin() as conn:
        at = office.stage.now - timedelta(hours=5)
        await items.keep(conn, [Item("M0.1-1", 1_234, 600, Sums(0, 0, 0.0, 0.0, 0.0), {"a": 600, "b": 634})], at)
    office.stage.now += timedelta(minutes=15)
    after = (await office.gets("tỉnh", address)).text

    assert "Số liệu được đếm vào 2 giờ 30 hằng đêm" in before
    assert "M0.1-1" in after
    assert "1.234" in after
    assert "48,6%" in after


async def test_targets_are_shown_where_there_are_any(office: Office, opens: Opens) -> None:
    async def targets(_conn: AsyncConnection, _unit_id: UnitId, now: datetime) -> Sequence[Measured]:
        return [Measured(one, 301, 1_385, now) for one in TARGETS if one.key == "T14"]

    plain = await office.gets("tỉnh", f"/bang/{office.units['T01']}")
    assert 'id="chi-tieu"' not in plain.text

    office.browser = await opens(board=BoardParts(targets=targets))
    page = (await office.gets("tỉnh", f"/bang/{office.units['T01']}")).text

    assert "T14. " in page
    assert "301/1.385 (21,7%)" in page
    assert "1.084" in page
    assert "21/11/2026" in page


async def test_what_is_refused_leaves_ids_and_no_name(office: Office) -> None:
    with capture_logs() as logged:
        await office.gets("tỉnh hai", f"/bang/{office.units['A']}/nguoi-hoc")

    [event_] = [one for one in logged if one["event"] == "board_out_of_scope"]
    assert event_ == {
        "event": "board_out_of_scope",
        "log_level": "warning",
        "person_id": office.people["tỉnh hai"],
        "unit_id": str(office.units["A"]),
        "deed": "people",
    }


# --- what pages cost ---


async def test_a_page_costs_at_most_six_statements(office: Office) -> None:
    counted: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    engines = {office.stage.database.engine.sync_engine, office.stage.database._reader.sync_engine}
    addresses = [("quốc", "VN"), ("tỉnh", "T01"), ("phường", "X1"), ("chủ tịch", "A")]
    for who, _ in addresses:
        await office.sits(who)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    costs = {}
    for (who, where), part in product(addresses, ("", "/don-vi", "/nguoi-hoc?sau=1")):
        counted.clear()
        answer = await office.gets(who, f"/bang/{office.units[where]}{part}")
        assert answer.status == 200
        costs[who, part] = len([one for one in counted if not one.startswith(("PRAGMA", "BEGIN"))])
    for engine in engines:
        event.remove(engine, "before_cursor_execute", count)

    assert max(costs.values()) <= 6, costs
