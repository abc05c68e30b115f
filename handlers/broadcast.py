"""Gửi tin: one message of a union to the learners of its subtree, shown first, sent after one question."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from channels.messages import Kind, PersonId, UnitId
from handlers import authority, words
from handlers.digest import out_of_scope
from learning.calendar import day_of, is_allowed, next_office_moment
from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, Role
from learning.text import clean
from storage import accounts, broadcasts, recipients, units

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message
    from handlers.actions import CastDrop, CastRoles, CastSee, CastSend, CastStop, CastUnit, CastWrite
    from handlers.context import Context
    from storage.broadcasts import Broadcast
    from storage.outbox import Outgoing
    from storage.reporting import Unit

AWAITS = "broadcast"
AT_ONCE = 500  # learners queued in the tap's own transaction; more are left to the clock
_PAGE = 6  # units
_MAX_PAGE = 10_000
_ALL_ROLES = (1 << len(Role)) - 1


def _roles(mask: int) -> tuple[Role, ...]:
    chosen = tuple(role for place, role in enumerate(Role) if mask >> place & 1)
    return () if len(chosen) == len(Role) else chosen


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _begins(now: datetime) -> datetime | None:
    """When it will begin to go out, if not at once."""
    first = next_office_moment(now, None)
    return first if first > now else None


# --- to whom ----------------------------------------------------------------------------------------------------------


async def begin(ctx: Context) -> list[Message]:
    """To which of one's units?"""
    own = await authority.own_units(ctx)
    match own:
        case []:
            return [words.cast_for_officers()]
        case [unit]:
            return [await _below(ctx, unit, 0)]
        case _:
            return [words.cast_which(own)]


async def choose_unit(ctx: Context, action: CastUnit) -> list[Message]:
    """A unit was chosen: all of it, or one below?"""
    unit = await authority.commanded(ctx, UnitId(action.unit))
    if unit is None:
        return out_of_scope(ctx, action.unit)
    return [replace(await _below(ctx, unit, min(action.page, _MAX_PAGE)), replaces=ctx.in_place())]


async def _below(ctx: Context, unit: Unit, page: int) -> Message:
    found = await units.children(ctx.conn, unit.id, day_of(ctx.now))
    may_see_groups = unit.unit_type in GRASSROOTS_TYPES and await _is_within(ctx, unit)
    below = [(one.id, one.name) for one in found if may_see_groups or one.unit_type not in GROUP_TYPES]
    shown = below[page * _PAGE : (page + 1) * _PAGE]
    return words.cast_unit(unit, shown, page, has_more=len(below) > (page + 1) * _PAGE, replaces=None)


async def _is_within(ctx: Context, unit: Unit) -> bool:
    above = set(await units.ancestors(ctx.conn, unit.id))
    return any(mine.is_grassroots and mine.id in above for mine in await authority.own_units(ctx))


async def choose_roles(ctx: Context, action: CastRoles) -> list[Message]:
    """Which chức danh?"""
    unit = await authority.commanded(ctx, UnitId(action.unit))
    if unit is None:
        return out_of_scope(ctx, action.unit)
    if (already := await broadcasts.of_day(ctx.conn, unit.id, day_of(ctx.now))) is not None:
        return [replace(words.cast_once_a_day(already), replaces=ctx.in_place())]
    mask = action.roles & _ALL_ROLES
    return [words.cast_roles(unit, _roles(mask), mask, replaces=ctx.in_place())]


# --- what -------------------------------------------------------------------------------------------------------------


async def write(ctx: Context, action: CastWrite) -> list[Message]:
    """Await the words."""
    unit = await authority.commanded(ctx, UnitId(action.unit))
    if unit is None:
        return out_of_scope(ctx, action.unit)
    await accounts.await_text(ctx.conn, ctx.account.id, AWAITS, {"unit": unit.id, "roles": action.roles & _ALL_ROLES})
    return [words.cast_words(unit, replaces=ctx.in_place())]


async def take_words(ctx: Context, text: str) -> list[Message]:
    """The words were typed: show them as they will be seen, and ask."""
    data = ctx.account.awaits_data or {}
    unit = await authority.commanded(ctx, UnitId(data.get("unit", 0)))
    if unit is None:
        await accounts.await_text(ctx.conn, ctx.account.id, None)
        return [words.not_understood()]
    text = clean(text)
    if not 0 < len(text) <= broadcasts.MOST:
        return [words.cast_too_long(len(text), broadcasts.MOST)]
    mask = int(data.get("roles", 0))
    await accounts.await_text(ctx.conn, ctx.account.id, None, {"unit": unit.id, "roles": mask, "text": text})
    audience = await broadcasts.audience(ctx.conn, unit.id, _roles(mask), ctx.now)
    return [
        replace(words.broadcast(unit.name, text), kind=Kind.REPLY),
        words.cast_asked(unit, _roles(mask), mask, audience, _mark(text), _begins(ctx.now)),
    ]


async def drop(ctx: Context, action: CastDrop) -> list[Message]:
    """Thôi."""
    del action
    await accounts.await_text(ctx.conn, ctx.account.id, None)
    return [words.cast_dropped(replaces=ctx.in_place())]


async def send(ctx: Context, action: CastSend) -> list[Message]:
    """Confirmed: write it down, and queue it at once where that is quick."""
    unit = await authority.commanded(ctx, UnitId(action.unit))
    if unit is None:
        return out_of_scope(ctx, action.unit)
    text = str((ctx.account.awaits_data or {}).get("text", ""))
    already = await broadcasts.of_day(ctx.conn, unit.id, day_of(ctx.now))
    if already is None and (not text or _mark(text) != action.draft):
        return [words.cast_stale(replaces=ctx.in_place())]
    roles = [role.value for role in _roles(action.roles & _ALL_ROLES)]
    made = None
    if already is None:
        made = await broadcasts.create(ctx.conn, unit_id=unit.id, by=ctx.person, roles=roles, text=text, now=ctx.now)
    found = await broadcasts.of_day(ctx.conn, unit.id, day_of(ctx.now))
    if found is None:
        raise LookupError("a broadcast is gone within its own transaction")
    if made is None:
        return [replace(words.cast_once_a_day(found), replaces=ctx.in_place())]
    await accounts.await_text(ctx.conn, ctx.account.id, None)
    if found.recipients <= AT_ONCE:
        after: PersonId | None = PersonId(0)
        while after is not None:
            after = await broadcasts.queue_page(ctx.conn, found.id, after, ctx.now)
    return [await _progress(ctx, found.id)]


# --- how far ----------------------------------------------------------------------------------------------------------


async def see(ctx: Context, action: CastSee) -> list[Message]:
    """How far it has come."""
    found = await _theirs(ctx, action.broadcast)
    if found is None:
        return out_of_scope(ctx, 0)
    return [replace(await _progress(ctx, found.id), replaces=ctx.in_place())]


async def stop(ctx: Context, action: CastStop) -> list[Message]:
    """Hủy phần chưa gửi."""
    found = await _theirs(ctx, action.broadcast)
    if found is None:
        return out_of_scope(ctx, 0)
    await broadcasts.cancel(ctx.conn, found.id, ctx.now)
    return [replace(await _progress(ctx, found.id), replaces=ctx.in_place())]


async def _theirs(ctx: Context, broadcast_id: int) -> Broadcast | None:
    found = await broadcasts.by_id(ctx.conn, broadcast_id)
    if found is None or await authority.commanded(ctx, found.unit_id) is None:
        return None
    return found


async def _progress(ctx: Context, broadcast_id: int) -> Message:
    found = await broadcasts.by_id(ctx.conn, broadcast_id)
    if found is None:
        raise LookupError("a broadcast is gone within its own transaction")
    progress = await broadcasts.progress(ctx.conn, found)
    return words.cast_progress(found, progress, _begins(ctx.now), replaces=ctx.in_place())


# --- its turn has come ------------------------------------------------------------------------------------------------


async def render(conn: AsyncConnection, outgoing: Outgoing, now: datetime) -> Message | str | datetime:
    """
    Make the message of a queued broadcast, if it may still be sent.

    Returns:
        The message; or the reason why it is not sent; or a better moment, where the hour has become a bad one.
    """
    meant = await recipients.meant(conn, (outgoing.subject or {}).get("broadcast", 0), outgoing.account_id, day_of(now))
    if meant is None or not meant.is_learner:
        return "not_a_learner"
    reasons = {
        broadcasts.CANCELLED: meant.is_cancelled,
        "no_position": not meant.holds_post,
        "reminders_off": meant.reminders_off,
        "paused": meant.is_paused,
    }
    if (reason := next((reason for reason, holds in reasons.items() if holds), None)) is not None:
        return reason
    if not is_allowed(now, meant.shift):
        return next_office_moment(now, meant.shift)
    return words.broadcast(meant.unit_name, meant.text)
