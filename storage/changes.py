"""Báo thay đổi: requests about the roster, and what an accepted one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from channels.messages import PersonId, UnitId
from learning.roles import Role
from storage import rollup
from storage.database import insert
from storage.tables import (
    account,
    attempt,
    attention,
    broadcast,
    change_request,
    consent,
    delivery,
    digest_sent,
    drill_run,
    erased_credit,
    invite_code,
    join_request,
    learner,
    learner_course,
    lesson_run,
    office_change,
    org_unit,
    person,
    position,
    roster_upload,
    sending_pause,
    sign_in,
    unit_closure,
    web_session,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A request, with the post it is about."""

    id: int
    by: PersonId
    full_name: str
    unit_id: UnitId
    unit_name: str
    kind: str
    position_id: int | None
    role: Role | None
    said: str | None
    is_decided: bool


async def add(
    conn: AsyncConnection,
    *,
    by: PersonId,
    unit_id: UnitId,
    kind: str,
    position_id: int | None,
    said: str | None,
    now: datetime,
) -> int | None:
    """Write down a request; None if the same one waits already."""
    same = select(change_request.c.id).where(
        change_request.c.by_person_id == by,
        change_request.c.kind == kind,
        change_request.c.position_id == position_id,
        change_request.c.decided_at.is_(None),
    )
    if said is None and (await conn.execute(same)).first():
        return None
    statement = (
        change_request.insert()
        .values(by_person_id=by, unit_id=unit_id, kind=kind, position_id=position_id, said=said, created_at=now)
        .returning(change_request.c.id)
    )
    return int((await conn.execute(statement)).scalar_one())


async def by_id(conn: AsyncConnection, request_id: int) -> ChangeRequest | None:
    """The request with that id, locked until the transaction ends."""
    query = (
        select(change_request, person.c.full_name, org_unit.c.name, position.c.role)
        .join(person, person.c.id == change_request.c.by_person_id)
        .join(org_unit, org_unit.c.id == change_request.c.unit_id)
        .outerjoin(position, position.c.id == change_request.c.position_id)
        .where(change_request.c.id == request_id)
        .with_for_update(of=change_request)
    )
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return ChangeRequest(
        row.id,
        PersonId(row.by_person_id),
        row.full_name,
        UnitId(row.unit_id),
        row.name,
        row.kind,
        row.position_id,
        Role(row.role) if row.role else None,
        row.said,
        row.decided_at is not None,
    )


async def waiting(conn: AsyncConnection, unit_id: UnitId, limit: int) -> Sequence[int]:
    """Ids of the requests in or below a unit that nobody has decided, the oldest first."""
    query = (
        select(change_request.c.id)
        .join(unit_closure, unit_closure.c.unit_id == change_request.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit_id, change_request.c.decided_at.is_(None))
        .order_by(change_request.c.id)
        .limit(limit)
    )
    return list((await conn.execute(query)).scalars())


async def decide(conn: AsyncConnection, request_id: int, *, by: PersonId, accepted: bool, now: datetime) -> None:
    """Write down what the officer said."""
    await conn.execute(
        update(change_request)
        .where(change_request.c.id == request_id)
        .values(decided_at=now, decided_by=by, accepted=accepted)
    )


async def end_position(conn: AsyncConnection, position_id: int, today: date) -> None:
    """The person holds the post no longer, from today on; their figures follow."""
    held = (await conn.execute(select(position.c.unit_id).where(position.c.id == position_id))).scalar()
    await conn.execute(
        update(position).where(position.c.id == position_id, position.c.valid_to.is_(None)).values(valid_to=today)
    )
    if held is not None:
        await rollup.mark_unit(conn, held)


async def stop_messages_if_without_post(conn: AsyncConnection, person_id: PersonId, today: date) -> None:
    """Who holds no post any more is written to no more, from the same day."""
    holds = select(position.c.id).where(
        position.c.person_id == person_id,
        position.c.valid_from <= today,
        (position.c.valid_to.is_(None)) | (position.c.valid_to > today),
    )
    if (await conn.execute(holds)).first() is None:
        await conn.execute(
            update(learner).where(learner.c.person_id == person_id).values(next_due_at=None, next_kind=None)
        )


async def erase(conn: AsyncConnection, person_id: PersonId, today: date) -> None:
    """
    Erase what was learned, said and linked; the roster's row stays. Completions move to counts of posts.

    Source: Luật 91/2025/QH15 (the right to have data erased).
    """
    held = (
        await conn.execute(
            select(position.c.unit_id, position.c.role).where(
                position.c.person_id == person_id, position.c.valid_from <= today, position.c.valid_to.is_(None)
            )
        )
    ).all()
    completed = (
        await conn.execute(
            select(learner_course.c.module_id).where(
                learner_course.c.person_id == person_id, learner_course.c.completed_at.is_not(None)
            )
        )
    ).scalars()
    for module_id in completed.all():
        for unit_id, role in held:
            await conn.execute(
                insert(conn, erased_credit)
                .values(unit_id=unit_id, role=role, module_id=module_id, completed=1)
                .on_conflict_do_update(
                    index_elements=["unit_id", "role", "module_id"],
                    set_={"completed": erased_credit.c.completed + 1},
                )
            )
    agreed_at = select(consent.c.account_id).where(consent.c.person_id == person_id)
    is_theirs = or_(
        account.c.person_id == person_id, and_(account.c.person_id.is_(None), account.c.id.in_(agreed_at))
    )  # a door that was unlinked names nobody, but holds what was said through it
    doors = (await conn.execute(select(account.c.id).where(is_theirs))).scalars().all()
    for table, condition in (
        (attempt, attempt.c.person_id == person_id),
        (lesson_run, lesson_run.c.person_id == person_id),
        (drill_run, drill_run.c.person_id == person_id),
        (learner_course, learner_course.c.person_id == person_id),
        (join_request, join_request.c.account_id.in_(doors)),
        (change_request, change_request.c.by_person_id == person_id),
        (attention, attention.c.by_person_id == person_id),
        (digest_sent, digest_sent.c.person_id == person_id),
        (invite_code, invite_code.c.person_id == person_id),
        (delivery, delivery.c.account_id.in_(doors)),
        (consent, or_(consent.c.person_id == person_id, consent.c.account_id.in_(doors))),
        (sign_in, sign_in.c.person_id == person_id),
        (web_session, web_session.c.person_id == person_id),
        (roster_upload, roster_upload.c.person_id == person_id),
        (learner, learner.c.person_id == person_id),
        (account, account.c.id.in_(doors)),
    ):
        await conn.execute(delete(table).where(condition))
    for decided in (sending_pause, broadcast, office_change):
        await conn.execute(update(decided).where(decided.c.by_person_id == person_id).values(by_person_id=None))
    for unit_id, _ in held:
        await rollup.mark_unit(conn, unit_id)


async def add_person(
    conn: AsyncConnection,
    *,
    full_name: str,
    keys: tuple[str, str],
    unit_id: UnitId,
    position_of: tuple[str, str],
    today: date,
    now: datetime,
) -> PersonId:
    """Add somebody as an officer accepted: `keys` are the folded name and sort key, `position_of` role and track."""
    name_fold, sort_name = keys
    role, track = position_of
    statement = (
        person.insert()
        .values(full_name=full_name, name_fold=name_fold, sort_name=sort_name, recorded_at=now)
        .returning(person.c.id)
    )
    person_id = PersonId((await conn.execute(statement)).scalar_one())
    await conn.execute(
        position.insert().values(
            person_id=person_id,
            unit_id=unit_id,
            role=role,
            track=track,
            is_full_time=False,
            is_first_term=True,
            receives_reports=role == Role.CHAIR.value,
            valid_from=today,
            recorded_at=now,
        )
    )
    await rollup.mark_unit(conn, unit_id)
    return person_id
