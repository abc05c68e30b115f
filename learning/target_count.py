"""Who is counted by a target, and who has done what it asks: two questions about one post on one day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, assert_never

from learning.recognition import Kind
from learning.roles import BELOW_PROVINCE_TYPES, Role
from learning.targets import AWARENESS_LESSONS, GUIDELINE_MODULES, Done, Target, Whom, Window
from learning.trainers import CHAIRED_TYPES, NON_STATE, Base, Duty

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from learning.recognition import Credit

LEADERS = frozenset({Role.CHAIR, Role.VICE_CHAIR})
LEADER_TYPES = frozenset({"LDLD_TINH", "CD_CTTTCS"})  # cấp tỉnh, cấp huyện
TERM_YEARS = 5
YEAR_BEGINS_IN = 12


@dataclass(frozen=True, slots=True)
class Post:
    """
    A post on the day it is counted.

    Args:
        position_id: None for the chair's post of a union that has named nobody.
        person_id: None for a vacant one.
        base: the union, for a chair of a grassroots union; else None.
        path: ids of the unit and of all above it, nearest first.
    """

    position_id: int | None
    person_id: int | None
    unit_id: int
    unit_type: str
    role: Role
    is_full_time: bool = False
    elected_on: date | None = None
    is_first_term: bool = False
    valid_from: date | None = None
    base: Base | None = None
    path: tuple[int, ...] = ()

    @property
    def began_on(self) -> date | None:
        """The day of the election, else the day from which the roster has it."""
        return self.elected_on or self.valid_from


@dataclass(frozen=True, slots=True)
class Learned:
    """What one person has to show: recognitions, and lessons finished on the assistant."""

    credits: Sequence[Credit] = ()
    lessons: Collection[str] = ()


def union_year(day: date) -> tuple[date, date]:
    """First and last day of the year of union statistics that holds `day`: 1 December to 30 November."""
    ends_in = day.year + 1 if day.month >= YEAR_BEGINS_IN else day.year
    return date(ends_in - 1, 12, 1), date(ends_in, 11, 30)


def years_after(day: date, years: int) -> date:
    """The same day some years later (or before, if negative); 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def is_counted(target: Target, post: Post, duty: Duty | None, day: date) -> bool:
    """Whether a post is in the target's denominator; `duty` is what the target's rule says of it, if it has one."""
    is_chair = post.role is Role.CHAIR and post.unit_type in CHAIRED_TYPES
    match target.whom:
        case Whom.NEW_LEADERS:
            return post.is_first_term and post.role in LEADERS and post.unit_type in LEADER_TYPES
        case Whom.FULL_TIMERS:
            works_full_time = post.is_full_time or post.role is Role.FULL_TIMER
            return works_full_time and post.unit_type not in BELOW_PROVINCE_TYPES
        case Whom.CHAIRS:
            return is_chair and (target.rule is None or duty is not None)
        case Whom.NON_STATE_CHAIRS:
            is_non_state = post.base is not None and post.base.sector == NON_STATE
            return is_chair and is_non_state and (target.rule is None or duty is not None)
        case Whom.NEW_CHAIRS:
            began = post.began_on
            return is_chair and post.is_first_term and began is not None and date(day.year, 1, 1) <= began <= day
        case Whom.LEARNERS | Whom.MONEY:
            return False
        case _:
            assert_never(target.whom)


def window(target: Target, post: Post, day: date) -> tuple[date, date]:
    """First and last day on which something done counts for a target."""
    match target.window:
        case Window.UNION_YEAR:
            return union_year(day)[0], day
        case Window.CALENDAR_YEAR:
            starts = date(day.year, 1, 1)
            return max(starts, post.elected_on or starts), day
        case Window.TERM:
            return post.elected_on or years_after(day, -TERM_YEARS), day
        case Window.SECOND_YEAR:
            begins = post.began_on or day
            return begins, min(day, years_after(begins, 2) - timedelta(days=1))
        case Window.EVER:
            return date.min, day
        case _:
            assert_never(target.window)


def is_done(
    target: Target, post: Post, learned: Learned, duty: Duty | None, day: date, compulsory: Collection[str] = ()
) -> bool:
    """
    Whether what a target asks is done for a post that it counts; a vacant one never is.

    Args:
        target: the target.
        post: a post for which `is_counted` holds.
        learned: what its holder has to show.
        duty: who must train it, for a target with a rule.
        day: the last day that counts.
        compulsory: the modules that a full-timer must have been recognised in.
    """
    if post.person_id is None:
        return False
    since, until = window(target, post, day)
    timely = [credit for credit in learned.credits if since <= credit.held_on <= until]
    match target.done:
        case Done.RECOGNISED:
            return bool(timely)
        case Done.EVERY_COURSE:
            return bool(compulsory) and set(compulsory) <= {credit.module_id for credit in timely}
        case Done.BY_TRAINER:
            return duty is not None and any(_fulfils(duty, credit, post) for credit in timely)
        case Done.TOPIC:
            return any(credit.module_id in GUIDELINE_MODULES for credit in timely)
        case Done.LESSONS:
            return set(learned.lessons) >= AWARENESS_LESSONS
        case Done.STARTED | Done.SPENT:
            return False
        case _:
            assert_never(target.done)


def _fulfils(duty: Duty, credit: Credit, post: Post) -> bool:
    """A class of the trainer's own; a decision of the trainer or of a union above it counts too."""
    if duty.is_met_by(credit.by_unit_id):
        return True
    if credit.kind is not Kind.DECISION or post.base is None:
        return False
    above = [step.unit_id for step in post.base.above]
    trainers = [above.index(one) for one in (duty.owner_id, duty.by_rule_id) if one in above]
    return credit.by_unit_id in above[min(trainers) :] if trainers else False
