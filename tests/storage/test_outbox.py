from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.clock import SystemClock
from bot.ledger import SentMarks
from bot.sender import BACK_OFF_S, BulkLane, LiveLane, Pace, Post
from channels.messages import (
    AccountId,
    Address,
    Capabilities,
    ClosedDoorError,
    EndpointId,
    Kind,
    Message,
    RefusedError,
    SendError,
    Tap,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from learning.roles import Role
from storage import bucket, outbox, shown
from storage.database import counted_statements
from storage.outbox import LEASE, MAX_ATTEMPTS, Outgoing, State
from storage.tables import account, delivery, endpoint
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
LATER = timedelta(seconds=1)


# --- a platform that fails as it is told ---


@dataclass
class Faulty:
    """A channel whose platform answers with the next of `faults`, then takes everything."""

    faults: list[SendError] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(edits=True, asks_contact=True)

    async def send(self, to: Address, message: Message) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append((to.external_id, message.text))
        return f"ref-{len(self.taken)}"

    async def acknowledge(self, tap: Tap) -> None:
        del tap

    async def close(self) -> None:
        self.faults.clear()


@dataclass
class Sorting:
    """Two chats on one endpoint, the ledger, and both lanes over a faulty platform."""

    database: Database
    endpoint: EndpointId
    doors: list[AccountId]
    platform: Faulty
    post: Post
    live: LiveLane
    bulk: BulkLane
    rendered: dict[int, Message | str] = field(default_factory=dict)

    async def queue(self, door: int, key: str, *, at: datetime = NOW, kind: Kind = Kind.NOTICE, text: str = "") -> bool:
        async with self.database.begin() as conn:
            return await outbox.queue(
                conn,
                account_id=self.doors[door],
                kind=kind,
                key=key,
                subject={"person": 1},
                run_at=at,
                message=Message(text or key, kind=kind),
            )

    async def queue_unrendered(self, door: int, key: str) -> bool:
        async with self.database.begin() as conn:
            return await outbox.queue(
                conn,
                account_id=self.doors[door],
                kind=Kind.REMINDER,
                key=key,
                subject={"person": 1},
                run_at=NOW,
            )

    async def live_now(self, door: int, *texts: str, kind: Kind = Kind.LESSON_STEP) -> list[Outgoing]:
        async with self.database.begin() as conn:
            return await outbox.insert_live(
                conn,
                endpoint_id=self.endpoint,
                account_id=self.doors[door],
                external_id=f"chat-{door}",
                messages=[Message(text, kind=kind) for text in texts],
                now=NOW,
                real_now=datetime.now(UTC),
            )

    async def claim(self, limit: int = 10, *, now: datetime = NOW, real_now: datetime = NOW) -> list[Outgoing]:
        async with self.database.begin() as conn:
            return await outbox.claim(conn, self.endpoint, limit=limit, now=now, real_now=real_now)

    async def states(self) -> dict[str, str]:
        """State of each delivery by its unique key, else by its text."""
        async with self.database.connect() as conn:
            rows = (await conn.execute(select(delivery).order_by(delivery.c.id))).all()
        return {row.unique_key or row.payload["text"]: row.state for row in rows}

    async def row(self, key: str) -> object:
        async with self.database.connect() as conn:
            return (await conn.execute(select(delivery).where(delivery.c.unique_key == key))).one()


@pytest.fixture
async def sorting(database: Database) -> Sorting:
    async with database.begin() as conn:
        unit_id = await builders.unit(conn, "CS01", "CDCS")
        doors = []
        for name in ("Nguyễn Thị Lan", "Trần Văn An"):
            person_id = await builders.cadre(conn, name, unit_id, Role.GROUP_LEADER)
            doors.append(await builders.agreed(conn, person_id))
        for number, door in enumerate(doors):
            await conn.execute(update(account).where(account.c.id == door).values(external_id=f"chat-{number}"))
        endpoint_id = EndpointId(
            (await conn.execute(select(account.c.endpoint_id).where(account.c.id == doors[0]))).scalar_one()
        )
    platform = Faulty()
    counted: list[tuple[EndpointId, str, str]] = []
    post = Post(database, {endpoint_id: platform}, SystemClock(), SystemClock(), lambda *what: counted.append(what))
    rendered: dict[int, Message | str] = {}

    async def render(_conn: AsyncConnection, outgoing: Outgoing) -> Message | str:
        return rendered.get(outgoing.id, "not_now")

    bulk = BulkLane(post, endpoint_id, render, pace=Pace.under(500))
    return Sorting(database, endpoint_id, doors, platform, post, LiveLane(post), bulk, rendered)


# --- the ledger ---


async def test_a_key_is_queued_once_for_ever(sorting: Sorting) -> None:
    assert await sorting.queue(0, "nudge:1:20261109")
    assert not await sorting.queue(0, "nudge:1:20261109")
    assert not await sorting.queue(1, "nudge:1:20261109")

    await sorting.bulk.empty()

    assert not await sorting.queue(0, "nudge:1:20261109")
    assert await sorting.states() == {"nudge:1:20261109": "sent"}


async def test_of_each_chat_only_the_oldest_is_claimed(sorting: Sorting) -> None:
    await sorting.queue(0, "lan-2", at=NOW - LATER)
    await sorting.queue(0, "lan-1", at=NOW - 2 * LATER)
    await sorting.queue(1, "an-1", at=NOW)
    await sorting.queue(1, "an-2", at=NOW)
    await sorting.queue(0, "tomorrow", at=NOW + timedelta(days=1))

    first = [out.message.text for out in await sorting.claim() if out.message]
    again = await sorting.claim()

    assert first == ["lan-1", "an-1"]
    assert again == []


async def test_a_chat_rests_between_two_messages_and_the_others_do_not_wait_for_it(sorting: Sorting) -> None:
    await sorting.queue(0, "lan-1")
    await sorting.bulk.empty()
    await sorting.queue(0, "lan-2")
    await sorting.queue(1, "an-1")
    now = datetime.now(UTC)

    async def claim(real_now: datetime) -> list[str]:
        async with sorting.database.begin() as conn:
            claimed = await outbox.claim(
                conn, sorting.endpoint, limit=10, now=NOW, real_now=real_now, chat_rests_s=60.0
            )
        return [out.message.text for out in claimed if out.message]

    assert await claim(now) == ["an-1"]
    assert await claim(now + timedelta(seconds=61)) == ["lan-2"]


async def test_what_is_under_way_in_one_lane_does_not_hold_up_the_other(sorting: Sorting) -> None:
    await sorting.live_now(0, "Bài 1")
    await sorting.queue(0, "notice")

    [claimed] = await sorting.claim(now=NOW + LATER)

    assert claimed.kind is Kind.NOTICE


async def test_a_claim_is_leased_and_reaped_when_its_process_is_gone(sorting: Sorting) -> None:
    await sorting.queue_unrendered(0, "reminder")
    [claimed] = await sorting.claim(real_now=NOW)
    assert await sorting.states() == {"reminder": "leased"}

    async with sorting.database.begin() as conn:
        assert await outbox.reap(conn, NOW + LEASE) == {"queued": 0, "resent": 0, "unknown": 0}
        assert await outbox.reap(conn, NOW + LEASE + LATER) == {"queued": 1, "resent": 0, "unknown": 0}

    [again] = await sorting.claim()
    assert again.id == claimed.id


@pytest.mark.parametrize("kind", Kind)
async def test_what_was_being_sent_is_sent_once_more_or_parked(sorting: Sorting, kind: Kind) -> None:
    await sorting.live_now(0, "in doubt", kind=kind)
    late = datetime.now(UTC) + LEASE + LATER

    async with sorting.database.begin() as conn:
        settled = await outbox.reap(conn, late)

    resent = kind in {Kind.LESSON_STEP, Kind.REPLY}
    assert settled == {"queued": 0, "resent": int(resent), "unknown": int(not resent)}
    assert await sorting.states() == {"in doubt": "queued" if resent else "unknown"}
    if resent:
        await sorting.bulk.empty()
        assert sorting.platform.taken == [("chat-0", "in doubt")]


async def test_what_was_sent_again_is_not_sent_a_third_time(sorting: Sorting) -> None:
    await sorting.live_now(0, "in doubt")
    later = datetime.now(UTC) + LEASE + LATER
    async with sorting.database.begin() as conn:
        await outbox.reap(conn, later)
    [again] = await sorting.claim(real_now=later)
    async with sorting.database.begin() as conn:
        settled = await outbox.reap(conn, later + LEASE + LATER)

    assert again.attempts == 2
    assert settled == {"queued": 0, "resent": 0, "unknown": 1}


async def test_put_back_waits_until_its_new_time(sorting: Sorting) -> None:
    await sorting.queue(0, "notice")
    [claimed] = await sorting.claim()
    async with sorting.database.begin() as conn:
        await outbox.put_back(conn, claimed.id, run_at=NOW + timedelta(minutes=1), reason="throttled")

    assert await sorting.claim() == []
    assert [out.id for out in await sorting.claim(now=NOW + timedelta(minutes=1))] == [claimed.id]


async def test_a_closed_door_takes_what_waits_with_it(sorting: Sorting) -> None:
    await sorting.queue(0, "lan-1")
    await sorting.queue(1, "an-1")
    async with sorting.database.begin() as conn:
        await outbox.drop_account(conn, sorting.doors[0], "door_closed")

    assert await sorting.states() == {"lan-1": "unsendable", "an-1": "queued"}


async def test_history_shows_what_was_sent_in_order(sorting: Sorting) -> None:
    for out in await sorting.live_now(0, "Một", "Hai", "Ba"):
        sorting.live.send(out)
    await sorting.live.drain()
    await sorting.queue(1, "notice of An")

    async with sorting.database.connect() as conn:
        seen = await shown.history(conn, sorting.doors[0])
        newest = await shown.history(conn, sorting.doors[0], limit=2)

    assert [item.message.text for item in seen] == ["Một", "Hai", "Ba"]
    assert [item.message.text for item in newest] == ["Hai", "Ba"]


async def test_what_is_ready_is_being_sent_from_its_claim_on(sorting: Sorting) -> None:
    await sorting.queue(0, "notice")
    await sorting.queue_unrendered(1, "reminder")
    claimed = await sorting.claim()

    assert await sorting.states() == {"notice": "sending", "reminder": "leased"}
    assert [(out.attempts, out.message is None) for out in claimed] == [(1, False), (0, True)]


async def test_a_lease_that_was_lost_is_neither_renewed_nor_rendered(sorting: Sorting) -> None:
    [step] = await sorting.live_now(0, "Bài 1")
    await sorting.queue_unrendered(1, "reminder")
    [reminder] = await sorting.claim()
    later = datetime.now(UTC) + LEASE + LATER
    async with sorting.database.begin() as conn:
        assert await outbox.hold(conn, step, datetime.now(UTC))
        assert await outbox.reap(conn, later) == {"queued": 1, "resent": 1, "unknown": 0}
        assert not await outbox.hold(conn, step, later)
        assert not await outbox.mark_sending(conn, reminder.id, Message("Nhắc"), later)
    [again, _] = await sorting.claim(now=later, real_now=later)

    async with sorting.database.begin() as conn:
        assert not await outbox.hold(conn, step, later)  # another's by now
        assert await outbox.hold(conn, {again.id: again}[step.id], later)


async def test_an_end_is_not_changed_by_who_lost_the_lease(sorting: Sorting) -> None:
    await sorting.queue(0, "notice")
    [out] = await sorting.claim()
    async with sorting.database.begin() as conn:
        await outbox.mark_sent(conn, out.id, "7", NOW)
        await outbox.put_back(conn, out.id, run_at=NOW, reason="unreachable")
        await outbox.mark(conn, out.id, State.UNKNOWN, "in_doubt")

    assert await sorting.states() == {"notice": "sent"}


async def test_marks_that_come_together_are_written_together(sorting: Sorting) -> None:
    for number in range(6):
        await sorting.queue(number % 2, str(number), at=NOW + number * LATER)
    async with sorting.database.connect() as conn:
        claimed = list((await conn.execute(select(delivery.c.id).order_by(delivery.c.id))).scalars())
    async with counted_statements() as statements:
        marks = SentMarks(sorting.database, SystemClock())
        await asyncio.gather(*(marks.keep(each, f"ref-{each}") for each in reversed(claimed)))

    assert set((await sorting.states()).values()) == {"sent"}
    assert statements[0] == 1
    async with sorting.database.connect() as conn:
        refs = (await conn.execute(select(delivery.c.message_ref).order_by(delivery.c.id))).scalars().all()
    assert refs == [f"ref-{each}" for each in claimed]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # one writer at a time
async def test_a_claim_does_not_hold_up_an_answer(sorting: Sorting) -> None:
    async with sorting.database.begin() as conn, asyncio.timeout(5):
        await bucket.grant(conn, sorting.endpoint, wanted=1, rate=30, burst=2, real_now=NOW)
        await sorting.live_now(0, "Bài 1")


async def test_tokens_that_found_no_message_are_not_lost(sorting: Sorting) -> None:
    await sorting.queue(0, "notice")
    await sorting.bulk.empty()

    async with sorting.database.connect() as conn:
        left = (await conn.execute(select(endpoint.c.tokens))).scalar_one()
    assert left == pytest.approx(Pace.under(500).capacity - 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # elsewhere others may be at work
async def test_on_sqlite_what_a_stopped_process_left_is_settled_at_the_start(sorting: Sorting) -> None:
    await sorting.queue(0, "notice")
    await sorting.claim(real_now=datetime.now(UTC) - LATER)
    stop = asyncio.Event()
    running = asyncio.create_task(sorting.bulk.run(stop))
    async with asyncio.timeout(5):
        while await sorting.states() != {"notice": "unknown"}:  # noqa: ASYNC110 - the ledger rings no bell
            await asyncio.sleep(0.01)
    stop.set()
    await running


# --- what becomes of a message ---


async def test_live_messages_of_a_chat_go_in_order(sorting: Sorting) -> None:
    for out in await sorting.live_now(0, *(str(n) for n in range(8))):
        sorting.live.send(out)
    for out in await sorting.live_now(1, "an"):
        sorting.live.send(out)
    await sorting.live.drain()

    assert [text for chat, text in sorting.platform.taken if chat == "chat-0"] == [str(n) for n in range(8)]
    assert set((await sorting.states()).values()) == {"sent"}


async def test_throttling_blocks_the_endpoint_and_keeps_the_message(sorting: Sorting) -> None:
    sorting.platform.faults = [ThrottledError(30)]
    [out] = await sorting.live_now(0, "Bài 1")
    sorting.live.send(out)
    await sorting.live.drain()

    assert await sorting.states() == {"Bài 1": "queued"}
    async with sorting.database.connect() as conn:
        blocked = (await conn.execute(select(endpoint.c.blocked_until))).scalar_one()
        waits = (await conn.execute(select(delivery.c.run_at))).scalar_one()
    for moment in (blocked, waits):
        assert timedelta(seconds=25) < moment - datetime.now(UTC) <= timedelta(seconds=30)


async def test_an_unreachable_platform_is_tried_again_with_patience_and_then_given_up(sorting: Sorting) -> None:
    sorting.platform.faults = [UnreachableError("away") for _ in range(MAX_ATTEMPTS)]
    await sorting.queue(0, "notice")
    waits: list[float] = []
    for _ in range(MAX_ATTEMPTS):
        async with sorting.database.begin() as conn:
            await conn.execute(update(delivery).values(run_at=NOW))
        await sorting.bulk.empty()
        async with sorting.database.connect() as conn:
            row = (await conn.execute(select(delivery))).one()
        if row.state == State.QUEUED.value:
            waits.append((row.run_at - datetime.now(UTC)).total_seconds())

    assert row.state == State.FAILED.value
    assert row.reason == "unreachable"
    assert row.attempts == MAX_ATTEMPTS
    assert waits == pytest.approx(BACK_OFF_S, abs=0.9)


async def test_a_blocked_bot_closes_the_door(sorting: Sorting) -> None:
    sorting.platform.faults = [ClosedDoorError("blocked")]
    await sorting.queue(0, "lan-1")
    await sorting.queue(0, "lan-2", at=NOW + LATER)
    await sorting.bulk.empty()

    assert await sorting.states() == {"lan-1": "failed", "lan-2": "unsendable"}
    async with sorting.database.connect() as conn:
        row = (await conn.execute(select(account).where(account.c.id == sorting.doors[0]))).one()
    assert (row.is_open, row.closed_reason) == (False, "blocked")


async def test_a_refused_message_is_written_off(sorting: Sorting) -> None:
    sorting.platform.faults = [RefusedError("can't parse")]
    await sorting.queue(0, "lan-1")
    await sorting.queue(0, "lan-2", at=NOW + LATER)
    await sorting.bulk.empty()

    assert await sorting.states() == {"lan-1": "failed", "lan-2": "sent"}


@pytest.mark.parametrize("kind", Kind)
async def test_in_doubt_a_lesson_step_is_sent_once_more_and_nothing_else(sorting: Sorting, kind: Kind) -> None:
    sorting.platform.faults = [UnknownOutcomeError("cut")]
    await sorting.queue(0, "perhaps", kind=kind)
    await sorting.bulk.empty()

    if kind.is_resent_once:
        assert await sorting.states() == {"perhaps": "sent"}
        assert sorting.platform.taken == [("chat-0", "perhaps")]
    else:
        assert await sorting.states() == {"perhaps": "unknown"}
        assert sorting.platform.taken == []


async def test_in_doubt_twice_is_parked(sorting: Sorting) -> None:
    sorting.platform.faults = [UnknownOutcomeError("cut"), UnknownOutcomeError("cut")]
    [out] = await sorting.live_now(0, "Bài 1")
    sorting.live.send(out)
    await sorting.live.drain()
    await sorting.bulk.empty()

    assert await sorting.states() == {"Bài 1": "unknown"}


async def test_a_bulk_row_is_rendered_when_its_turn_comes_or_not_sent(sorting: Sorting) -> None:
    async with sorting.database.begin() as conn:
        for key in ("due", "not due"):
            await outbox.queue(
                conn, account_id=sorting.doors[0], kind=Kind.REMINDER, key=key, subject={"person": 1}, run_at=NOW
            )
        [due, _] = (await conn.execute(select(delivery.c.id).order_by(delivery.c.id))).scalars()
    sorting.rendered[due] = Message("Bài 3 còn khoảng 2 phút.", kind=Kind.REMINDER)
    await sorting.bulk.empty()

    assert await sorting.states() == {"due": "sent", "not due": "unsendable"}
    assert sorting.platform.taken == [("chat-0", "Bài 3 còn khoảng 2 phút.")]


@pytest.mark.parametrize(
    "fault",
    [None, ThrottledError(0), UnreachableError("x"), ClosedDoorError("x"), RefusedError("x"), UnknownOutcomeError("x")],
)
async def test_nothing_is_left_unaccounted_for(sorting: Sorting, fault: SendError | None) -> None:
    sorting.platform.faults = [fault] if fault else []
    await sorting.queue(0, "one")
    await sorting.queue(1, "other")
    for out in await sorting.live_now(0, "live"):
        sorting.live.send(out)
    await sorting.live.drain()
    await sorting.bulk.empty()

    assert not set((await sorting.states()).values()) & {"leased", "sending"}
