"""Whatever comes in, in any order: nothing fails, and nothing counts twice."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from channels.messages import ContactShared, DoorClosed, DoorOpened, Sender, Started, Tap, Text, Unsupported
from handlers.router import COMMANDS
from learning.calendar import day_of
from storage import parking, rollup
from storage.tables import attempt, inbound_update, learner_course, lesson_run
from tests.scenarios.cast import PEOPLE
from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Inbound

SEQUENCES = 25
PARTS = 5
LENGTH = 400  # 10,000 in all
PEOPLE_HERE = ("lan", "an", "hoa", "mai", "thu", "stranger")
FORGED = [
    ":",
    "next",
    "next:1:0",
    "next:1:1",
    "next:9999999:0",
    "answer:1:a",
    "answer:2:b",
    "answer:3:z",
    "answer:1:",
    "answer:1:ab",
    "answer:2:=",
    "answer:2:-",
    "pick:1:",
    "pick:1:ba",
    "pick:2:zz",
    "later:1",
    "resume",
    "hour:sang",
    "hour:xx",
    "shift:ca_1",
    "shift:",
    "shift:luan_phien",
    "pace:daily",
    "pace:x",
    "snooze:tuan",
    "snooze:x",
    "show:me",
    "show:shifts",
    "show:x",
    "drill:1:0:0",
    "drill:4:0:99",
    "drill:2:999999999999:1",
    "names:4:0",
    "names:1:7",
    "attend:3:0",
    "attend:4:1",
    "attend:5:1",
    "known:1:1",
    "known:1:0",
    "known:2:3",
    "change:nghi_viec:1",
    "change:nguoi_moi:1",
    "change:x:1",
    "change:thoi_chuc!:2",
    "decide:1:1",
    "decide:1:0",
    "decide:2:1",
    "door:them",
    "door:go",
    "door:x",
    "erase:0",
    "agree:2026-11:u:4",
    "agree:2026-11:u:999",
    "agree:2026-11:u:x",
    "agree:2026-11:c:7AAAAAAAAA",
    "agree:old:u:4",
    "agree:old:c:x",
    "decline",
    "found:M2.6/1,M2.1/9,luong_co_so",
    "found:luong_co_so",
    "found:,",
    "open:M2.6",
    "open:M0.1",
    "open:x",
    "read:M2.6:1",
    "read:M2.6:99",
    "show:lookup",
    "scenes:0",
    "scenes:9",
    "scene:H1",
    "scene:H9",
    "scene:H99",
    "scene:",
    "say:1:0:a",
    "say:1:1:b",
    "say:2:0:z",
    "sceneleave:1",
    "🙂",
]
WORDS = (
    *COMMANDS,
    *["A", "b", "C.", "d)", "Học", "/hoc", "TIẾP", "👍", "\u202e", "7AAA-AAAA-AA", "9999-9999-99", "0900000001"],
    "",
    " ",
    "dạ vâng ạ",
    "tra cuu luong toi thieu vung 2",
    "tìm qwrtp",
    "công ty bắt làm thêm giờ",
    "Nguyễn Thị Lan",
    "Trần Thị Nở, tổ phó",
    "x\ny",
    "' OR 1=1 --",
    "%s %d {}",
    "a" * 4_096,
    "ế" * 300,
)


@dataclass
class Crowd:
    """People who do anything at all."""

    stage: Stage
    random: Random
    seen: list[tuple[str, str]] = field(default_factory=list)  # every button shown to anybody, with its message
    last: Inbound | None = None
    number: int = 0

    async def act(self) -> None:
        who = self.random.choice(PEOPLE_HERE)
        self.stage.clock.hold(self.stage.clock.now() + timedelta(seconds=self.random.choice((1, 20, 600, 7_200))))
        inbound = self._inbound(self.stage.door(who).sender)
        receipt = await self.stage.program.pipeline.receive(inbound)
        assert receipt.outcome in {"ok", "nothing", "duplicate"}, (receipt.outcome, inbound)
        self.last = inbound
        await self.stage.program.pipeline.drain()
        await self.stage.program.live.drain()
        if self.random.random() < 0.03:
            await self.stage.program.planner.tick(self.stage.clock.now())
            await self.stage.program.jobs.drain()
            for lane in self.stage.program.lanes:
                await lane.empty()
        for door in self.stage.doors.values():
            self.seen += [
                (action, news.seen.ref)
                for news in await door.news()
                for row in news.seen.buttons
                for _, action in row
                if not action.startswith("erase:1")  # once in a while, below
            ]

    def _inbound(self, sender: Sender) -> Inbound:  # noqa: C901 - a table
        self.number += 1
        key = f"k{self.number}"
        random = self.random
        match random.choices(range(11), (40, 12, 8, 20, 3, 4, 4, 2, 2, 2, 3))[0]:
            case 0 if self.seen:
                action, ref = random.choice(self.seen[-8:])
                return Tap(key, sender, action, ref, key)
            case 1 if self.seen:
                action, _ = random.choice(self.seen)
                return Tap(key, sender, action)
            case 2:
                return Tap(key, sender, random.choice(FORGED))
            case 4:
                return Started(key, sender, random.choice(["", "unit-4", "unit-99", "unit-x", "9999-9999-99", "x"]))
            case 5:
                return Started(key, sender, random.choice([code for *_, code in PEOPLE.values()]))
            case 6:
                phone = random.choice(["0900000001", "+84900000002", "123", "", "0900000009"])
                return ContactShared(key, sender, phone, random.random() < 0.7)
            case 7:
                return DoorClosed(key, sender) if random.random() < 0.5 else DoorOpened(key, sender)
            case 8:
                return Unsupported(key, sender)
            case 9 if self.last is not None:
                return self.last
            case 10 if random.random() < 0.1:
                return Tap(key, sender, "erase:1")
            case _:
                return Text(key, sender, random.choice(WORDS))


async def play(database_url: str, seed: int) -> None:
    async with set_up(database_url) as stage:
        await _careless(stage)
        crowd = Crowd(stage, Random(seed))
        for short in ("lan", "hoa"):
            await stage.opens(short, PEOPLE[short][3])
            await stage.taps(short, "Đồng ý và học")
        for _ in range(LENGTH):
            await crowd.act()
        await stage.program.planner.fold(stage.clock.now())
        async with stage.program.database.connect() as conn:
            assert await parking.count(conn) == 0
            await nothing_counts_twice(conn)
            today = day_of(stage.clock.now())
            assert not await rollup.differences(conn, stage.program.assigned, today)


async def _careless(stage: Stage) -> None:
    """Don't wait for the disk: what is tested here is not whether a power cut is survived."""
    raw = await stage.program.database.engine.raw_connection()
    await raw.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
    raw.close()


async def nothing_counts_twice(conn: AsyncConnection) -> None:
    """Every figure that is kept is what the rows below it add up to."""
    keys = (await conn.execute(select(inbound_update.c.key))).scalars().all()
    assert len(keys) == len(set(keys))
    for run in (await conn.execute(select(lesson_run))).all():
        asked = (await conn.execute(select(attempt).where(attempt.c.run_id == run.id))).all()
        assert len({row.place for row in asked}) == len(asked)
        firsts = [row for row in asked if row.is_first]
        assert len({row.question_id for row in firsts}) == len(firsts)
        assert run.state["right_first"] == sum(bool(row.is_right) for row in firsts)
        if run.finished_at:
            assert run.right_first == run.state["right_first"]
            assert all(row.chosen for row in asked)
    for course in (await conn.execute(select(learner_course))).all():
        done = select(func.count(func.distinct(lesson_run.c.lesson_id))).where(
            lesson_run.c.person_id == course.person_id,
            lesson_run.c.module_id == course.module_id,
            lesson_run.c.kind == "lesson",
            lesson_run.c.finished_at.is_not(None),
        )
        assert course.lessons_done == (await conn.execute(done)).scalar_one()
    opened = select(lesson_run.c.person_id).where(lesson_run.c.finished_at.is_(None))
    people = (await conn.execute(opened)).scalars().all()
    assert len(people) == len(set(people))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(300)
@settings(
    max_examples=SEQUENCES // PARTS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_any_sequence_is_survived_and_counts_once(seed: int, part: int, sqlite_template: Path, tmp_path: Path) -> None:
    del part  # so that processes may share the work
    path = tmp_path / f"{seed}.db"
    shutil.copy(sqlite_template, path)

    asyncio.run(play(f"sqlite:///{path}", seed))
