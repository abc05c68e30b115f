"""The dashboard put together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from web.board.access import Gate
from web.board.cadres import CadrePages
from web.board.decision import DecisionPages
from web.board.door import Door
from web.board.frame import Frame
from web.board.insights import InsightPages
from web.board.own import OwnPages
from web.board.people import PeoplePages
from web.board.plan import PlanPages
from web.board.reports import ReportPages
from web.board.result_files import ResultFilePages
from web.board.results import ResultPages
from web.board.roster import RosterPages
from web.board.target_lists import TargetLists
from web.board.targets import TargetPages
from web.board.units import UnitPages

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from storage.database import Database
    from web.board.parts import BoardParts
    from web.pages import Pages
COUNTED_AT_ONCE = 2  # targets from dated rows: a second or two each, for a whole country


def routes(
    parts: BoardParts, database: Database, pages: Pages, now: Callable[[], datetime], *, is_secure: bool
) -> list[web.RouteDef]:
    """Return the routes of signing in and of all pages behind it."""
    gate = Gate(database, now, is_secure)
    frame = Frame(pages)
    OwnPages(database, frame, is_secure=is_secure).open(gate)
    UnitPages(database, frame, parts).open(gate)
    counting = asyncio.Semaphore(COUNTED_AT_ONCE)
    TargetPages(database, frame, parts, counting).open(gate)
    TargetLists(database, frame, parts, counting).open(gate)
    PlanPages(database, frame).open(gate)
    ResultPages(database, frame, parts).open(gate)
    ResultFilePages(database, frame, parts).open(gate)
    DecisionPages(database, frame).open(gate)
    ReportPages(database, frame, parts).open(gate)
    PeoplePages(database, frame).open(gate)
    InsightPages(database, frame, parts).open(gate)
    RosterPages(database, frame).open(gate)
    CadrePages(database, frame, parts).open(gate)
    door = Door(database, pages, now, parts.bot_link, parts.personas or {}, is_secure=is_secure)
    return [*door.routes(), *gate.made]
