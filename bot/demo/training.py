"""What the demo's unions decided, held and spent, so that the targets show every state."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from bot.demo import units
from learning.calendar import at, day_of
from learning.roles import Track
from learning.trainers import Assignment, Level
from storage import recognition_decisions, roster, trainer_assignments, training_years
from storage.training_years import TrainingYear

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.demo.stories import Cadre

DECIDES = "T02"
DECIDED_DAYS_AGO = 50
_HELD_DAYS_AGO = 33
_LARGE = ("T01-C000001",)
_GIVEN = ("T01-K01", "T01-X001")  # whom the province of T01 gave the chairs they manage
_STAFF = 4
_SPENT = {
    units.ROOT: TrainingYear(24, 1_200, 9_600_000_000, 19, 970, 7_850_000_000, 61_300_000_000),
    "T01": TrainingYear(12, 640, 2_100_000_000, 9, 505, 1_690_000_000, 15_800_000_000),
    DECIDES: TrainingYear(8, 300, 900_000_000, 8, 322, 868_000_000, 5_640_000_000),
}


async def _ids(conn: AsyncConnection) -> dict[str, int]:
    return {unit.code: unit.id for unit in await roster.units(conn)}


async def decide(conn: AsyncConnection, now: datetime) -> None:
    """One province counts the assistant's courses, another gave small CĐCS to those who manage them; some spent."""
    ids = await _ids(conn)
    since = day_of(now) - timedelta(days=DECIDED_DAYS_AGO)
    document = f"Quyết định số 27/QĐ-{DECIDES} (tài liệu minh họa)"
    await recognition_decisions.decide(conn, ids[DECIDES], document, since, at(since, time(9)))
    for code in _GIVEN:
        given = Assignment(
            ids[code], ids[code], Level.DIRECT_SUPERIOR, "Quyết định số 31/QĐ-T01 (tài liệu minh họa)", since
        )
        await trainer_assignments.assign(conn, given, at(since, time(9)))
    for code, spent in _SPENT.items():
        await training_years.write(conn, ids[code], day_of(now).year, spent, at(day_of(now), time()))


async def classes(conn: AsyncConnection, cadres: Mapping[str, Cadre], now: datetime) -> list[dict[str, Any]]:
    """Rows of the confederation's two classes: the chair of the largest union, and some staff of unions above."""
    ids = await _ids(conn)
    held_on = day_of(now) - timedelta(days=_HELD_DAYS_AGO)
    large = [one for one in cadres.values() if Track.CHAIR in one.tracks and set(one.posts) & set(_LARGE)]
    staff = [one for one in cadres.values() if Track.STAFF in one.tracks][:_STAFF]
    return [
        {
            "person_id": cadre.person_id,
            "module_id": module,
            "kind": "class",
            "held_on": held_on,
            "hours": 16.0,
            "by_unit_id": ids[units.ROOT],
            "document": "Kế hoạch số 22/KH-TLĐ (tài liệu minh họa)",
            "recorded_at": at(held_on + timedelta(days=2), time(9)),
        }
        for module, group in (("M4", large), ("M10", staff))
        for cadre in group
    ]
