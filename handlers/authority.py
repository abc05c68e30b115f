"""What the person who speaks may do with a unit: their posts, read once, before the one table of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.calendar import day_of
from learning.rights import Deed
from reports import scope
from storage import reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.messages import UnitId
    from handlers.context import Context
    from reports.scope import Sight
    from storage.reporting import Seat, Step, Unit


async def seats(ctx: Context) -> Sequence[Seat]:
    """The posts that concern units, tổ apart, the highest first."""
    return await reporting.seats_of(ctx.conn, ctx.person, day_of(ctx.now))


def units(seats: Sequence[Seat]) -> Sequence[Unit]:
    """Their units, each once."""
    return list({seat.unit.id: seat.unit for seat in seats}.values())


async def own_units(ctx: Context) -> Sequence[Unit]:
    """The units, tổ apart, for which somebody may decide themselves."""
    return units(await seats(ctx))


def may(ctx: Context, deed: Deed, seats: Sequence[Seat], path: Sequence[Step]) -> bool:
    """Whether the holder of these seats may do that with the unit at the start of `path`."""
    return scope.may(deed, seats, path, day_of(ctx.now))


def sight(ctx: Context, seats: Sequence[Seat], path: Sequence[Step]) -> Sight:
    """How closely they see it."""
    return scope.sight(seats, path, day_of(ctx.now))


async def commanded(ctx: Context, unit_id: UnitId, deed: Deed = Deed.BROADCAST) -> Unit | None:
    """The unit, if the person who speaks may do that with it."""
    path = await reporting.path_up(ctx.conn, unit_id)
    if not may(ctx, deed, await seats(ctx), path):
        return None
    return await reporting.unit_by_id(ctx.conn, unit_id)
