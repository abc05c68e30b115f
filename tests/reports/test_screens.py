from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from channels.messages import Kind, UnitId
from handlers import attention, digest
from handlers.actions import AskAttention, Drill, Names
from learning.roles import Role
from tests.builders import agreed, cadre, post, unit
from tests.reports.conftest import CUT_OFF, MONDAY, Union, labels

if TYPE_CHECKING:
    from channels.messages import Message

OUT_OF_SCOPE = "Không tìm thấy đơn vị này trong phạm vi của đồng chí."


async def drilled(union: Union, who: str, unit_code: str, page: int = 0, cut: int = 0) -> Message:
    (message,) = await digest.drill(await union.context(who), Drill(union.units[unit_code], cut, page))
    return message


async def test_a_report_on_demand_edits_in_place(union: Union) -> None:
    (tapped,) = await digest.report(await union.context("tỉnh"))
    (typed,) = await digest.report(await union.context("tỉnh", is_tap=False))

    assert "LĐLĐ tỉnh Sông Lam" in tapped.text
    assert (tapped.replaces, typed.replaces) == ("m1", None)
    assert tapped.kind is Kind.REPLY


async def test_without_a_unit_one_is_led_to_ones_own_lessons(union: Union) -> None:
    (message,) = await digest.report(await union.context("tổ 1"))

    assert "Báo cáo dành cho" in message.text
    assert labels(message) == ["Học tiếp ▸"]


@pytest.mark.parametrize(
    ("who", "unit_code", "is_seen"),
    [
        ("quốc", "T01", True),
        ("quốc", "A", True),
        ("quốc", "G1", False),
        ("tỉnh", "X1", True),
        ("tỉnh", "VN", False),
        ("phường", "B", True),
        ("phường", "A", False),
        ("phường", "T01", False),
        ("chủ tịch", "A", True),
        ("chủ tịch", "G1", True),
        ("chủ tịch", "B", False),
        ("tổ 1", "G1", False),
    ],
)
async def test_one_sees_what_is_below_or_managed_and_from_above_no_further_than_a_base(
    union: Union, who: str, unit_code: str, is_seen: bool
) -> None:
    message = await drilled(union, who, unit_code)

    assert (OUT_OF_SCOPE not in message.text) == is_seen


async def test_drilling_lists_units_with_a_way_down_and_up(union: Union) -> None:
    message = await drilled(union, "tỉnh", "T01")
    base = await drilled(union, "tỉnh", "A")

    assert "1. CĐ phường Bến Sen: 1 · kết nối 1 · hoàn thành 0/1" in message.text
    assert labels(message) == ["CĐ phường Bến Sen", "CĐCS Giày Vàng", "CĐCS May Hoa Sen", "Gửi tin", "Tạm dừng gửi"]
    assert labels(base) == ["Đề nghị quan tâm", "Đã xử lý", "Gửi tin", "Tạm dừng gửi", "▴ Đơn vị trên"]
    assert "Cần giúp" not in base.text


async def test_a_managed_unit_leads_back_to_its_manager(union: Union) -> None:
    own = await drilled(union, "phường", "X1")
    base = await drilled(union, "phường", "B")

    assert "CĐCS Giày Vàng: 1 · kết nối 0" in own.text
    assert labels(base) == ["Đề nghị quan tâm", "▴ Đơn vị quản lý"]


async def test_pages_of_units(union: Union) -> None:
    for n in range(10):
        await unit(union.conn, f"T01-C{n}", "CDCS", union.units["T01"], name=f"CĐCS Thêm {n}")
    first = await drilled(union, "tỉnh", "T01")
    last = await drilled(union, "tỉnh", "T01", page=2)
    beyond = await drilled(union, "tỉnh", "T01", page=999_999_999_999)

    assert "Tiếp ▸" in labels(first)
    assert "◂ Trước" not in labels(first)
    assert "13. CĐCS Thêm 9" in last.text
    assert "Tiếp ▸" not in labels(last)
    assert "◂ Trước" in labels(beyond)


async def test_an_old_cut_off_shows_the_figures_of_then_and_a_forged_one_live_ones(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    await agreed(union.conn, union.people["chủ tịch B"])
    then = await drilled(union, "tỉnh", "B", cut=int(CUT_OFF.timestamp()))
    forged = await drilled(union, "tỉnh", "B", cut=10**18 - 1)

    assert "Đến hết 22/11/2026" in then.text
    assert "kết nối 0" in then.text
    assert "Đến 08:00 ngày 23/11/2026" in forged.text


async def test_a_chair_lists_their_own_people_and_only_how_far_they_are(union: Union) -> None:
    await union.complete("tổ 2")
    (message,) = await digest.names(await union.context("chủ tịch"), Names(union.units["A"], 0))

    assert message.title == "Danh sách CĐCS May Hoa Sen"
    assert message.text.split("\n") == [
        "1. Lê Thị Chung (Chủ tịch): đang học",
        "2. Phạm Thị Nụ1 (Tổ trưởng, Tổ 1): đang học",
        "3. Phạm Thị Nụ2 (Tổ trưởng, Tổ 2): hoàn thành",
        "4. Phạm Thị Nụ3 (Tổ trưởng, Tổ 3): chưa kết nối",
    ]


async def test_nobody_else_sees_names(union: Union) -> None:
    for who, unit_code in (("tỉnh", "A"), ("tỉnh", "T01"), ("quốc", "A"), ("phường", "B"), ("tổ 1", "G1")):
        (message,) = await digest.names(await union.context(who), Names(union.units[unit_code], 0))
        assert message.text == OUT_OF_SCOPE


async def test_names_come_in_pages_of_ten(union: Union) -> None:
    for n in range(10):
        await cadre(union.conn, f"Bùi Văn {n}", union.units["A"], Role.COMMITTEE_MEMBER)
    await post(union.conn, None, union.units["A"], Role.VICE_CHAIR)
    ctx = await union.context("chủ tịch")
    (first,) = await digest.names(ctx, Names(union.units["A"], 0))
    (second,) = await digest.names(ctx, Names(union.units["A"], 1))

    assert len(first.text.split("\n")) == 10
    assert "(khuyết) Phó chủ tịch" in first.text
    assert second.text.startswith("11. ")
    assert "Tiếp ▸" in labels(first)
    assert "Tiếp ▸" not in labels(second)


async def test_attention_is_shown_first_then_written_once_in_seven_days(union: Union) -> None:
    ctx = await union.context("tỉnh")
    (shown,) = await attention.ask(ctx, AskAttention(union.units["A"], 0))
    nothing_yet = list(ctx.notices)
    (done,) = await attention.ask(ctx, AskAttention(union.units["A"], 1))
    other = await union.context("quốc")
    (again,) = await attention.ask(other, AskAttention(union.units["A"], 1))
    later = await union.context("quốc", now=MONDAY + timedelta(days=7, minutes=1))
    (after,) = await attention.ask(later, AskAttention(union.units["A"], 0))

    assert "3/5 chức danh đã kết nối, 1 đã học, 0 hoàn thành" in shown.text
    assert labels(shown) == ["Gửi", "Số liệu đơn vị"]
    assert nothing_yet == []
    assert done.text == "Đã gửi đề nghị quan tâm tới 1 đồng chí phụ trách CĐCS May Hoa Sen."
    (notice,) = ctx.notices
    assert notice.person_id == union.people["chủ tịch"]
    assert "LĐLĐ tỉnh Sông Lam kính đề nghị đồng chí quan tâm" in notice.message.text
    assert again.text.startswith("Đồng chí Vũ Thị Tâm đã gửi đề nghị quan tâm tới CĐCS May Hoa Sen lúc 08:00")
    assert other.notices == []
    assert labels(after)[0] == "Gửi"


@pytest.mark.parametrize(("who", "unit_code"), [("phường", "A"), ("chủ tịch", "A"), ("chủ tịch", "G1"), ("tỉnh", "VN")])
async def test_attention_is_asked_only_of_units_below(union: Union, who: str, unit_code: str) -> None:
    ctx = await union.context(who)
    (message,) = await attention.ask(ctx, AskAttention(union.units[unit_code], 1))

    assert message.text == OUT_OF_SCOPE
    assert ctx.notices == []


async def test_where_nobody_is_connected_attention_cannot_be_asked(union: Union) -> None:
    ctx = await union.context("phường")
    (message,) = await attention.ask(ctx, AskAttention(union.units["B"], 1))

    assert "liên hệ trực tiếp" in message.text
    assert ctx.notices == []


async def test_a_unit_that_does_not_exist_is_out_of_scope(union: Union) -> None:
    ctx = await union.context("tỉnh")
    missing = UnitId(10**17)

    for messages in (
        await digest.drill(ctx, Drill(missing, 0, 0)),
        await digest.names(ctx, Names(missing, 0)),
        await attention.ask(ctx, AskAttention(missing, 1)),
    ):
        assert messages[0].text == OUT_OF_SCOPE
