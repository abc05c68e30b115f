"""One unit's part of a report, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.roles import Role
from reports import words
from storage.posts import Counts

if TYPE_CHECKING:
    from reports.figures import Managed, Section
    from storage.unit_figures import Line

_NAME = 60


def _far(counts: Counts, before: Counts | None) -> str:
    """How far the posts are: "kết nối 14 · đã học 12 · hoàn thành 7 (thêm 2)"."""
    said = [words.percent(counts.completed, counts.posts)]
    if before is not None:
        said.append(words.change(counts.completed - before.completed))
    remark = ", ".join(filter(None, said))
    completed = f"hoàn thành {words.number(counts.completed)}" + (f" ({remark})" if remark else "")
    return f"kết nối {words.number(counts.joined)} · đã học {words.number(counts.started)} · {completed}"


def _roles(part: Section) -> list[str]:
    lines = []
    for role in Role:
        counts = part.figures.all.get(role)
        if counts is None or not counts.posts:
            continue
        vacant = f" (khuyết {words.number(part.vacant(role))})" if part.vacant(role) else ""
        before = part.before.all.get(role, Counts()) if part.before else None
        lines.append(f"• {role.label}: {words.number(counts.posts)}{vacant} · {_far(counts, before)}")
    return lines


def _managed(managed: Managed) -> list[str]:
    head = f"Đang quản lý {words.number(managed.units)} đơn vị"
    counts = managed.counts
    if not counts.posts:
        return [f"{head}: {words.NOTHING}"]
    return [
        f"{head}: {words.number(counts.posts)} chức danh · {_far(counts, managed.before)}",
        f"Trong đó được công nhận ĐTBD trong kỳ: {words.share(counts.recognised, counts.posts)}",
    ]


def _needy_line(line: Line) -> str:
    waiting = f"{words.number(line.counts.posts - line.counts.joined)} chưa kết nối"
    learning = "" if line.counts.started else ", chưa có người học"
    return f"{words.clip(line.name, _NAME)} ({waiting}{learning})"


def _silent(part: Section) -> str:
    """How many learners of the CĐCS directly below have been silent for long; never who."""
    if not part.silent_below:
        return ""
    posts = sum(line.posts for line in part.silent_below)
    most = part.silent_below[0]
    return (
        f"Dừng quá {part.ladder.above_days} ngày, chưa xử lý: {words.number(posts)} chức danh ở"
        f" {words.number(len(part.silent_below))} CĐCS; nhiều nhất {words.clip(most.name, _NAME)}"
        f" ({words.number(most.posts)})."
    )


def _closed(part: Section) -> str:
    """How many posts below Zalo does not let one write to."""
    if not part.closed:
        return ""
    as_of = f" (đến hết {words.day(part.closed_on)})" if part.closed_on else ""
    return f"Zalo chưa cho nhắn{as_of}: {words.number(part.closed)} chức danh."


def _help(part: Section) -> str:
    if part.holders is None:
        needy = "Cần quan tâm: " + "; ".join(_needy_line(line) for line in part.needy) + "." if part.needy else ""
        return "\n".join(filter(None, (needy, _silent(part), _closed(part))))
    said = []
    if part.not_joined:
        said.append(f"{words.number(part.not_joined)} chưa kết nối")
    if part.stalled:
        said.append(f"{words.number(part.stalled)} dừng quá {part.ladder.chair_days} ngày")
    if part.closed:
        said.append(f"{words.number(part.closed)} Zalo chưa cho nhắn")
    return f"Cần giúp: {', '.join(said)}." if said else ""


def write(part: Section, *, in_full: bool) -> str:
    """Return a unit's part: its name, posts by chức danh (only together unless `in_full`), and who needs help."""
    counts = part.figures.total
    lines = [words.clip(part.unit.name, _NAME)]
    if counts.posts:
        by_role = _roles(part)
        if in_full:
            lines += by_role
        if len(by_role) > 1 or not in_full:
            before = part.before.total if part.before else None
            lines.append(f"Cộng: {words.number(counts.posts)} chức danh · {_far(counts, before)}")
    elif part.managed is None:
        lines.append(f"Chức danh: {words.NOTHING}")
    if counts.posts:
        lines.append(f"Được công nhận ĐTBD trong kỳ: {words.share(counts.recognised, counts.posts)}")
    if part.managed is not None:
        lines += _managed(part.managed)
    lines.append(_help(part))
    return "\n".join(filter(None, lines))


def write_line(line: Line) -> str:
    """Return a unit's row in a list of units."""
    counts = line.counts
    if not counts.posts:
        return f"{words.clip(line.name, _NAME)}: {words.NOTHING}"
    return (
        f"{words.clip(line.name, _NAME)}: {words.number(counts.posts)} · kết nối {words.number(counts.joined)}"
        f" · hoàn thành {words.share(counts.completed, counts.posts)}"
    )
