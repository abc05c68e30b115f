"""
The ledger of what is sent.

queued > leased > sending > sent | failed | unknown | unsendable(reason). `sending` is committed before the platform is
called and the result after it, so that a crash leaves in doubt only the few rows in flight. Leases and pacing run on
real time; `run_at` on the program's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, func, literal, null, or_, select, update

from channels.messages import AccountId, EndpointId, Kind, Message
from storage.database import insert
from storage.tables import account, delivery, endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

LEASE = timedelta(seconds=60)
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
    message: Message | None
    attempts: int


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A delivery as a page shows it."""

    id: int
    message: Message
    message_ref: str | None
    run_at: datetime  # on the program's clock
    sent_at: datetime | None
    state: State


# The hot path's statements, built once.
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


async def grant(
    conn: AsyncConnection, endpoint_id: EndpointId, *, wanted: int, rate: float, burst: float, real_now: datetime
) -> tuple[int, float]:
    """
    Take up to `wanted` tokens of an endpoint's bucket, shared by all processes as its row.

    Returns:
        The tokens granted, and seconds until the next one.
    """
    query = select(endpoint.c.tokens, endpoint.c.refilled_at, endpoint.c.blocked_until).where(
        endpoint.c.id == endpoint_id
    )
    row = (await conn.execute(query.with_for_update())).one()
    if row.blocked_until and row.blocked_until > real_now:
        return 0, (row.blocked_until - real_now).total_seconds()
    elapsed = (real_now - row.refilled_at).total_seconds() if row.refilled_at else burst / rate
    tokens = min(burst, row.tokens + max(0.0, elapsed) * rate)
    granted = min(wanted, int(tokens))
    if granted:
        await conn.execute(
            update(endpoint).where(endpoint.c.id == endpoint_id).values(tokens=tokens - granted, refilled_at=real_now)
        )
    return granted, max(0.0, (1 - (tokens - granted)) / rate)


async def block(conn: AsyncConnection, endpoint_id: EndpointId, until: datetime) -> None:
    """The platform said to wait: no process sends bulk on this endpoint before `until`."""
    latest = case(
        (endpoint.c.blocked_until > until, endpoint.c.blocked_until),
        else_=literal(until, endpoint.c.blocked_until.type),
    )
    await conn.execute(update(endpoint).where(endpoint.c.id == endpoint_id).values(blocked_until=latest))


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


async def claim(
    conn: AsyncConnection, endpoint_id: EndpointId, *, limit: int, now: datetime, real_now: datetime
) -> list[Outgoing]:
    """Lease up to `limit` deliveries, oldest first, none of a chat that has an older one waiting in its lane."""
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
        select(delivery.c.id)
        .where(_due(endpoint_id, now), ~waits)
        .order_by(delivery.c.run_at, delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list((await conn.execute(due)).scalars())
    if not ids:
        return []
    await conn.execute(
        update(delivery)
        .where(delivery.c.id.in_(ids), delivery.c.state == State.QUEUED.value)
        .values(state=State.LEASED.value, lease_until=real_now + LEASE)
    )
    return await _outgoing(conn, delivery.c.id.in_(ids))


async def _outgoing(conn: AsyncConnection, condition: Any) -> list[Outgoing]:
    query = (
        select(
            delivery.c.id,
            delivery.c.endpoint_id,
            delivery.c.account_id,
            account.c.external_id,
            delivery.c.kind,
            delivery.c.subject,
            delivery.c.payload,
            delivery.c.attempts,
        )
        .join(account, account.c.id == delivery.c.account_id)
        .where(condition)
        .order_by(delivery.c.run_at, delivery.c.id)
    )
    return [
        Outgoing(
            row.id,
            EndpointId(row.endpoint_id),
            AccountId(row.account_id),
            row.external_id,
            Kind(row.kind),
            row.subject,
            Message.from_json(row.payload) if row.payload else None,
            row.attempts,
        )
        for row in (await conn.execute(query)).all()
    ]


async def mark_sending(conn: AsyncConnection, delivery_id: int, message: Message, real_now: datetime) -> None:
    """Commit this before the platform is called."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(
            state=State.SENDING.value,
            payload=message.as_json(),
            lease_until=real_now + LEASE,
            attempts=delivery.c.attempts + 1,
        )
    )


async def mark_sent(conn: AsyncConnection, delivery_id: int, message_ref: str, real_now: datetime) -> None:
    """The platform took it."""
    await conn.execute(_MARK_SENT, {"delivery": delivery_id, "ref": message_ref, "now": real_now})


async def mark(conn: AsyncConnection, delivery_id: int, state: State, reason: str) -> None:
    """It ended otherwise."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(state=state.value, reason=reason[:60], lease_until=None)
    )


async def put_back(conn: AsyncConnection, delivery_id: int, *, run_at: datetime, reason: str) -> None:
    """Surely not sent: its turn comes again at `run_at`."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(state=State.QUEUED.value, run_at=run_at, reason=reason[:60], lease_until=None)
    )


async def reap(conn: AsyncConnection, real_now: datetime) -> dict[str, int]:
    """
    Settle what a stopped process left behind its lease.

    `leased` was surely not sent and is queued again. `sending` is in doubt: a lesson step is sent once more (a tap on
    either copy counts once), everything else is parked as unknown.
    """
    late = delivery.c.lease_until < real_now
    resent = [kind.value for kind in Kind if kind.is_resent_once]
    in_doubt = and_(late, delivery.c.state == State.SENDING.value)
    leased = await conn.execute(
        update(delivery)
        .where(late, delivery.c.state == State.LEASED.value)
        .values(state=State.QUEUED.value, lease_until=None)
    )
    again = await conn.execute(
        update(delivery)
        .where(in_doubt, delivery.c.kind.in_(resent), delivery.c.attempts < 2)  # noqa: PLR2004 - one copy more
        .values(state=State.QUEUED.value, lease_until=None, reason="in_doubt")
    )
    parked = await conn.execute(
        update(delivery).where(in_doubt).values(state=State.UNKNOWN.value, lease_until=None, reason="in_doubt")
    )
    return {"queued": leased.rowcount, "resent": again.rowcount, "unknown": parked.rowcount}


async def drop_account(conn: AsyncConnection, account_id: AccountId, reason: str) -> None:
    """The door is closed: what waits for it will not be sent."""
    await conn.execute(
        update(delivery)
        .where(delivery.c.account_id == account_id, delivery.c.state == State.QUEUED.value)
        .values(state=State.UNSENDABLE.value, reason=reason)
    )


async def history(conn: AsyncConnection, account_id: AccountId, limit: int = 60) -> Sequence[HistoryItem]:
    """The newest deliveries to a door that have a text, in order."""
    newest = (
        select(delivery.c.id)
        .where(delivery.c.account_id == account_id, delivery.c.state.in_([State.SENT.value, State.SENDING.value]))
        .order_by(delivery.c.id.desc())
        .limit(limit)
    )
    query = (
        select(
            delivery.c.id,
            delivery.c.payload,
            delivery.c.message_ref,
            delivery.c.run_at,
            delivery.c.sent_at,
            delivery.c.state,
        )
        .where(delivery.c.id.in_(newest.scalar_subquery()))
        .order_by(delivery.c.sent_at.nullslast(), delivery.c.id)
    )
    return [
        HistoryItem(row.id, Message.from_json(row.payload), row.message_ref, row.run_at, row.sent_at, State(row.state))
        for row in (await conn.execute(query)).all()
        if row.payload
    ]


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
