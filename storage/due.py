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
from storage.database import allow_long, insert
from storage.outbox import State
from storage.pauses import are_any, is_under_pause
from storage.tables import Instant, account, delivery, learner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

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


async def put_off_paused(conn: AsyncConnection, until: datetime, today: date) -> int:
    """Put off to the next day, from `until` on, who is to be queued before it and is paused; returns how many."""
    if not await are_any(conn):
        return 0
    await allow_long(conn)
    next_day = func.later(learner.c.next_due_at, A_DAY_S)
    done = await conn.execute(
        update(learner)
        .where(_decided(until), is_under_pause(learner.c.person_id, today))
        .values(next_due_at=case((next_day >= until, next_day), else_=literal(until, Instant())))
    )
    return int(done.rowcount)


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
        select(
            learner.c.person_id,
            learner.c.next_due_at,
            learner.c.next_kind,
            account.c.endpoint_id,
            account.c.id.label("account_id"),
            _spread(windows).label("offset_s"),
        )
        .select_from(
            learner.outerjoin(account, and_(account.c.id == learner.c.reply_account_id, account.c.is_open.is_(True)))
        )
        .where(_decided(until))
        .order_by(learner.c.next_due_at, learner.c.person_id)
        .limit(limit)
    )
    if after is not None:
        page = page.where(
            tuple_(learner.c.next_due_at, learner.c.person_id)
            > tuple_(literal(after[0], Instant()), literal(after[1], BigInteger))
        )
    on_sqlite = conn.dialect.name == "sqlite"
    chosen: Any = page.subquery("chosen")
    if not on_sqlite:
        chosen = page.with_for_update(of=learner, skip_locked=True).cte("chosen")
    has_door = chosen.c.account_id.is_not(None)
    # Its own sending decides again and writes what comes next; should it never be sent, it is due again a day later.
    moved = update(learner).where(learner.c.person_id == chosen.c.person_id)
    moved = moved.values(
        next_due_at=case((has_door, func.later(chosen.c.next_due_at, A_DAY_S)), else_=chosen.c.next_due_at),
        next_kind=case((has_door, chosen.c.next_kind), else_=null()),
    )
    last = (
        select(chosen.c.next_due_at, chosen.c.person_id, func.count().over().label("number"))
        .order_by(chosen.c.next_due_at.desc(), chosen.c.person_id.desc())
        .limit(1)
    )
    if on_sqlite:
        row = (await conn.execute(last)).first()
        queued = (await conn.execute(_queued(conn, _deliveries(chosen, label, func.json_object)))).rowcount
        await conn.execute(moved)
    else:
        changed = moved.returning(*chosen.c).cte("changed")
        into = _queued(conn, _deliveries(changed, label, func.json_build_object)).returning(delivery.c.id).cte("into")
        end = last.cte("last")
        number = select(func.count()).select_from(into).scalar_subquery().label("queued")
        row = (await conn.execute(select(number, *end.c))).first()
        queued = row.queued if row is not None else 0
    return Page(queued, (row.next_due_at, row.person_id) if row is not None and row.number == limit else None)


_COLUMNS = ["endpoint_id", "account_id", "lane", "kind", "unique_key", "state", "subject", "run_at", "attempts"]


def _deliveries(chosen: Any, label: str, json: Any) -> Any:
    """The rows for the ledger of the learners in `chosen`; `json` is the database's maker of objects."""
    return select(
        chosen.c.endpoint_id,
        chosen.c.account_id,
        literal("bulk"),
        chosen.c.next_kind,
        literal("nudge:") + cast(chosen.c.person_id, String) + literal(f":{label}"),
        literal(State.QUEUED.value),
        json("person", chosen.c.person_id, type_=delivery.c.subject.type),
        func.later(chosen.c.next_due_at, chosen.c.offset_s),
        literal(0, Integer),
    ).where(chosen.c.account_id.is_not(None))


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
    today: date,
    *,
    is_later: bool = False,
) -> Sequence[Hour]:
    """
    What is due in [start, until) by hour and kind: what was decided and not paused, and what is queued already.

    What was due before counts at `start`, unless `is_later`: then it will have gone out by then.
    """
    due_at = case((learner.c.next_due_at < start, literal(start, Instant())), else_=learner.c.next_due_at)
    waiting = select(func.later(due_at, _spread(windows)).label("at"), learner.c.next_kind.label("kind")).where(
        _decided(until)
    )
    if is_later:
        waiting = waiting.where(learner.c.next_due_at >= start)
    if await are_any(conn):
        waiting = waiting.where(~is_under_pause(learner.c.person_id, today))
    queued = select(delivery.c.run_at.label("at"), delivery.c.kind.label("kind")).where(
        delivery.c.state == State.QUEUED.value, delivery.c.run_at < until, delivery.c.lane == "bulk"
    )
    if is_later:
        queued = queued.where(delivery.c.run_at >= start)
    both = waiting.union_all(queued).subquery()
    hour = (
        func.strftime("%Y-%m-%d %H:00:00.000000", both.c.at, type_=Instant())
        if conn.dialect.name == "sqlite"
        else func.date_trunc("hour", both.c.at, type_=Instant())
    ).label("hour")
    query = select(hour, both.c.kind, func.count()).group_by(hour, both.c.kind).order_by(hour, both.c.kind)
    return [Hour(at, kind, number) for at, kind, number in (await conn.execute(query)).all()]
