"""
The report of a unit for a period: one model, from which Word, Excel and PDF are written with the same numbers.

Figures are those kept at the period's cut-off. Where none are, the report says which it shows instead: kept at an
earlier cut-off within the period, or those of the moment it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.calendar import day_of
from learning.roles import Role
from reports import words
from storage import period_figures
from storage.posts import Counts, period_of
from storage.unit_figures import children, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from learning.periods import Period
    from storage.period_figures import Training
    from storage.reporting import Unit
    from storage.unit_figures import Line


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target (chỉ tiêu) as it stands; `denominator` is None where it has none, `percent` as it is to be written."""

    key: str
    title: str
    numerator: int
    denominator: int | None
    percent: str
    cutoff: date


@dataclass(frozen=True, slots=True)
class RoleRow:
    """The posts of one chức danh, and at the period's beginning, where that was kept."""

    role: Role
    counts: Counts
    before: Counts | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit directly below, with everything below it."""

    code: str
    name: str
    unit_type: str
    counts: Counts
    before: Counts | None


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """
    A unit in a period.

    `kept_at` is the cut-off whose figures these are, None for live ones, of `made_at`; `before_on` the last day of the
    figures they are compared with.
    """

    unit: Unit
    above: str | None
    period: Period
    made_at: datetime
    kept_at: datetime | None
    before_on: date | None
    roles: Sequence[RoleRow]
    own: Counts
    units: Sequence[UnitRow]
    training: Training
    targets: Sequence[TargetRow]

    @property
    def total(self) -> Counts:
        """All posts of the unit and below."""
        return sum((row.counts for row in self.roles), Counts())

    @property
    def before(self) -> Counts | None:
        """All posts at the period's beginning."""
        if self.before_on is None:
            return None
        return sum((row.before for row in self.roles if row.before), Counts())

    @property
    def moved(self) -> Counts:
        """What is counted above and in no row of `units`: units that have moved since the figures were kept."""
        return self.total - self.own - sum((row.counts for row in self.units), Counts()) if self.units else Counts()

    @property
    def is_as_of_then(self) -> bool:
        """True if these are the figures kept at the period's own cut-off."""
        return self.kept_at == self.period.cut_off

    @property
    def as_of(self) -> str:
        """Of when the figures are: "hết 30/11/2026", or a moment."""
        return f"hết {words.day(words.last_day(self.kept_at))}" if self.kept_at else words.moment(self.made_at)

    @property
    def last_counted(self) -> date:
        """The last day that the figures include."""
        return words.last_day(self.kept_at) if self.kept_at else day_of(self.made_at)

    @property
    def recognised_since(self) -> date:
        """From when recognitions are counted: the first day of the half-year that holds the figures' day."""
        return period_of(self.last_counted)[0]

    @property
    def note(self) -> str:
        """What a reader must know of where the figures come from; nothing where they are those of the cut-off."""
        if self.is_as_of_then:
            return ""
        if self.made_at < self.period.cut_off:
            return f"Kỳ báo cáo chưa kết thúc (chốt hết {words.day(self.period.last)}); số liệu đến {self.as_of}."
        return f"Không có số liệu chốt ngày {words.day(self.period.last)}; số liệu đến {self.as_of}."

    @property
    def needy(self) -> Sequence[UnitRow]:
        """The three units below with most posts not connected."""
        waiting = [row for row in self.units if row.counts.posts > row.counts.joined]
        return sorted(waiting, key=lambda row: (row.counts.joined - row.counts.posts, row.code))[:3]

    def gained(self, row: RoleRow | UnitRow | None = None) -> str:
        """How many more (or fewer) completed than at the beginning, in words; nothing where that was not kept."""
        now, then = (self.total, self.before) if row is None else (row.counts, row.before)
        return "" if then is None else words.change(now.completed - then.completed)


async def make(
    conn: AsyncConnection, unit: Unit, period: Period, now: datetime, targets: Sequence[TargetRow] = ()
) -> PeriodReport:
    """
    Gather a unit's report.

    Args:
        conn: a connection.
        unit: whose.
        period: for when; it may not have ended.
        now: the moment it is made.
        targets: how the targets stand, to be shown as they are.
    """
    kept_at = await period_figures.kept(conn, unit.id, period.cut_off, after=period.begins)
    if now < period.cut_off:
        kept_at = None
    before_at = await period_figures.kept(conn, unit.id, period.begins)
    figures = await read(conn, unit.id, kept_at)
    before = await read(conn, unit.id, before_at) if before_at else None
    lines = await children(conn, unit.id, kept_at) if not unit.is_grassroots else []
    then = {line.code: line.counts for line in await children(conn, unit.id, before_at)} if before_at else {}
    last = min(period.last, day_of(now))
    return PeriodReport(
        unit=unit,
        above=await period_figures.above(conn, unit.id),
        period=period,
        made_at=now,
        kept_at=kept_at,
        before_on=words.last_day(before_at) if before_at else None,
        roles=[
            RoleRow(role, figures.all[role], before.all.get(role, Counts()) if before else None)
            for role in Role
            if role in figures.all
        ],
        own=figures.total_own,
        units=[_unit_row(line, then if before_at else None) for line in lines if line.counts.posts],
        training=await period_figures.training(conn, unit.id, period.first, last),
        targets=tuple(targets),
    )


def _unit_row(line: Line, then: Mapping[str, Counts] | None) -> UnitRow:
    before = None if then is None else then.get(line.code, Counts())
    return UnitRow(line.code, line.name, line.unit_type, line.counts, before)
