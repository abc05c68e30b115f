from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.program import build
from bot.settings import Settings
from handlers import actions, digest, escalation
from reports.digest import render_digest
from reports.overview import overview
from storage import planning, reporting
from storage.tables import learner
from tests.reports.conftest import MONDAY, Union, labels

if TYPE_CHECKING:
    from datetime import datetime

    from channels.messages import Message
    from storage.database import Database

REFUSED = "Không tìm thấy đơn vị này trong phạm vi của đồng chí."
LONG = "Dừng quá 28 ngày, chưa xử lý: 1 chức danh"


async def digest_of(union: Union, who: str, now: datetime = MONDAY) -> Message:
    message = await render_digest(union.conn, union.people[who], None, now)
    assert message is not None
    return message


async def spoke(union: Union, who: str, at: datetime) -> None:
    mine = learner.c.person_id == union.people[who]
    await union.conn.execute(learner.update().where(mine).values(last_word_at=at))


async def test_the_chair_is_told_by_name_and_the_union_above_by_number(union: Union) -> None:
    chair, above = await digest_of(union, "chủ tịch"), await digest_of(union, "tỉnh")
    listed = (await escalation.show(await union.context("chủ tịch"), actions.SilentOnes(union.units["A"])))[0]

    assert "1 dừng quá 14 ngày" in chair.text
    assert "Cần giúp" in labels(chair)
    assert "1. Phạm Thị Nụ1 (Tổ trưởng, Tổ 1)" in listed.text
    assert labels(listed) == ["Đã xử lý 1", "Số liệu đơn vị"]
    assert f"{LONG} ở 1 CĐCS; nhiều nhất CĐCS May Hoa Sen (1)." in above.text
    assert "Phạm Thị" not in above.full_text
    assert "Dừng quá" not in (await digest_of(union, "quốc")).text  # only who is directly above


@pytest.mark.parametrize(("days", "to_chair", "to_above"), [(10, False, False), (20, True, False), (30, True, True)])
async def test_each_hears_of_it_in_turn(union: Union, days: int, to_chair: bool, to_above: bool) -> None:
    await spoke(union, "tổ 1", MONDAY - timedelta(days=days))

    assert ("dừng quá 14 ngày" in (await digest_of(union, "chủ tịch")).text) is to_chair
    assert (LONG in (await digest_of(union, "tỉnh")).text) is to_above


async def test_settled_ends_it_for_everybody_until_they_fall_silent_anew(union: Union) -> None:
    ctx = await union.context("chủ tịch")
    ended = await escalation.settle(ctx, actions.Settle(union.units["A"], union.people["tổ 1"]))
    said = [(await digest_of(union, who)).text for who in ("chủ tịch", "tỉnh")]
    await spoke(union, "tổ 1", MONDAY + timedelta(days=1))
    later = MONDAY + timedelta(days=31)

    assert ended[0].text == "Không còn ai cần giúp."
    assert not any("ừng quá" in text for text in said)
    assert "1 dừng quá 14 ngày" in (await digest_of(union, "chủ tịch", later)).text
    assert LONG in (await digest_of(union, "tỉnh", later)).text


async def test_the_union_above_settles_a_whole_unit(union: Union) -> None:
    ctx = await union.context("tỉnh")
    unit = union.units["A"]
    shown = (await digest.drill(ctx, actions.Drill(unit, 0, 0)))[0]
    ended = await escalation.settle(ctx, actions.Settle(unit, 0))

    assert f"{LONG}." in shown.text
    assert "Đã xử lý" in labels(shown)
    assert ended[0].text.startswith("Đã ghi nhận xử lý 1 người.")
    assert "dừng quá" not in (await digest_of(union, "chủ tịch")).text
    again = (await digest.drill(ctx, actions.Drill(unit, 0, 0)))[0]
    assert "Đã xử lý" not in labels(again)


@pytest.mark.parametrize(("who", "person"), [("quốc", 0), ("phường", 0), ("tỉnh", 1), ("tổ 2", 1)])
async def test_nobody_else_sees_or_settles(union: Union, who: str, person: int) -> None:
    ctx = await union.context(who)
    wanted = union.people["tổ 1"] if person else 0
    said = await escalation.settle(ctx, actions.Settle(union.units["A"], wanted))
    seen = await escalation.show(ctx, actions.SilentOnes(union.units["A"]))

    assert said[0].text == seen[0].text == REFUSED
    assert "1 dừng quá 14 ngày" in (await digest_of(union, "chủ tịch")).text


async def test_an_installation_chooses_its_own_days(union: Union) -> None:
    await spoke(union, "tổ 1", MONDAY - timedelta(days=10))
    before = (await digest_of(union, "chủ tịch")).text
    await planning.keep_setting(union.conn, reporting.LADDER, [5, 9])

    chair, above = await digest_of(union, "chủ tịch"), await digest_of(union, "tỉnh")
    listed = (await escalation.show(await union.context("chủ tịch"), actions.SilentOnes(union.units["A"])))[0]
    page = await overview(union.conn, union.units["A"], MONDAY, is_within=True)
    ended = await escalation.settle(await union.context("tỉnh"), actions.Settle(union.units["A"], 0))

    assert "ừng quá" not in before
    assert "1 dừng quá 5 ngày" in chair.text
    assert "Dừng quá 9 ngày, chưa xử lý: 1 chức danh" in above.text
    assert "mà dừng quá 5 ngày" in listed.text
    assert (page.stalled, page.stalled_days) == (1, 5)
    assert ended[0].text.startswith("Đã ghi nhận xử lý 1 người.")


async def test_the_program_keeps_the_installations_days(database: Database, database_url: str) -> None:
    settings = Settings(database_url=database_url, silent_chair_days=3, silent_above_days=7)
    async with AsyncExitStack() as stack:
        await build(settings, stack)
    async with database.connect() as conn:
        ladder = (await reporting.basis(conn)).ladder(MONDAY.date())

    assert (ladder.chair_days, ladder.above_days) == (3, 7)
