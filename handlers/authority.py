"""For whom an officer may decide: the units that they chair or receive the reports of, and what lies below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.calendar import day_of
from reports.scope import Sight, sight
from storage import reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.messages import UnitId
    from handlers.context import Context
    from storage.reporting import Step, Unit


async def own_units(ctx: Context) -> Sequence[Unit]:
    """The units, tổ apart, for which somebody may decide themselves."""
    return await reporting.units_of(ctx.conn, ctx.person, day_of(ctx.now), only_receiving=False)


def is_commanded(own: Sequence[Unit], path: Sequence[Step]) -> bool:
    """
    True if the unit at the start of `path` is one of `own`, or below one.

    Who manages a unit without being above it sees its figures and decides nothing. A tổ is its CĐCS's alone.
    """
    mine = {unit.id for unit in own}
    return any(step.unit_id in mine for step in path) and sight(own, path) is not Sight.NONE


async def commanded(ctx: Context, unit_id: UnitId) -> Unit | None:
    """The unit, if the person who speaks may decide for it."""
    path = await reporting.path_up(ctx.conn, unit_id)
    if not is_commanded(await own_units(ctx), path):
        return None
    return await reporting.unit_by_id(ctx.conn, unit_id)
