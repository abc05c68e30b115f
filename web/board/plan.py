"""A year's training plan and spending: the unit's own, entered here, and what the units directly below entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from learning.rights import Deed
from learning.roles import GROUP_TYPES
from learning.targets import TARGETS
from reports.targets import Measured
from storage import office_changes, training_below, training_years
from storage.office_changes import Kind
from storage.training_years import ChangedMeanwhileError, TrainingYear
from web import forms
from web.board import plan_form
from web.board.access import UNIT
from web.board.frame import looks_below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.plan_form import Filled

log = structlog.get_logger()

PAGE = 50
CHANGES_SHOWN = 10
YEARS_BACK, YEARS_AHEAD = 3, 1
_SPENDING = next(target for target in TARGETS if target.key == "T7")
_MOST_DIGITS = 15


class PlanPages:
    """Kế hoạch và kinh phí."""

    def __init__(self, database: Database, frame: Frame) -> None:
        self._database = database
        self._frame = frame

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/ke-hoach", self._page)
        gate.open("POST", f"{UNIT}/ke-hoach", self._save)

    async def _page(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        year = _year(visit, request.query.get("nam", "")) or visit.day.year
        async with self._database.connect() as conn:
            values = await training_years.read(conn, visit.unit.unit_id, year)
            filled = plan_form.Filled(plan_form.shown(values), {}, values)
            return await self._answer(conn, visit, year, filled, values, query=request.query)

    async def _save(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        year = _year(visit, fields.get("nam", ""))
        if year is None or visit.unit.unit_type in GROUP_TYPES:
            raise forms.BadFieldError("nam")
        filled = plan_form.read(fields)
        is_late = False
        if not filled.faults:
            is_late = not await self._write(visit, year, filled.values, fields.get("truoc", ""))
            if not is_late:
                raise web.HTTPSeeOther(f"/bang/{visit.unit.unit_id}/ke-hoach?nam={year}&luu=1")
        async with self._database.connect() as conn:
            values = await training_years.read(conn, visit.unit.unit_id, year)
            if not is_late and fields.get("truoc") != plan_form.mark(values):
                is_late = True  # told together with the faults: what was typed rests on figures that have gone
            return await self._answer(conn, visit, year, filled, values, is_late=is_late)

    async def _write(self, visit: Visit, year: int, values: TrainingYear, mark: str) -> bool:
        """Write what an officer entered; False if the figures are no longer those that the form was filled from."""
        unit_id = visit.unit.unit_id
        try:
            async with self._database.begin() as conn:
                was = await training_years.read(conn, unit_id, year)
                if plan_form.mark(was) != mark:
                    return False
                changed = plan_form.changes(was, values)
                if not changed:
                    return True
                await training_years.change(conn, unit_id, year, values, visit.now, was=was)
                await office_changes.add(
                    conn,
                    unit_id=unit_id,
                    by=visit.visitor.person_id,
                    kind=Kind.PLAN,
                    said=changed,
                    year=year,
                    now=visit.now,
                )
        except ChangedMeanwhileError:
            return False
        log.info("plan_entered", person_id=visit.visitor.person_id, unit_id=unit_id, year=year)
        return True

    async def _answer(
        self,
        conn: AsyncConnection,
        visit: Visit,
        year: int,
        filled: Filled,
        values: TrainingYear,
        *,
        is_late: bool = False,
        query: Mapping[str, str] | None = None,
    ) -> web.Response:
        query = query or {}
        unit_id = visit.unit.unit_id
        has_plan = visit.unit.unit_type not in GROUP_TYPES
        sums, lines = None, []
        wants_entered = query.get("xem") != "chua"
        after = query.get("sau", "")
        if looks_below(visit) and has_plan:
            sums = await training_below.sums(conn, unit_id, year, visit.day)
            lines = list(
                await training_below.lines(
                    conn, unit_id, year, visit.day, is_entered=wants_entered, limit=PAGE + 1, after=_number(after)
                )
            )
        changed = await office_changes.latest(conn, unit_id, [Kind.PLAN], CHANGES_SHOWN, year=year) if has_plan else []
        return self._frame.page(
            "board/plan.html",
            visit,
            "ke-hoach",
            status=409 if is_late else 422 if filled.faults else 200,
            year=year,
            this_year=visit.day.year,
            years=years(visit),
            has_plan=has_plan,
            may_plan=visit.may(Deed.PLAN),
            groups=(("Kế hoạch", plan_form.PLANNED), ("Đã thực hiện", plan_form.DONE)),
            filled=filled,
            held=plan_form.shown(values),
            mark=plan_form.mark(values),
            spending=_spending(values, visit),
            is_saved=query.get("luu") == "1",
            is_late=is_late,
            goal=_SPENDING.goal_percent,
            clause=_SPENDING.clause,
            sums=sums,
            below=_spending(sums.values, visit) if sums else None,
            lines=[(line, _spending(line.values, visit)) for line in lines[:PAGE]],
            next=lines[PAGE - 1].unit_id if len(lines) > PAGE else None,
            is_first=not after,
            wants_entered=wants_entered,
            changed=[(one, plan_form.told(one.said)) for one in changed] if visit.may(Deed.PLAN) else [],
        )


def _spending(values: TrainingYear, visit: Visit) -> Measured:
    return Measured(_SPENDING, values.spent_on_training or 0, values.spent_in_all or 0, visit.now)


def years(visit: Visit) -> Sequence[int]:
    """The calendar years that can be seen and entered, the latest first."""
    return range(visit.day.year + YEARS_AHEAD, visit.day.year - YEARS_BACK - 1, -1)


def _year(visit: Visit, asked: str) -> int | None:
    return {str(year): year for year in years(visit)}.get(asked)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
