"""Who receives a digest, what was decided for them before, and Đề nghị quan tâm."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select, update

from channels.messages import AccountId, PersonId, UnitId
from learning.roles import GROUP_TYPES, Role
from storage.database import insert
from storage.posts import exists_on, held_on, is_joined
from storage.tables import account, attention, digest_sent, learner, org_unit, person, position

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who receives the reports of these units."""

    person_id: PersonId
    units: tuple[UnitId, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for attention to a unit, and when."""

    name: str
    at: datetime


async def receivers(conn: AsyncConnection, day: date, *, after: PersonId, limit: int) -> Sequence[Receiver]:
    """A page, by person, of those who are connected and receive the reports of a unit, tổ apart."""
    concerned = (
        position.c.receives_reports.is_(True),
        held_on(day),
        exists_on(day),
        org_unit.c.unit_type.not_in(GROUP_TYPES),
    )
    joined = position.join(org_unit, org_unit.c.id == position.c.unit_id)
    page = (
        select(position.c.person_id)
        .select_from(joined)
        .where(position.c.person_id > after, *concerned, is_joined())
        .distinct()
        .order_by(position.c.person_id)
        .limit(limit)
    )
    persons = list((await conn.execute(page)).scalars())
    query = (
        select(position.c.person_id, position.c.unit_id)
        .select_from(joined)
        .where(position.c.person_id.in_(persons), *concerned)
    )
    units: dict[int, set[int]] = defaultdict(set)
    for person_id, unit_id in (await conn.execute(query)).all():
        units[person_id].add(unit_id)
    return [Receiver(PersonId(one), tuple(UnitId(unit) for unit in sorted(units[one]))) for one in persons]


async def count_receivers(conn: AsyncConnection, day: date) -> int:
    """How many receive a digest on that day if there is news for all of them."""
    query = (
        select(func.count(position.c.person_id.distinct()))
        .select_from(position.join(org_unit, org_unit.c.id == position.c.unit_id))
        .where(
            position.c.receives_reports.is_(True),
            held_on(day),
            exists_on(day),
            org_unit.c.unit_type.not_in(GROUP_TYPES),
            is_joined(),
        )
    )
    return int((await conn.execute(query)).scalar_one())


async def doors(conn: AsyncConnection, persons: Iterable[PersonId]) -> Mapping[PersonId, AccountId]:
    """The open door of each person: the one they last wrote through."""
    is_reply = case((account.c.id == learner.c.reply_account_id, 1), else_=0)
    query = (
        select(account.c.person_id, account.c.id)
        .join(learner, learner.c.person_id == account.c.person_id)
        .where(account.c.person_id.in_(list(persons)), account.c.is_open)
        .order_by(account.c.person_id, is_reply, account.c.last_word_at.nullsfirst(), account.c.id.desc())
    )
    return {PersonId(owner): AccountId(door) for owner, door in (await conn.execute(query)).all()}


async def decisions(
    conn: AsyncConnection, persons: Iterable[PersonId], *, since: datetime, before: datetime
) -> Mapping[PersonId, Sequence[bool]]:
    """Whether each person's digests of that time were silent, the latest first."""
    query = (
        select(digest_sent.c.person_id, digest_sent.c.is_silent)
        .where(
            digest_sent.c.person_id.in_(list(persons)),
            digest_sent.c.cut_off >= since,
            digest_sent.c.cut_off < before,
        )
        .order_by(digest_sent.c.cut_off.desc())
    )
    found: dict[PersonId, list[bool]] = defaultdict(list)
    for person_id, is_silent in (await conn.execute(query)).all():
        found[PersonId(person_id)].append(is_silent)
    return found


async def decide(
    conn: AsyncConnection, is_silent: Mapping[PersonId, bool], cut_off: datetime, now: datetime
) -> frozenset[PersonId]:
    """Write down what was decided for these persons, once for each cut-off; returns those who had no decision yet."""
    rows = [
        {"person_id": person_id, "cut_off": cut_off, "is_silent": silent, "decided_at": now}
        for person_id, silent in is_silent.items()
    ]
    statement = insert(conn, digest_sent).values(rows).on_conflict_do_nothing().returning(digest_sent.c.person_id)
    return frozenset((await conn.execute(statement)).scalars())


async def keep_waiting(conn: AsyncConnection, person_id: PersonId, cut_off: datetime) -> None:
    """The digest of a cut-off could not be sent: it is shown when the person next writes."""
    await conn.execute(update(learner).where(learner.c.person_id == person_id).values(digest_waits=cut_off))


# --- Đề nghị quan tâm -------------------------------------------------------------------------------------------------


async def last_asked(conn: AsyncConnection, unit_id: UnitId, since: datetime) -> Asked | None:
    """Who last asked for attention to a unit since then; the unit stays locked, so that two do not ask at once."""
    await conn.execute(select(org_unit.c.id).where(org_unit.c.id == unit_id).with_for_update())
    query = (
        select(person.c.full_name, attention.c.asked_at)
        .join(person, person.c.id == attention.c.by_person_id)
        .where(attention.c.unit_id == unit_id, attention.c.asked_at > since)
        .order_by(attention.c.asked_at.desc())
    )
    row = (await conn.execute(query)).first()
    return Asked(row.full_name, row.asked_at) if row else None


async def record_asked(conn: AsyncConnection, unit_id: UnitId, by: PersonId, *, reached: int, now: datetime) -> int:
    """Write down that attention was asked for; returns its id."""
    statement = (
        attention.insert()
        .values(unit_id=unit_id, by_person_id=by, asked_at=now, reached=reached)
        .returning(attention.c.id)
    )
    return int((await conn.execute(statement)).scalar_one())


async def answerable(conn: AsyncConnection, unit_id: UnitId, day: date) -> Sequence[tuple[PersonId, str]]:
    """The connected chairs and report receivers of a unit, with their names."""
    query = (
        select(person.c.id, person.c.full_name)
        .join(position, position.c.person_id == person.c.id)
        .where(
            position.c.unit_id == unit_id,
            held_on(day),
            or_(position.c.role == Role.CHAIR.value, position.c.receives_reports.is_(True)),
            is_joined(),
        )
        .distinct()
        .order_by(person.c.id)
    )
    return [(PersonId(row.id), row.full_name) for row in await conn.execute(query)]
