"""A learner's weeks beside the clock: what is sent unasked, and what they do about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from learning.calendar import DayPart, Holidays, Shift, at, day_of
from learning.rhythm import Nudge, Pace, Plan, Standing, midnight_after, next_nudge

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = date(2026, 11, 9)
BEGIN = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)  # 09:00 in Viet Nam
WEEKS = 8

SHIFTS = st.sampled_from([None, *Shift])
PARTS = st.sampled_from([None, *DayPart])
PACES = st.sampled_from(Pace)
HOLIDAYS = st.frozensets(st.integers(0, 7 * WEEKS).map(lambda n: MONDAY + timedelta(days=n)), max_size=8).map(Holidays)


@dataclass
class Life:
    """Follows the rules from one nudge to the next; `sent` holds what was sent, with what was known then."""

    standing: Standing
    holidays: Holidays = field(default_factory=Holidays)
    now: datetime = BEGIN
    sent: list[tuple[Plan, Standing]] = field(default_factory=list)

    def live_until(self, until: datetime, reacts: Callable[[Life, Plan], None] | None = None) -> None:
        """Let everything happen that is due by then; `reacts` is what the learner does when something came."""
        after = self.now
        while (plan := next_nudge(self.standing, after, self.holidays)) is not None and plan.at <= until:
            assert plan.at >= after
            self.now = plan.at
            self.sent.append((plan, self.standing))
            self._take(plan)
            if reacts is not None:
                reacts(self, plan)
            after = midnight_after(self.now)
        self.now = until

    def _take(self, plan: Plan) -> None:
        day = day_of(plan.at)
        self.standing = replace(self.standing, unasked=self.standing.unasked | {day})
        match plan.nudge:
            case Nudge.REMINDER:
                self.standing = replace(self.standing, ladder=self.standing.ladder + 1)
            case Nudge.NEW_LESSON:
                self.standing = replace(self.standing, open_since=plan.at, ladder=0, last_lesson_on=day)
            case Nudge.REVIEW:
                self.standing = replace(self.standing, open_since=plan.at, ladder=0)

    def speak(self) -> None:
        """The learner says something: the ladder begins anew."""
        since = self.now if self.standing.open_since else None
        self.standing = replace(self.standing, ladder=0, open_since=since, spoke_on=day_of(self.now))

    def finish(self) -> None:
        """The learner finishes what is open."""
        self.speak()
        self.standing = replace(self.standing, open_since=None)

    @property
    def days(self) -> list[date]:
        return [day_of(plan.at) for plan, _ in self.sent]


def morning(offset: int) -> datetime:
    """09:00 on a day after the first one."""
    return at(MONDAY + timedelta(days=offset), datetime.min.time().replace(hour=9))
