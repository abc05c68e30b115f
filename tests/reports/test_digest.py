from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from channels.messages import Kind, Message
from handlers import actions
from learning.periods import parse, week_ending
from learning.roles import Role
from reports.digest import MAX_TEXT, plan_digests, render_digest, render_queued
from storage.tables import delivery, digest_sent, position
from tests.builders import agreed, cadre, post, unit
from tests.reports.conftest import CUT_OFF, MONDAY, WEEK, Union, labels

if TYPE_CHECKING:
    from datetime import datetime

BLAME = re.compile(r"\b(chậm|trốn|vi phạm|lười|ngoài cửa sổ)\b", re.IGNORECASE)


async def rendered(union: Union, who: str, cut_off: datetime | None = CUT_OFF) -> Message:
    message = await render_digest(union.conn, union.people[who], cut_off, MONDAY)
    assert message is not None
    assert len(message.full_text) <= MAX_TEXT
    assert not BLAME.search(message.full_text)
    return message


async def test_a_chair_reads_who_needs_help(union: Union) -> None:
    await union.snapshot(CUT_OFF - WEEK)
    await union.complete("tổ 2")
    await union.snapshot(CUT_OFF)
    message = await rendered(union, "chủ tịch")

    assert message.title == "Báo cáo học tập tuần 16–22/11/2026"
    assert message.text.split("\n") == [
        "Kính gửi đồng chí Lê Thị Chung.",
        "Đến hết 22/11/2026, tính theo chức danh; hoàn thành là trên trợ lý.",
        "",
        "CĐCS May Hoa Sen",
        "• Chủ tịch: 1 · kết nối 1 · đã học 0 · hoàn thành 0",
        "• Tổ trưởng: 4 (khuyết 1) · kết nối 2 · đã học 2 · hoàn thành 1 (thêm 1)",
        "Cộng: 5 chức danh · kết nối 3 · đã học 2 · hoàn thành 1 (thêm 1)",
        "Được công nhận ĐTBD trong kỳ: 0/5",
        "Cần giúp: 1 chưa kết nối, 1 dừng quá 14 ngày.",
        "",
        "Thêm, bớt: so với hết 15/11/2026.",
        "Trân trọng cảm ơn đồng chí!",
    ]
    assert message.kind is Kind.DIGEST
    assert labels(message) == ["Danh sách", "Cần giúp", "Báo thay đổi"]


async def test_a_province_reads_units_and_no_names(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    message = await rendered(union, "tỉnh")

    assert "Cần quan tâm: CĐCS Giày Vàng (1 chưa kết nối, chưa có người học)" not in message.text
    assert "CĐCS May Hoa Sen (2 chưa kết nối); CĐCS Giày Vàng (1 chưa kết nối, chưa có người học)." in message.text
    assert "Phạm Thị" not in message.full_text
    assert "Lê Thị" not in message.full_text
    assert labels(message) == ["Theo đơn vị", "Đề nghị quan tâm"]


async def test_a_managing_union_sees_what_it_manages_as_a_view_of_its_own(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    message = await rendered(union, "phường")

    assert "Đang quản lý 1 đơn vị: 1 chức danh · kết nối 0 · đã học 0 · hoàn thành 0" in message.text
    assert "Cần quan tâm: CĐCS Giày Vàng (1 chưa kết nối, chưa có người học)." in message.text


async def test_one_message_for_all_units_the_highest_first(union: Union) -> None:
    await post(union.conn, union.people["chủ tịch"], union.units["T01"], Role.COMMITTEE_MEMBER, receives_reports=True)
    message = await rendered(union, "chủ tịch", None)

    assert message.text.index("LĐLĐ tỉnh Sông Lam") < message.text.index("CĐCS May Hoa Sen")
    assert labels(message) == ["Theo đơn vị", "Đề nghị quan tâm", "CĐCS May Hoa Sen"]


async def test_units_that_do_not_fit_become_buttons(union: Union) -> None:
    for n in range(20):
        name = f"CĐCS Công ty TNHH Một thành viên Sản xuất Bao bì Giấy số {n}"
        where = await unit(union.conn, f"T01-L{n}", "CDCS", union.units["T01"], name=name)
        await post(union.conn, union.people["tỉnh"], where, Role.COMMITTEE_MEMBER, receives_reports=True)
    message = await rendered(union, "tỉnh", None)

    assert sum(label.startswith("CĐCS Công ty") for label in labels(message)) == 8


async def test_zero_posts_are_a_dash(union: Union) -> None:
    empty = await unit(union.conn, "T01-X9", "CD_XA", union.units["T01"], name="CĐ xã Trống")
    await post(union.conn, union.people["tổ 1"], empty, Role.COMMITTEE_MEMBER, receives_reports=True)
    message = await rendered(union, "tổ 1", CUT_OFF)

    assert "Chức danh: —" in message.text


async def test_whoever_no_longer_receives_gets_none(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    subject = {"person": union.people["chủ tịch"], "cut_off": CUT_OFF.isoformat()}
    before = await render_queued(union.conn, subject, MONDAY)
    mine = position.c.person_id == union.people["chủ tịch"]
    await union.conn.execute(position.update().where(mine).values(valid_to=MONDAY.date()))
    after = await render_queued(union.conn, subject, MONDAY)

    assert isinstance(before, Message)
    assert after == "no_longer_receives"


async def test_silence_when_nothing_is_new_and_a_word_after_two_weeks_of_it(union: Union) -> None:
    queued = []
    for week in range(5):
        cut_off = CUT_OFF + week * WEEK
        if week == 4:
            await union.complete("tổ 2")
        await union.snapshot(cut_off)
        now = MONDAY + week * WEEK
        queued.append(await plan_digests(union.conn, cut_off, now))
        again = await plan_digests(union.conn, cut_off, now)
        assert again == 0
    message = await rendered(union, "chủ tịch", CUT_OFF + 3 * WEEK)

    assert queued == [4, 0, 0, 4, 3]
    assert "3 tuần chưa có thêm người học." in message.text


async def test_only_connected_receivers_above_the_groups_are_written_to(union: Union) -> None:
    await agreed(
        union.conn, await cadre(union.conn, "Hồ An", union.units["G4"], Role.GROUP_LEADER, receives_reports=True)
    )
    await union.snapshot(CUT_OFF)
    queued = await plan_digests(union.conn, CUT_OFF, MONDAY)
    decided = set((await union.conn.execute(select(digest_sent.c.person_id))).scalars())
    rows = (await union.conn.execute(select(delivery.c.unique_key, delivery.c.subject, delivery.c.lane))).all()

    assert queued == 4
    assert decided == {union.people[who] for who in ("quốc", "tỉnh", "phường", "chủ tịch")}
    assert {row.unique_key for row in rows} == {f"digest:{person}:20261122" for person in decided}
    assert all(row.lane == "bulk" and row.subject["cut_off"] == CUT_OFF.isoformat() for row in rows)


async def test_first_buttons_lead_on(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    for who, kind in (("quốc", actions.Drill), ("phường", actions.Drill), ("chủ tịch", actions.Names)):
        first = (await rendered(union, who)).buttons[0][0]
        assert isinstance(actions.unpack(first.action), kind)


async def test_live_figures_are_compared_with_the_last_cut_off(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    await union.complete("tổ 2")
    await union.snapshot(MONDAY + timedelta(days=60))
    message = await rendered(union, "chủ tịch", None)

    assert "hoàn thành 1 (thêm 1)" in message.text
    assert "Đến 08:00 ngày 23/11/2026" in message.text


# --- months, quarters, half-years -------------------------------------------------------------------------------------


async def test_a_month_is_a_line_of_the_next_week_and_a_half_year_a_digest_of_its_own(union: Union) -> None:
    month, half, week = (parse(code) for code in ("2026-M11", "2026-H2", "2026-W49"))
    await union.snapshot(half.begins)
    await union.snapshot(month.begins)
    await union.complete("tổ 3")
    await union.snapshot(half.cut_off)
    await union.complete("tổ 2")
    await union.snapshot(week.cut_off)
    conn, who = union.conn, union.people["chủ tịch"]
    told = await render_digest(conn, who, half.cut_off, MONDAY, periods=[half, month])
    weekly = await render_digest(conn, who, week.cut_off, MONDAY, periods=[week, month])
    assert told is not None
    assert weekly is not None

    assert told.title == "Báo cáo học tập 6 tháng cuối năm 2026"
    assert "Đến hết 30/11/2026" in told.text
    assert "hoàn thành 1 (thêm 1)" in told.text
    assert "Thêm, bớt: so với hết 31/05/2026." in told.text
    assert "Tháng 11/2026 (đến hết 30/11/2026): hoàn thành 1/5, thêm 1." in told.text
    assert weekly.title == "Báo cáo học tập tuần 30/11–06/12/2026"
    assert "Tháng 11/2026 (đến hết 30/11/2026): hoàn thành 1/5, thêm 1." in weekly.text
    assert "hoàn thành 2 (thêm 2)" in weekly.text


async def test_one_digest_a_period_whatever_posts_somebody_holds(union: Union) -> None:
    who = union.people["chủ tịch"]
    for where in ("T01", "X1", "B", "VN"):
        await post(union.conn, who, union.units[where], Role.COMMITTEE_MEMBER, receives_reports=True)
    await union.snapshot(CUT_OFF)
    week = week_ending(MONDAY.date() - timedelta(days=1))
    for _ in range(2):
        await plan_digests(union.conn, CUT_OFF, MONDAY, [week, parse("2026-M11")])
    rows = (await union.conn.execute(select(delivery.c.subject))).scalars()

    mine = [subject for subject in rows if subject["person"] == who]
    assert [subject["periods"] for subject in mine] == [["2026-W47", "2026-M11"]]


async def test_what_is_new_is_asked_of_all_that_is_told(union: Union) -> None:
    month = parse("2026-M11")
    await union.snapshot(month.begins)
    await union.complete("tổ 2")
    await union.snapshot(CUT_OFF - WEEK)
    first = await plan_digests(union.conn, CUT_OFF - WEEK, MONDAY - WEEK)
    await union.snapshot(CUT_OFF)
    week = week_ending(MONDAY.date() - timedelta(days=1))

    assert first == 4
    assert await plan_digests(union.conn, CUT_OFF, MONDAY, [week, month]) == 3  # of CĐCS A, its province, the country
