"""
The targets (chỉ tiêu) a union is measured by, T1 to T14: dated definitions, each with its clause.

What is counted is in `learning.target_count`; where the two papers differ, in `learning.clauses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from learning.clauses import GUIDELINE, RESOLUTION, TARGETS_OF_2026, Clause
from learning.trainers import GUIDELINE_RULES, RESOLUTION_RULES, Level, TrainerRule


class Whom(StrEnum):
    """Whom a target counts."""

    NEW_LEADERS = "lãnh đạo chủ chốt cấp tỉnh, cấp huyện mới được bầu"
    FULL_TIMERS = "cán bộ chuyên trách từ cấp trên cơ sở trở lên"
    CHAIRS = "chủ tịch công đoàn cơ sở"
    NON_STATE_CHAIRS = "chủ tịch công đoàn cơ sở ngoài khu vực nhà nước"
    NEW_CHAIRS = "chủ tịch công đoàn cơ sở mới được bầu"
    LEARNERS = "người học trên trợ lý"
    MONEY = "chi cho hoạt động"


class Done(StrEnum):
    """What counts as done."""

    RECOGNISED = "được công nhận ĐTBD"
    EVERY_COURSE = "được công nhận ở mọi chuyên đề bắt buộc"
    BY_TRAINER = "được công nhận do đơn vị có trách nhiệm đào tạo"
    TOPIC = "được công nhận ở một nội dung của Hướng dẫn"
    LESSONS = "đã học xong bài M0.1 và M0.5"
    STARTED = "đã học ít nhất một bài"
    SPENT = "chi cho đào tạo, bồi dưỡng"


class Window(StrEnum):
    """From when to when it counts; all end at the cut-off at the latest."""

    UNION_YEAR = "năm thống kê (01/12 đến 30/11)"
    CALENDAR_YEAR = "năm dương lịch"
    TERM = "nhiệm kỳ"
    SECOND_YEAR = "đến hết năm thứ hai của nhiệm kỳ"
    EVER = "từ trước đến nay"


class Counting(StrEnum):
    """In what a target is counted."""

    POSTS = "chức danh"
    PERSONS = "người"
    DONG = "đồng"


@dataclass(frozen=True, slots=True)
class Target:
    """
    One target.

    `goal_percent` is None where the paper names no share; `goal_persons` where it names numbers of persons. `rule` says
    which chairs and who must train them. A reference is of a year that has passed: shown only on demand.
    """

    key: str
    title: str
    clause: Clause
    valid_from: date
    valid_to: date | None
    whom: Whom
    done: Done
    window: Window
    goal_percent: int | None = 100
    goal_persons: tuple[int, int] | None = None
    counting: Counting = Counting.POSTS
    rule: TrainerRule | None = None
    is_reference: bool = False

    @property
    def by_when(self) -> str:
        """When it must be met, for people."""
        return str(self.window)

    def is_on(self, day: date) -> bool:
        """Whether it is one of the targets of that day."""
        return not self.is_reference and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


_ADOPTED = date(2020, 12, 12)
_2021 = (date(2021, 1, 1), date(2022, 1, 1))
_2026 = (date(2026, 1, 1), date(2027, 1, 1))
_S1 = {rule.level: rule for rule in RESOLUTION_RULES}
_S2 = {rule.level: rule for rule in GUIDELINE_RULES}
# The topics that the guideline names: wages, dialogue, bargaining, finance, democracy, activities.
GUIDELINE_MODULES = frozenset({"M2", "M3", "M4", "M5", "M6", "M7"})
AWARENESS_LESSONS = frozenset({"M0.1", "M0.5"})


def _of_resolution(
    key: str, title: str, place: str, whom: Whom, done: Done, window: Window, *, goal: int | None = 100
) -> Target:
    return Target(key, title, Clause(RESOLUTION, place), _ADOPTED, None, whom, done, window, goal_percent=goal)


def _by_size(key: str, title: str, level: Level) -> Target:
    """Nothing of these three says 100 %: they are shown as count and share."""
    rule = _S1[level]
    return Target(
        key, title, rule.clause, _ADOPTED, None, Whom.CHAIRS, Done.BY_TRAINER, Window.UNION_YEAR, None, rule=rule
    )


def _of_2021(key: str, title: str, whom: Whom, done: Done, level: Level | None = None) -> Target:
    clause = _S2[level].clause if level else Clause(GUIDELINE, "đoạn 1")
    rule = _S2[level] if level else None
    return Target(key, title, clause, *_2021, whom, done, Window.UNION_YEAR, rule=rule, is_reference=True)


TARGETS = (
    _of_resolution(
        "T1",
        "Lãnh đạo chủ chốt mới được bầu được công nhận ĐTBD hết năm thứ hai của nhiệm kỳ",
        "I.2.1 đoạn 1",
        Whom.NEW_LEADERS,
        Done.RECOGNISED,
        Window.SECOND_YEAR,
    ),
    _of_resolution(
        "T2",
        "Cán bộ chuyên trách được công nhận ở mọi chuyên đề bắt buộc trong nhiệm kỳ",
        "I.2.1 gạch 1",
        Whom.FULL_TIMERS,
        Done.EVERY_COURSE,
        Window.TERM,
    ),
    _of_resolution(
        "T3",
        "Cán bộ chuyên trách được bồi dưỡng, tập huấn trong năm",
        "I.2.1 gạch 2",
        Whom.FULL_TIMERS,
        Done.RECOGNISED,
        Window.UNION_YEAR,
    ),
    _by_size("T4", "Chủ tịch CĐCS từ 2.500 đoàn viên do Tổng Liên đoàn bồi dưỡng", Level.CONFEDERATION),
    _by_size(
        "T5", "Chủ tịch CĐCS từ 1.000 đến dưới 2.500 đoàn viên do tỉnh, ngành bồi dưỡng", Level.PROVINCE_OR_SECTOR
    ),
    _by_size("T6", "Chủ tịch CĐCS dưới 1.000 đoàn viên do đơn vị được giao bồi dưỡng", Level.DIRECT_SUPERIOR),
    Target(
        "T7",
        "Chi đào tạo, bồi dưỡng trên tổng chi cho hoạt động trong năm",
        Clause(RESOLUTION, "I.2.4; II.6"),
        _ADOPTED,
        None,
        Whom.MONEY,
        Done.SPENT,
        Window.CALENDAR_YEAR,
        goal_percent=15,
        counting=Counting.DONG,
    ),
    Target(
        "T8",
        "Người học trực tuyến trên trợ lý",
        Clause(RESOLUTION, "I.2.3; II.3.3 gạch 3"),
        _ADOPTED,
        None,
        Whom.LEARNERS,
        Done.STARTED,
        Window.EVER,
        goal_percent=None,
        counting=Counting.PERSONS,
    ),
    _of_2021("T9", "Chủ tịch CĐCS được tuyên truyền nâng cao nhận thức", Whom.CHAIRS, Done.LESSONS),
    _of_2021("T10", "Chủ tịch CĐCS ngoài khu vực nhà nước được tập huấn", Whom.NON_STATE_CHAIRS, Done.TOPIC),
    Target(
        "T11",
        "Người là chủ tịch CĐCS từ 2.500 đoàn viên được Tổng Liên đoàn bồi dưỡng",
        _S2[Level.CONFEDERATION].clause,
        *_2021,
        Whom.CHAIRS,
        Done.BY_TRAINER,
        Window.UNION_YEAR,
        goal_percent=None,
        goal_persons=(50, 70),
        counting=Counting.PERSONS,
        rule=_S2[Level.CONFEDERATION],
        is_reference=True,
    ),
    _of_2021(
        "T12",
        "Chủ tịch CĐCS ngoài khu vực nhà nước từ 1.000 đoàn viên do tỉnh, ngành tập huấn",
        Whom.NON_STATE_CHAIRS,
        Done.BY_TRAINER,
        Level.PROVINCE_OR_SECTOR,
    ),
    _of_2021(
        "T13",
        "Chủ tịch CĐCS ngoài khu vực nhà nước dưới 1.000 đoàn viên do đơn vị được giao tập huấn",
        Whom.NON_STATE_CHAIRS,
        Done.BY_TRAINER,
        Level.DIRECT_SUPERIOR,
    ),
    Target(
        "T14",
        "Chủ tịch CĐCS mới được bầu được đào tạo, bồi dưỡng bằng hình thức phù hợp",
        Clause(TARGETS_OF_2026, ""),
        *_2026,
        Whom.NEW_CHAIRS,
        Done.RECOGNISED,
        Window.CALENDAR_YEAR,
    ),
)


def targets_on(day: date, *, with_references: bool = False) -> tuple[Target, ...]:
    """The targets of a day, and on demand those of 2021 for comparison."""
    return tuple(target for target in TARGETS if target.is_on(day) or (with_references and target.is_reference))
