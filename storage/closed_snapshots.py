"""
How many posts a platform did not let one write to at a cut-off, for every unit above the CĐCS.

It changes with time alone, so no roll-up can follow it; counted once a week, it is read by its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, literal_column, or_, select

from learning.roles import BELOW_PROVINCE_TYPES
from storage.database import insert
from storage.posts import exists_on, held_on
from storage.tables import account, closed_snapshot, endpoint, learner, org_unit, position, unit_closure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Closed:
    """`posts` as of `cut_off`."""

    posts: int
    cut_off: datetime


async def count(
    conn: AsyncConnection, cut_off: datetime, day: date, channel: str, silent_since: datetime
) -> Mapping[int, int] | None:
    """
    Count posts whose holder is on that channel alone and has said nothing there since then.

    The same as `reporting.closed_to`, which begins with the posts of one unit, for all units at once.

    Args:
        conn: a connection.
        cut_off: what it is counted for.
        day: on which the posts are held.
        channel: the platform.
        silent_since: a door is closed whose last word was before.

    Returns:
        Posts by unit, the units without one above always among them; None if that cut-off was counted before, or
        nobody is on that channel.
    """
    known = select(closed_snapshot.c.unit_id).where(closed_snapshot.c.cut_off == cut_off).limit(1)
    ends = select(endpoint.c.id).where(endpoint.c.channel == channel)
    of_channel = list((await conn.execute(ends)).scalars())
    if not of_channel or (await conn.execute(known)).first() is not None:
        return None
    other = account.alias()
    elsewhere: Select[Any] = select(literal_column("1")).where(
        other.c.person_id == account.c.person_id, other.c.is_open, ~_is_silent(other, of_channel, silent_since)
    )
    persons = (
        select(account.c.person_id)
        .join(learner, learner.c.person_id == account.c.person_id)
        .where(_is_silent(account, of_channel, silent_since), account.c.is_open, ~elsewhere.exists())
        .distinct()
        .cte("persons")
    )
    by_unit = (
        select(position.c.unit_id, func.count().label("posts"))
        .select_from(
            persons.join(position, position.c.person_id == persons.c.person_id).join(
                org_unit, org_unit.c.id == position.c.unit_id
            )
        )
        .where(held_on(day), exists_on(day))
        .group_by(position.c.unit_id)
        .cte("by_unit")
    )
    top = org_unit.alias("top")
    query = (
        select(top.c.id, func.sum(by_unit.c.posts).label("posts"))
        .select_from(
            by_unit.join(unit_closure, unit_closure.c.unit_id == by_unit.c.unit_id).join(
                top, top.c.id == unit_closure.c.ancestor_id
            )
        )
        .where(top.c.unit_type.not_in(BELOW_PROVINCE_TYPES))
        .group_by(top.c.id)
    )
    roots = select(org_unit.c.id).where(org_unit.c.parent_id.is_(None), exists_on(day))
    found = dict.fromkeys((await conn.execute(roots)).scalars(), 0)
    return found | {row.id: int(row.posts) for row in await conn.execute(query)}


def _is_silent(door: Any, of_channel: Sequence[int], since: datetime) -> ColumnElement[bool]:
    """True of a door (`account`, or its alias) of the channel that has said nothing since then; never unknown."""
    last_word = door.c.last_word_at
    before = last_word < literal(since, account.c.last_word_at.type)
    return and_(door.c.endpoint_id.in_(of_channel), or_(last_word.is_(None), before))


async def write(conn: AsyncConnection, cut_off: datetime, taken_at: datetime, posts: Mapping[int, int]) -> None:
    """Keep what was counted; a unit without a row has none."""
    rows = [
        {"unit_id": unit_id, "cut_off": cut_off, "posts": number, "taken_at": taken_at}
        for unit_id, number in sorted(posts.items())
    ]
    for start in range(0, len(rows), _PAGE):
        await conn.execute(insert(conn, closed_snapshot).on_conflict_do_nothing(), rows[start : start + _PAGE])


async def latest(conn: AsyncConnection, unit_id: UnitId, until: datetime) -> Closed | None:
    """What a unit above the CĐCS had at the last cut-off until then; None if nothing was counted."""
    kept = (
        select(func.max(closed_snapshot.c.cut_off))
        .select_from(closed_snapshot.join(org_unit, org_unit.c.id == closed_snapshot.c.unit_id))
        .where(org_unit.c.parent_id.is_(None), closed_snapshot.c.cut_off <= until)
    )
    cut_off: datetime | None = (await conn.execute(kept)).scalar_one()
    if cut_off is None:
        return None
    query = select(closed_snapshot.c.posts).where(
        closed_snapshot.c.unit_id == unit_id, closed_snapshot.c.cut_off == cut_off
    )
    return Closed((await conn.execute(query)).scalar() or 0, cut_off)
