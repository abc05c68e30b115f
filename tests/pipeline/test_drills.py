"""Drills through the whole program: what a tap costs, and taps that are old, foreign or forged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from channels.messages import Tap, Text
from handlers.actions import LeaveScene, Say, Scene, Scenes
from storage.tables import drill_run, rollup_dirty
from tests.pipeline.test_cost import AFTERWARDS, IN_A_STEP, Meter

if TYPE_CHECKING:
    from sqlalchemy import Row

    from handlers.actions import Action
    from tests.scenarios.stage import Stage


async def tap(stage: Stage, who: str, action: Action, key: str) -> str:
    """Press a button of one's own making; returns what became of it."""
    receipt = await stage.program.pipeline.receive(Tap(key, stage.door(who).sender, action.pack()))
    return receipt.outcome


async def kept(stage: Stage) -> list[Row[tuple[object, ...]]]:
    async with stage.program.database.connect() as conn:
        return list((await conn.execute(select(drill_run).order_by(drill_run.c.id))).all())


async def test_every_tap_of_a_talk_is_cheap(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    costs = [await meter.cost(Text("list", sender, "tinh huong"))]
    for number in range(20):
        seen = stage.newest("lan")
        if seen.text.startswith("Một cán bộ giỏi"):
            break
        costs.append(await meter.cost(Tap(f"talk-{number}", sender, seen.buttons[0][0][1], seen.ref, "callback")))

    assert stage.newest("lan").text.startswith("Một cán bộ giỏi")
    assert max(inside for inside, _ in costs) <= IN_A_STEP, meter.statements
    assert {after for _, after in costs[:-1]} == {AFTERWARDS}
    assert costs[-1][1] == 2 * AFTERWARDS  # the result and the model answer are two messages


async def test_a_talk_changes_no_figure(stage: Stage) -> None:
    await tap(stage, "lan", Scene("H1"), "begin")
    async with stage.program.database.connect() as conn:
        before = len((await conn.execute(select(rollup_dirty))).all())

    await tap(stage, "lan", Say(1, 0, "a"), "say")

    async with stage.program.database.connect() as conn:
        assert len((await conn.execute(select(rollup_dirty))).all()) == before
    assert [row.state for row in await kept(stage)] == [{"picks": "a"}]


async def test_taps_that_are_old_foreign_or_forged_change_nothing(stage: Stage) -> None:
    await stage.opens("an", "7BBB-BBBB-BB")
    await stage.taps("an", "Đồng ý và học")
    await tap(stage, "lan", Scene("H1"), "begin")
    await tap(stage, "lan", Say(1, 0, "a"), "say")

    for number, (who, action) in enumerate(
        [
            ("lan", Say(1, 0, "b")),
            ("lan", Say(1, 2, "a")),
            ("lan", Say(1, 1, "z")),
            ("lan", Say(9, 0, "a")),
            ("an", Say(1, 1, "a")),
            ("an", LeaveScene(1)),
            ("lan", Scene("H99")),
            ("lan", LeaveScene(9)),
        ]
    ):
        assert await tap(stage, who, action, f"odd-{number}") == "nothing", action

    assert [(row.state, row.finished_at) for row in await kept(stage)] == [({"picks": "a"}, None)]


async def test_a_page_that_is_not_there_is_the_first(stage: Stage) -> None:
    await tap(stage, "lan", Scenes(99), "page")
    await stage._land("lan")

    assert "1. " in stage.newest("lan").text


async def test_a_drill_published_anew_begins_anew(stage: Stage) -> None:
    await stage.types("lan", "tinh huong")
    await stage.taps("lan", "1")
    opening = stage.newest("lan").text
    await stage.taps("lan", "A")
    async with stage.program.database.begin() as conn:
        await conn.execute(update(drill_run).values(version="older"))

    for is_typed in (False, True):
        await (stage.types("lan", "a") if is_typed else stage.taps("lan", "A"))
        assert stage.newest("lan").text == opening
        assert [row.state for row in await kept(stage)] == [{"picks": ""}]
        async with stage.program.database.begin() as conn:
            await conn.execute(update(drill_run).values(version="older", state={"picks": "zzz"}))
