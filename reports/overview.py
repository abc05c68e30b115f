"""A unit at a glance: how it stands, how it came there, where to help first. At most four statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.calendar import day_of
from learning.roles import Role
from reports.words import last_day
from storage import cut_offs, reporting, unit_lines
from storage.posts import Counts, period_of
from storage.reporting import Holders
from storage.unit_figures import UnitFigures, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.unit_figures import Line

NEEDY = 3
_SNAPSHOTS = 27  # half a year of weeks


@dataclass(frozen=True, slots=True)
class Point:
    """What a unit had at the end of a day."""

    day: date
    counts: Counts


@dataclass(frozen=True, slots=True)
class Overview:
    """A unit's live figures; `trend` are its cut-offs within the report period, the oldest first."""

    figures: UnitFigures
    before: Point | None
    trend: Sequence[Point]
    period: tuple[date, date]
    needy: Sequence[Line]
    managed_units: int
    managed: Counts
    holders: Mapping[Role, Holders] | None  # within a grassroots union
    stalled_days: int  # of silence, after which somebody counts as stalled; 0 where that is not looked at

    @property
    def total(self) -> Counts:
        """All posts of the unit and below."""
        return self.figures.total

    @property
    def by_role(self) -> Sequence[tuple[Role, Counts]]:
        """The posts of the unit and below by chức danh, the highest first, without those of which there are none."""
        found = ((role, self.figures.all.get(role, Counts())) for role in Role)
        return [(role, counts) for role, counts in found if counts.posts]

    @property
    def vacant(self) -> int:
        """Posts that nobody holds; 0 where that is not looked at."""
        if self.holders is None:
            return 0
        held = self.holders
        return sum(max(0, counts.posts - held.get(role, Holders()).held) for role, counts in self.figures.all.items())

    @property
    def not_joined(self) -> int:
        """Posts whose holder is not connected; above the CĐCS, all posts without anybody connected."""
        return max(0, self.total.posts - self.total.joined - self.vacant)

    @property
    def stalled(self) -> int:
        """Posts whose holder has said nothing for more than `stalled_days`."""
        return sum(held.stalled for held in (self.holders or {}).values())


async def overview(conn: AsyncConnection, unit_id: UnitId, now: datetime, *, is_within: bool) -> Overview:
    """
    Gather what a unit's first page shows.

    Args:
        conn: a connection.
        unit_id: the unit.
        now: the moment.
        is_within: True if the reader belongs to this grassroots union, False if they look from above.
    """
    today = day_of(now)
    period = period_of(today)
    figures = await read(conn, unit_id)
    kept = [Point(last_day(at), counts) for at, counts in await cut_offs.history(conn, [unit_id], now, _SNAPSHOTS)]
    needy: Sequence[Line] = ()
    holders: Mapping[Role, Holders] | None = None
    managed_units, managed = 0, Counts()
    stalled_days = 0
    if is_within:
        basis = await reporting.basis(conn)
        ladder = basis.ladder(today)
        stalled_days = ladder.chair_days
        holders = await reporting.holders(conn, unit_id, basis.assigned, today, now - ladder.to_chair)
    else:
        needy = await reporting.lines(conn, unit_id, None, by_need=True, limit=NEEDY)
        managed_units, managed = await unit_lines.managed_totals(conn, unit_id)
    return Overview(
        figures=figures,
        before=kept[0] if kept else None,
        trend=[point for point in reversed(kept) if point.day >= period[0]],
        period=period,
        needy=needy,
        stalled_days=stalled_days,
        managed_units=managed_units,
        managed=managed,
        holders=holders,
    )
