"""`taphuan plan`: the day by the hour, and the rest of today queued."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from learning.calendar import at, day_of
from learning.roles import Role
from scheduler.slots import DAY_BEGINS
from storage import pauses
from storage.tables import delivery, learner
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from channels.messages import UnitId
    from storage.database import Database

    Taphuan = Callable[..., Awaitable[tuple[int, str, str]]]


async def _union(database: Database, due_at: datetime) -> UnitId:
    """Two units of three learners each, all due then; the id of the first unit."""
    async with database.begin() as conn:
        units = [await builders.unit(conn, code, "CDCS") for code in ("A", "B")]
        for unit in units:
            for number in range(3):
                person_id = await builders.cadre(conn, f"Người {unit}{number}", unit, Role.CHAIR)
                door = await builders.agreed(conn, person_id)
                values = {"next_due_at": due_at, "next_kind": "new_lesson", "reply_account_id": door}
                await conn.execute(update(learner).where(learner.c.person_id == person_id).values(values))
    return units[0]


def _within_today(now: datetime) -> tuple[datetime, str]:
    """A moment later today, before the day ends at 04:00, and its date."""
    ends = at(day_of(now), DAY_BEGINS)
    ends = ends if ends > now else ends + timedelta(days=1)
    return now + (ends - now) / 2, day_of(ends - timedelta(days=1)).isoformat()


async def test_the_day_is_shown_then_queued_once_without_who_is_paused(in_process: Taphuan, database: Database) -> None:
    now = datetime.now(UTC)
    due_at, today = _within_today(now)
    paused = await _union(database, due_at)
    shown = json.loads((await in_process("plan", "--dry-run", "--json"))[1])
    assert (shown["date"], shown["total"]) == (today, {"new_lesson": 6})
    assert [hour["kinds"] for hour in shown["hours"]] == [{"new_lesson": 6}]
    async with database.begin() as conn:
        await pauses.pause(conn, paused, None, now)
    assert json.loads((await in_process("plan", "--dry-run", "--json"))[1])["total"] == {"new_lesson": 3}

    done = [json.loads((await in_process("plan", "--json"))[1]) for _ in range(2)]

    assert done == [{"date": today, "queued": 3}, {"date": today, "queued": 0}]
    async with database.connect() as conn:
        assert (await conn.execute(select(func.count()).select_from(delivery))).scalar_one() == 3


async def test_another_day_is_only_shown(in_process: Taphuan, database: Database) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await _union(database, tomorrow)
    day = _within_today(tomorrow)[1]

    status, out, err = await in_process("plan", "--date", day)
    seen = await in_process("plan", "--date", day, "--dry-run")

    assert (status, out, "--dry-run" in err) == (1, "", True)
    assert seen[:2] == (0, seen[1])
    assert "6 tin" in seen[1]
