"""What goes out on Zalo on a day, by what it will count as if nobody says a word before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, select

from learning.roles import GROUP_TYPES
from learning.window import CLOSED_FROM, FREE_UNTIL
from storage.due import later
from storage.outbox import State
from storage.pauses import are_any, is_under_pause
from storage.posts import exists_on, held_on
from storage.tables import account, delivery, learner, org_unit, position

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId


@dataclass(frozen=True, slots=True)
class Forecast:
    """Messages: within 48 hours of a word, within a week, and beyond, by whether a template may serve."""

    free: int = 0
    paid: int = 0
    closed_nudges: int = 0
    closed_digests: int = 0


_WINDOWS = ("free", "paid", "closed")


def _window(at: Any) -> ColumnElement[Any]:
    """What a message at that moment counts as."""
    return case(
        (account.c.last_word_at >= later(at, -FREE_UNTIL.total_seconds()), literal(_WINDOWS[0])),
        (account.c.last_word_at >= later(at, -CLOSED_FROM.total_seconds()), literal(_WINDOWS[1])),
        else_=literal(_WINDOWS[2]),
    )


async def forecast(
    conn: AsyncConnection,
    endpoint_id: EndpointId,
    start: datetime,
    until: datetime,
    day: date,
    digest_at: datetime | None,
) -> Forecast:
    """
    Count what is queued or decided for [start, until), and a digest to each reader on this endpoint.

    Args:
        conn: a connection.
        endpoint_id: the Official Account.
        start: what was due before it counts as well.
        until: the day's end.
        day: the day.
        digest_at: when the weekly digest goes out on that day; None on other days.
    """
    at = case((learner.c.next_due_at < start, literal(start, learner.c.next_due_at.type)), else_=learner.c.next_due_at)
    decided = (
        select(_window(at))
        .select_from(learner.join(account, account.c.id == learner.c.reply_account_id))
        .where(
            learner.c.next_due_at < until,
            learner.c.next_kind.is_not(None),
            account.c.endpoint_id == endpoint_id,
            account.c.is_open,
        )
    )
    if await are_any(conn):
        decided = decided.where(~is_under_pause(learner.c.person_id, day))
    queued = (
        select(_window(delivery.c.run_at))
        .select_from(delivery.join(account, account.c.id == delivery.c.account_id))
        .where(
            delivery.c.endpoint_id == endpoint_id,
            delivery.c.state == State.QUEUED.value,
            delivery.c.lane == "bulk",
            delivery.c.run_at < until,
        )
    )
    nudges = [await _counted(conn, query) for query in (decided, queued)]
    digests = await _counted(conn, _digests(endpoint_id, day, digest_at)) if digest_at is not None else {}
    free, paid, closed = (sum(part.get(name, 0) for part in nudges) for name in _WINDOWS)
    return Forecast(free + digests.get("free", 0), paid + digests.get("paid", 0), closed, digests.get("closed", 0))


def _digests(endpoint_id: EndpointId, day: date, digest_at: datetime) -> Select[Any]:
    reads = (
        select(position.c.id)
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(
            position.c.person_id == learner.c.person_id,
            position.c.receives_reports.is_(True),
            held_on(day),
            exists_on(day),
            org_unit.c.unit_type.not_in(GROUP_TYPES),
        )
    )
    return (
        select(_window(literal(digest_at, learner.c.next_due_at.type)))
        .select_from(learner.join(account, account.c.id == learner.c.reply_account_id))
        .where(and_(account.c.endpoint_id == endpoint_id, account.c.is_open, reads.exists()))
    )


async def _counted(conn: AsyncConnection, query: Select[Any]) -> dict[str, int]:
    part = query.subquery()
    (column,) = part.c
    rows = await conn.execute(select(column, func.count()).group_by(column))
    return {str(window): int(number) for window, number in rows.all()}
