"""
What a union counts, once: posts (chức danh) by unit and role, and how far their holders are, as SQL for both databases.

- posts: positions held or vacant on the day, in units that exist on it; and one vacant post for each CĐCS and nghiệp
  đoàn without a chair's position, and each tổ without a tổ trưởng's.
- joined: the holder agreed and has an open door.
- started, completed: the chuyên đề assigned now to the post's track; they stay when a door is closed, and what erased
  persons had completed is added from counts, never above the posts.
- recognised: a recognition held in the report period of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import and_, case, func, literal, literal_column, null, or_, select, union_all

from learning.roles import BELOW_PROVINCE_TYPES, GROUP_TYPES, Role, Track, track_of
from storage.tables import COUNTS, account, erased_credit, learner, learner_course, org_unit, position, recognition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, Select

# The role whose post exists in every unit of these types, named or not.
HEADS = {Role.CHAIR: frozenset({"CDCS", "NDCS"}), Role.GROUP_LEADER: GROUP_TYPES}

OWN = tuple(f"own_{name}" for name in COUNTS)  # columns of unit_rollup and snapshot
ALL = tuple(f"all_{name}" for name in COUNTS)

_H1_LAST_MONTH = 5
_YEAR_ENDS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Posts, and how many of them have come how far."""

    posts: int = 0
    joined: int = 0
    started: int = 0
    completed: int = 0
    recognised: int = 0

    def __add__(self, other: Self) -> Counts:
        return Counts(
            self.posts + other.posts,
            self.joined + other.joined,
            self.started + other.started,
            self.completed + other.completed,
            self.recognised + other.recognised,
        )

    def __sub__(self, other: Self) -> Counts:
        return Counts(
            self.posts - other.posts,
            self.joined - other.joined,
            self.started - other.started,
            self.completed - other.completed,
            self.recognised - other.recognised,
        )

    def __bool__(self) -> bool:
        return bool(self.posts or self.joined or self.started or self.completed or self.recognised)

    def as_dict(self) -> dict[str, int]:
        """The five numbers by name."""
        return {name: getattr(self, name) for name in COUNTS}

    @classmethod
    def of(cls, row: Any, prefix: str = "") -> Counts:
        """The counts that a row's columns of that prefix hold."""
        return Counts(*(int(getattr(row, f"{prefix}{name}") or 0) for name in COUNTS))


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of disjoint counts."""
    return sum(parts, Counts())


def period_of(day: date) -> tuple[date, date]:
    """
    First and last day of the report period that holds `day`.

    H1 runs from 1 December to 31 May, H2 from 1 June to 30 November, as unions close their statistics.
    """
    if day.month == _YEAR_ENDS_BEFORE:
        return date(day.year, 12, 1), date(day.year + 1, 5, 31)
    if day.month <= _H1_LAST_MONTH:
        return date(day.year - 1, 12, 1), date(day.year, 5, 31)
    return date(day.year, 6, 1), date(day.year, 11, 30)


def exists_on(day: date) -> ColumnElement[bool]:
    """True of an org_unit that exists on that day."""
    return and_(
        or_(org_unit.c.valid_from.is_(None), org_unit.c.valid_from <= day),
        or_(org_unit.c.valid_to.is_(None), org_unit.c.valid_to > day),
    )


def held_on(day: date) -> ColumnElement[bool]:
    """True of a position that is there on that day, vacant or not."""
    return and_(position.c.valid_from <= day, or_(position.c.valid_to.is_(None), position.c.valid_to > day))


def module_of(track: ColumnElement[Any], assigned: Mapping[Track, str]) -> ColumnElement[Any]:
    """The chuyên đề assigned to a track's column; NULL for none."""
    return case({key.value: module for key, module in assigned.items()}, value=track) if assigned else null()


def is_joined() -> ColumnElement[bool]:
    """True of a position whose holder agreed and has an open door."""
    door = select(literal_column("1")).where(account.c.person_id == position.c.person_id, account.c.is_open).exists()
    agreed = select(literal_column("1")).where(learner.c.person_id == position.c.person_id).exists()
    return and_(agreed, door)


def is_started(assigned: Mapping[Track, str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """True of a position whose holder is enrolled in what is assigned now, with these conditions on the enrolment."""
    return (
        select(literal_column("1"))
        .where(
            learner_course.c.person_id == position.c.person_id,
            learner_course.c.module_id == module_of(position.c.track, assigned),
            *conditions,
        )
        .exists()
    )


def is_completed(assigned: Mapping[Track, str]) -> ColumnElement[bool]:
    """True of a position whose holder completed what is assigned now."""
    return is_started(assigned, learner_course.c.completed_at.is_not(None))


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where it holds, else 0."""
    return case((condition, literal_column("1")), else_=literal_column("0"))


def _credit(counted: Any, assigned: Mapping[Track, str]) -> ColumnElement[int]:
    whens = [
        (
            and_(
                counted.c.role == role.value,
                org_unit.c.unit_type.in_(BELOW_PROVINCE_TYPES)
                if is_below
                else org_unit.c.unit_type.not_in(BELOW_PROVINCE_TYPES),
            ),
            literal(module),
        )
        for role in Role
        for is_below in (True, False)
        if (module := assigned.get(track_of(role, "CDCS" if is_below else "TLD"))) is not None
    ]
    if not whens:
        return literal_column("0")
    query = select(func.coalesce(func.sum(erased_credit.c.completed), literal_column("0"))).where(
        erased_credit.c.unit_id == counted.c.unit_id,
        erased_credit.c.role == counted.c.role,
        erased_credit.c.module_id == case(*whens),
    )
    return query.scalar_subquery()


def own_counts(assigned: Mapping[Track, str], day: date, units: Iterable[int] | None = None) -> Select[Any]:
    """
    A query for (unit_id, role, the five counts) of the units' own posts, without what is below them.

    Args:
        assigned: the module assigned now, by track.
        day: the day, in Viet Nam, on which positions and units must be there.
        units: only these; None for all.
    """
    since, until = period_of(day)
    chosen = None if units is None else list(units)
    recognised = (
        select(literal_column("1"))
        .where(recognition.c.person_id == position.c.person_id, recognition.c.held_on.between(since, until))
        .exists()
    )
    posts = (
        select(
            position.c.unit_id,
            position.c.role,
            flag(is_joined()).label("joined"),
            flag(is_started(assigned)).label("started"),
            flag(is_completed(assigned)).label("completed"),
            flag(recognised).label("recognised"),
        )
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(held_on(day), exists_on(day))
    )
    if chosen is not None:
        posts = posts.where(position.c.unit_id.in_(chosen))
    post = posts.subquery("post")
    parts: list[Select[Any]] = [
        select(
            post.c.unit_id,
            post.c.role,
            func.count().label("posts"),
            *(func.sum(post.c[name]).label(name) for name in COUNTS[1:]),
        ).group_by(post.c.unit_id, post.c.role)
    ]
    for role, types in HEADS.items():
        head = (
            select(literal_column("1"))
            .where(position.c.unit_id == org_unit.c.id, position.c.role == role.value, held_on(day))
            .exists()
        )
        zeros: Iterable[ColumnElement[int]] = (literal_column("0").label(name) for name in COUNTS[1:])
        vacant = select(
            org_unit.c.id.label("unit_id"),
            literal(role.value).label("role"),
            literal_column("1").label("posts"),
            *zeros,
        ).where(org_unit.c.unit_type.in_(types), exists_on(day), ~head)
        parts.append(vacant if chosen is None else vacant.where(org_unit.c.id.in_(chosen)))
    counted = union_all(*parts).subquery("counted")
    with_erased = counted.c.completed + _credit(counted, assigned)
    columns: dict[str, ColumnElement[int]] = {name: counted.c[name] for name in COUNTS}
    columns["completed"] = case((with_erased > counted.c.posts, counted.c.posts), else_=with_erased)
    return select(counted.c.unit_id, counted.c.role, *(columns[name].label(name) for name in COUNTS)).join(
        org_unit, org_unit.c.id == counted.c.unit_id
    )
