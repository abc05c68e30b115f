"""What the report of a period asks besides the figures: what was kept of it, classes held, and every unit below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select

from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, Role
from storage import period_detail
from storage.period_detail import NOBODY, Trained
from storage.posts import ALL, Counts
from storage.tables import COUNTS, org_unit, position, recognition, snapshot, unit_closure
from storage.unit_figures import source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Subquery
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from learning.periods import Period
    from storage.period_detail import More
    from storage.training_years import TrainingYear

PAGE = 2_000  # rows of the detail fetched at a time


@dataclass(frozen=True, slots=True)
class Training:
    """What was recognised in a period: lớp, lượt người (one row a person and class), người (each once), hours."""

    classes: int = 0
    attendances: int = 0
    persons: int = 0
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Detail:
    """The posts of one role in one unit: its own (of a CĐCS with its tổ), and all below it too."""

    code: str
    name: str
    unit_type: str
    sector: str | None
    above: str | None
    role: Role
    own: Counts
    all: Counts
    unit_id: int = 0
    own_more: Trained = NOBODY
    all_more: Trained = NOBODY
    members: int | None = None  # of a CĐCS, at the start of the period
    plan: TrainingYear | None = None  # of the unit itself, on its first line alone


async def kept(conn: AsyncConnection, unit_id: UnitId, until: datetime, *, after: datetime | None = None) -> Any:
    """The last cut-off, not after `until` and later than `after`, of which a unit's figures are kept; None for none."""
    query = select(func.max(snapshot.c.cut_off)).where(snapshot.c.unit_id == unit_id, snapshot.c.cut_off <= until)
    if after is not None:
        query = query.where(snapshot.c.cut_off > after)
    return (await conn.execute(query)).scalar_one()


async def above(conn: AsyncConnection, unit_id: UnitId) -> str | None:
    """The name of the unit above; None for the root."""
    upper = org_unit.alias("upper")
    query = select(upper.c.name).join(org_unit, org_unit.c.parent_id == upper.c.id).where(org_unit.c.id == unit_id)
    name: str | None = (await conn.execute(query)).scalar_one_or_none()
    return name


async def training(conn: AsyncConnection, unit_id: UnitId, since: date, until: date) -> Training:
    """What is recognised, held from `since` to `until`, of those who held a post in the unit or below on that day."""
    here = (
        select(position.c.id)
        .join(unit_closure, unit_closure.c.unit_id == position.c.unit_id)
        .where(
            unit_closure.c.ancestor_id == unit_id,
            position.c.person_id == recognition.c.person_id,
            position.c.valid_from <= recognition.c.held_on,
            or_(position.c.valid_to.is_(None), position.c.valid_to > recognition.c.held_on),
        )
        .exists()
    )
    held = (
        select(
            recognition.c.person_id,
            recognition.c.by_unit_id,
            recognition.c.module_id,
            recognition.c.held_on,
            recognition.c.document,
            recognition.c.kind,
            recognition.c.hours,
        )
        .where(recognition.c.held_on.between(since, until), here)
        .subquery()
    )
    classes = (
        select(held.c.by_unit_id, held.c.module_id, held.c.held_on, held.c.document)
        .where(held.c.kind == "class")
        .distinct()
        .subquery()
    )
    query = select(
        select(func.count()).select_from(classes).scalar_subquery(),
        func.count(),
        func.count(held.c.person_id.distinct()),
        func.coalesce(func.sum(held.c.hours), 0.0),
    ).select_from(held)
    row = (await conn.execute(query)).one()
    return Training(int(row[0]), int(row[1]), int(row[2]), float(row[3]))


def _parts(table: Any, conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """What lies in the parts of a CĐCS (CĐCS thành viên, công đoàn bộ phận), by CĐCS and role."""
    part, whole = org_unit.alias("part"), org_unit.alias("whole")
    query = (
        select(part.c.parent_id, table.c.role, *(func.sum(table.c[f"all_{name}"]).label(name) for name in COUNTS))
        .select_from(
            part.join(whole, whole.c.id == part.c.parent_id).join(table, table.c.unit_id == part.c.id),
        )
        .where(part.c.unit_type.in_(GRASSROOTS_TYPES), whole.c.unit_type.in_(GRASSROOTS_TYPES), *conditions)
        .group_by(part.c.parent_id, table.c.role)
    )
    return query.subquery("parts")


async def detail(
    conn: AsyncConnection, unit_id: UnitId, cut_off: datetime | None, period: Period, day: date, *, rows: int = PAGE
) -> AsyncIterator[Sequence[Detail]]:
    """
    Every unit above tổ from a unit down, by code, a row a chức danh, in pages; memory does not grow.

    Args:
        conn: a connection that reads in one transaction.
        unit_id: the topmost unit.
        cut_off: whose figures; None for live ones.
        period: of which classes, sizes and plans are told.
        day: the last day of the figures.
        rows: how many rows a page has.
    """
    table, conditions = source(cut_off)
    upper = org_unit.alias("upper")
    rank = case({role.value: place for place, role in enumerate(Role)}, value=table.c.role)
    parts = _parts(table, conditions)
    own = [
        case(
            (
                org_unit.c.unit_type.in_(GRASSROOTS_TYPES),
                table.c[f"all_{name}"] - func.coalesce(parts.c[name], literal_column("0")),
            ),
            else_=table.c[f"own_{name}"],
        ).label(f"own_{name}")
        for name in COUNTS
    ]
    query = (
        select(
            org_unit.c.id.label("unit_id"),
            org_unit.c.code,
            org_unit.c.name,
            org_unit.c.unit_type,
            org_unit.c.sector,
            upper.c.name.label("above"),
            table.c.role,
            *own,
            *(table.c[name] for name in ALL),
        )
        .select_from(
            unit_closure.join(org_unit, org_unit.c.id == unit_closure.c.unit_id)
            .join(table, table.c.unit_id == org_unit.c.id)
            .outerjoin(upper, upper.c.id == org_unit.c.parent_id)
            .outerjoin(parts, and_(parts.c.parent_id == org_unit.c.id, parts.c.role == table.c.role))
        )
        .where(unit_closure.c.ancestor_id == unit_id, org_unit.c.unit_type.not_in(GROUP_TYPES), *conditions)
        .order_by(org_unit.c.code, rank)
        .execution_options(yield_per=rows)
    )
    told: set[int] = set()  # units whose plan stands on a line already
    async with conn.stream(query) as streamed:
        async for page in streamed.partitions():
            figures = [(Counts.of(row, "own_"), Counts.of(row, "all_")) for row in page]
            apart = {row.unit_id for row, (own, whole) in zip(page, figures, strict=True) if own != whole}
            more = await period_detail.more(conn, {row.unit_id for row in page}, apart, period, day)
            yield [_whole(row, *counts, more, told) for row, counts in zip(page, figures, strict=True)]
            told = {page[-1].unit_id}  # a unit's lines may go on in the next page


def _whole(row: Any, own: Counts, whole: Counts, more: More, told: set[int]) -> Detail:
    role = Role(row.role)
    key, all_more = (row.unit_id, role), more.all.get((row.unit_id, role), NOBODY)
    is_first = row.unit_id not in told
    told.add(row.unit_id)
    return Detail(
        row.code,
        row.name,
        row.unit_type,
        row.sector,
        row.above,
        role,
        own,
        whole,
        row.unit_id,
        all_more if own == whole else more.own.get(key, NOBODY),
        all_more,
        more.sizes.get(row.unit_id),
        more.plans.get(row.unit_id) if is_first else None,
    )
