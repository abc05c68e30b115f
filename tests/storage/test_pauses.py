"""Tạm dừng gửi: what is unasked stops for a unit and all below, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from channels.messages import AccountId, Kind, Message, PersonId, UnitId
from learning.calendar import at, day_of
from learning.roles import Role
from storage import outbox, pauses, planning
from storage.tables import delivery, learner, position
from tests import builders

if TYPE_CHECKING:
    from storage.database import Database

NOW = at(date(2026, 11, 23), time(9, 15))
TODAY = day_of(NOW)
LATER = NOW + timedelta(days=4)


@dataclass
class House:
    """T > A > G, T > B: a joined person in each, by the unit's name."""

    database: Database
    units: dict[str, UnitId] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)
    doors: dict[str, AccountId] = field(default_factory=dict)

    async def queue(self, name: str, kind: Kind, key: str = "") -> None:
        async with self.database.begin() as conn:
            assert await outbox.queue(
                conn,
                account_id=self.doors[name],
                kind=kind,
                key=key or f"{kind.value}:{name}",
                subject={"person": self.people[name]},
                run_at=NOW,
                message=Message("…", kind=kind),
            )

    async def stopped(self) -> set[str]:
        async with self.database.connect() as conn:
            rows = (await conn.execute(select(delivery))).all()
        assert all((row.state == "unsendable") == (row.reason == "paused") for row in rows)
        return {row.unique_key for row in rows if row.state == "unsendable"}

    async def pause(self, name: str) -> bool:
        async with self.database.begin() as conn:
            return await pauses.pause(conn, self.units[name], self.people["T"], NOW)

    async def resume(self, name: str) -> bool:
        async with self.database.begin() as conn:
            return await pauses.resume(conn, self.units[name], LATER)

    async def paused(self) -> set[str]:
        """Who hears nothing unasked."""
        async with self.database.connect() as conn:
            return {name for name, person in self.people.items() if await pauses.is_paused(conn, person, TODAY)}


@pytest.fixture
async def house(database: Database) -> House:
    made = House(database)
    async with database.begin() as conn:
        for name, unit_type, parent in (
            ("T", "LDLD_TINH", None),
            ("A", "CDCS", "T"),
            ("G", "TO_CD", "A"),
            ("B", "CDCS", "T"),
        ):
            made.units[name] = await builders.unit(conn, name, unit_type, made.units[parent] if parent else None)
            role = Role.GROUP_LEADER if name == "G" else Role.CHAIR
            made.people[name] = await builders.cadre(conn, f"Người {name}", made.units[name], role)
            made.doors[name] = await builders.agreed(conn, made.people[name])
    return made


@pytest.mark.parametrize(("unit", "expected"), [("T", {"T", "A", "G", "B"}), ("A", {"A", "G"}), ("G", {"G"})])
async def test_a_pause_holds_for_a_unit_and_all_below(house: House, unit: str, expected: set[str]) -> None:
    for name in house.people:
        await house.queue(name, Kind.NEW_LESSON)

    assert await house.pause(unit)

    assert await house.stopped() == {f"new_lesson:{name}" for name in expected}
    assert await house.paused() == expected


async def test_what_is_asked_for_or_an_officers_goes_on(house: House) -> None:
    for kind in Kind:
        await house.queue("A", kind)
    await house.queue("A", Kind.NOTICE, "shift:1:20261122")

    await house.pause("T")

    assert await house.stopped() == {"new_lesson:A", "reminder:A", "review:A", "broadcast:A", "shift:1:20261122"}


async def test_what_is_being_sent_or_was_is_left_alone(house: House) -> None:
    await house.queue("A", Kind.REMINDER)
    async with house.database.begin() as conn:
        await conn.execute(update(delivery).values(state="sending"))

    await house.pause("A")

    assert await house.stopped() == set()


async def test_any_post_under_a_pause_counts_and_one_that_ended_does_not(house: House) -> None:
    async with house.database.begin() as conn:
        await builders.post(conn, house.people["B"], house.units["G"], Role.GROUP_DEPUTY)
        own = position.c.person_id == house.people["G"]
        await conn.execute(update(position).where(own).values(valid_to=TODAY))

    await house.pause("G")

    assert await house.paused() == {"B"}


async def test_a_unit_is_paused_once(house: House) -> None:
    assert await asyncio.gather(*(house.pause("A") for _ in range(3))) != [True, True, True]
    assert not await house.pause("A")
    async with house.database.connect() as conn:
        (found,) = await pauses.paused_units(conn)
    assert (found.unit_code, found.at, found.by_name) == ("A", NOW, "Người T")

    assert await house.resume("A")
    assert not await house.resume("A")
    assert await house.paused() == set()
    assert await house.pause("A")


async def test_resuming_makes_the_clock_look_again_at_those_whom_nothing_else_holds(house: House) -> None:
    for name in ("A", "T"):
        await house.pause(name)
    async with house.database.begin() as conn:
        await conn.execute(update(learner).values(next_due_at=None, next_kind="reminder"))
        stopped = learner.c.person_id == house.people["B"]
        await conn.execute(update(learner).where(stopped).values(reminders_off=True))

    assert await house.resume("T")

    async with house.database.connect() as conn:
        rows = {row.person_id: (row.next_due_at, row.next_kind) for row in await conn.execute(select(learner))}
    assert {name: rows[person] for name, person in house.people.items()} == {
        "T": (LATER, None),
        "A": (None, "reminder"),
        "G": (None, "reminder"),
        "B": (None, "reminder"),
    }


async def test_what_was_stopped_stays_unsent(house: House) -> None:
    await house.queue("A", Kind.REMINDER)
    await house.pause("A")
    await house.resume("A")

    assert await house.stopped() == {"reminder:A"}


async def test_the_nearest_pause_above_is_the_one_told(house: House) -> None:
    async with house.database.connect() as conn:
        assert await pauses.over(conn, house.units["G"]) is None
    await house.pause("T")
    await house.pause("A")

    async with house.database.connect() as conn:
        found = {name: await pauses.over(conn, unit) for name, unit in house.units.items()}
        below = await pauses.paused_units(conn, below=[house.units["A"]])
    assert {name: pause.unit_code for name, pause in found.items() if pause} == {"T": "T", "A": "A", "G": "A", "B": "T"}
    assert [one.unit_code for one in below] == ["A"]


async def test_the_question_for_the_shift_waits_too(house: House) -> None:
    async with house.database.begin() as conn:
        await conn.execute(update(learner).values(rotates=True))
    await house.pause("A")

    async with house.database.connect() as conn:
        asked = {person for person, _ in await planning.rotating(conn, TODAY)}
    assert asked == {house.people["T"], house.people["B"]}


async def test_learners_are_those_who_can_be_reached(house: House) -> None:
    async with house.database.begin() as conn:
        await builders.cadre(conn, "Chưa kết nối", house.units["G"], Role.GROUP_DEPUTY)
        shut = await builders.cadre(conn, "Đã chặn", house.units["G"], Role.GROUP_DEPUTY)
        await builders.agreed(conn, shut, is_open=False)
        await builders.post(conn, house.people["G"], house.units["A"], Role.COMMITTEE_MEMBER)

        assert await pauses.count_learners(conn, house.units["A"], TODAY) == 2
