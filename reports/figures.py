"""
What a report says of one unit, gathered: each number with one definition.

- chưa kết nối: posts held by somebody who is not connected; khuyết: posts held by nobody.
- dừng: connected, within the assigned chuyên đề, no word for as long as `learning.escalation` says, and not settled.
- Zalo chưa cho nhắn: connected on Zalo alone, and no word there for a week; above the CĐCS as of the week's cut-off.
- thêm: against the unit's cut-off when the period told began, or the last one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from learning.calendar import day_of
from learning.window import CLOSED_FROM
from reports.words import last_day
from storage import closed_snapshots, cut_offs, escalations, reporting
from storage.posts import Counts, total
from storage.reporting import Holders, Unit
from storage.unit_figures import Line, UnitFigures, read
from storage.zalo_costs import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from learning.escalation import Ladder
    from learning.roles import Role
    from storage.escalations import SilentBelow

NEEDY = 3
_JUST_BEFORE = timedelta(microseconds=1)
_QUIET_LOOKED_AT = 13  # cut-offs


@dataclass(frozen=True, slots=True)
class Managed:
    """What a unit manages without being above it: a view of its own, added to nothing."""

    units: int
    counts: Counts
    before: Counts | None


@dataclass(frozen=True, slots=True)
class Section:
    """One unit in a report; `holders` only within a grassroots union."""

    unit: Unit
    figures: UnitFigures
    before: UnitFigures | None
    before_on: date | None
    managed: Managed | None
    holders: Mapping[Role, Holders] | None
    closed: int
    closed_on: date | None  # the last day it was counted for, where that is an earlier one
    needy: Sequence[Line]
    has_lines: bool
    ladder: Ladder
    silent_below: Sequence[SilentBelow] = ()

    def vacant(self, role: Role) -> int:
        """Posts of a role that nobody holds; 0 where that is not looked at."""
        if self.holders is None:
            return 0
        return max(0, self.figures.all[role].posts - self.holders.get(role, Holders()).held)

    @property
    def not_joined(self) -> int:
        """Posts whose holder is not connected; above the CĐCS, all posts without anybody connected."""
        counts = self.figures.total
        return max(0, counts.posts - counts.joined - sum(self.vacant(role) for role in self.figures.all))

    @property
    def stalled(self) -> int:
        """Posts whose holder stopped."""
        return sum(held.stalled for held in (self.holders or {}).values())


async def section(
    conn: AsyncConnection,
    unit: Unit,
    cut_off: datetime | None,
    now: datetime,
    *,
    is_within: bool,
    since: datetime | None = None,
) -> Section:
    """
    Gather what a report says of a unit, live or at a cut-off.

    Args:
        conn: a connection.
        unit: the unit.
        cut_off: the moment of the figures; None for live ones.
        now: the moment of live figures.
        is_within: True if the reader belongs to this grassroots union, False if they look from above.
        since: the cut-off to compare with, or the last one before it; None, or none kept then: the last one before.
    """
    moment = cut_off or now
    before_at = await cut_offs.compared_with(conn, moment, since, unit.id)
    held: Mapping[Role, Holders] | None = None
    silent: Sequence[SilentBelow] = ()
    day = last_day(cut_off) if cut_off else day_of(now)
    basis = await reporting.basis(conn)
    ladder = basis.ladder(day)
    if is_within and unit.is_grassroots:
        held = await reporting.holders(conn, unit.id, basis.assigned, day, moment - ladder.to_chair)
    elif not unit.is_grassroots:
        silent = await escalations.below(conn, unit.id, basis.assigned, day, moment - ladder.to_above)
    shut, shut_on = 0, None
    if held is not None:
        shut = await closed(conn, unit.id, moment)
    elif not unit.is_grassroots and (kept := await closed_snapshots.latest(conn, unit.id, moment)) is not None:
        shut, shut_on = kept.posts, None if kept.cut_off == cut_off else last_day(kept.cut_off)
    looks_below = is_within or not unit.is_grassroots
    needy = await reporting.lines(conn, unit.id, cut_off, by_need=True, limit=NEEDY) if looks_below else []
    return Section(
        unit=unit,
        figures=await read(conn, unit.id, cut_off),
        before=await read(conn, unit.id, before_at) if before_at else None,
        before_on=last_day(before_at) if before_at else None,
        managed=await _managed(conn, unit, cut_off, before_at),
        holders=held,
        closed=shut,
        closed_on=shut_on,
        needy=needy,
        has_lines=bool(needy) or (looks_below and await reporting.has_lines(conn, unit.id, cut_off)),
        ladder=ladder,
        silent_below=silent,
    )


async def closed(conn: AsyncConnection, unit_id: UnitId, moment: datetime) -> int:
    """Posts of a unit and below whose holder Zalo does not let one write to, for they have been silent for a week."""
    return await reporting.closed_to(conn, unit_id, day_of(moment - _JUST_BEFORE), CHANNEL, moment - CLOSED_FROM)


async def closed_above(conn: AsyncConnection, cut_off: datetime) -> Mapping[int, int] | None:
    """As `closed`, for every unit above the CĐCS at a cut-off; None where that is known, or nobody is on Zalo."""
    day = day_of(cut_off - _JUST_BEFORE)
    return await closed_snapshots.count(conn, cut_off, day, CHANNEL, cut_off - CLOSED_FROM)


async def _managed(
    conn: AsyncConnection, unit: Unit, cut_off: datetime | None, before_at: datetime | None
) -> Managed | None:
    units = (await reporting.managed_below(conn, [unit.id])).get(unit.id, ())
    if not units:
        return None
    counts = total((await reporting.totals(conn, units, cut_off)).values())
    before = total((await reporting.totals(conn, units, before_at)).values()) if before_at else None
    return Managed(len(units), counts, before)


async def quiet_weeks(conn: AsyncConnection, units: Sequence[UnitId], cut_off: datetime) -> int:
    """For how many whole weeks before a cut-off nothing has changed in these units and what they manage."""
    managed = await reporting.managed_below(conn, units)
    watched = [*units, *(unit for below in managed.values() for unit in below)]
    kept = await cut_offs.history(conn, watched, cut_off, _QUIET_LOOKED_AT)
    if not kept:
        return 0
    latest = kept[0][1]
    since = cut_off
    for moment, counts in kept:
        if counts != latest:
            break
        since = moment
    return (cut_off - since).days // 7
