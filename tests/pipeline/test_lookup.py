"""Looking something up: what it costs, what is kept of it, and that it harms no lesson."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from structlog.testing import capture_logs

from channels.messages import Tap, Text
from learning.calendar import day_of
from storage import search_misses
from storage.tables import account, attempt, delivery, learner_course, lesson_run, metadata, search_miss
from tests.pipeline.test_cost import AFTERWARDS, AT_AN_END, IN_A_STEP, Meter

if TYPE_CHECKING:
    from tests.scenarios.stage import Stage

TYPED = "tra cuu xyzzy qwfp, goi 0900 000 001"


async def everything(stage: Stage) -> str:
    async with stage.program.database.connect() as conn:
        return repr([(await conn.execute(table.select())).all() for table in metadata.sorted_tables])


async def test_a_lookup_is_cheap_found_or_not(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    for number, text in enumerate(
        ["tra cuu dinh cong", "tra cuu xyzzy qwfp", "tra cuu xyzzy qwfp", "tra cuu", "abc xyz"]
    ):
        inside, after = await meter.cost(Text(f"t{number}", sender, text))
        assert inside <= IN_A_STEP, (text, meter.statements)
        assert after == AFTERWARDS
    await stage.studies("lan", "Xong bài 1")
    for number, action in enumerate(["found:M2.6/1,M2.1/2", "read:M2.6:1", "open:M9.1", "open:M2.6"]):
        inside, after = await meter.cost(Tap(f"b{number}", sender, action))
        assert inside <= (AT_AN_END if action == "open:M9.1" else IN_A_STEP), (action, meter.statements)
        assert after == AFTERWARDS


async def test_what_was_not_found_is_counted_without_who_asked(stage: Stage) -> None:
    with capture_logs() as logs:
        await stage.types("lan", TYPED)
        await stage.types("lan", TYPED)

    async with stage.program.database.connect() as conn:
        (miss,) = await search_misses.listed(conn, 10)
        (row,) = (await conn.execute(select(search_miss))).all()
    assert (miss.term, miss.number) == ("xyzzy qwfp goi", 2)
    assert row._fields == ("term", "day", "number")
    assert "xyzzy" not in repr(logs)
    kept = await everything(stage)
    assert kept.count("xyzzy") == 1
    assert "0900 000 001" not in kept


async def test_what_was_hardly_found_says_so_and_is_counted(stage: Stage) -> None:
    await stage.types("lan", "tra cuu nghi phep nam")

    assert "Bài gần nhất trợ lý tìm được" in stage.newest("lan").text
    async with stage.program.database.connect() as conn:
        assert [miss.term for miss in await search_misses.listed(conn, 10)] == ["nghi phep nam"]


async def test_what_was_not_found_is_forgotten_in_the_night(stage: Stage) -> None:
    async with stage.program.database.begin() as conn:
        await search_misses.count(conn, "cu", day_of(stage.clock.now()) - search_misses.KEPT - timedelta(days=1))
    await stage.types("lan", TYPED)

    await stage.passes(timedelta(days=1))

    async with stage.program.database.connect() as conn:
        assert [miss.term for miss in await search_misses.listed(conn, 10)] == ["xyzzy qwfp goi"]


async def test_what_was_found_is_kept_nowhere(stage: Stage) -> None:
    with capture_logs() as logs:
        await stage.types("lan", "tra cuu chậm lương có phải đền không zzyzx")
        await stage.types("lan", "tra cuu")
        await stage.types("lan", "chậm lương có phải đền không zzyzx")

    assert "Chậm lương" in stage.newest("lan").text
    assert "zzyzx" not in repr(logs) + await everything(stage)
    async with stage.program.database.connect() as conn:
        assert (await conn.execute(select(account.c.awaits).where(account.c.awaits.is_not(None)))).all() == []


async def test_reading_counts_nothing_and_learning_counts_as_ever(stage: Stage) -> None:
    async def rows() -> list[int]:
        async with stage.program.database.connect() as conn:
            tables = (lesson_run, learner_course, attempt)
            return [len((await conn.execute(table.select())).all()) for table in tables]

    before = await rows()
    sender = stage.door("lan").sender
    for number, action in enumerate(["open:M9.1", "read:M9.1:1", "read:M9.1:2"]):  # M0.1 is open: M9.1 is read
        await stage.program.pipeline.receive(Tap(f"r{number}", sender, action))
    assert await rows() == before

    await stage.studies("lan", "Xong bài 1")
    await stage.types("lan", "tra cuu ATVSV ai bau")
    await stage.taps("lan", "Học bài này")
    await stage.studies("lan", "Xong bài 1")
    async with stage.program.database.connect() as conn:
        done = (await conn.execute(select(lesson_run.c.lesson_id).where(lesson_run.c.finished_at.is_not(None)))).all()
        modules = (await conn.execute(select(learner_course.c.module_id))).all()
    assert {lesson for (lesson,) in done} == {"M0.1", "M9.1"}
    assert {module for (module,) in modules} == {"M0", "M9"}
    await stage.types("lan", "tra cuu ATVSV ai bau")
    await stage.taps("lan", "Học bài này")
    assert stage.newest("lan").text.startswith("Đọc thêm · 1/")


async def test_another_double_tap_opens_nothing_twice(stage: Stage) -> None:
    await stage.studies("lan", "Xong bài 1")
    sender = stage.door("lan").sender
    for number in range(3):
        await stage.program.pipeline.receive(Tap(f"d{number}", sender, "open:M9.1"))

    async with stage.program.database.connect() as conn:
        opened = (await conn.execute(select(lesson_run.c.id).where(lesson_run.c.finished_at.is_(None)))).all()
        kinds = (await conn.execute(select(delivery.c.kind).distinct())).scalars().all()
    assert len(opened) == 1
    assert kinds
