"""The roster as it stands: units, persons and posts, read in bulk; pages stay far below SQLite's bind parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import or_, select

from storage.tables import org_unit, person, position

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterator, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit as stored."""

    id: int
    code: str
    name: str
    unit_type: str
    parent_id: int | None
    manager_id: int | None
    sector: str | None
    member_count: int | None
    member_count_on: date | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as stored."""

    id: int
    code: str | None
    full_name: str
    name_fold: str
    phone: str | None
    is_female: bool | None


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """A post as stored; without a person it is vacant, without `valid_to` it is held now."""

    id: int
    person_id: int | None
    unit_id: int
    role: str
    track: str
    is_full_time: bool
    elected_on: date | None
    is_first_term: bool
    term_ends_on: date | None
    shift: str | None
    receives_reports: bool
    valid_from: date
    valid_to: date | None


_UNIT = tuple(org_unit.c[field.name] for field in fields(UnitRecord))
_PERSON = tuple(person.c[field.name] for field in fields(PersonRecord))
_POSITION = tuple(position.c[field.name] for field in fields(PositionRecord))


def pages(items: Collection[T]) -> Iterator[list[T]]:
    """`items` in lists of at most `PAGE`."""
    listed = list(items)
    for start in range(0, len(listed), PAGE):
        yield listed[start : start + PAGE]


async def units(conn: AsyncConnection) -> Sequence[UnitRecord]:
    """Every unit, ended ones too, parents in no order."""
    return [UnitRecord(*row) for row in await conn.execute(select(*_UNIT))]


async def persons(
    conn: AsyncConnection, codes: Collection[str], phones: Collection[str], ids: Collection[int]
) -> Sequence[PersonRecord]:
    """Persons with one of these codes (as written, in capitals or in small letters), phones or ids."""
    found: dict[int, PersonRecord] = {}
    wanted: list[tuple[Any, Collection[Any]]] = [
        (person.c.code, {form for code in codes for form in (code, code.upper(), code.lower())}),
        (person.c.phone, phones),
        (person.c.id, ids),
    ]
    for column, values in wanted:
        for page in pages(values):
            for row in await conn.execute(select(*_PERSON).where(column.in_(page))):
                found[row.id] = PersonRecord(*row)
    return list(found.values())


async def held_in(conn: AsyncConnection, unit_ids: Collection[int]) -> Sequence[PositionRecord]:
    """Posts of these units as of now, vacant ones too."""
    return await _positions(conn, position.c.unit_id, unit_ids, position.c.valid_to.is_(None))


async def held_by(conn: AsyncConnection, person_ids: Collection[int]) -> Sequence[PositionRecord]:
    """Posts that these persons hold or held."""
    return await _positions(conn, position.c.person_id, person_ids)


async def ever_held_in(conn: AsyncConnection, unit_ids: Collection[int]) -> Sequence[PositionRecord]:
    """Posts of these units, now or before."""
    return await _positions(conn, position.c.unit_id, unit_ids)


async def _positions(
    conn: AsyncConnection, column: ColumnElement[Any], ids: Collection[int], *conditions: ColumnElement[bool]
) -> Sequence[PositionRecord]:
    found: list[PositionRecord] = []
    for page in pages(ids):
        rows = await conn.execute(select(*_POSITION).where(column.in_(page), *conditions))
        found.extend(PositionRecord(*row) for row in rows)
    return found


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with the person in it, as a line of the roster."""

    position: PositionRecord
    unit_code: str
    person: PersonRecord | None


async def active_units(conn: AsyncConnection, today: date) -> Sequence[UnitRecord]:
    """Units that have not ended, by code."""
    query = (
        select(*_UNIT).where(or_(org_unit.c.valid_to.is_(None), org_unit.c.valid_to > today)).order_by(org_unit.c.code)
    )
    return [UnitRecord(*row) for row in await conn.execute(query)]


async def active_posts(conn: AsyncConnection, today: date) -> AsyncIterator[PostLine]:
    """Every post as of now in units that have not ended, by unit, page by page."""
    after = 0
    while True:
        query = (
            select(
                *_POSITION,
                org_unit.c.code.label("unit_code"),
                *(column.label(f"p_{column.name}") for column in _PERSON),
            )
            .join_from(position, org_unit, org_unit.c.id == position.c.unit_id)
            .outerjoin(person, person.c.id == position.c.person_id)
            .where(
                position.c.id > after,
                position.c.valid_to.is_(None),
                or_(org_unit.c.valid_to.is_(None), org_unit.c.valid_to > today),
            )
            .order_by(position.c.id)
            .limit(PAGE)
        )
        rows = (await conn.execute(query)).all()
        for row in rows:
            values = tuple(row)
            post = PositionRecord(*values[: len(_POSITION)])
            whose = values[len(_POSITION) + 1 :]
            yield PostLine(post, row.unit_code, PersonRecord(*whose) if whose[0] is not None else None)
        if len(rows) < PAGE:
            return
        after = rows[-1].id
