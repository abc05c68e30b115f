"""Rows for tests: a small union, its cadres, and what they have done. Every function commits nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, literal, select, update

from channels.messages import AccountId, PersonId, UnitId
from learning.roles import Role, track_of
from learning.text import fold, person_sort_key, sort_key
from storage.accounts import ensure_endpoint
from storage.tables import (
    account,
    learner,
    learner_course,
    org_unit,
    person,
    position,
    recognition,
    rollup_dirty,
    unit_closure,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SINCE = date(2025, 1, 1)
_numbers = count(1)


async def unit(
    conn: AsyncConnection,
    code: str,
    unit_type: str,
    parent: UnitId | None = None,
    *,
    name: str | None = None,
    **values: Any,
) -> UnitId:
    """A unit, below `parent`, with its closure."""
    name = name or f"Đơn vị {code}"
    row = {
        "code": code,
        "name": name,
        "name_fold": fold(name),
        "sort_name": sort_key(name),
        "unit_type": unit_type,
        "parent_id": parent,
        "recorded_at": NOW,
        **values,
    }
    unit_id = (await conn.execute(insert(org_unit).values(row).returning(org_unit.c.id))).scalar_one()
    await conn.execute(insert(unit_closure).values(ancestor_id=unit_id, unit_id=unit_id, depth=0))
    if parent is not None:
        await conn.execute(
            insert(unit_closure).from_select(
                ["ancestor_id", "unit_id", "depth"],
                select(
                    unit_closure.c.ancestor_id, literal(unit_id, unit_closure.c.unit_id.type), unit_closure.c.depth + 1
                ).where(unit_closure.c.unit_id == parent),
            )
        )
    return UnitId(unit_id)


async def move(conn: AsyncConnection, unit_id: UnitId, parent: UnitId) -> None:
    """Put a unit, and what is below it, below another one; the closure is written anew."""
    await conn.execute(update(org_unit).where(org_unit.c.id == unit_id).values(parent_id=parent))
    above = {row.id: row.parent_id for row in await conn.execute(select(org_unit.c.id, org_unit.c.parent_id))}
    rows = []
    for below in above:
        ancestor, depth = below, 0
        while ancestor is not None:
            rows.append({"ancestor_id": ancestor, "unit_id": below, "depth": depth})
            ancestor, depth = above[ancestor], depth + 1
    await conn.execute(delete(unit_closure))
    await conn.execute(insert(unit_closure), rows)
    await conn.execute(insert(rollup_dirty).values(person_id=None, unit_id=None))


async def human(conn: AsyncConnection, name: str, **values: Any) -> PersonId:
    """A person of the roster, without a position."""
    row = {"full_name": name, "name_fold": fold(name), "sort_name": person_sort_key(name), "recorded_at": NOW, **values}
    return PersonId((await conn.execute(insert(person).values(row).returning(person.c.id))).scalar_one())


async def post(conn: AsyncConnection, person_id: PersonId | None, unit_id: UnitId, role: Role, **values: Any) -> int:
    """A position, vacant without a person; returns its id."""
    unit_type = (await conn.execute(select(org_unit.c.unit_type).where(org_unit.c.id == unit_id))).scalar_one()
    row = {
        "person_id": person_id,
        "unit_id": unit_id,
        "role": role.value,
        "track": track_of(role, unit_type).value,
        "valid_from": SINCE,
        "recorded_at": NOW,
        **values,
    }
    return int((await conn.execute(insert(position).values(row).returning(position.c.id))).scalar_one())


async def cadre(conn: AsyncConnection, name: str, unit_id: UnitId, role: Role, **values: Any) -> PersonId:
    """A person with one position; `values` are the position's, such as receives_reports."""
    person_id = await human(conn, name)
    await post(conn, person_id, unit_id, role, **values)
    return person_id


async def agreed(conn: AsyncConnection, person_id: PersonId, *, at: datetime = NOW, is_open: bool = True) -> AccountId:
    """The person agreed, and has a door in the browser chat."""
    endpoint_id = await ensure_endpoint(conn, "browser", "test", None)
    statement = (
        insert(account)
        .values(
            endpoint_id=endpoint_id,
            external_id=f"test-{next(_numbers)}",
            person_id=person_id,
            is_open=is_open,
            opened_at=at,
            last_word_at=at,
        )
        .returning(account.c.id)
    )
    account_id = AccountId((await conn.execute(statement)).scalar_one())
    if (await conn.execute(select(learner.c.person_id).where(learner.c.person_id == person_id))).first() is None:
        await conn.execute(
            insert(learner).values(person_id=person_id, joined_at=at, last_word_at=at, reply_account_id=account_id)
        )
    return account_id


async def enrolled(
    conn: AsyncConnection,
    person_id: PersonId,
    module_id: str,
    *,
    at: datetime = NOW,
    completed_at: datetime | None = None,
) -> None:
    """The person has started a module, and perhaps completed it."""
    await conn.execute(
        insert(learner_course).values(
            person_id=person_id,
            module_id=module_id,
            cycle=1,
            version="v1",
            started_at=at,
            lessons_done=12 if completed_at else 1,
            lessons_total=12,
            completed_at=completed_at,
        )
    )


async def recognised(
    conn: AsyncConnection, person_id: PersonId, by: UnitId, held_on: date, module_id: str = "M1", **values: Any
) -> None:
    """A recognition was entered; of a class, unless `values` say otherwise."""
    row = {
        "person_id": person_id,
        "module_id": module_id,
        "kind": "class",
        "held_on": held_on,
        "by_unit_id": by,
        "document": "01/KH-LĐLĐ",
        "recorded_at": NOW,
        **values,
    }
    await conn.execute(insert(recognition).values(row))
