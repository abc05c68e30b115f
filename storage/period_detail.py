"""What the detail of a report says besides the figures: who attended what, who the cadres are, what was planned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal_column, or_, select

from learning.recognition import Kind
from learning.roles import GROUP_TYPES, Role
from learning.trainers import CHAIRED_TYPES
from learning.unit_sizes import size_on
from storage.posts import flag, held_on
from storage.rollup_tree import batches
from storage.tables import org_unit, person, position, recognition, training_year, unit_closure
from storage.training_years import COLUMNS, TrainingYear
from storage.unit_past import as_sizes, changes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from learning.periods import Period

Cell = tuple[int, Role]  # a unit and a role


@dataclass(frozen=True, slots=True)
class Trained:
    """
    The posts of one role in a scope, beyond their figures.

    `persons`, `attendances` and `hours` are of what was recognised in the period; `classes` of classes alone,
    `organisers` are the types of the units that held them. `first_term` and `women` are posts.
    """

    persons: int = 0
    attendances: int = 0
    classes: int = 0
    hours: float = 0.0
    modules: frozenset[str] = frozenset()
    organisers: frozenset[str] = frozenset()
    first_term: int = 0
    women: int = 0

    @property
    def is_online_only(self) -> bool:
        """Whether something was recognised, and all of it learned on the assistant."""
        return bool(self.modules) and not self.organisers


NOBODY = Trained()


@dataclass(frozen=True, slots=True)
class More:
    """What is known of the units of a page, with their own posts alone, and with all below."""

    own: Mapping[Cell, Trained] = field(default_factory=dict)
    all: Mapping[Cell, Trained] = field(default_factory=dict)
    sizes: Mapping[int, int | None] = field(default_factory=dict)  # of CĐCS, at the start of the period
    plans: Mapping[int, TrainingYear] = field(default_factory=dict)


async def more(
    conn: AsyncConnection, units: Collection[int], with_own: Collection[int], period: Period, day: date
) -> More:
    """
    Read what the detail adds for some units.

    Args:
        conn: a connection.
        units: the units of a page.
        with_own: those of them whose own posts are a line apart; of the others all posts are their own.
        period: classes held in it, sizes at its start.
        day: the last day of the figures: posts held on it, classes held until it, plans of its year.
    """
    whole = await _trained(conn, units, period, day, is_own=False)
    own = await _trained(conn, with_own, period, day, is_own=True) if with_own else {}
    plans: dict[int, TrainingYear] = {}
    sizes: dict[int, int | None] = {}
    for batch in batches(units):
        query = select(training_year.c.unit_id, *COLUMNS).where(
            training_year.c.unit_id.in_(batch), training_year.c.year == day.year
        )
        plans |= {row[0]: TrainingYear(*row[1:]) for row in await conn.execute(query)}
        chaired = select(org_unit.c.id, org_unit.c.member_count, org_unit.c.member_count_on).where(
            org_unit.c.id.in_(batch), org_unit.c.unit_type.in_(CHAIRED_TYPES)
        )
        rows = (await conn.execute(chaired)).all()
        history = await changes_of(conn, [row.id for row in rows])
        sizes |= {row.id: size_on(as_sizes(row, history.get(row.id, ())), period.first) for row in rows}
    return More(own, whole, sizes, plans)


def _scope(*, is_own: bool) -> tuple[Any, ColumnElement[int]]:
    """Positions with their units, and the unit each counts for: its own (of a tổ, what it is in), or any above."""
    joined = position.join(org_unit, org_unit.c.id == position.c.unit_id)
    if is_own:
        home = case((org_unit.c.unit_type.in_(GROUP_TYPES), org_unit.c.parent_id), else_=org_unit.c.id)
        return joined, home
    return joined.join(unit_closure, unit_closure.c.unit_id == position.c.unit_id), unit_closure.c.ancestor_id


async def _trained(
    conn: AsyncConnection, units: Collection[int], period: Period, day: date, *, is_own: bool
) -> Mapping[Cell, Trained]:
    found: defaultdict[Cell, dict[str, Any]] = defaultdict(dict)
    until = min(period.last, day)
    for batch in batches(units):
        for row in await conn.execute(_totals(batch, period.first, until, is_own=is_own)):
            numbers = {"persons": row.persons, "attendances": row.attendances, "hours": float(row.hours or 0)}
            found[row.scope, Role(row.role)] |= numbers
        for row in await conn.execute(_classes(batch, period.first, until, is_own=is_own)):
            cell = found[row.scope, Role(row.role)]
            cell["modules"] = cell.get("modules", frozenset()) | {row.module_id}
            if row.kind == Kind.CLASS.value:
                cell["classes"] = cell.get("classes", 0) + row.number
                cell["organisers"] = cell.get("organisers", frozenset()) | {row.organiser}
        for row in await conn.execute(_people(batch, day, is_own=is_own)):
            found[row.scope, Role(row.role)] |= {"first_term": int(row.first_term), "women": int(row.women)}
    return {key: Trained(**cell) for key, cell in found.items()}


def _held(batch: Collection[int], since: date, until: date, *, is_own: bool) -> tuple[Any, Any, Any]:
    """
    Recognitions of a span joined to the posts that their holders held on the day, in the scope of some units.

    The posts are found first: else PostgreSQL would read all recognitions of the country for every page.
    """
    positions, scope = _scope(is_own=is_own)
    columns = (position.c.role, position.c.person_id, position.c.valid_from, position.c.valid_to)
    posts = (
        select(scope.label("scope"), *columns)
        .select_from(positions)
        .where(scope.in_(batch), position.c.person_id.is_not(None))
        .cte("posts")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    conditions = (
        recognition.c.held_on.between(since, until),
        posts.c.valid_from <= recognition.c.held_on,
        or_(posts.c.valid_to.is_(None), posts.c.valid_to > recognition.c.held_on),
    )
    return posts.join(recognition, recognition.c.person_id == posts.c.person_id), posts, conditions


def _totals(batch: Collection[int], since: date, until: date, *, is_own: bool) -> Select[Any]:
    joined, posts, conditions = _held(batch, since, until, is_own=is_own)
    columns = (recognition.c.id, recognition.c.person_id, recognition.c.hours)
    each = select(posts.c.scope, posts.c.role, *columns).select_from(joined).where(*conditions).distinct()
    once = each.subquery()
    return select(
        once.c.scope,
        once.c.role,
        func.count().label("attendances"),
        func.count(once.c.person_id.distinct()).label("persons"),
        func.sum(once.c.hours).label("hours"),
    ).group_by(once.c.scope, once.c.role)


def _classes(batch: Collection[int], since: date, until: date, *, is_own: bool) -> Select[Any]:
    """Classes by what was taught and who held them; the same unit, topic, day and document is the same class."""
    joined, posts, conditions = _held(batch, since, until, is_own=is_own)
    organiser = org_unit.alias("organiser")
    names = ("by_unit_id", "module_id", "held_on", "document", "kind")
    each = (
        select(
            posts.c.scope,
            posts.c.role,
            organiser.c.unit_type.label("organiser"),
            *(recognition.c[name] for name in names),
        )
        .select_from(joined.join(organiser, organiser.c.id == recognition.c.by_unit_id))
        .where(*conditions)
        .distinct()
        .subquery()
    )
    keys = (each.c.scope, each.c.role, each.c.kind, each.c.module_id, each.c.organiser)
    return select(*keys, func.count().label("number")).group_by(*keys)


def _people(batch: Collection[int], day: date, *, is_own: bool) -> Select[Any]:
    positions, scope = _scope(is_own=is_own)
    is_woman = func.coalesce(flag(person.c.is_female.is_(True)), literal_column("0"))
    return (
        select(
            scope.label("scope"),
            position.c.role,
            func.sum(flag(position.c.is_first_term)).label("first_term"),
            func.sum(is_woman).label("women"),
        )
        .select_from(positions.join(person, person.c.id == position.c.person_id))
        .where(scope.in_(batch), held_on(day), or_(position.c.is_first_term, person.c.is_female))
        .group_by(scope, position.c.role)
    )
