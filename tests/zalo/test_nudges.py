"""The clock beside Zalo: what it plans is what the platform takes, and `taphuan plan` tells it beforehand."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot import cli_plan
from storage.tables import delivery
from tests.scenarios.cast import START
from tests.scenarios.stage import set_up

if TYPE_CHECKING:
    import pytest

    from tests.scenarios.stage import Stage


async def _day(stage: Stage, day: date, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    program = stage.program
    args = Namespace(date=day, dry_run=True, json=True)
    await cli_plan.run(args, program.database, program.planner, program.holidays, stage.clock.now())
    hours: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["hours"]
    return hours


async def test_the_plan_shows_the_nudge_within_the_window_and_all_of_it_is_taken(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with set_up(database_url, with_zalo="off") as stage:
        await stage.types("an on zalo", "dong y 7BBB-BBBB-BB")  # Monday, 09:00
        await stage.opens("lan", "7AAA-AAAA-AA")
        await stage.taps("lan", "Đồng ý và học")
        await stage.program.planner.look(stage.clock.now())

        planned = [await _day(stage, date(2026, 11, 9) + timedelta(days=days), capsys) for days in range(8)]
        assert planned == [
            [],
            [{"hour": "11:00", "kinds": {"reminder": 1}}],  # in the browser, as ever
            [{"hour": "06:00", "kinds": {"reminder": 1}}],
            *[[]] * 5,
        ]

        await stage.until(START + timedelta(days=20))
        assert stage.zalo is not None
        assert stage.zalo.refused == []
        assert {counted.as_what for counted in stage.zalo.counted} == {"reply"}
        async with stage.program.database.connect() as conn:
            states = (await conn.execute(select(delivery.c.state).where(delivery.c.kind == "reminder"))).scalars()
            assert set(states) == {"sent"}
