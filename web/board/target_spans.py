"""Which year of targets is looked at, and until when: as the address says, and as it is said again in links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from learning.calendar import at
from learning.target_count import union_year
from reports import words
from storage import cut_offs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncConnection

    from web.board.access import Visit

YEARS_BACK = 2
_NOW = "nay"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which year, until when, and whether those of 2021 are shown too; `kept` is the last cut-off of this year."""

    year: int
    this_year: int
    cut_off: datetime
    kept: datetime | None
    is_live: bool
    with_references: bool

    def query(self, **changed: str | int) -> str:
        """The address's query of this view, with changes; an empty value leaves a field out."""
        held: Mapping[str, str | int] = {
            "nam": self.year if self.year != self.this_year else "",
            "luc": _NOW if self.is_live and self.kept else "",
            "2021": "1" if self.with_references else "",
        }
        return urlencode({name: value for name, value in {**held, **changed}.items() if value != ""})

    @property
    def is_counted(self) -> bool:
        """Whether figures are counted from dated rows, or may be, and not only read as they were kept."""
        return self.is_live or self.with_references or self.year != self.this_year

    @property
    def years(self) -> Sequence[int]:
        """The years that can be looked at, the latest first."""
        return range(self.this_year, self.this_year - YEARS_BACK - 1, -1)


async def asked_of(conn: AsyncConnection, visit: Visit, request: web.Request) -> Asked:
    """Return what an address asks for; what it says wrongly is as if it were not said."""
    this_year = union_year(visit.day)[1].year
    wanted = request.query.get("nam", "")
    years = {str(year): year for year in range(this_year - YEARS_BACK, this_year + 1)}
    year = years.get(wanted, this_year)
    with_references = request.query.get("2021") == "1"
    if year < this_year:
        return Asked(year, this_year, at(date(year, 12, 1), time()), None, False, with_references)
    kept = await cut_offs.previous_cut_off(conn, visit.now, visit.unit.unit_id)
    if kept is not None and words.last_day(kept) < union_year(visit.day)[0]:
        kept = None
    is_live = kept is None or request.query.get("luc") == _NOW
    return Asked(year, this_year, visit.now if is_live or kept is None else kept, kept, is_live, with_references)


def note(visit: Visit, asked: Asked, what: str) -> str:
    """Return the line above a file: whose figures, of what, until when."""
    until = words.moment(visit.now) if asked.is_live and asked.year == asked.this_year else ""
    day = words.day(words.last_day(asked.cut_off))
    return f"{visit.unit.name}: {what}, đến {until or f'hết {day}'}, tính theo chức danh trừ nơi ghi khác"
