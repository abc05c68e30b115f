"""
Who is due, and the day's deliveries made of it in pages.

`next_due_at` with a `next_kind` was decided by the rules and only waits to be queued; without one somebody must look at
the learner first. Both are found by the index (next_due_at, person_id).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from learning.calendar import DayPart, Shift
from storage.database import insert
from storage.outbox import State
from storage.tables import Instant, account, delivery, learner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.compiler import SQLCompiler

# A multiplier that scatters consecutive ids over 32 bits. Source: Knuth, The Art of Computer Programming, 6.4.
_SCATTER, _BITS = 2_654_435_761, 2**32
A_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Group:
    """Learners who are due at the same hours: how many, and the first moment."""

    part: DayPart | None
    shift: Shift | None
    number: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """What is due in one hour: `hour` is its start, UTC."""

    hour: datetime
    kind: str
    number: int


class later(GenericFunction[Any]):  # noqa: N801 - named as SQL functions are
    """A moment and a number of seconds, added in the database."""

    type = Instant()
    inherit_cache = True


@compiles(later, "postgresql")
def _later_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    moment, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({moment} + make_interval(secs => {seconds}))"


@compiles(later, "sqlite")
def _later_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    moment, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(strftime('%Y-%m-%d %H:%M:%f', {moment}, ({seconds}) || ' seconds') || '000')"


def _decided(until: datetime) -> ColumnElement[bool]:
    return and_(learner.c.next_due_at < until, learner.c.next_kind.is_not(None))


async def next_look(conn: AsyncConnection) -> datetime | None:
    """When somebody must be looked at next."""
    query = select(func.min(learner.c.next_due_at)).where(learner.c.next_kind.is_(None))
    moment: datetime | None = (await conn.execute(query)).scalar()
    return moment


async def groups(conn: AsyncConnection, until: datetime) -> Sequence[Group]:
    """Who is to be queued before `until`, by the hours that suit them."""
    query = (
        select(learner.c.hour, learner.c.shift, func.count(), func.min(learner.c.next_due_at))
        .where(_decided(until))
        .group_by(learner.c.hour, learner.c.shift)
    )
    return [
        Group(DayPart(hour) if hour else None, Shift(shift) if shift else None, number, first_at)
        for hour, shift, number, first_at in (await conn.execute(query)).all()
    ]


def _spread(windows: Mapping[tuple[DayPart | None, Shift | None], float]) -> ColumnElement[Any]:
    """Seconds by which each learner's message is put off within the window of their group, the same every time."""
    arms = [
        (and_(_is(learner.c.hour, part), _is(learner.c.shift, shift)), literal(window_s, Float))
        for (part, shift), window_s in windows.items()
        if window_s > 0
    ]
    if not arms:
        return literal(0.0, Float)
    share = cast(func.mod(cast(learner.c.person_id, BigInteger) * _SCATTER, _BITS), Float) / float(_BITS)
    return share * case(*arms, else_=literal(0.0, Float))


def _is(column: ColumnElement[Any], value: str | None) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == str(value)


async def are_left(conn: AsyncConnection, until: datetime) -> bool:
    """True while somebody is to be queued before `until`."""
    return (await conn.execute(select(learner.c.person_id).where(_decided(until)).limit(1))).first() is not None


@dataclass(frozen=True, slots=True)
class Page:
    """What a page came to: the deliveries queued or moved, and the last learner taken; None when no one is left."""

    queued: int
    last: tuple[datetime, int] | None


async def queue_page(
    conn: AsyncConnection,
    *,
    until: datetime,
    label: str,
    windows: Mapping[tuple[DayPart | None, Shift | None], float],
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """
    Queue the next `limit` learners whose time was decided to come before `until`.

    Somebody without an open door is left to a look.

    Args:
        conn: a write transaction.
        until: the end of what is planned.
        label: the day; a learner is queued at most once with it, later changes move what waits.
        windows: for each group (part, shift) the seconds over which its messages are spread.
        limit: learners in this page.
        after: the last learner of the page before, so that a page need not pass by all that were taken.
    """
    page = (
        select(learner.c.person_id, learner.c.next_due_at)
        .where(_decided(until))
        .order_by(learner.c.next_due_at, learner.c.person_id)
        .limit(limit)
    )
    if after is not None:
        page = page.where(
            tuple_(learner.c.next_due_at, learner.c.person_id)
            > tuple_(literal(after[0], Instant()), literal(after[1], BigInteger))
        )
    if conn.dialect.name == "sqlite":
        taken = (await conn.execute(page)).all()
        here = learner.c.person_id.in_([row.person_id for row in taken])
        found = _deliveries(learner, learner.c.next_due_at, _spread(windows), label, func.json_object).where(here)
        queued = (await conn.execute(_queued(conn, found))).rowcount
        await conn.execute(_MOVED.where(here))
        last = (taken[-1].next_due_at, taken[-1].person_id) if len(taken) == limit else None
        return Page(queued, last)
    chosen = page.with_for_update(skip_locked=True).cte("chosen")
    changed = (
        _MOVED.where(learner.c.person_id == chosen.c.person_id)
        .returning(
            learner.c.person_id,
            learner.c.next_due_at,
            learner.c.next_kind,
            learner.c.reply_account_id,
            (_spread(windows) - A_DAY_S).label("offset_s"),
        )
        .cte("changed")
    )
    found = _deliveries(changed, changed.c.next_due_at, changed.c.offset_s, label, func.json_build_object)
    into = _queued(conn, found).returning(delivery.c.id).cte("into")
    last_taken = (
        select(chosen.c.next_due_at, chosen.c.person_id, func.count().over().label("number"))
        .order_by(chosen.c.next_due_at.desc(), chosen.c.person_id.desc())
        .limit(1)
    ).cte("last_taken")
    summary = select(
        select(func.count()).select_from(into).scalar_subquery().label("queued"),
        last_taken.c.next_due_at,
        last_taken.c.person_id,
        last_taken.c.number,
    )
    row = (await conn.execute(summary)).first()
    if row is None:
        return Page(0, None)
    return Page(row.queued, (row.next_due_at, row.person_id) if row.number == limit else None)


# Its own sending decides again and writes what comes next; should it never be sent, it is due again a day later.
_IS_OPEN = select(account.c.id).where(account.c.id == learner.c.reply_account_id, account.c.is_open).exists()
_MOVED = update(learner).values(
    next_due_at=case((_IS_OPEN, func.later(learner.c.next_due_at, A_DAY_S)), else_=learner.c.next_due_at),
    next_kind=case((_IS_OPEN, learner.c.next_kind), else_=null()),
)
_COLUMNS = ["endpoint_id", "account_id", "lane", "kind", "unique_key", "state", "subject", "run_at", "attempts"]


def _deliveries(source: Any, due_at: Any, offset_s: Any, label: str, json: Any) -> Any:
    """The rows for the ledger of the learners in `source`; `json` is the database's maker of objects."""
    return (
        select(
            account.c.endpoint_id,
            account.c.id,
            literal("bulk"),
            source.c.next_kind,
            literal("nudge:") + cast(source.c.person_id, String) + literal(f":{label}"),
            literal(State.QUEUED.value),
            json("person", source.c.person_id, type_=delivery.c.subject.type),
            func.later(due_at, offset_s),
            literal(0, Integer),
        )
        .select_from(source.join(account, account.c.id == source.c.reply_account_id))
        .where(account.c.is_open, source.c.next_kind.is_not(None))
    )


def _queued(conn: AsyncConnection, rows: Any) -> Any:
    statement = insert(conn, delivery).from_select(_COLUMNS, rows)
    return statement.on_conflict_do_update(
        index_elements=["unique_key"],
        set_={"run_at": statement.excluded.run_at, "kind": statement.excluded.kind},
        where=delivery.c.state == State.QUEUED.value,
    )


async def by_hour(
    conn: AsyncConnection,
    start: datetime,
    until: datetime,
    windows: Mapping[tuple[DayPart | None, Shift | None], float],
) -> Sequence[Hour]:
    """What is due in [start, until) by hour and kind: what was decided, and what is queued already."""
    due_at = case((learner.c.next_due_at < start, literal(start, Instant())), else_=learner.c.next_due_at)
    waiting = select(func.later(due_at, _spread(windows)).label("at"), learner.c.next_kind.label("kind")).where(
        _decided(until)
    )
    queued = select(delivery.c.run_at.label("at"), delivery.c.kind.label("kind")).where(
        delivery.c.state == State.QUEUED.value, delivery.c.run_at < until, delivery.c.lane == "bulk"
    )
    both = waiting.union_all(queued).subquery()
    hour = (
        func.strftime("%Y-%m-%d %H:00:00.000000", both.c.at, type_=Instant())
        if conn.dialect.name == "sqlite"
        else func.date_trunc("hour", both.c.at, type_=Instant())
    ).label("hour")
    query = select(hour, both.c.kind, func.count()).group_by(hour, both.c.kind).order_by(hour, both.c.kind)
    return [Hour(at, kind, number) for at, kind, number in (await conn.execute(query)).all()]
