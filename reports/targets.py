"""
The targets of a unit at a cut-off: how many posts each counts, how many have done what it asks, and who is missing.

Posts (chức danh) unless the target says otherwise: a vacant post and a CĐCS that has sent no list are in the
denominator. Names are for the own direct level alone; deeper, units and numbers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.target_count import is_counted, is_done
from learning.targets import AWARENESS_LESSONS, Counting, Done, Target, Whom, targets_on
from learning.trainers import duty
from reports.period import TargetRow
from reports.words import FEWEST_FOR_PERCENT, NOTHING, last_day, number, percent
from storage import target_people, target_snapshots, targets, training_years

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from learning.target_count import Post
    from learning.trainers import Duty
    from storage.targets import Facts


@dataclass(frozen=True, slots=True)
class Measured:
    """
    A target's figures for a unit at a cut-off.

    `denominator` is None where the target names no ratio (T8), and for spending where nothing was entered (T7).
    `courses` are the chuyên đề begun on the assistant, for T8.
    """

    target: Target
    numerator: int
    denominator: int | None
    cut_off: datetime
    courses: int | None = None

    @property
    def missing(self) -> int:
        """Posts that are counted and have not done it; 0 where it is no matter of posts."""
        if self.denominator is None or self.target.counting is Counting.DONG:
            return 0
        return self.denominator - self.numerator

    @property
    def percent(self) -> float | None:
        """The share in percent, one decimal; None below 20 counted, and for nothing to count. Only all is 100."""
        whole = self.denominator
        if not whole or (self.target.counting is not Counting.DONG and whole < FEWEST_FOR_PERCENT):
            return None
        tenths = round(1_000 * self.numerator / whole)
        return (min(max(tenths, 1), 999) if 0 < self.numerator < whole else tenths) / 10

    @property
    def shown(self) -> str:
        """The figures as an office writes them: "268/1.385 (19,4%)", "3/7", "—"."""
        if self.denominator is None:
            return f"{number(self.numerator)}, {number(self.courses or 0)} chuyên đề" if self.numerator else NOTHING
        if self.denominator == 0:
            return NOTHING
        unit = " đồng" if self.target.counting is Counting.DONG else ""
        counted = f"{number(self.numerator)}/{number(self.denominator)}{unit}"
        return f"{counted} ({self.share})" if self.share else counted

    @property
    def share(self) -> str:
        """The share as an office writes it, "19,4%"; "" for few, and for nothing to count."""
        if not self.denominator:
            return ""
        is_money = self.target.counting is Counting.DONG
        return percent(self.numerator, max(self.denominator, FEWEST_FOR_PERCENT) if is_money else self.denominator)


@dataclass(frozen=True, slots=True)
class Tally:
    """The posts that a target counts, and which of them have done what it asks: always a part of them."""

    counted: Sequence[Post]
    done: frozenset[int]  # places in `counted`

    @property
    def missing(self) -> Sequence[Post]:
        """The posts that have not."""
        return [post for place, post in enumerate(self.counted) if place not in self.done]

    def numbers(self, counting: Counting) -> tuple[int, int]:
        """Numerator and denominator, in posts or in distinct persons."""
        if counting is not Counting.PERSONS:
            return len(self.done), len(self.counted)
        done = {self.counted[place].person_id for place in self.done}
        return len(done), len({post.person_id for post in self.counted if post.person_id is not None})


def tally(target: Target, facts: Facts, day: date, compulsory: Collection[str]) -> Tally:
    """What a target counts among these posts on a day; `compulsory` are the modules a full-timer must have."""
    counted: list[Post] = []
    done: set[int] = set()
    for post in facts.posts:
        whose = duty_of(target, post, facts, day)
        if not is_counted(target, post, whose, day):
            continue
        if is_done(target, post, facts.of(post), whose, day, compulsory):
            done.add(len(counted))
        counted.append(post)
    return Tally(counted, frozenset(done))


def duty_of(target: Target, post: Post, facts: Facts, day: date) -> Duty | None:
    """Who must train a post by the target's rule; None where it has none, or the post is no chair's."""
    if target.rule is None or post.base is None:
        return None
    return duty(target.rule, post.base, day, facts.assignments)


async def facts_of(conn: AsyncConnection, unit_id: UnitId, cut_off: datetime, wanted: Sequence[Target]) -> Facts:
    """What these targets are counted from, for a unit at a cut-off."""
    lessons = (AWARENESS_LESSONS, cut_off) if any(one.done is Done.LESSONS for one in wanted) else None
    return await targets.facts(conn, unit_id, last_day(cut_off), lessons=lessons)


async def measures(
    conn: AsyncConnection,
    unit_id: UnitId,
    cut_off: datetime,
    compulsory: Collection[str],
    *,
    with_references: bool = False,
    facts: Facts | None = None,
) -> Sequence[Measured]:
    """
    Every target of a unit at a cut-off.

    Figures that were kept at that cut-off are shown as they were then; others are counted from what is dated.

    Args:
        conn: a connection.
        unit_id: the unit.
        cut_off: the moment; what happens in the day it ends counts.
        compulsory: the modules that full-timers must be recognised in.
        with_references: also those of 2021.
        facts: from `facts_of`, where the caller has them already.
    """
    day = last_day(cut_off)
    wanted = targets_on(day, with_references=with_references)
    kept = await target_snapshots.read(conn, unit_id, cut_off)
    found: list[Measured] = []
    for target in wanted:
        if target.whom is Whom.MONEY:
            spent = await training_years.read(conn, unit_id, day.year)
            found.append(Measured(target, spent.spent_on_training or 0, spent.spent_in_all or 0, cut_off))
        elif target.whom is Whom.LEARNERS and target.key in kept:
            learners, courses = kept[target.key]
            found.append(Measured(target, learners, None, cut_off, courses))
        elif target.whom is Whom.LEARNERS:
            courses, learners = await target_people.online(conn, unit_id, day, cut_off)
            found.append(Measured(target, learners, None, cut_off, courses))
        elif kept and not target.is_reference:
            found.append(Measured(target, *kept.get(target.key, (0, 0)), cut_off))
        else:
            facts = facts or await facts_of(conn, unit_id, cut_off, wanted)
            counted = await asyncio.to_thread(tally, target, facts, day, compulsory)  # seconds for a whole country
            found.append(Measured(target, *counted.numbers(target.counting), cut_off))
    return found


def as_rows(found: Sequence[Measured]) -> Sequence[TargetRow]:
    """Return targets as a report for a period shows them."""
    return [
        TargetRow(one.target.key, one.target.title, one.numerator, one.denominator, one.share, last_day(one.cut_off))
        for one in found
    ]
