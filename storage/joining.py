"""Codes, guesses, and requests of newcomers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, or_, select, update

from channels.messages import AccountId, PersonId, UnitId
from learning.roles import Role
from storage.database import insert
from storage.tables import (
    account,
    guess_counter,
    invite_code,
    join_request,
    learner,
    org_unit,
    person,
    position,
    unit_closure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

INVITE_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=10)
CODES_KEPT = timedelta(days=90)  # after they ran out, for questions about who was invited
MOST_TRIES = 5
TRIES_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Code:
    """A code that opens a door for a person."""

    id: int
    person_id: PersonId
    full_name: str
    purpose: str
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody of the roster who has not joined, by one of their posts."""

    person_id: PersonId
    full_name: str
    unit_id: UnitId
    unit_code: str
    unit_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A newcomer's name, waiting for a chair."""

    id: int
    account_id: AccountId
    unit_id: UnitId
    unit_name: str
    said_name: str
    is_decided: bool


async def find_code(conn: AsyncConnection, code_hash: bytes, now: datetime) -> Code | None:
    """The code with that hash, if it can still be used."""
    query = (
        select(invite_code.c.id, invite_code.c.person_id, person.c.full_name, invite_code.c.purpose, org_unit.c.name)
        .join(person, person.c.id == invite_code.c.person_id)
        .outerjoin(org_unit, org_unit.c.id == invite_code.c.unit_id)
        .where(
            invite_code.c.code_hash == code_hash,
            invite_code.c.used_at.is_(None),
            invite_code.c.revoked_at.is_(None),
            invite_code.c.expires_at > now,
        )
    )
    row = (await conn.execute(query)).first()
    return Code(row.id, PersonId(row.person_id), row.full_name, row.purpose, row.name) if row else None


async def use_code(conn: AsyncConnection, code_id: int, now: datetime) -> bool:
    """Use a code up; False if somebody was faster."""
    statement = (
        update(invite_code)
        .where(invite_code.c.id == code_id, invite_code.c.used_at.is_(None), invite_code.c.revoked_at.is_(None))
        .values(used_at=now)
    )
    return bool((await conn.execute(statement)).rowcount)


async def add_code(
    conn: AsyncConnection,
    *,
    code_hash: bytes,
    purpose: str,
    person_id: PersonId,
    unit_id: UnitId | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Write down a new code; those of the person and purpose not used yet are revoked."""
    await conn.execute(
        update(invite_code)
        .where(
            invite_code.c.person_id == person_id,
            invite_code.c.purpose == purpose,
            invite_code.c.used_at.is_(None),
            invite_code.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    await conn.execute(
        invite_code.insert().values(
            code_hash=code_hash,
            purpose=purpose,
            person_id=person_id,
            unit_id=unit_id,
            created_at=now,
            expires_at=expires_at,
        )
    )


async def add_codes(
    conn: AsyncConnection, codes: Sequence[tuple[bytes, Invitee]], *, expires_at: datetime, now: datetime
) -> None:
    """Write down new invitations of many, page by page; their earlier unused ones are revoked."""
    page = 500
    for start in range(0, len(codes), page):
        part = codes[start : start + page]
        await conn.execute(
            update(invite_code)
            .where(
                invite_code.c.person_id.in_({invitee.person_id for _, invitee in part}),
                invite_code.c.purpose == "join",
                invite_code.c.used_at.is_(None),
                invite_code.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        await conn.execute(
            invite_code.insert(),
            [
                {
                    "code_hash": code_hash,
                    "purpose": "join",
                    "person_id": invitee.person_id,
                    "unit_id": invitee.unit_id,
                    "created_at": now,
                    "expires_at": expires_at,
                }
                for code_hash, invitee in part
            ],
        )


async def count_guess(conn: AsyncConnection, who_hash: bytes, now: datetime) -> None:
    """A wrong code was tried."""
    query = select(guess_counter.c.since, guess_counter.c.tries).where(guess_counter.c.who_hash == who_hash)
    row = (await conn.execute(query)).first()
    is_fresh = row is None or row.since <= now - TRIES_WITHIN
    values = {
        "since": now if row is None or is_fresh else row.since,
        "tries": 1 if row is None or is_fresh else row.tries + 1,
    }
    await conn.execute(
        insert(conn, guess_counter)
        .values(who_hash=who_hash, **values)
        .on_conflict_do_update(index_elements=["who_hash"], set_=values)
    )


async def may_guess(conn: AsyncConnection, who_hash: bytes, now: datetime) -> bool:
    """False after too many wrong codes in too short a time."""
    query = select(guess_counter.c.tries).where(
        guess_counter.c.who_hash == who_hash, guess_counter.c.since > now - TRIES_WITHIN
    )
    return ((await conn.execute(query)).scalar() or 0) < MOST_TRIES


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Forget counters that no longer count, and codes that ran out long ago."""
    await conn.execute(delete(guess_counter).where(guess_counter.c.since <= now - TRIES_WITHIN))
    await conn.execute(delete(invite_code).where(invite_code.c.expires_at <= now - CODES_KEPT))


async def not_joined(
    conn: AsyncConnection, unit_id: UnitId, today: date, *, only_direct: bool = False
) -> Sequence[Invitee]:
    """
    Everybody with a post in or below a unit who has no open door, each once, by unit and name.

    With `only_direct` those of the unit itself and the chairs of the units directly below it.
    """
    has_door = exists().where(account.c.person_id == person.c.id, account.c.is_open)
    has_agreed = exists().where(learner.c.person_id == person.c.id)
    query = (
        select(person.c.id, person.c.full_name, org_unit.c.id, org_unit.c.code, org_unit.c.name, position.c.role)
        .select_from(unit_closure)
        .join(org_unit, org_unit.c.id == unit_closure.c.unit_id)
        .join(position, position.c.unit_id == org_unit.c.id)
        .join(person, person.c.id == position.c.person_id)
        .where(
            unit_closure.c.ancestor_id == unit_id,
            _holds(today),
            ~and_(has_door, has_agreed),
        )
        .order_by(org_unit.c.sort_name, org_unit.c.id, person.c.sort_name, position.c.id)
    )
    if only_direct:
        is_head = and_(unit_closure.c.depth == 1, position.c.role == Role.CHAIR.value)
        query = query.where(or_(unit_closure.c.depth == 0, is_head))
    seen: set[int] = set()
    found: list[Invitee] = []
    for person_id, full_name, in_unit, code, name, role in (await conn.execute(query)).all():
        if person_id not in seen:
            seen.add(person_id)
            found.append(Invitee(PersonId(person_id), full_name, UnitId(in_unit), code, name, Role(role)))
    return found


def _holds(today: date) -> ColumnElement[bool]:
    return and_(
        position.c.valid_from <= today,
        or_(position.c.valid_to.is_(None), position.c.valid_to > today),
    )


async def candidates(conn: AsyncConnection, unit_id: UnitId, name_fold: str, today: date) -> Sequence[tuple[int, str]]:
    """People of a unit and below whose name, without diacritics, is that one: (person id, "name, chức danh, unit")."""
    query = (
        select(person.c.id, person.c.full_name, position.c.role, org_unit.c.name)
        .select_from(unit_closure)
        .join(org_unit, org_unit.c.id == unit_closure.c.unit_id)
        .join(position, position.c.unit_id == org_unit.c.id)
        .join(person, person.c.id == position.c.person_id)
        .where(unit_closure.c.ancestor_id == unit_id, person.c.name_fold == name_fold, _holds(today))
        .order_by(person.c.sort_name, position.c.id)
        .limit(10)
    )
    found: dict[int, str] = {}
    for person_id, full_name, role, unit_name in (await conn.execute(query)).all():
        found.setdefault(person_id, f"{full_name}, {Role(role).label.lower()}, {unit_name}")
    return list(found.items())


async def by_phone(conn: AsyncConnection, unit_id: UnitId | None, phone: str, today: date) -> Sequence[tuple[int, str]]:
    """People with that phone who hold a post, in or below the unit when one is given: (person id, name)."""
    query = (
        select(person.c.id, person.c.full_name)
        .join(position, position.c.person_id == person.c.id)
        .where(person.c.phone == phone, _holds(today))
        .distinct()
        .limit(5)
    )
    if unit_id is not None:
        query = query.join(
            unit_closure, and_(unit_closure.c.unit_id == position.c.unit_id, unit_closure.c.ancestor_id == unit_id)
        )
    return [(row.id, row.full_name) for row in (await conn.execute(query)).all()]


async def officers(conn: AsyncConnection, unit_id: UnitId, today: date) -> Sequence[PersonId]:
    """Who decides for a unit: its joined chair and receivers of reports, else those of the nearest unit above."""
    is_officer = or_(position.c.role == Role.CHAIR.value, position.c.receives_reports)
    has_door = exists().where(account.c.person_id == position.c.person_id, account.c.is_open)
    query = (
        select(position.c.person_id, unit_closure.c.depth)
        .select_from(unit_closure)
        .join(position, position.c.unit_id == unit_closure.c.ancestor_id)
        .where(unit_closure.c.unit_id == unit_id, is_officer, has_door, _holds(today))
        .order_by(unit_closure.c.depth, position.c.id)
    )
    rows = (await conn.execute(query)).all()
    nearest = rows[0].depth if rows else None
    return list(dict.fromkeys(PersonId(row.person_id) for row in rows if row.depth == nearest))


async def unit_name(conn: AsyncConnection, unit_id: UnitId) -> str | None:
    """The name of a unit that exists today."""
    query = select(org_unit.c.name).where(org_unit.c.id == unit_id)
    name: str | None = (await conn.execute(query)).scalar()
    return name


async def add_request(
    conn: AsyncConnection, account_id: AccountId, unit_id: UnitId, said_name: str, now: datetime
) -> int:
    """Write down a newcomer's name; an earlier request of the same door that waits is replaced."""
    await conn.execute(
        delete(join_request).where(join_request.c.account_id == account_id, join_request.c.decided_at.is_(None))
    )
    statement = (
        join_request.insert()
        .values(account_id=account_id, unit_id=unit_id, said_name=said_name, created_at=now)
        .returning(join_request.c.id)
    )
    return int((await conn.execute(statement)).scalar_one())


async def request_by_id(conn: AsyncConnection, request_id: int) -> JoinRequest | None:
    """The request with that id, locked until the transaction ends."""
    query = (
        select(join_request, org_unit.c.name)
        .join(org_unit, org_unit.c.id == join_request.c.unit_id)
        .where(join_request.c.id == request_id)
        .with_for_update(of=join_request)
    )
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return JoinRequest(
        row.id, AccountId(row.account_id), UnitId(row.unit_id), row.name, row.said_name, row.decided_at is not None
    )


async def decide_request(
    conn: AsyncConnection, request_id: int, *, by: PersonId, person_id: PersonId | None, now: datetime
) -> None:
    """Write down what the chair said."""
    await conn.execute(
        update(join_request)
        .where(join_request.c.id == request_id)
        .values(decided_at=now, decided_by=by, person_id=person_id)
    )


async def unit_type(conn: AsyncConnection, unit_id: UnitId) -> str:
    """The type of a unit."""
    return str((await conn.execute(select(org_unit.c.unit_type).where(org_unit.c.id == unit_id))).scalar_one())
