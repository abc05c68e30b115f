"""The clock beside Zalo: what it plans is what the platform takes, and `taphuan plan` tells it beforehand."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.cli import plan as cli_plan
from bot.cli import zalo as cli_zalo
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


async def _cost(stage: Stage, day: date, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    args = Namespace(zalo="cost", date=day, days=30, json=True)
    await cli_zalo.run(args, stage.program.settings, stage.program.database, stage.clock.now())
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


async def test_a_day_tells_beforehand_what_it_costs_at_most(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with set_up(database_url, with_zalo="off", zalo_oa_budget=1, zalo_template_digest="88") as stage:
        await stage.types("an on zalo", "dong y 7BBB-BBBB-BB")  # Monday, 09:00
        await stage.types("hoa on zalo", "dong y 7CCC-CCCC-CC")  # who reads the digest, too
        await stage.program.planner.look(stage.clock.now())
        nothing = {"free": 0, "quota_or_billed": 0, "templates": 0, "costs_at_most": 0, "not_sent_at_least": 0}

        told = await _cost(stage, date(2026, 11, 11), capsys)
        assert told == {"date": "2026-11-11", "budget_left": 1} | nothing | {"free": 2}

        await stage.until(START + timedelta(days=4))
        told = await _cost(stage, date(2026, 11, 15), capsys)  # the sixth day
        both = {"quota_or_billed": 2, "costs_at_most": 1, "not_sent_at_least": 1}
        assert told == {"date": "2026-11-15", "budget_left": 1} | nothing | both

        await stage.until(START + timedelta(days=6, hours=12))
        assert (await _cost(stage, date(2026, 11, 15), capsys))["budget_left"] == 0
        told = await _cost(stage, date(2026, 11, 16), capsys)  # the digest, after a week of silence
        assert told == {"date": "2026-11-16", "budget_left": 1} | nothing | {"templates": 1, "costs_at_most": 1}
