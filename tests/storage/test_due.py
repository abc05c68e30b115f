"""A day made of what was decided, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from learning.calendar import DayPart, Shift, at
from learning.roles import Role
from storage import due, pauses
from storage.tables import account, delivery, learner, org_unit
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from storage.database import Database

NOON = at(date(2026, 11, 9), time(11, 45))
MIDNIGHT = at(date(2026, 11, 10), time(4))
Windows = dict[tuple[DayPart | None, Shift | None], float]
NOTHING: Windows = {}
HOUR: Windows = {(DayPart.NOON, None): 3_600.0}


async def decided(conn: AsyncConnection, number: int, **values: object) -> Sequence[PersonId]:
    """Learners of one tổ to whom a lesson goes at noon."""
    unit = await builders.unit(conn, "T1", "TO_CD")
    people = []
    for place in range(number):
        person_id = await builders.cadre(conn, f"Người {place}", unit, Role.GROUP_LEADER)
        door = await builders.agreed(conn, person_id)
        row = {"next_due_at": NOON, "next_kind": "new_lesson", "hour": "trua", "reply_account_id": door, **values}
        await conn.execute(update(learner).where(learner.c.person_id == person_id).values(row))
        people.append(person_id)
    return people


async def plan(conn: AsyncConnection, windows: Windows = NOTHING, limit: int = 7) -> int:
    page = await due.queue_page(conn, until=MIDNIGHT, label="20261109", windows=windows, limit=limit)
    queued = page.queued
    while page.last is not None:
        page = await due.queue_page(
            conn, until=MIDNIGHT, label="20261109", windows=windows, limit=limit, after=page.last
        )
        queued += page.queued
    return queued


async def moments(conn: AsyncConnection) -> dict[int, datetime]:
    rows = await conn.execute(select(delivery.c.subject, delivery.c.run_at).order_by(delivery.c.id))
    return {row.subject["person"]: row.run_at for row in rows.all()}


async def test_everybody_is_queued_once_at_their_moment(database: Database) -> None:
    async with database.begin() as conn:
        people = await decided(conn, 20)
        assert await plan(conn) == 20
        assert await plan(conn) == 0

        assert await moments(conn) == dict.fromkeys(people, NOON)
        again = (await conn.execute(select(learner.c.next_due_at).distinct())).scalars().all()
        rows = (await conn.execute(select(delivery))).all()
    assert again == [NOON + timedelta(days=1)]  # should it never be sent
    assert {(row.lane, row.kind, row.state, row.attempts) for row in rows} == {("bulk", "new_lesson", "queued", 0)}
    assert {row.unique_key for row in rows} == {f"nudge:{person}:20261109" for person in people}


async def test_many_are_spread_over_their_hours_and_the_same_every_time(database: Database) -> None:
    async with database.begin() as conn:
        await decided(conn, 60)
        async with conn.begin_nested() as once:
            await plan(conn, HOUR, limit=50)
            first = await moments(conn)
            await once.rollback()
        await plan(conn, HOUR, limit=11)
        second = await moments(conn)

    assert first == second
    offsets = [(moment - NOON).total_seconds() for moment in first.values()]
    assert all(0 <= offset < 3_600 for offset in offsets)
    quarters = Counter(int(offset // 900) for offset in offsets)
    assert all(quarters[quarter] >= 8 for quarter in range(4))


async def test_only_the_group_with_a_window_is_spread(database: Database) -> None:
    async with database.begin() as conn:
        await decided(conn, 5, shift=Shift.FIRST.value)
        await plan(conn, HOUR)

        assert set((await moments(conn)).values()) == {NOON}


async def test_who_is_due_later_or_undecided_or_has_stopped_is_left(database: Database) -> None:
    async with database.begin() as conn:
        people = await decided(conn, 4)
        changes: list[dict[str, object]] = [
            {"next_due_at": MIDNIGHT},
            {"next_kind": None},
            {"next_due_at": None, "next_kind": None},
        ]
        for person_id, values in zip(people, changes, strict=False):
            await conn.execute(update(learner).where(learner.c.person_id == person_id).values(values))
        assert await plan(conn) == 1

        assert set(await moments(conn)) == {people[3]}
        assert await due.next_look(conn) == NOON


async def test_a_later_decision_moves_what_waits_and_nothing_that_was_sent(database: Database) -> None:
    evening = {"next_due_at": NOON + timedelta(hours=8), "next_kind": "review"}
    async with database.begin() as conn:
        waits, sent = await decided(conn, 2)
        await plan(conn)
        await conn.execute(
            update(delivery)
            .where(delivery.c.unique_key == f"nudge:{sent}:20261109")
            .values(state="sent", message_ref="1", sent_at=datetime.now(UTC))
        )
        await conn.execute(update(learner).values(evening))
        await plan(conn)

        assert await moments(conn) == {waits: NOON + timedelta(hours=8), sent: NOON}
        kinds = (await conn.execute(select(delivery.c.kind).order_by(delivery.c.id))).scalars().all()
    assert kinds == ["review", "new_lesson"]


async def test_who_is_paused_is_put_off_a_day_and_takes_no_place_in_the_queue(database: Database) -> None:
    async with database.begin() as conn:
        people = await decided(conn, 3)
        long_ago = {"next_due_at": NOON - timedelta(days=9)}
        await conn.execute(update(learner).where(learner.c.person_id == people[0]).values(long_ago))
        unit = (await conn.execute(select(org_unit.c.id))).scalar_one()
        assert await due.put_off_paused(conn, MIDNIGHT, NOON.date()) == 0
        assert await pauses.pause(conn, unit, None, NOON)

        assert await due.put_off_paused(conn, MIDNIGHT, NOON.date()) == 3

        assert not await due.are_left(conn, MIDNIGHT)
        assert await plan(conn) == 0
        found = (await conn.execute(select(learner.c.next_due_at).order_by(learner.c.person_id))).scalars().all()
        assert found == [MIDNIGHT, NOON + timedelta(days=1), NOON + timedelta(days=1)]
        assert await pauses.resume(conn, unit, NOON)
        assert await due.next_look(conn) == NOON


async def test_who_has_no_open_door_is_looked_at(database: Database) -> None:
    async with database.begin() as conn:
        people = await decided(conn, 3)
        await conn.execute(update(account).where(account.c.person_id == people[0]).values(is_open=False))
        assert await plan(conn) == 2

        assert set(await moments(conn)) == set(people[1:])
        assert await due.next_look(conn) == NOON


async def test_a_day_by_the_hour_counts_the_decided_and_the_queued_alike(database: Database) -> None:
    morning = at(date(2026, 11, 9), time(4))
    noon_hour = at(date(2026, 11, 9), time(11))
    async with database.begin() as conn:
        await decided(conn, 9)
        before = await due.by_hour(conn, morning, MIDNIGHT, NOTHING, NOON.date())
        await due.queue_page(conn, until=MIDNIGHT, label="20261109", windows=NOTHING, limit=4)
        after = await due.by_hour(conn, morning, MIDNIGHT, NOTHING, NOON.date())

    assert before == after == [due.Hour(noon_hour, "new_lesson", 9)]


async def test_groups_are_counted_by_the_hours_that_suit(database: Database) -> None:
    async with database.begin() as conn:
        people = await decided(conn, 3)
        await conn.execute(
            update(learner)
            .where(learner.c.person_id == people[0])
            .values(hour=None, shift=Shift.SECOND.value, next_due_at=NOON - timedelta(hours=1))
        )
        found = await due.groups(conn, MIDNIGHT)

    assert sorted(found, key=lambda group: group.number) == [
        due.Group(None, Shift.SECOND, 1, NOON - timedelta(hours=1)),
        due.Group(DayPart.NOON, None, 2, NOON),
    ]
