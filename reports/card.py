"""A digest as one picture for a phone: the figures, the units below, the last weeks, and the three to help first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import typeset, words
from reports.figures import section
from storage import cut_offs, reporting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from reports.figures import Section
    from storage.posts import Counts
    from storage.reporting import Unit
    from storage.unit_figures import Line

WIDTH_PX = 1_080
_DPI = WIDTH_PX / 540 * 72
BARS = 8
POINTS = 8  # cut-offs
_NAME = 44
_LABELS = {
    "completed": "hoàn thành trên trợ lý",
    "joined": "đã kết nối",
    "waiting": "chưa kết nối, khuyết",
    "trend": "Hoàn thành trên trợ lý, đến hết ngày",
    "needy": "Cần quan tâm trước",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture shows; `bars` those with most posts not connected first, `trend` the oldest first."""

    title: str
    section: Section
    cut_off: datetime | None
    now: datetime
    bars: Sequence[Line]
    trend: Sequence[tuple[datetime, Counts]]


async def gather(conn: AsyncConnection, unit: Unit, cut_off: datetime | None, now: datetime, title: str) -> Card:
    """
    Gather a unit's picture, live or at a cut-off.

    Args:
        conn: a connection.
        unit: whose.
        cut_off: the moment of the figures; None for live ones.
        now: the present.
        title: what the digest calls itself.
    """
    lines = await reporting.lines(conn, unit.id, cut_off, by_need=True, limit=BARS)
    kept = await cut_offs.history(conn, [unit.id], cut_off or now, POINTS)
    return Card(
        title=title,
        section=await section(conn, unit, cut_off, now, is_within=unit.is_grassroots),
        cut_off=cut_off,
        now=now,
        bars=lines,
        trend=list(reversed(kept)),
    )


def png(card: Card) -> bytes:
    """Return the picture, `WIDTH_PX` wide and far below 1 MB; takes up to a second, so call it in a thread."""
    return typeset.png("card.typ", data(card), _DPI)


def data(card: Card) -> dict[str, Any]:
    """Return all that the picture says, as `card.typ` takes it."""
    total = card.section.figures.total
    as_of = f"hết {words.day(words.last_day(card.cut_off))}" if card.cut_off else words.moment(card.now)
    most = max((counts.completed for _, counts in card.trend), default=0)
    return {
        "kicker": card.title,
        "unit": words.clip(words.plain(card.section.unit.name), 2 * _NAME),
        "tiles": _tiles(total),
        "labels": _LABELS | {"bars": _bars_title(card)},
        "bars": [_bar(words.clip(words.plain(line.name), _NAME), line.counts) for line in card.bars]
        or [_bar(role.label, counts) for role, counts in card.section.figures.all.items() if counts.posts],
        "trend": [
            {
                "day": f"{words.last_day(cut_off):%d/%m}",
                "number": words.number(counts.completed),
                "height": 100 * counts.completed / most if most else 0,
            }
            for cut_off, counts in card.trend
        ],
        "needy": [
            f"{place}. {words.clip(words.plain(line.name), _NAME)}:"
            f" {words.number(line.counts.posts - line.counts.joined)} chưa kết nối"
            for place, line in enumerate(card.section.needy, 1)
        ],
        "footer": f"Số liệu đến {as_of}, tính theo chức danh.",
    }


def _bars_title(card: Card) -> str:
    if not card.bars:
        return "Theo chức danh"
    return "Theo đơn vị" if len(card.bars) < BARS else f"{BARS} đơn vị còn nhiều chức danh chưa kết nối nhất"


def _tiles(total: Counts) -> list[dict[str, str]]:
    named = (
        ("Chức danh", total.posts, False),
        ("Đã kết nối", total.joined, True),
        ("Hoàn thành trên trợ lý", total.completed, True),
        ("Được công nhận ĐTBD", total.recognised, True),
    )
    return [
        {
            "name": name,
            "number": words.number(number) if total.posts else words.NOTHING,
            "note": words.percent(number, total.posts) if is_part and total.posts else "",
        }
        for name, number, is_part in named
    ]


def _bar(name: str, counts: Counts) -> dict[str, Any]:
    whole = max(1, counts.posts)
    return {
        "name": name,
        "note": words.share(counts.completed, counts.posts),
        "joined": 100 * counts.joined / whole,
        "completed": 100 * counts.completed / whole,
    }
