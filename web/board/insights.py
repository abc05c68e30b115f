"""Which questions fail, and what of the messages arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from learning.items import ENOUGH
from storage import arrivals, items
from storage.unit_figures import read
from web.board.access import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aiohttp import web

    from learning.items import Item
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

SHOWN = 50
KEPT_FOR = timedelta(minutes=15)  # every answer of everybody is read for it
MOST_ADDED_UP = 200_000  # answers; with more the page shows what was added up in the night
SPAN = timedelta(days=7)
MOST_JOINED = 5_000  # above that each of the units below is looked at by itself
FEWEST_JOINED = 5  # below that a number would speak of a person
_OUTCOMES = (
    ("Đã đến", {"sent"}),
    ("Đang chờ gửi", {"queued", "leased", "sending"}),
    ("Không chắc đã đến (máy dừng lúc đang gửi, không gửi lại)", {"unknown"}),
    ("Gửi không được", {"failed"}),
)
_PAUSED = "paused"
_CLOSED = ("zalo_window", "zalo_template", "zalo_night")
_SPENT = ("zalo_budget", "zalo_quota")


class InsightPages:
    """Pages over what was answered and what was sent."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._library = parts.library
        self._rows: Sequence[Mapping[str, Any]] = ()
        self._read_at: datetime | None = None
        self._counted_at: datetime | None = None

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/cau-hoi", self._items)
        gate.open("GET", f"{UNIT}/tin", self._deliveries)

    async def _items(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        if self._read_at is None or not self._read_at <= visit.now < self._read_at + KEPT_FOR:
            async with self._database.connect() as conn:
                is_many = await items.number_of_answers(conn) > MOST_ADDED_UP
                found, at = await items.kept(conn) if is_many else (await items.items(conn), visit.now)
            rows = [self._row(item) for item in found if item.answered >= ENOUGH]
            self._rows = sorted(rows, key=lambda row: (not row["flags"], row["right"] / row["answered"]))[:SHOWN]
            self._read_at, self._counted_at = visit.now, at
        return self._frame.page(
            "board/items.html", visit, "cau-hoi", rows=self._rows, enough=ENOUGH, counted_at=self._counted_at
        )

    def _row(self, item: Item) -> Mapping[str, Any]:
        question = self._library.questions.get(item.question_id) if self._library else None
        lesson = self._library.lessons.get(question.lesson_id) if self._library and question else None
        keys = "".join(choice.key for choice in question.choices) if question else ""
        return {
            "id": item.question_id,
            "text": question.text if question else "",
            "lesson": lesson.title if lesson else "",
            "answered": item.answered,
            "right": item.right,
            "flags": [flag.value for flag in item.flags(keys)],
        }

    async def _deliveries(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._database.connect() as conn:
            joined = (await read(conn, visit.unit.unit_id)).total.joined
            is_told = FEWEST_JOINED <= joined <= MOST_JOINED
            counted = (
                await arrivals.since(conn, visit.unit.unit_id, visit.now - SPAN, visit.now, visit.day)
                if is_told
                else {}
            )
        return self._frame.page(
            "board/deliveries.html",
            visit,
            "tin",
            rows=_outcomes(counted),
            is_many=joined > MOST_JOINED,
            is_told=is_told,
            most=MOST_JOINED,
            fewest=FEWEST_JOINED,
        )


def _outcomes(counted: Mapping[tuple[str, str], int]) -> Sequence[tuple[str, int]]:
    """Outcomes in words; why somebody is no longer written to is nobody's business, a pause of the unit is."""
    rows = [
        (name, sum(number for (state, _), number in counted.items() if state in states)) for name, states in _OUTCOMES
    ]
    unsendable = {reason: number for (state, reason), number in counted.items() if state == "unsendable"}
    paused = unsendable.pop(_PAUSED, 0)
    closed, spent = (sum(unsendable.pop(reason, 0) for reason in reasons) for reasons in (_CLOSED, _SPENT))
    return [
        *rows,
        ("Không gửi vì đơn vị tạm dừng", paused),
        *((("Zalo chưa cho nhắn", closed),) if closed else ()),
        *((("Không gửi vì hết hạn mức tin Zalo", spent),) if spent else ()),
        ("Không gửi vì đến lượt thì không còn cần hoặc kênh không nhận", sum(unsendable.values())),
    ]
