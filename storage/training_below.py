"""What the units directly below one entered of their plans and spending, and which entered nothing yet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select

from learning.roles import GROUP_TYPES
from storage.posts import exists_on
from storage.tables import org_unit, training_year
from storage.training_years import TrainingYear

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES = tuple(field.name for field in fields(TrainingYear))


@dataclass(frozen=True, slots=True)
class Line:
    """One unit, with what it entered; `values` is empty where it entered nothing."""

    unit_id: int
    code: str
    name: str
    values: TrainingYear


@dataclass(frozen=True, slots=True)
class Sums:
    """How many units there are, how many entered something, and the sums of what they entered."""

    units: int
    entered: int
    values: TrainingYear


def _is_entered() -> ColumnElement[bool]:
    return or_(*(training_year.c[name].is_not(None) for name in _NAMES))


def _below(unit_id: int, day: date) -> ColumnElement[bool]:
    return and_(org_unit.c.parent_id == unit_id, org_unit.c.unit_type.not_in(GROUP_TYPES), exists_on(day))


def _joined(year: int) -> Any:
    is_its = and_(training_year.c.unit_id == org_unit.c.id, training_year.c.year == year)
    return org_unit.outerjoin(training_year, is_its)


async def sums(conn: AsyncConnection, unit_id: int, year: int, day: date) -> Sums:
    """The sums over the units, tổ apart, directly below a unit on a day."""
    query = (
        select(
            func.count(),
            func.sum(case((_is_entered(), literal_column("1")), else_=literal_column("0"))),
            *(func.sum(training_year.c[name]) for name in _NAMES),
        )
        .select_from(_joined(year))
        .where(_below(unit_id, day))
    )
    units, entered, *values = (await conn.execute(query)).one()
    return Sums(int(units), int(entered or 0), TrainingYear(*(None if one is None else int(one) for one in values)))


async def lines(
    conn: AsyncConnection, unit_id: int, year: int, day: date, *, is_entered: bool, limit: int, after: int | None = None
) -> Sequence[Line]:
    """A page of the units that entered something, or of those that did not, by name; behind the unit `after`."""
    query = (
        select(org_unit.c.id, org_unit.c.code, org_unit.c.name, *(training_year.c[name] for name in _NAMES))
        .select_from(_joined(year))
        .where(_below(unit_id, day), _is_entered() if is_entered else ~_is_entered())
        .order_by(org_unit.c.sort_name, org_unit.c.id)
        .limit(limit)
    )
    if after is not None:
        last = (await conn.execute(select(org_unit.c.sort_name).where(org_unit.c.id == after))).scalar_one_or_none()
        if last is None:
            return []
        is_behind = and_(org_unit.c.sort_name == last, org_unit.c.id > after)
        query = query.where(or_(org_unit.c.sort_name > last, is_behind))
    return [Line(row[0], row[1], row[2], TrainingYear(*row[3:])) for row in await conn.execute(query)]
