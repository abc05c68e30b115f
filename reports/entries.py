"""
What a period's report says line by line, as unions tabulate: TT, Nội dung, Đơn vị tính, Số lượng, Ghi chú.

Word, Excel and PDF are all written from these lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.period import PeriodReport, RoleRow
    from storage.posts import Counts

POSTS, PERSONS, TIMES, CLASSES, HOURS = "chức danh", "người", "lượt người", "lớp", "giờ"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; a heading has no amount. `whole` is the denominator of `amount`, where it is a part of something."""

    number: str
    title: str
    unit: str = ""
    amount: int | float | None = None
    whole: int | None = None
    note: str = ""

    @property
    def is_heading(self) -> bool:
        """True of a line that only names those below it."""
        return self.amount is None

    @property
    def shown(self) -> str:
        """The amount as written: "1.385"; "—" where there is nobody to count."""
        if self.amount is None:
            return ""
        if self.whole == 0:
            return words.NOTHING
        is_whole = float(self.amount).is_integer()
        return words.number(self.amount, 0 if is_whole else 1)

    @property
    def remark(self) -> str:
        """The share with its denominator, then the note."""
        share = words.share(int(self.amount), self.whole) if self.amount is not None and self.whole else ""
        return "; ".join(filter(None, (share, self.note)))


def entries(report: PeriodReport) -> Sequence[Entry]:
    """Return the lines of a report, headings included."""
    return [*_posts(report), *_training(report), *_targets(report)]


def _since(report: PeriodReport, more: str) -> str:
    return f"{more} so với hết {words.day(report.before_on)}" if more and report.before_on else ""


def _posts(report: PeriodReport) -> Iterator[Entry]:
    total = report.total
    yield Entry("I", "Cán bộ công đoàn thuộc diện đào tạo, bồi dưỡng")
    yield Entry("1", "Tổng số", POSTS, total.posts, note="gồm cả chức danh khuyết, chưa kết nối")
    for place, row in enumerate(report.roles, 1):
        yield Entry(f"1.{place}", row.role.label, POSTS, row.counts.posts)
    yield from _steps(report, total)
    yield Entry("II", "Hoàn thành trên trợ lý, theo chức danh")
    for place, row in enumerate(report.roles, 1):
        yield _completed(report, row, place)


def _steps(report: PeriodReport, total: Counts) -> Iterator[Entry]:
    yield Entry("2", "Đã kết nối trợ lý", POSTS, total.joined, total.posts)
    yield Entry("3", "Đã học chuyên đề được giao", POSTS, total.started, total.posts)
    more = _since(report, report.gained())
    yield Entry("4", "Hoàn thành chuyên đề trên trợ lý", POSTS, total.completed, total.posts, more)
    since = f"tính từ {words.day(report.recognised_since)}"
    yield Entry("5", "Được công nhận ĐTBD", POSTS, total.recognised, total.posts, since)


def _completed(report: PeriodReport, row: RoleRow, place: int) -> Entry:
    more = _since(report, report.gained(row))
    return Entry(f"{place}", row.role.label, POSTS, row.counts.completed, row.counts.posts, more)


def _training(report: PeriodReport) -> Iterator[Entry]:
    held = report.training
    yield Entry("III", "Lớp và kết quả được công nhận trong kỳ")
    yield Entry("1", "Số lớp đã mở", CLASSES, held.classes)
    yield Entry("2", "Số lượt người được công nhận", TIMES, held.attendances)
    yield Entry("3", "Số người được công nhận", PERSONS, held.persons, note="mỗi người tính một lần")
    yield Entry("4", "Số giờ học của các lượt người", HOURS, held.hours)


def _targets(report: PeriodReport) -> Iterator[Entry]:
    if not report.targets:
        return
    yield Entry("IV", "Chỉ tiêu")
    for row in report.targets:
        parts = [words.number(row.numerator)]
        if row.denominator is not None:
            parts = [f"{words.number(row.numerator)}/{words.number(row.denominator)}"]
        note = f"{parts[0]}{f' ({row.percent})' if row.percent else ''}; đến hết {words.day(row.cutoff)}"
        yield Entry(row.key, row.title, "", row.numerator, note=note)
