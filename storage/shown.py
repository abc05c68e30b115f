"""What a door shows: the newest messages to it, the choices a typed word answers, the files it may fetch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from channels.messages import Message
from storage.outbox import State
from storage.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import AccountId, Attachment

_NEVER = datetime.max.replace(tzinfo=UTC)
MOST_BELOW = 6  # messages that may stand below the one whose choice is typed


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A delivery as a page shows it."""

    id: int
    message: Message
    message_ref: str | None
    run_at: datetime  # on the program's clock
    sent_at: datetime | None
    state: State


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


async def choices(conn: AsyncConnection, account_id: AccountId) -> Message | None:
    """The newest message to a door that has buttons, among the last few: what a typed choice answers."""
    shown = (State.SENT.value, State.SENDING.value, State.UNKNOWN.value)
    newest = (
        select(delivery.c.id, delivery.c.payload, delivery.c.sent_at)
        .where(delivery.c.account_id == account_id, delivery.c.state.in_(shown))
        .order_by(delivery.c.id.desc())
        .limit(MOST_BELOW)
    )
    rows = sorted((await conn.execute(newest)).all(), key=lambda row: (row.sent_at or _NEVER, row.id))
    for row in reversed(rows):
        if row.payload and (message := Message.from_json(row.payload)).buttons:
            return message
    return None


async def attached(conn: AsyncConnection, account_id: AccountId, delivery_id: int) -> Attachment | None:
    """The file of a delivery that was, or is being, sent to an account; None of another's, or without one."""
    query = select(delivery.c.payload).where(
        delivery.c.id == delivery_id,
        delivery.c.account_id == account_id,
        delivery.c.state.in_([State.SENT.value, State.SENDING.value]),
    )
    payload = (await conn.execute(query)).scalar()
    return Message.from_json(payload).attachment if payload else None
