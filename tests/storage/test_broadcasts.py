"""Who receives a union's own message: once, at an hour that suits them, and as long as it may be sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from channels.messages import AccountId, Kind, Message, PersonId, UnitId
from handlers import broadcast as sending
from learning.calendar import Shift, at, day_of, local
from learning.roles import Role
from scheduler.broadcasts import queue_all, queue_waiting
from storage import broadcasts, changes, outbox, pauses, recipients
from storage.tables import account, broadcast, delivery, learner, position, sending_pause
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

MORNING = at(date(2026, 11, 23), time(9, 15))  # a Monday
EVENING = at(date(2026, 11, 23), time(20, 30))


@dataclass
class House:
    """T > A (chair, two group leaders below), T > B (a chair); all joined but the second group leader."""

    database: Database
    units: dict[str, UnitId] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)
    doors: dict[str, AccountId] = field(default_factory=dict)

    async def add(self, conn: AsyncConnection, name: str, unit: str, role: Role) -> None:
        self.people[name] = await builders.cadre(conn, name, self.units[unit], role)
        self.doors[name] = await builders.agreed(conn, self.people[name])

    async def send(
        self, unit: str, *, roles: tuple[Role, ...] = (), now: datetime = MORNING, text: str = "Họp lúc 8 giờ."
    ) -> int | None:
        """Confirm and queue a message."""
        async with self.database.begin() as conn:
            made = await broadcasts.create(
                conn, unit_id=self.units[unit], by=self.people["lead"], roles=roles, text=text, now=now
            )
        if made is not None:
            await queue_all(self.database, made, now)
        return made

    async def queued(self, broadcast_id: int | None = None) -> dict[str, datetime]:
        """Who has a message waiting, and from when on."""
        by_door = {door: name for name, door in self.doors.items()}
        query = select(delivery.c.account_id, delivery.c.run_at).where(delivery.c.state == "queued")
        if broadcast_id is not None:
            query = query.where(delivery.c.broadcast_id == broadcast_id)
        async with self.database.connect() as conn:
            return {by_door[row.account_id]: row.run_at for row in await conn.execute(query)}

    async def counted(self, unit: str, *roles: Role, now: datetime = MORNING) -> recipients.Audience:
        async with self.database.connect() as conn:
            return await broadcasts.audience(conn, self.units[unit], roles, now)

    async def learner(self, name: str, **values: object) -> None:
        async with self.database.begin() as conn:
            await conn.execute(update(learner).where(learner.c.person_id == self.people[name]).values(values))

    async def render(self, name: str, now: datetime) -> Message | str | datetime:
        """What becomes of somebody's queued message when its turn comes at `now`."""
        async with self.database.begin() as conn:
            query = (
                select(delivery, account.c.external_id)
                .join(account, account.c.id == delivery.c.account_id)
                .where(delivery.c.account_id == self.doors[name], delivery.c.state == "queued")
            )
            row = (await conn.execute(query)).one()
            outgoing = outbox.Outgoing(
                row.id, row.endpoint_id, row.account_id, row.external_id, Kind(row.kind), row.subject, None, 0
            )
            await conn.execute(update(delivery).where(delivery.c.id == row.id).values(state="leased"))
            found = await sending.render(conn, outgoing, now)
            if isinstance(found, datetime):
                await outbox.put_back(conn, row.id, run_at=found, reason="later")
            if isinstance(found, str):
                await outbox.mark(conn, row.id, outbox.State.UNSENDABLE, found)
            return found

    async def progress(self, broadcast_id: int) -> broadcasts.Progress:
        async with self.database.connect() as conn:
            found = await broadcasts.by_id(conn, broadcast_id)
            assert found is not None
            return await broadcasts.progress(conn, found)


@pytest.fixture
async def house(database: Database) -> House:
    made = House(database)
    async with database.begin() as conn:
        made.units["T"] = await builders.unit(conn, "T", "LDLD_TINH", name="LĐLĐ tỉnh Sông Lam")
        made.units["A"] = await builders.unit(conn, "A", "CDCS", made.units["T"])
        made.units["G"] = await builders.unit(conn, "G", "TO_CD", made.units["A"])
        made.units["B"] = await builders.unit(conn, "B", "CDCS", made.units["T"])
        await made.add(conn, "lead", "T", Role.CHAIR)
        await made.add(conn, "chair A", "A", Role.CHAIR)
        await made.add(conn, "group", "G", Role.GROUP_LEADER)
        await made.add(conn, "chair B", "B", Role.CHAIR)
        await builders.cadre(conn, "not joined", made.units["G"], Role.GROUP_DEPUTY)
    return made


async def test_all_learners_of_the_subtree_receive_it_once(house: House) -> None:
    async with house.database.begin() as conn:  # a second post, and a second door
        await builders.post(conn, house.people["group"], house.units["A"], Role.COMMITTEE_MEMBER)
        await builders.agreed(conn, house.people["group"])

    made = await house.send("T")

    assert made is not None
    assert await house.queued() == dict.fromkeys(("lead", "chair A", "group", "chair B"), MORNING)
    async with house.database.connect() as conn:
        row = (await conn.execute(select(delivery).where(delivery.c.account_id == house.doors["group"]))).one()
        found = await broadcasts.by_id(conn, made)
    assert (row.lane, row.kind, row.unique_key) == ("bulk", "broadcast", f"broadcast:{made}:{row.account_id}")
    assert (row.broadcast_id, row.subject, row.payload) == (made, {"broadcast": made}, None)
    assert found is not None
    assert (found.recipients, found.is_queued, found.by_name) == (4, True, "lead")


@pytest.mark.parametrize(
    ("unit", "roles", "expected"),
    [
        ("A", (), {"chair A", "group"}),
        ("A", (Role.CHAIR,), {"chair A"}),
        ("T", (Role.CHAIR,), {"lead", "chair A", "chair B"}),
        ("T", (Role.GROUP_LEADER, Role.GROUP_DEPUTY), {"group"}),
        ("B", (Role.LECTURER,), set()),
    ],
)
async def test_a_unit_and_roles_are_chosen(
    house: House, unit: str, roles: tuple[Role, ...], expected: set[str]
) -> None:
    await house.send(unit, roles=roles)

    assert set(await house.queued()) == expected
    counted = await house.counted(unit, *roles, now=MORNING + timedelta(days=3))
    assert counted == recipients.Audience(len(expected), 0, 0)


async def test_through_the_door_last_used_else_any_open_one(house: House) -> None:
    async with house.database.begin() as conn:
        second = await builders.agreed(conn, house.people["group"])
        third = await builders.agreed(conn, house.people["chair A"])
        await conn.execute(update(account).where(account.c.id == house.doors["chair A"]).values(is_open=False))
    await house.learner("group", reply_account_id=second)
    house.doors |= {"group": second, "chair A": third}

    await house.send("A")

    assert set(await house.queued()) == {"group", "chair A"}


async def test_who_stopped_reminders_or_left_or_closed_the_door_is_not_written_to(house: House) -> None:
    await house.learner("group", reminders_off=True)
    async with house.database.begin() as conn:
        left = position.c.person_id == house.people["chair B"]
        await conn.execute(update(position).where(left).values(valid_to=day_of(MORNING)))
        await conn.execute(update(account).where(account.c.id == house.doors["chair A"]).values(is_open=False))

    assert await house.counted("T") == recipients.Audience(1, 0, 0)
    await house.send("T")

    assert set(await house.queued()) == {"lead"}


async def test_a_unit_sends_once_a_day(house: House) -> None:
    just_before_midnight = at(date(2026, 11, 23), time(23, 59, 59))

    assert await house.send("A") is not None
    assert await house.send("A", now=just_before_midnight) is None
    assert await house.send("A", now=just_before_midnight + timedelta(seconds=1)) is not None


async def test_a_learner_hears_at_most_one_a_day_whoever_sends(house: House) -> None:
    below = await house.send("A")
    assert await house.counted("T", now=MORNING + timedelta(hours=1)) == recipients.Audience(2, 0, 2)

    above = await house.send("T", now=MORNING + timedelta(hours=1))

    assert set(await house.queued(below)) == {"chair A", "group"}
    assert set(await house.queued(above)) == {"lead", "chair B"}


async def test_the_day_is_the_one_on_which_it_arrives(house: House) -> None:
    await house.send("A", now=EVENING)  # arrives on Tuesday

    tuesday = MORNING + timedelta(days=1)
    assert await house.counted("A", now=tuesday) == recipients.Audience(0, 0, 2)
    assert await house.counted("A", now=tuesday + timedelta(days=1)) == recipients.Audience(2, 0, 0)


async def test_what_was_not_sent_leaves_the_day_free(house: House) -> None:
    below = await house.send("A")
    assert below is not None
    async with house.database.begin() as conn:
        await broadcasts.cancel(conn, below, MORNING)

    assert await house.counted("T") == recipients.Audience(4, 0, 0)


async def test_two_units_at_once_do_not_both_reach_a_learner(house: House) -> None:
    await asyncio.gather(house.send("A"), house.send("T"))

    per_door = Counter(await _doors(house))
    assert set(per_door.values()) == {1}
    assert len(per_door) == 4


async def test_one_unit_twice_at_once_sends_once(house: House) -> None:
    made = await asyncio.gather(*(house.send("A") for _ in range(4)))

    assert sum(one is not None for one in made) == 1


async def _doors(house: House) -> list[int]:
    async with house.database.connect() as conn:
        return list((await conn.execute(select(delivery.c.account_id))).scalars())


@pytest.mark.parametrize(
    ("shift", "now", "expected"),
    [
        (None, MORNING, "23/11 09:15"),
        (None, EVENING, "24/11 07:00"),
        (Shift.OFFICE, MORNING, "23/11 11:30"),
        (Shift.SECOND, at(date(2026, 11, 23), time(14, 5)), "24/11 07:00"),
        (Shift.THIRD, MORNING, "23/11 13:00"),
        (Shift.LONG_NIGHT, EVENING, "24/11 13:00"),
        (Shift.LONG_DAY, MORNING, "23/11 18:00"),
        (Shift.ROTATING, MORNING, "23/11 09:15"),
    ],
)
async def test_each_at_an_hour_that_suits_their_shift(
    house: House, shift: Shift | None, now: datetime, expected: str
) -> None:
    await house.learner("group", shift=shift.value if shift else None)

    await house.send("A", now=now)

    assert f"{local((await house.queued())['group']):%d/%m %H:%M}" == expected


async def test_pages_reach_everybody_once_and_may_be_repeated(house: House) -> None:
    async with house.database.begin() as conn:
        for number in range(10):
            await house.add(conn, f"extra {number}", "B", Role.COMMITTEE_MEMBER)
        made = await broadcasts.create(conn, unit_id=house.units["T"], by=None, roles=(), text="Họp.", now=MORNING)
        assert made is not None
        after = await broadcasts.queue_page(conn, made, PersonId(0), MORNING, size=3)
    assert after is not None
    assert len(await house.queued()) == 3
    found = await house.progress(made)
    assert (found.total, found.waiting) == (14, 14)

    assert await queue_waiting(house.database, MORNING) == 1  # from the start: the program was stopped in between
    assert await queue_waiting(house.database, MORNING) == 0

    assert Counter(await _doors(house)) == dict.fromkeys(house.doors.values(), 1)


async def test_a_cancelled_one_is_queued_no_further(house: House) -> None:
    async with house.database.begin() as conn:
        made = await broadcasts.create(conn, unit_id=house.units["T"], by=None, roles=(), text="Họp.", now=MORNING)
        assert made is not None
        after = await broadcasts.queue_page(conn, made, PersonId(0), MORNING, size=2)
        assert after is not None
        await broadcasts.cancel(conn, made, MORNING)
        assert await broadcasts.queue_page(conn, made, after, MORNING) is None

    assert await queue_waiting(house.database, MORNING) == 0
    assert await house.queued() == {}
    assert await house.progress(made) == broadcasts.Progress(4, 0, 0, 4, 0)


async def test_cancelling_leaves_what_was_sent(house: House) -> None:
    made = await house.send("T")
    assert made is not None
    async with house.database.begin() as conn:
        for name, state in (("lead", "sent"), ("chair A", "failed"), ("group", "sending")):
            await conn.execute(update(delivery).where(delivery.c.account_id == house.doors[name]).values(state=state))
    assert await house.progress(made) == broadcasts.Progress(total=4, sent=1, waiting=2, cancelled=0, lost=1)

    async with house.database.begin() as conn:
        await broadcasts.cancel(conn, made, MORNING)

    assert await house.progress(made) == broadcasts.Progress(total=4, sent=1, waiting=1, cancelled=1, lost=1)


@pytest.mark.parametrize("text", ["", "x" * 401])
async def test_an_empty_or_long_text_is_refused(house: House, text: str) -> None:
    with pytest.raises(ValueError, match="empty or too long"):
        await house.send("A", text=text)


# --- its turn has come ---


async def test_it_reads_as_from_the_unit(house: House) -> None:
    await house.send("T", text="Mai nghỉ.\nTránh bão.")

    message = await house.render("group", MORNING)

    assert message == Message("Mai nghỉ.\nTránh bão.", title="Tin từ LĐLĐ tỉnh Sông Lam", kind=Kind.BROADCAST)


async def test_what_may_not_be_sent_any_more_ends_with_its_reason(house: House) -> None:
    made = await house.send("T")
    assert made is not None
    await house.learner("group", reminders_off=True)
    async with house.database.begin() as conn:
        left = position.c.person_id == house.people["chair B"]
        await conn.execute(update(position).where(left).values(valid_to=day_of(MORNING)))
        await conn.execute(
            sending_pause.insert().values(unit_id=house.units["A"], by_person_id=None, paused_at=MORNING)
        )

    assert await house.render("group", MORNING) == "reminders_off"
    assert await house.render("chair B", MORNING) == "no_position"
    assert await house.render("chair A", MORNING) == "paused"
    async with house.database.begin() as conn:
        await conn.execute(update(broadcast).values(cancelled_at=MORNING))
    assert await house.render("lead", MORNING) == "cancelled"
    assert await house.progress(made) == broadcasts.Progress(total=4, sent=0, waiting=0, cancelled=1, lost=3)


async def test_what_is_late_is_not_sent_at_night_but_the_next_morning(house: House) -> None:
    made = await house.send("B")
    assert made is not None
    late = at(date(2026, 11, 23), time(22, 10))

    assert await house.render("chair B", late) == at(date(2026, 11, 24), time(7))

    assert {name: f"{local(when):%d/%m %H:%M}" for name, when in (await house.queued()).items()} == {
        "chair B": "24/11 07:00"
    }
    assert await house.progress(made) == broadcasts.Progress(total=1, sent=0, waiting=1, cancelled=0, lost=0)
    assert isinstance(await house.render("chair B", at(date(2026, 11, 24), time(7))), Message)
    assert await house.counted("T", now=MORNING + timedelta(days=1)) == recipients.Audience(3, 0, 1)


async def test_a_paused_unit_is_left_out_and_counted(house: House) -> None:
    async with house.database.begin() as conn:
        assert await pauses.pause(conn, house.units["A"], None, MORNING)

    assert await house.counted("T") == recipients.Audience(2, 2, 0)
    await house.send("T")

    assert set(await house.queued()) == {"lead", "chair B"}


async def test_erasing_an_officer_leaves_what_they_decided_without_a_name(house: House) -> None:
    made = await house.send("A")
    assert made is not None
    async with house.database.begin() as conn:
        await pauses.pause(conn, house.units["A"], house.people["lead"], MORNING)
        await changes.erase(conn, house.people["lead"], day_of(MORNING))

    async with house.database.connect() as conn:
        found = await broadcasts.by_id(conn, made)
        (paused,) = await pauses.paused_units(conn)
        left = await conn.execute(select(func.count()).where(broadcast.c.by_person_id == house.people["lead"]))
        assert left.scalar_one() == 0
    assert found is not None
    assert (found.by_name, paused.by_name) == (None, None)
