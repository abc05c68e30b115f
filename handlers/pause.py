"""Tạm dừng gửi: in a storm, a strike, in mourning, a unit and all below it hear nothing unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channels.messages import UnitId
from handlers import authority, words
from handlers.digest import out_of_scope
from learning.calendar import day_of
from learning.rights import Deed
from storage import pauses, reporting

if TYPE_CHECKING:
    from channels.messages import Message
    from handlers.actions import Pause, Unpause
    from handlers.context import Context
    from storage.reporting import Unit

_MOST_LISTED = 5


async def show(ctx: Context) -> list[Message]:
    """One's only unit, or which one; and what is paused below."""
    own = await authority.own_units(ctx)
    if not own:
        return [words.pause_for_officers()]
    mine = [unit.id for unit in own]
    paused = [
        one for one in await pauses.paused_units(ctx.conn, below=mine, limit=_MOST_LISTED) if one.unit_id not in mine
    ]
    if len(own) == 1 and not paused:
        return [await _stand(ctx, own[0])]
    return [words.pause_which(own, paused)]


async def ask(ctx: Context, action: Pause) -> list[Message]:
    """Show what a pause would do, or the one that lasts; when that is confirmed, pause."""
    unit = await authority.commanded(ctx, UnitId(action.unit), Deed.PAUSE)
    if unit is None:
        return out_of_scope(ctx, action.unit)
    if action.sure:
        await pauses.pause(ctx.conn, unit.id, ctx.person, ctx.now)
    return [replace(await _stand(ctx, unit), replaces=ctx.in_place())]


async def resume(ctx: Context, action: Unpause) -> list[Message]:
    """Write to a unit again."""
    unit = await authority.commanded(ctx, UnitId(action.unit), Deed.PAUSE)
    if unit is None:
        return out_of_scope(ctx, action.unit)
    if not await pauses.resume(ctx.conn, unit.id, ctx.now):
        return [replace(await _stand(ctx, unit), replaces=ctx.in_place())]
    learners = await pauses.count_learners(ctx.conn, unit.id, day_of(ctx.now))
    still = await pauses.over(ctx.conn, unit.id)
    return [words.resumed(unit, learners, still, replaces=ctx.in_place())]


async def _stand(ctx: Context, unit: Unit) -> Message:
    learners = await pauses.count_learners(ctx.conn, unit.id, day_of(ctx.now))
    pause = await pauses.over(ctx.conn, unit.id)
    if pause is None:
        return words.pause_asked(unit, learners, replaces=None)
    path = await reporting.path_up(ctx.conn, pause.unit_id)
    may_resume = authority.may(ctx, Deed.PAUSE, await authority.seats(ctx), path)
    return words.pause_stands(unit, pause, learners, may_resume=may_resume, replaces=None)
