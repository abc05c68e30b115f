"""
The ledger of what is sent.

queued > leased > sending > sent | failed | unknown | unsendable(reason). `sending` is committed before the platform is
called and the result after it, so that a crash leaves in doubt only the few rows in flight. Leases and pacing run on
real time; `run_at` on the program's clock. Where a statement locks several rows, it locks them in the order of their
ids, or skips those that somebody else holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, literal, null, or_, select, update

from channels.messages import AccountId, EndpointId, Kind, Message
from storage.database import insert
from storage.tables import account, delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

LEASE = timedelta(seconds=20)  # longer than a call may take, the wait for a connection included
MAX_ATTEMPTS = 6


class State(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNSENDABLE = "unsendable"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery about to be sent."""

    id: int
    endpoint_id: EndpointId
    account_id: AccountId
    external_id: str
    kind: Kind
    subject: dict[str, Any] | None
    message: Message | None  # None: to be rendered
    attempts: int  # calls begun, this one included where the row is `sending`


# The hot path's statements, built once.
_COLUMNS = (
    delivery.c.id,
    delivery.c.endpoint_id,
    delivery.c.account_id,
    account.c.external_id,
    delivery.c.kind,
    delivery.c.subject,
    delivery.c.payload,
    delivery.c.attempts,
)
_INSERT_ONE = delivery.insert().returning(delivery.c.id)
_INSERT_MANY = delivery.insert().returning(delivery.c.id, sort_by_parameter_order=True)
_MARK_SENT = (
    update(delivery)
    .where(delivery.c.id == bindparam("delivery"))
    .values(state=State.SENT.value, message_ref=bindparam("ref"), sent_at=bindparam("now"), lease_until=null())
)


async def insert_live(
    conn: AsyncConnection,
    *,
    endpoint_id: EndpointId,
    account_id: AccountId,
    external_id: str,
    messages: Sequence[Message],
    now: datetime,
    real_now: datetime,
) -> list[Outgoing]:
    """Write down the answers to a tap, already in `sending`: their sender holds them and needs no claim."""
    if not messages:
        return []
    rows = [
        {
            "endpoint_id": endpoint_id,
            "account_id": account_id,
            "lane": "live",
            "kind": message.kind.value,
            "state": State.SENDING.value,
            "payload": message.as_json(),
            "run_at": now,
            "lease_until": real_now + LEASE,
            "attempts": 1,
        }
        for message in messages
    ]
    if len(rows) == 1:
        ids = [(await conn.execute(_INSERT_ONE, rows[0])).scalar_one()]
    else:
        ids = list((await conn.execute(_INSERT_MANY, rows)).scalars())
    return [
        Outgoing(row_id, endpoint_id, account_id, external_id, message.kind, None, message, 1)
        for row_id, message in zip(ids, messages, strict=True)
    ]


async def queue(
    conn: AsyncConnection,
    *,
    account_id: AccountId,
    kind: Kind,
    key: str,
    subject: dict[str, Any] | None,
    run_at: datetime,
    message: Message | None = None,
) -> bool:
    """Put a message into the bulk lane, once for ever a `key`; False if it was there. Rendered when its turn comes."""
    values = select(
        account.c.endpoint_id,
        account.c.id,
        literal("bulk"),
        literal(kind.value),
        literal(key),
        literal(State.QUEUED.value),
        literal(subject, delivery.c.subject.type),
        literal(message.as_json() if message else None, delivery.c.payload.type),
        literal(run_at, delivery.c.run_at.type),
        literal(0),
    ).where(account.c.id == account_id)
    statement = (
        insert(conn, delivery)
        .from_select(
            [
                "endpoint_id",
                "account_id",
                "lane",
                "kind",
                "unique_key",
                "state",
                "subject",
                "payload",
                "run_at",
                "attempts",
            ],
            values,
        )
        .on_conflict_do_nothing()
    )
    return bool((await conn.execute(statement)).rowcount)


def _due(endpoint_id: EndpointId, now: datetime) -> Any:
    return and_(delivery.c.endpoint_id == endpoint_id, delivery.c.state == State.QUEUED.value, delivery.c.run_at <= now)


async def count_due(conn: AsyncConnection, endpoint_id: EndpointId, now: datetime, limit: int) -> int:
    """How many deliveries wait now, at most `limit`."""
    query = select(func.count()).select_from(
        select(delivery.c.id).where(_due(endpoint_id, now)).limit(limit).subquery()
    )
    return int((await conn.execute(query)).scalar_one())


async def next_run_at(conn: AsyncConnection, after: datetime) -> datetime | None:
    """When the next delivery that waits for a later moment is to go out."""
    query = select(func.min(delivery.c.run_at)).where(delivery.c.state == State.QUEUED.value, delivery.c.run_at > after)
    moment: datetime | None = (await conn.execute(query)).scalar()
    return moment


def _has_rested(since: datetime) -> Any:
    """True of a chat to which nothing of the bulk lane was sent after `since`."""
    before = delivery.alias()
    last_sent_at = (
        select(before.c.sent_at)
        .where(before.c.account_id == delivery.c.account_id, before.c.lane == "bulk", before.c.sent_at.is_not(None))
        .order_by(before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return or_(last_sent_at.is_(None), last_sent_at <= since)


async def claim(
    conn: AsyncConnection,
    endpoint_id: EndpointId,
    *,
    limit: int,
    now: datetime,
    real_now: datetime,
    chat_rests_s: float = 0.0,
) -> list[Outgoing]:
    """
    Take up to `limit` deliveries, oldest first, none of a chat that has an older one waiting or was just sent one.

    `chat_rests_s`: seconds between one message and the next to a chat.

    Those whose message is ready are `sending` from the commit on; the others are leased until they are rendered.
    """
    older = delivery.alias()
    waits = (
        select(older.c.id)
        .where(
            older.c.account_id == delivery.c.account_id,
            older.c.lane == delivery.c.lane,
            older.c.state.in_([State.QUEUED.value, State.LEASED.value, State.SENDING.value]),
            or_(
                older.c.run_at < delivery.c.run_at,
                and_(older.c.run_at == delivery.c.run_at, older.c.id < delivery.c.id),
            ),
        )
        .exists()
    )
    due = (
        select(*_COLUMNS)
        .join(account, account.c.id == delivery.c.account_id)
        .where(_due(endpoint_id, now), ~waits)
        .order_by(delivery.c.run_at, delivery.c.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
    )
    if chat_rests_s:
        due = due.where(_has_rested(real_now - timedelta(seconds=chat_rests_s)))
    claimed = [_outgoing(row) for row in (await conn.execute(due)).all()]
    ready = [outgoing.id for outgoing in claimed if outgoing.message is not None]
    for ids, values in (
        (ready, {"state": State.SENDING.value, "attempts": delivery.c.attempts + 1}),
        ([outgoing.id for outgoing in claimed if outgoing.message is None], {"state": State.LEASED.value}),
    ):
        if ids:
            held = update(delivery).where(delivery.c.id.in_(ids))
            await conn.execute(held.values(lease_until=real_now + LEASE, **values))
    return claimed


def _outgoing(row: Any) -> Outgoing:
    message = Message.from_json(row.payload) if row.payload else None
    return Outgoing(
        row.id,
        EndpointId(row.endpoint_id),
        AccountId(row.account_id),
        row.external_id,
        Kind(row.kind),
        row.subject,
        message,
        row.attempts + 1 if message else row.attempts,
    )


async def mark_sending(conn: AsyncConnection, delivery_id: int, message: Message, real_now: datetime) -> bool:
    """Write down what was rendered; commit it before the platform is called. False if the lease was lost meanwhile."""
    done = await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state == State.LEASED.value)
        .values(
            state=State.SENDING.value,
            payload=message.as_json(),
            lease_until=real_now + LEASE,
            attempts=delivery.c.attempts + 1,
        )
    )
    return bool(done.rowcount)


async def hold(conn: AsyncConnection, outgoing: Outgoing, real_now: datetime) -> bool:
    """Renew the lease of what has waited long for its call. False if it was lost, and is another's to send."""
    done = await conn.execute(
        update(delivery)
        .where(
            delivery.c.id == outgoing.id,
            delivery.c.state == State.SENDING.value,
            delivery.c.attempts == outgoing.attempts,
        )
        .values(lease_until=real_now + LEASE)
    )
    return bool(done.rowcount)


async def mark_sent(conn: AsyncConnection, delivery_id: int, message_ref: str, real_now: datetime) -> None:
    """The platform took it."""
    await conn.execute(_MARK_SENT, {"delivery": delivery_id, "ref": message_ref, "now": real_now})


async def mark_all_sent(conn: AsyncConnection, taken: Sequence[tuple[int, str, datetime]]) -> None:
    """The platform took these: delivery, the platform's reference, when."""
    await conn.execute(_MARK_SENT, [{"delivery": each, "ref": ref, "now": at} for each, ref, at in sorted(taken)])


_UNDER_WAY = (State.LEASED.value, State.SENDING.value)


async def mark(conn: AsyncConnection, delivery_id: int, state: State, reason: str) -> None:
    """It ended otherwise; changes nothing where it has come to an end before."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state.in_(_UNDER_WAY))
        .values(state=state.value, reason=reason[:60], lease_until=None)
    )


async def put_back(conn: AsyncConnection, delivery_id: int, *, run_at: datetime, reason: str) -> None:
    """Surely not sent: its turn comes again at `run_at`."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state.in_(_UNDER_WAY))
        .values(state=State.QUEUED.value, run_at=run_at, reason=reason[:60], lease_until=None)
    )


async def reap(conn: AsyncConnection, real_now: datetime) -> dict[str, int]:
    """
    Settle what a stopped process left behind its lease.

    `leased` was surely not sent and is queued again. `sending` is in doubt: a lesson step is sent once more (a tap on
    either copy counts once), everything else is parked as unknown.
    """
    late = (
        select(delivery.c.id, delivery.c.state, delivery.c.kind, delivery.c.attempts)
        .where(delivery.c.state.in_(_UNDER_WAY), delivery.c.lease_until < real_now)
        .order_by(delivery.c.id)
        .with_for_update(skip_locked=True)
    )
    settled: dict[str, list[int]] = {"queued": [], "resent": [], "unknown": []}
    for row in (await conn.execute(late)).all():
        if row.state == State.LEASED.value:
            settled["queued"].append(row.id)
        elif Kind(row.kind).is_resent_once and row.attempts < 2:  # noqa: PLR2004 - one copy more
            settled["resent"].append(row.id)
        else:
            settled["unknown"].append(row.id)
    for what, state, reason in (
        ("queued", State.QUEUED, None),
        ("resent", State.QUEUED, "in_doubt"),
        ("unknown", State.UNKNOWN, "in_doubt"),
    ):
        if settled[what]:
            found = update(delivery).where(delivery.c.id.in_(settled[what]))
            await conn.execute(found.values(state=state.value, lease_until=None, reason=reason))
    return {what: len(ids) for what, ids in settled.items()}


async def drop_account(conn: AsyncConnection, account_id: AccountId, reason: str) -> None:
    """The door is closed: what waits for it will not be sent."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.account_id == account_id, delivery.c.state == State.QUEUED.value)
        .values(state=State.UNSENDABLE.value, reason=reason)
    )


async def waiting(conn: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many deliveries have not come to an end, by lane and state; read by index."""
    query = (
        select(delivery.c.lane, delivery.c.state, func.count())
        .where(delivery.c.state.in_([State.QUEUED.value, State.LEASED.value, State.SENDING.value]))
        .group_by(delivery.c.lane, delivery.c.state)
    )
    return {(lane, state): number for lane, state, number in (await conn.execute(query)).all()}


async def counts_by_state(conn: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many deliveries stand where, by lane and state."""
    query = select(delivery.c.lane, delivery.c.state, func.count()).group_by(delivery.c.lane, delivery.c.state)
    return {(lane, state): number for lane, state, number in (await conn.execute(query)).all()}
