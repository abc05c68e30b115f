"""The journal of what officers entered, changed or took back on the dashboard: who, when, for which unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from storage.tables import office_change, person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId


class Kind(StrEnum):
    """What was done, as stored."""

    PLAN = "plan"  # before and after: what changed of a year's plan and spending
    CLASS = "class"  # a class: what it was, and of how many
    WITHDRAWN = "withdrawn"  # a class of one person, taken back
    DECIDED = "decided"
    DECISION_ENDED = "decision_ended"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `by` is None once that person had what concerns them erased."""

    kind: Kind
    by: str | None
    said: Mapping[str, Any]
    recorded_at: datetime
    about_person_id: int | None = None


async def add(
    conn: AsyncConnection,
    *,
    unit_id: int,
    by: PersonId,
    kind: Kind,
    said: Mapping[str, Any],
    now: datetime,
    year: int | None = None,
    about: int | None = None,
) -> None:
    """Write down a change, in the transaction that makes it; `said` is JSON of its kind."""
    await conn.execute(
        office_change.insert().values(
            unit_id=unit_id,
            by_person_id=by,
            kind=kind.value,
            year=year,
            about_person_id=about,
            said=dict(said),
            recorded_at=now,
        )
    )


async def latest(
    conn: AsyncConnection, unit_id: int, kinds: Collection[Kind], limit: int, *, year: int | None = None
) -> Sequence[Change]:
    """The latest changes of these kinds for a unit (of plans: for a year), the newest first."""
    query = (
        select(
            office_change.c.kind,
            person.c.full_name,
            office_change.c.said,
            office_change.c.recorded_at,
            office_change.c.about_person_id,
        )
        .outerjoin(person, person.c.id == office_change.c.by_person_id)
        .where(office_change.c.unit_id == unit_id, office_change.c.kind.in_([kind.value for kind in kinds]))
        .order_by(office_change.c.id.desc())
        .limit(limit)
    )
    if year is not None:
        query = query.where(office_change.c.year == year)
    return [
        Change(Kind(row.kind), row.full_name, row.said, row.recorded_at, row.about_person_id)
        for row in await conn.execute(query)
    ]
