"""What reports ask besides the figures: whose units, which lie below, who needs help."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, func, literal, literal_column, or_, select

from channels.messages import UnitId
from learning.escalation import LADDERS, Ladder, installed, ladder_on
from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, Role, Track
from storage.escalations import is_silent
from storage.posts import Counts, exists_on, flag, held_on, is_joined
from storage.rollup import BASIS
from storage.tables import (
    COUNTS,
    account,
    endpoint,
    org_unit,
    person,
    position,
    setting,
    snapshot,
    unit_closure,
)
from storage.unit_figures import Line, as_line, lines_query, source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a report is about."""

    id: UnitId
    code: str
    name: str
    unit_type: str

    @property
    def is_grassroots(self) -> bool:
        """True for a CĐCS, a nghiệp đoàn and their parts; False for what is above, and for a tổ."""
        return self.unit_type in GRASSROOTS_TYPES


@dataclass(frozen=True, slots=True)
class Seat:
    """A post that may give rights over units; `valid_to` is the first day on which it is held no more."""

    unit: Unit
    role: Role
    receives_reports: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Step:
    """One unit on the way from a unit up to the root."""

    unit_id: UnitId
    unit_type: str
    manager_id: UnitId | None
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Holders:
    """Of the posts of one role: held by somebody; by somebody connected who stopped within the module."""

    held: int = 0
    stalled: int = 0


LADDER = "silence_ladder"  # setting: days of silence until the chair, and the union above, is told
_UNIT = (org_unit.c.id, org_unit.c.code, org_unit.c.name, org_unit.c.unit_type)


def _unit(row: Any) -> Unit:
    return Unit(UnitId(row.id), row.code, row.name, row.unit_type)


@dataclass(frozen=True, slots=True)
class Basis:
    """What reports rest on: the chuyên đề that the figures were counted for, by track, and the ladders of silence."""

    assigned: Mapping[Track, str]
    ladders: tuple[Ladder, ...] = LADDERS

    def ladder(self, day: date) -> Ladder:
        """The ladder in force on a day."""
        return ladder_on(day, self.ladders)


async def basis(conn: AsyncConnection) -> Basis:
    """What reports rest on, as the program keeps it."""
    query = select(setting.c.key, setting.c.value).where(setting.c.key.in_([BASIS, LADDER]))
    kept = {row.key: row.value for row in await conn.execute(query)}
    assigned = {Track(track): module for track, module in (kept.get(BASIS) or {}).get("assigned", {}).items()}
    return Basis(assigned, (installed(*kept[LADDER]),) if LADDER in kept else LADDERS)


async def assigned_as_counted(conn: AsyncConnection) -> Mapping[Track, str]:
    """The chuyên đề that the figures were counted for, by track."""
    return (await basis(conn)).assigned


async def unit_by_id(conn: AsyncConnection, unit_id: UnitId) -> Unit | None:
    """The unit of that id."""
    row = (await conn.execute(select(*_UNIT).where(org_unit.c.id == unit_id))).first()
    return _unit(row) if row else None


async def units_of(conn: AsyncConnection, person_id: PersonId, day: date, *, only_receiving: bool) -> Sequence[Unit]:
    """
    The units, tổ apart, on which somebody may have a report; highest first.

    Args:
        conn: a connection.
        person_id: who.
        day: the day on which they hold the position.
        only_receiving: only units whose reports they are marked to receive; else those they chair as well.
    """
    concerns: ColumnElement[bool] = position.c.receives_reports.is_(True)
    if not only_receiving:
        concerns = or_(concerns, position.c.role == Role.CHAIR.value)
    mine = select(position.c.unit_id).where(position.c.person_id == person_id, held_on(day), concerns)
    query = (
        select(*_UNIT)
        .where(org_unit.c.id.in_(mine), exists_on(day), org_unit.c.unit_type.not_in(GROUP_TYPES))
        .order_by(_height(), org_unit.c.sort_name, org_unit.c.id)
    )
    return [_unit(row) for row in await conn.execute(query)]


def _height() -> ColumnElement[Any]:
    """How far a unit is from the root."""
    return select(func.count()).where(unit_closure.c.unit_id == org_unit.c.id).correlate(org_unit).scalar_subquery()


SEAT = (*_UNIT, position.c.role, position.c.receives_reports, position.c.valid_from, position.c.valid_to)


def gives_rights(day: date) -> ColumnElement[bool]:
    """True of a position in a unit, tổ apart, that may give rights over units on a day."""
    return and_(
        exists_on(day),
        held_on(day),
        org_unit.c.unit_type.not_in(GROUP_TYPES),
        or_(position.c.receives_reports.is_(True), position.c.role == Role.CHAIR.value),
    )


def highest_first() -> tuple[ColumnElement[Any], ...]:
    """The order of seats."""
    return (_height(), org_unit.c.sort_name, org_unit.c.id, position.c.id)


def as_seat(row: Any) -> Seat:
    """A row of the columns `SEAT`."""
    return Seat(_unit(row), Role(row.role), bool(row.receives_reports), row.valid_from, row.valid_to)


async def seats_of(conn: AsyncConnection, person_id: PersonId, day: date) -> Sequence[Seat]:
    """The posts of somebody, in units above tổ, that may give them rights over units on a day; the highest first."""
    query = (
        select(*SEAT)
        .select_from(position.join(org_unit, org_unit.c.id == position.c.unit_id))
        .where(position.c.person_id == person_id, gives_rights(day))
        .order_by(*highest_first())
    )
    return [as_seat(row) for row in await conn.execute(query)]


async def path_up(conn: AsyncConnection, unit_id: UnitId) -> Sequence[Step]:
    """The unit itself, then what is above it, up to the root; empty if there is no such unit."""
    query = (
        select(org_unit.c.id, org_unit.c.unit_type, org_unit.c.manager_id, org_unit.c.code, org_unit.c.name)
        .join(unit_closure, unit_closure.c.ancestor_id == org_unit.c.id)
        .where(unit_closure.c.unit_id == unit_id)
        .order_by(unit_closure.c.depth)
    )
    rows = await conn.execute(query)
    return [Step(UnitId(row.id), row.unit_type, row.manager_id, row.code, row.name) for row in rows]


async def full_name(conn: AsyncConnection, person_id: PersonId) -> str:
    """A person's name as the roster has it."""
    return str((await conn.execute(select(person.c.full_name).where(person.c.id == person_id))).scalar_one())


# --- what lies below --------------------------------------------------------------------------------------------------


def is_managed() -> ColumnElement[bool]:
    """True of a managed unit that is neither below its manager nor below another unit of the same manager."""
    above = org_unit.alias("above")
    covered = (
        select(literal_column("1"))
        .select_from(unit_closure.join(above, above.c.id == unit_closure.c.ancestor_id))
        .where(
            unit_closure.c.unit_id == org_unit.c.id,
            unit_closure.c.depth > 0,
            or_(above.c.manager_id == org_unit.c.manager_id, above.c.id == org_unit.c.manager_id),
        )
        .exists()
    )
    return and_(org_unit.c.manager_id.is_not(None), org_unit.c.unit_type.not_in(GROUP_TYPES), ~covered)


async def lines(
    conn: AsyncConnection,
    unit_id: UnitId,
    cut_off: datetime | None = None,
    *,
    by_need: bool = False,
    limit: int,
    offset: int = 0,
) -> Sequence[Line]:
    """The units directly below a unit or managed by it, without tổ: by name, or those with most not connected first."""
    query = _lines_query(by_need=by_need, is_kept=cut_off is not None)
    values = {"unit": unit_id, "cut_off": cut_off, "most": limit, "skipped": offset}
    return [as_line(row) for row in await conn.execute(query, values)]


@lru_cache(maxsize=4)
def _lines_query(*, by_need: bool, is_kept: bool) -> Select[Any]:
    """The query of `lines`, built once: its many parts take longer to put together than to send."""
    line = lines_query(_listed(), _cut_off(is_kept=is_kept)).add_columns(org_unit.c.sort_name).subquery()
    order = [line.c.waiting.desc()] if by_need else []
    query = select(line).order_by(*order, line.c.sort_name, line.c.id)
    if by_need:
        query = query.where(line.c.waiting > literal_column("0"))
    return query.limit(bindparam("most", type_=Integer)).offset(bindparam("skipped", type_=Integer))


def _cut_off(*, is_kept: bool) -> Any:
    return bindparam("cut_off", type_=snapshot.c.cut_off.type) if is_kept else None


def _listed() -> ColumnElement[bool]:
    """True of a unit that is directly below the unit of the parameter `unit` or managed by it, tổ apart."""
    unit_id = bindparam("unit", type_=org_unit.c.id.type)
    below = and_(org_unit.c.parent_id == unit_id, org_unit.c.unit_type.not_in(GROUP_TYPES))
    return or_(below, and_(org_unit.c.manager_id == unit_id, is_managed()))


@lru_cache(maxsize=2)
def _first_line_query(*, is_kept: bool) -> Select[Any]:
    return lines_query(_listed(), _cut_off(is_kept=is_kept)).with_only_columns(org_unit.c.id).limit(1)


async def has_lines(conn: AsyncConnection, unit_id: UnitId, cut_off: datetime | None = None) -> bool:
    """Whether `lines` has any; no figure is summed."""
    query = _first_line_query(is_kept=cut_off is not None)
    return (await conn.execute(query, {"unit": unit_id, "cut_off": cut_off})).first() is not None


async def managed_below(conn: AsyncConnection, managers: Iterable[UnitId]) -> Mapping[UnitId, Sequence[UnitId]]:
    """The topmost units that each of these units manages without being above them."""
    query = select(org_unit.c.manager_id, org_unit.c.id).where(
        org_unit.c.manager_id.in_(list(managers)), is_managed(), org_unit.c.valid_to.is_(None)
    )
    found: dict[UnitId, list[UnitId]] = defaultdict(list)
    for manager, unit in (await conn.execute(query)).all():
        found[UnitId(manager)].append(UnitId(unit))
    return found


async def totals(conn: AsyncConnection, units: Sequence[UnitId], cut_off: datetime | None) -> Mapping[UnitId, Counts]:
    """All posts of each of these units and below, live or at a cut-off; units without any are left out."""
    table, conditions = source(cut_off)
    query = (
        select(table.c.unit_id, *(func.sum(table.c[f"all_{name}"]).label(name) for name in COUNTS))
        .where(table.c.unit_id.in_(units), *conditions)
        .group_by(table.c.unit_id)
    )
    return {UnitId(row.unit_id): Counts.of(row) for row in await conn.execute(query)}


# --- within a grassroots union ----------------------------------------------------------------------------------------


async def holders(
    conn: AsyncConnection, unit_id: UnitId, assigned: Mapping[Track, str], day: date, silent_since: datetime
) -> Mapping[Role, Holders]:
    """Who holds the posts of a unit and below, by role; stalled: no word since `silent_since` within the module."""
    stalled = flag(is_silent(assigned, silent_since))
    posts = (
        select(position.c.role, stalled.label("stalled"))
        .join(unit_closure, unit_closure.c.unit_id == position.c.unit_id)
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit_id, held_on(day), exists_on(day), position.c.person_id.is_not(None))
        .subquery()
    )
    query = select(posts.c.role, func.count().label("held"), func.sum(posts.c.stalled).label("stalled")).group_by(
        posts.c.role
    )
    return {Role(row.role): Holders(row.held, int(row.stalled)) for row in await conn.execute(query)}


async def closed_to(conn: AsyncConnection, unit_id: UnitId, day: date, channel: str, silent_since: datetime) -> int:
    """Posts of a unit and below whose holder is on that channel alone, and has said nothing there since then."""
    doors = (account.c.person_id == position.c.person_id, account.c.is_open)
    on_it: Select[Any] = select(literal_column("1")).where(
        endpoint.c.id == account.c.endpoint_id, endpoint.c.channel == channel
    )
    is_closed = and_(on_it.exists(), account.c.last_word_at < literal(silent_since, account.c.last_word_at.type))
    any_door: Select[Any] = select(literal_column("1")).where(*doors)
    query = (
        select(func.count())
        .select_from(position.join(unit_closure, unit_closure.c.unit_id == position.c.unit_id))
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(
            unit_closure.c.ancestor_id == unit_id,
            held_on(day),
            exists_on(day),
            is_joined(),
            any_door.exists(),
            ~any_door.where(~is_closed).exists(),
        )
    )
    return int((await conn.execute(query)).scalar_one())
