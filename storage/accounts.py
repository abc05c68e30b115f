"""Doors: an account is a person's, on one endpoint; it exists only once they agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from channels.messages import AccountId, EndpointId, PersonId, UnitId
from storage.database import INSERTS, insert
from storage.tables import account, consent, delivery, endpoint, inbound_update, join_request, learner, person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Account:
    """A door, whose it is, and what the pipeline needs of its owner in the same read."""

    id: AccountId
    endpoint_id: EndpointId
    external_id: str
    person_id: PersonId | None
    unit_id: UnitId | None
    is_open: bool
    awaits: str | None
    awaits_data: dict[str, Any] | None
    full_name: str | None
    ladder: int
    learner_word_at: datetime | None
    next_due_at: datetime | None
    reply_account_id: AccountId | None
    hour: str | None
    digest_waits: datetime | None


_COLUMNS = (
    account.c.id,
    account.c.endpoint_id,
    account.c.external_id,
    account.c.person_id,
    account.c.unit_id,
    account.c.is_open,
    account.c.awaits,
    account.c.awaits_data,
    person.c.full_name,
    learner.c.ladder,
    learner.c.last_word_at.label("learner_word_at"),
    learner.c.next_due_at,
    learner.c.reply_account_id,
    learner.c.hour,
    learner.c.digest_waits,
)

_OWNED = account.outerjoin(person, person.c.id == account.c.person_id).outerjoin(
    learner, learner.c.person_id == account.c.person_id
)
# The hot path's statements, built once.
_LOOK = (
    select(*_COLUMNS)
    .select_from(_OWNED)
    .where(account.c.endpoint_id == bindparam("at"), account.c.external_id == bindparam("who"))
)
_FIND = _LOOK.with_for_update(of=account)
_RECORD = {name: make(inbound_update).on_conflict_do_nothing() for name, make in INSERTS.items()}


def _account(row: Any) -> Account:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented access
    values["ladder"] = values["ladder"] or 0
    return Account(**values)


async def record_update(conn: AsyncConnection, endpoint_id: EndpointId, key: str, now: datetime) -> bool:
    """Remember the platform's key of an update; False if it was taken before."""
    values = {"endpoint_id": endpoint_id, "key": key, "received_at": now}
    return bool((await conn.execute(_RECORD[conn.dialect.name], values)).rowcount)


async def find(conn: AsyncConnection, endpoint_id: EndpointId, external_id: str) -> Account | None:
    """The door with that id on that endpoint, locked until the transaction ends so that its taps go one by one."""
    row = (await conn.execute(_FIND, {"at": endpoint_id, "who": external_id})).first()
    return _account(row) if row else None


async def look(conn: AsyncConnection, endpoint_id: EndpointId, external_id: str) -> Account | None:
    """The same without the lock, for pages that only show."""
    row = (await conn.execute(_LOOK, {"at": endpoint_id, "who": external_id})).first()
    return _account(row) if row else None


async def by_id(conn: AsyncConnection, account_id: AccountId) -> Account | None:
    """The door with that id."""
    query = select(*_COLUMNS).select_from(_OWNED).where(account.c.id == account_id)
    row = (await conn.execute(query)).first()
    return _account(row) if row else None


async def open_doors(conn: AsyncConnection, person_id: PersonId) -> Sequence[AccountId]:
    """A person's open doors, the one last used first."""
    query = (
        select(account.c.id)
        .where(account.c.person_id == person_id, account.c.is_open)
        .order_by(account.c.last_word_at.desc().nullslast(), account.c.id)
    )
    return list((await conn.execute(query)).scalars())


async def open_door(
    conn: AsyncConnection, endpoint_id: EndpointId, external_id: str, *, unit_id: UnitId | None, now: datetime
) -> AccountId:
    """Make, or open again, the door of somebody who has just agreed."""
    statement = (
        insert(conn, account)
        .values(
            endpoint_id=endpoint_id,
            external_id=external_id,
            unit_id=unit_id,
            is_open=True,
            opened_at=now,
            last_word_at=now,
        )
        .on_conflict_do_update(
            index_elements=["endpoint_id", "external_id"],
            set_={"is_open": True, "closed_reason": None, "last_word_at": now, "unit_id": unit_id},
        )
        .returning(account.c.id)
    )
    return AccountId((await conn.execute(statement)).scalar_one())


async def set_person(conn: AsyncConnection, account_id: AccountId, person_id: PersonId) -> None:
    """Say whose door it is."""
    await conn.execute(
        update(account).where(account.c.id == account_id).values(person_id=person_id, awaits=None, awaits_data=None)
    )


async def await_text(
    conn: AsyncConnection, account_id: AccountId, what: str | None, data: dict[str, Any] | None = None
) -> None:
    """Remember which free text is awaited; None for none."""
    await conn.execute(update(account).where(account.c.id == account_id).values(awaits=what, awaits_data=data))


async def await_no_more(conn: AsyncConnection, person_id: PersonId, what: str) -> None:
    """Forget at all of a person's doors that this was awaited; what else is awaited there stays."""
    await conn.execute(
        update(account)
        .where(account.c.person_id == person_id, account.c.awaits == what)
        .values(awaits=None, awaits_data=None)
    )


async def close_door(conn: AsyncConnection, account_id: AccountId, reason: str) -> None:
    """Close a door: blocked by its owner, or gone."""
    await conn.execute(update(account).where(account.c.id == account_id).values(is_open=False, closed_reason=reason))


async def reopen_door(conn: AsyncConnection, account_id: AccountId, now: datetime) -> None:
    """Open it again: its owner came back."""
    await conn.execute(
        update(account).where(account.c.id == account_id).values(is_open=True, closed_reason=None, last_word_at=now)
    )


async def ensure_endpoint(conn: AsyncConnection, channel: str, external_id: str, name: str | None) -> EndpointId:
    """The row of a bot or an OA, made at its first start."""
    statement = (
        insert(conn, endpoint)
        .values(channel=channel, external_id=external_id, name=name, tokens=0.0)
        .on_conflict_do_update(index_elements=["channel", "external_id"], set_={"name": name})
        .returning(endpoint.c.id)
    )
    return EndpointId((await conn.execute(statement)).scalar_one())


async def endpoint_name(conn: AsyncConnection, channel: str, external_id: str | None = None) -> str | None:
    """The public name of an endpoint, such as a bot's user name; the newest of the channel without an id."""
    query = select(endpoint.c.name).where(endpoint.c.channel == channel).order_by(endpoint.c.id.desc())
    if external_id is not None:
        query = query.where(endpoint.c.external_id == external_id)
    name: str | None = (await conn.execute(query)).scalars().first()
    return name


async def unlink(conn: AsyncConnection, account_id: AccountId) -> None:
    """The person no longer wants this door; what was learned stays theirs."""
    await conn.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(person_id=None, is_open=False, closed_reason="unlinked", awaits=None, awaits_data=None)
    )


async def forget(conn: AsyncConnection, account_id: AccountId) -> None:
    """Erase a door that is nobody's yet, with all that was said through it."""
    for table in (delivery, join_request, consent):
        await conn.execute(delete(table).where(table.c.account_id == account_id))
    await conn.execute(delete(account).where(account.c.id == account_id, account.c.person_id.is_(None)))


async def note_word(conn: AsyncConnection, account_id: AccountId, now: datetime) -> None:
    """They spoke: from here on the platform counts how long one may write to them."""
    await conn.execute(update(account).where(account.c.id == account_id).values(last_word_at=now))


async def owner(conn: AsyncConnection, account_id: AccountId) -> tuple[str, str]:
    """The name of a door's owner, and the phone of the roster (E.164); empty where not known."""
    query = (
        select(person.c.full_name, person.c.phone)
        .join(account, account.c.person_id == person.c.id)
        .where(account.c.id == account_id)
    )
    row = (await conn.execute(query)).first()
    return (row.full_name, row.phone or "") if row else ("", "")


async def channel_and_word(conn: AsyncConnection, account_id: AccountId) -> tuple[str, datetime | None]:
    """The channel of a door, and when its owner spoke last through it."""
    query = (
        select(endpoint.c.channel, account.c.last_word_at)
        .join(endpoint, endpoint.c.id == account.c.endpoint_id)
        .where(account.c.id == account_id)
    )
    channel, moment = (await conn.execute(query)).one()
    return channel, moment


async def last_word_at(conn: AsyncConnection, account_id: AccountId) -> datetime | None:
    """When they spoke last through this door."""
    moment: datetime | None = (
        await conn.execute(select(account.c.last_word_at).where(account.c.id == account_id))
    ).scalar()
    return moment
