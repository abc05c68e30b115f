"""What each cadre of the demo has done in the last six weeks: joined or not, how far, and whether they stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.demo import study_days
from handlers.syllabus import lessons_of, test_pool
from learning.calendar import DayPart, Shift, at, day_of, learner_hour, monday
from learning.rhythm import LADDER_DAYS, Pace

if TYPE_CHECKING:
    from random import Random

    from bot.demo.study_days import Sitting
    from content.model import Library, Module
    from learning.roles import Track

WEEKS = 6
STOPPED_DAYS = 16  # more than the 14 after which a union is told that somebody has stopped
_LATELY = 3  # lesson days
_WAITS = timedelta(minutes=20)  # nothing of the past ends later than this before now


class Way(StrEnum):
    """How somebody takes to learning."""

    ABSENT = "chua_ket_noi"
    WAITING = "moi_ket_noi"  # joined, the first lesson not opened
    STOPPED = "da_dung"
    LEARNING = "dang_hoc"
    DONE = "hoan_thanh"


_SHARES = {Way.ABSENT: 36, Way.WAITING: 9, Way.STOPPED: 11, Way.LEARNING: 26, Way.DONE: 18}


@dataclass(frozen=True, slots=True)
class Cadre:
    """Who it is about."""

    person_id: int
    tracks: frozenset[Track]
    shift: Shift | None
    posts: tuple[str, ...]  # codes of the units


@dataclass(slots=True)
class Story:
    """What a learner has done, in order."""

    cadre: Cadre
    joined_at: datetime
    part: DayPart
    sittings: list[Sitting] = field(default_factory=list)

    @property
    def last_word_at(self) -> datetime:
        """When they last tapped."""
        return max([self.joined_at, *(sitting.last_tap_at for sitting in self.sittings if not _is_untouched(sitting))])

    @property
    def ladder(self) -> int:
        """Reminders since then: all of them where a lesson is open, as it has long been."""
        return len(LADDER_DAYS) if self.open_sitting else 0

    @property
    def open_sitting(self) -> Sitting | None:
        """What they began, or were sent, and have not finished."""
        return next((sitting for sitting in self.sittings if sitting.finished_at is None), None)


def _is_untouched(sitting: Sitting) -> bool:
    return sitting.is_pushed and sitting.progress.at == 0 and not sitting.progress.answered


def started(story: Story, module: Module, until: datetime) -> list[Sitting]:
    """The sittings in a module that were opened, by the learner's own tap, at or before `until`."""
    return [
        sitting
        for sitting in story.sittings
        if sitting.module.id == module.id and sitting.opened_at <= until and not _is_untouched(sitting)
    ]


def draw_way(rng: Random) -> Way:
    """Draw how somebody takes to learning."""
    return rng.choices(list(_SHARES), list(_SHARES.values()))[0]


def tell(cadre: Cadre, way: Way, library: Library, now: datetime, rng: Random) -> Story | None:
    """Return what a cadre has done until `now`, or None for one who never joined."""
    days_ago = rng.randint(STOPPED_DAYS + 5, WEEKS * 7) if way is not Way.LEARNING else rng.randint(4, WEEKS * 7)
    part = rng.choice(list(DayPart))
    if way is Way.ABSENT or not cadre.tracks:
        return None
    joined_on = day_of(now) - timedelta(days=days_ago)
    story = Story(cadre, _moment(joined_on, part, cadre.shift, rng), part)
    match way:
        case Way.WAITING:
            _wait(story, library)
        case Way.STOPPED:
            last = day_of(now) - timedelta(days=STOPPED_DAYS)
            _learn(story, library, at(last, time(0)), rng, lessons=rng.randint(0, 3), then_stop=True)
        case Way.LEARNING:
            _learn(story, library, now - _WAITS, rng, lessons=rng.randint(1, 4))
        case Way.DONE:
            _learn(story, library, now - _WAITS, rng, lessons=rng.randint(6, 14))
    return story


def _moment(day: date, part: DayPart, shift: Shift | None, rng: Random) -> datetime:
    return learner_hour(day, part, shift) + timedelta(seconds=rng.randint(60, 3_000))


def _lesson_moments(story: Story, until: datetime, rng: Random) -> list[datetime]:
    """When they sat down: at once, then on lesson days at their hour; the most eager came earliest."""
    day = day_of(story.joined_at)
    moments = [story.joined_at + timedelta(seconds=90)]
    while (day := day + timedelta(days=1)) <= day_of(until):
        if day.weekday() in Pace.THREE_A_WEEK.weekdays:
            moments.append(_moment(day, story.part, story.cadre.shift, rng))
    return [moment for moment in moments if moment <= until - _WAITS]


def _learn(
    story: Story, library: Library, until: datetime, rng: Random, *, lessons: int, then_stop: bool = False
) -> None:
    moments = _lesson_moments(story, until, rng)
    share = rng.uniform(0.68, 0.92)
    review: list[str] = []
    done: set[str] = set()
    passed: set[str] = set()
    tries: list[tuple[str, date]] = []
    if not then_stop and len(moments) > lessons:
        # At once, now and then, and lately: nobody who still learns was last seen long ago.
        lately = max(1, len(moments) - _LATELY)
        between = sorted(rng.sample(moments[1:lately], min(lessons - 1, lately - 1)))
        moments = [moments[0], *between, rng.choice(moments[lately:])]
    for taken, moment in enumerate(moments):
        week = monday(day_of(moment))
        sitting = _next(story, library, done, passed, tries, review, moment, rng)
        if sitting is None:
            break
        stops = then_stop and taken == lessons
        steps = rng.randint(1, 4) if stops else None
        study_days.sit(sitting, library, rng, share if sitting.kind == "lesson" else 0.93, steps)
        story.sittings.append(sitting)
        if stops:
            break
        if sitting.kind == "test":
            tries.append((sitting.module.id, week))
            if sitting.progress.percent >= sitting.module.pass_percent:
                passed.add(sitting.module.id)
        else:
            done.add(sitting.lesson_id)
            review = [*review[study_days.MOST_REVIEWED :], *sitting.wrong]


def _next(
    story: Story,
    library: Library,
    done: set[str],
    passed: set[str],
    tries: list[tuple[str, date]],
    review: list[str],
    moment: datetime,
    rng: Random,
) -> Sitting | None:
    for module in library.modules:
        lessons = lessons_of(module, story.cadre.tracks)
        for number, lesson in enumerate(lessons, 1):
            if lesson.id not in done:
                is_pushed = bool(story.sittings)
                return study_days.begin_lesson(
                    module, lesson, review, number, len(lessons), moment, is_pushed=is_pushed
                )
        pool = test_pool(module, story.cadre.tracks)
        may_try = tries.count((module.id, monday(day_of(moment)))) < module.tries_a_week
        if lessons and pool and module.id not in passed and may_try:
            return study_days.begin_test(module, pool, moment, rng)
    return None


def _wait(story: Story, library: Library) -> None:
    """The first lesson was sent on the next lesson day, and reminded of; nobody has opened it."""
    day = day_of(story.joined_at) + timedelta(days=1)
    while day.weekday() not in Pace.THREE_A_WEEK.weekdays:
        day += timedelta(days=1)
    for module in library.modules:
        if lessons := lessons_of(module, story.cadre.tracks):
            sent_at = learner_hour(day, story.part, story.cadre.shift)
            sitting = study_days.begin_lesson(module, lessons[0], [], 1, len(lessons), sent_at, is_pushed=True)
            story.sittings.append(sitting)
            return
