"""What comes in counts once: the same update twice, two taps at once, two doors at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from channels.messages import Receipt, Tap, Text
from handlers import actions
from storage import runs
from storage.tables import attempt, delivery, lesson_run

if TYPE_CHECKING:
    from tests.scenarios.stage import Stage


def first_action(stage: Stage, who: str) -> str:
    return stage.newest(who).buttons[0][0][1]


async def land(stage: Stage) -> None:
    await stage.program.pipeline.drain()
    await stage.program.live.drain()
    for who, door in stage.doors.items():
        for news in await door.news():
            stage._newest[who] = news.seen


async def counts(stage: Stage) -> tuple[int, int]:
    """How many answers are kept, and how many messages."""
    async with stage.program.database.connect() as conn:
        answers = select(func.count()).where(attempt.c.chosen.is_not(None))
        messages = select(func.count()).select_from(delivery)
        return (await conn.execute(answers)).scalar_one(), (await conn.execute(messages)).scalar_one()


async def test_the_same_update_twice_is_taken_once(stage: Stage) -> None:
    sender = stage.door("lan").sender
    tap = Tap("platform-7", sender, first_action(stage, "lan"))
    typed = Text("platform-8", sender, "toi")

    first = [await stage.program.pipeline.receive(each) for each in (tap, typed)]
    before = await counts(stage)
    again = [await stage.program.pipeline.receive(each) for each in (tap, typed)]

    assert [receipt.outcome for receipt in first] == ["ok", "ok"]
    assert again == [Receipt("duplicate"), Receipt("duplicate")]
    assert await counts(stage) == before


async def test_the_same_key_on_another_endpoint_or_of_another_update_is_another(stage: Stage) -> None:
    sender = stage.door("lan").sender

    assert (await stage.program.pipeline.receive(Text("1", sender, "toi"))).outcome == "ok"
    assert (await stage.program.pipeline.receive(Text("2", sender, "toi"))).outcome == "ok"


async def test_a_double_tap_counts_once_all_the_way_through_a_lesson(stage: Stage) -> None:
    sender = stage.door("lan").sender
    steps = 0
    while "Xong bài" not in stage.newest("lan").text:
        action = first_action(stage, "lan")
        before = await counts(stage)
        receipts = await asyncio.gather(
            *(stage.program.pipeline.receive(Tap(f"{steps}-{n}", sender, action)) for n in range(2))
        )
        await land(stage)
        steps += 1
        after = await counts(stage)

        assert sorted(receipt.outcome for receipt in receipts) == ["nothing", "ok"]
        assert after[0] - before[0] == isinstance(actions.unpack(action), actions.Answer)
        assert after[1] - before[1] == 1
    assert steps > 8


async def test_two_doors_tapped_at_once_do_not_count_twice(stage: Stage) -> None:
    await stage.types("lan", "liên kết")
    code = stage.link_code
    await stage.types("phone", code)
    await stage.types("lan", "hoc")
    doors = [stage.door("lan").sender, stage.door("phone").sender]
    steps = 0
    while True:
        async with stage.program.database.connect() as conn:
            run = await runs.open_run(conn, stage.cast.people["lan"])
        if run is None:
            break
        action = first_action(stage, "lan")
        await asyncio.gather(
            *(stage.program.pipeline.receive(Tap(f"{steps}-{n}", door, action)) for n, door in enumerate(doors))
        )
        await land(stage)
        await stage.types("lan", "hoc")
        steps += 1
        if steps > 40 or "Bài 2/" in stage.newest("lan").text:
            break

    async with stage.program.database.connect() as conn:
        finished = (await conn.execute(select(lesson_run).where(lesson_run.c.finished_at.is_not(None)))).all()
        right = select(func.count()).where(attempt.c.run_id == finished[0].id, attempt.c.is_first, attempt.c.is_right)
        assert len(finished) == 1
        assert finished[0].right_first == (await conn.execute(right)).scalar_one()
