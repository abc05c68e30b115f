"""The trend as an SVG's geometry: attributes alone, since the pages allow no inline style. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from reports.overview import Point

WIDTH, HEIGHT = 640, 270
LEFT, RIGHT, TOP, BOTTOM = 66, 14, 18, 38


@dataclass(frozen=True, slots=True)
class Chart:
    """Points of lines as `points` attributes, the dots of what is done, and how high each gridline of per cent is."""

    completed: str
    joined: str
    plan: str
    dots: Sequence[tuple[float, float]]
    grid: Sequence[tuple[int, float]]
    begins: date
    ends: date


def chart(points: Sequence[Point], period: tuple[date, date]) -> Chart | None:
    """
    Return the lines of the shares connected and completed, over the report period; None without two points.

    The plan is an even pace from nobody at the period's beginning to everybody at its end.
    """
    shown = [point for point in points if point.counts.posts]
    if len(shown) <= 1:
        return None
    begins, ends = period
    days = (ends - begins).days

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - begins).days / days, 1)

    def y(share: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(share, 1.0)), 1)

    def line(name: str) -> Sequence[tuple[float, float]]:
        return [(x(point.day), y(getattr(point.counts, name) / point.counts.posts)) for point in shown]

    completed = line("completed")
    return Chart(
        completed=_joined(completed),
        joined=_joined(line("joined")),
        plan=_joined([(x(begins), y(0.0)), (x(ends), y(1.0))]),
        dots=completed,
        grid=[(percent, y(percent / 100)) for percent in (0, 50, 100)],
        begins=begins,
        ends=ends,
    )


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
