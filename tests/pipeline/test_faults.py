"""A handler that fails, content that changed under a sitting, and a database that is away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.pipeline import TapPipeline
from channels.messages import Tap, Text
from storage import parking
from storage.database import open_database
from storage.tables import learner_course, lesson_run, parked_update

if TYPE_CHECKING:
    from typing import Any

    from tests.scenarios.stage import Stage

NOBODY_LISTENS = "postgresql://nobody@127.0.0.1:9/nothing"


async def rewrite_state(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Change what the open sitting's row holds; returns what it held."""
    async with stage.program.database.begin() as conn:
        state: dict[str, Any] = (await conn.execute(select(lesson_run.c.state))).scalar_one()
        await conn.execute(update(lesson_run).values(state=state | changes))
    return state


async def test_a_handler_that_fails_is_rolled_back_parked_and_answered(stage: Stage) -> None:
    kept = await rewrite_state(stage, steps=["?broken"])
    await stage.taps("lan", "Tiếp")

    assert "trục trặc" in stage.newest("lan").text
    async with stage.program.database.connect() as conn:
        parked = (await conn.execute(select(parked_update))).one()
        assert await parking.count(conn) == 1
    assert (parked.kind, parked.error) == ("Tap", "ValueError")
    assert parked.action == "next"  # a word alone: what follows may be a code

    await rewrite_state(stage, **kept)
    await stage.taps("lan", "Học tiếp")
    assert "1/4" in stage.newest("lan").text


async def test_what_was_parked_is_not_tried_again_by_the_platform(stage: Stage) -> None:
    await rewrite_state(stage, steps=["?broken"])
    typed = Text("platform-9", stage.door("lan").sender, "hoc")

    first = await stage.program.pipeline.receive(typed)
    again = await stage.program.pipeline.receive(typed)
    await stage.program.pipeline.drain()

    assert (first.outcome, first.retry_later) == ("parked", False)
    assert (again.outcome, again.retry_later) == ("duplicate", False)


async def test_no_text_of_a_person_is_parked(stage: Stage) -> None:
    await rewrite_state(stage, steps=["?broken"])
    await stage.types("lan", "chuyện riêng của tôi")

    async with stage.program.database.connect() as conn:
        parked = (await conn.execute(select(parked_update))).one()
    assert "riêng" not in repr(parked)


async def test_a_sitting_whose_cards_are_gone_begins_anew(stage: Stage) -> None:
    await rewrite_state(stage, steps=["c0", "c1", "c77"], at=1)

    await stage.types("lan", "hoc")
    assert "Bài 1/" in stage.newest("lan").text

    await rewrite_state(stage, steps=["c0", "c1", "qM0.1.gone"], at=0)
    await stage.taps("lan", "Tiếp")
    assert "1/4" in stage.newest("lan").text
    async with stage.program.database.connect() as conn:
        assert await parking.count(conn) == 0


async def test_an_answer_to_a_question_that_is_gone_counts_nothing(stage: Stage) -> None:
    await stage.studies("lan", "Câu hỏi 1/")
    library = stage.program.library
    empty = replace(library, questions={})
    parts = replace(stage.program.pipeline._parts, library=empty)
    action = stage.newest("lan").buttons[0][0][1]

    pipeline = TapPipeline(parts)
    receipt = await pipeline.receive(Tap("late", stage.door("lan").sender, action))
    await pipeline.drain()

    assert (receipt.outcome, receipt.retry_later) == ("nothing", False)


async def test_with_the_database_away_the_platform_keeps_the_update(stage: Stage) -> None:
    away = open_database(NOBODY_LISTENS)
    pipeline = TapPipeline(replace(stage.program.pipeline._parts, database=away))
    sender = stage.door("lan").sender

    for inbound in (Text("1", sender, "hoc"), Tap("2", sender, "resume", None, "callback")):
        receipt = await pipeline.receive(inbound)
        assert (receipt.outcome, receipt.retry_later) == ("database_away", True)
    await pipeline.drain()
    await away.close()

    assert (await stage.program.pipeline.receive(Text("1", sender, "hoc"))).outcome == "ok"


async def test_buttons_that_nobody_made_do_nothing(stage: Stage) -> None:
    sender = stage.door("lan").sender
    for number, action in enumerate(["", ":", "next", "next:1", "next:a:b", "answer:1:2:3", "next:-1:0", "x:1", "🙂"]):
        receipt = await stage.program.pipeline.receive(Tap(f"forged-{number}", sender, action))
        assert (receipt.outcome, receipt.retry_later) == ("nothing", False)

    async with stage.program.database.connect() as conn:
        assert (await conn.execute(select(learner_course))).first() is not None
        assert await parking.count(conn) == 0
