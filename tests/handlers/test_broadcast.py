"""Gửi tin and Tạm dừng gửi by forged, old and hasty taps, through the whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import func, select

from handlers import actions, broadcast
from learning.roles import Role
from scheduler.broadcasts import queue_waiting
from storage import tables
from tests.builders import agreed, cadre
from tests.scenarios.cast import PEOPLE
from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Table

SECRET = "Chuyện riêng của đơn vị, xin đừng ghi lại."
OUT_OF_SCOPE = "Không tìm thấy đơn vị này trong phạm vi của đồng chí."


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with set_up(database_url) as opened:
        for who in ("thu", "hoa", "lan", "dung"):
            await opened.opens(who, PEOPLE[who][3])
            await opened.taps(who, "Đồng ý và học")
        yield opened


async def rows(stage: Stage, table: Table) -> int:
    async with stage.program.database.connect() as conn:
        return (await conn.execute(select(func.count()).select_from(table))).scalar_one()


async def press(stage: Stage, who: str, action: actions.Action) -> str:
    await stage._press(who, "", action.pack(), None)
    return stage.newest(who).text


async def drafts(stage: Stage, who: str, unit: str, text: str) -> actions.CastSend:
    """Write a message up to its preview; the action that its first button carries."""
    await press(stage, who, actions.CastWrite(stage.cast.units[unit], 0))
    await stage.types(who, text)
    action = actions.unpack(stage.newest(who).buttons[0][0][1])
    assert isinstance(action, actions.CastSend)
    return action


@pytest.mark.parametrize(
    ("who", "own", "foreign"),
    [
        ("thu", ("T01", "P01", "CS01"), ("TO1", "VN")),  # a tổ is its CĐCS's alone
        ("hoa", ("CS01", "TO1"), ("CS02", "P01")),
        ("dung", ("CS02",), ("CS01",)),
        ("lan", (), ("TO1", "CS01")),
    ],
)
async def test_one_decides_for_ones_own_units_and_those_below_and_for_no_others(
    stage: Stage, who: str, own: tuple[str, ...], foreign: tuple[str, ...]
) -> None:
    for unit in (*foreign, *own):
        unit_id = stage.cast.units[unit]
        forged = (
            actions.Pause(unit_id, 0),
            actions.Pause(unit_id, 1),
            actions.CastUnit(unit_id, 0),
            actions.CastRoles(unit_id, 3),
            actions.CastWrite(unit_id, 0),
            actions.CastSend(unit_id, 0, "0" * 12),
            actions.Unpause(unit_id),
        )

        answers = [await press(stage, who, action) for action in forged]

        assert [OUT_OF_SCOPE not in answer for answer in answers] == [unit in own] * len(forged)

    assert await rows(stage, tables.sending_pause) == len(own)  # each was ended again, and is kept
    assert await rows(stage, tables.broadcast) == 0


async def test_nobody_else_sees_or_stops_a_message(stage: Stage) -> None:
    await press(stage, "thu", await drafts(stage, "thu", "P01", "Mai nghỉ."))

    for who in ("hoa", "dung", "lan"):
        for action in (actions.CastSee(1), actions.CastStop(1), actions.CastStop(99)):
            assert OUT_OF_SCOPE in await press(stage, who, action)


async def test_an_older_preview_sends_nothing(stage: Stage) -> None:
    older = await drafts(stage, "hoa", "CS01", "Họp lúc 8 giờ.")
    newer = await drafts(stage, "hoa", "CS01", "Họp lúc 9 giờ.")

    assert "đã cũ" in await press(stage, "hoa", older)
    assert await rows(stage, tables.broadcast) == 0
    await press(stage, "hoa", newer)
    assert "9 giờ" in stage.newest("lan").text


async def test_a_preview_that_was_dropped_sends_nothing(stage: Stage) -> None:
    action = await drafts(stage, "hoa", "CS01", "Họp lúc 8 giờ.")
    await press(stage, "hoa", actions.CastDrop())

    assert "đã cũ" in await press(stage, "hoa", action)
    assert await rows(stage, tables.broadcast) == 0


async def test_a_long_text_is_asked_for_again(stage: Stage) -> None:
    await press(stage, "hoa", actions.CastWrite(stage.cast.units["CS01"], 0))
    await stage.types("hoa", "rất dài " * 60)
    assert "Tin dài 479 ký tự, tối đa 400." in stage.newest("hoa").text

    await stage.types("hoa", "Mai họp, mời các đồng chí đến đúng giờ.")

    assert "Gửi 2 người" in stage.newest("hoa").buttons[0][0][0]


async def test_many_are_left_to_the_clock(stage: Stage) -> None:
    async with stage.program.database.begin() as conn:
        for number in range(broadcast.AT_ONCE):
            one = await cadre(conn, f"Người {number}", stage.cast.units["TO1"], Role.GROUP_LEADER)
            await agreed(conn, one)
    action = await drafts(stage, "hoa", "CS01", "Mai nghỉ.")
    number = broadcast.AT_ONCE + 2
    before = await rows(stage, tables.delivery)

    assert f"Đã gửi 0/{number}. Còn chờ {number}." in await press(stage, "hoa", action)
    assert await rows(stage, tables.delivery) == before + 1  # the answer alone
    assert await queue_waiting(stage.program.database, stage.clock.now()) == 1
    assert await rows(stage, tables.delivery) == before + 1 + number


async def test_its_text_never_reaches_the_log(stage: Stage) -> None:
    with structlog.testing.capture_logs() as logs:
        await press(stage, "hoa", await drafts(stage, "hoa", "CS01", SECRET))

    assert SECRET in stage.newest("lan").text
    assert logs
    assert "riêng" not in repr(logs)


async def test_a_pause_and_a_message_are_told_to_nobody_else(stage: Stage) -> None:
    stage.heard.clear()
    await press(stage, "thu", actions.Pause(stage.cast.units["CS01"], 1))
    await press(stage, "thu", actions.Unpause(stage.cast.units["CS01"]))

    assert {heard.who for heard in stage.heard} == {"thu"}
