"""Finding whom a phone or a name means among those who hold a post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.tables import org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that a person holds now; `role` is a learning.roles.Role."""

    unit_id: int
    unit_name: str
    role: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person who holds at least one post."""

    id: int
    code: str | None
    full_name: str
    phone: str | None
    posts: tuple[HeldPost, ...]


async def match_by_phone(conn: AsyncConnection, phone: str, unit_id: int | None) -> Sequence[PersonRow]:
    """
    Persons in office with that number, in the unit or below it when one is given.

    More than one means that the number is shared: ask for a code instead.

    Args:
        conn: where to look.
        phone: E.164.
        unit_id: the unit whose people are meant, None for all.
    """
    return await _match(conn, person.c.phone == phone, unit_id)


async def match_by_name(conn: AsyncConnection, fold: str, unit_id: int | None) -> Sequence[PersonRow]:
    """Persons in office whose name folds to `fold` (`learning.text.fold`), at or below the unit when one is given."""
    return await _match(conn, person.c.name_fold == fold, unit_id)


async def _match(conn: AsyncConnection, condition: ColumnElement[bool], unit_id: int | None) -> Sequence[PersonRow]:
    query = (
        select(
            person.c.id,
            person.c.code,
            person.c.full_name,
            person.c.phone,
            org_unit.c.id.label("unit_id"),
            org_unit.c.name.label("unit_name"),
            position.c.role,
        )
        .join_from(person, position, position.c.person_id == person.c.id)
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(condition, position.c.valid_to.is_(None))
        .order_by(person.c.sort_name, person.c.id, position.c.id)
    )
    if unit_id is not None:
        below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id)
        query = query.where(position.c.unit_id.in_(below))
    found: dict[int, PersonRow] = {}
    for row in await conn.execute(query):
        before = found[row.id].posts if row.id in found else ()
        post = HeldPost(row.unit_id, row.unit_name, row.role)
        found[row.id] = PersonRow(row.id, row.code, row.full_name, row.phone, (*before, post))
    return list(found.values())
