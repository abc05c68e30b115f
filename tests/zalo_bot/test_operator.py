"""What the operator sees: the settings, the doctor, what the plan has left."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import doctor
from bot.cli.main import parser
from bot.cli.zalo import run
from bot.settings import SettingsError, read
from bot.start import ZALO_BOT_TROUBLE, StartError
from bot.zalo_bot.meter import Plan
from learning.calendar import day_of
from storage import accounts, planning, zalo_quota
from storage.zalo_quota import Used
from tests.standins.zalo_bot import BOT_ID, TOKEN, BotServer, refuse
from tests.zalo_bot.bot import environment

if TYPE_CHECKING:
    from storage.database import Database


async def _checked(server: BotServer, url: str, capsys: pytest.CaptureFixture[str], **more: str) -> dict[str, Any]:
    await doctor.run(read(environment(server, url, **more)), as_json=True)
    printed = capsys.readouterr().out
    assert TOKEN not in printed
    return {check["name"]: check for check in json.loads(printed)["checks"]}


async def _spent(database: Database, number: int, at: datetime) -> None:
    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, zalo_quota.CHANNEL, BOT_ID, None)
        for _ in range(number):
            await zalo_quota.take(conn, endpoint, day_of(at), per_day=0, per_month=0)


async def test_the_doctor(database: Database, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with BotServer() as server:
        assert (await _checked(server, database_url, capsys))["Zalo Bot"] == {
            "name": "Zalo Bot",
            "ok": True,
            "found": "bot.VDKyGxQvc",
            "mend": "",
        }

        await _spent(database, 8, datetime.now(UTC))
        well = await _checked(server, database_url, capsys, zalo_bot_month="10")
        assert well["Số tin Zalo Bot"]["ok"]
        assert "Nhận tin Zalo Bot" not in well

        await _spent(database, 1, datetime.now(UTC))
        async with database.begin() as conn:
            await planning.keep_setting(conn, ZALO_BOT_TROUBLE, "đang lỗi")
        server.faults.add(refuse(401))
        ill = await _checked(server, database_url, capsys, zalo_bot_month="10")
        assert not ill["Số tin Zalo Bot"]["ok"]
        assert "tháng này 9/10" in ill["Số tin Zalo Bot"]["found"]
        assert (ill["Zalo Bot"]["ok"], ill["Nhận tin Zalo Bot"]["ok"]) == (False, False)


async def test_what_is_used_stands_beside_the_cost(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    await _spent(database, 2, now - timedelta(days=1))
    await _spent(database, 3, now)
    await _spent(database, 4, now - timedelta(days=40))
    chosen = read(environment(BotServer(), database_url, zalo_bot_month="5"))

    assert await run(parser().parse_args(["zalo", "cost", "--json"]), chosen, database, now) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"day": "2026-11-20", "counted_as": "bot", "messages": 2, "price": None},
        {"day": "2026-11-21", "counted_as": "bot", "messages": 3, "price": None},
    ]
    await run(parser().parse_args(["zalo", "cost"]), chosen, database, now)
    printed = capsys.readouterr().out
    assert "hôm nay 3 (không đặt mức), tháng này 5/5. Sắp hết hoặc đã hết." in printed
    with pytest.raises(StartError):
        await run(parser().parse_args(["zalo", "login"]), chosen, database, now)


@pytest.mark.parametrize(
    ("used", "is_low", "becomes_low"),
    [
        (Used(0, 0), False, False),
        (Used(8, 90), False, False),
        (Used(9, 10), True, True),
        (Used(10, 10), True, False),
        (Used(1, 2_700), True, True),
        (Used(1, 2_701), True, False),
    ],
)
def test_it_is_told_once_that_a_tenth_is_left(used: Used, *, is_low: bool, becomes_low: bool) -> None:
    plan = Plan(per_day=10, per_month=3_000)

    assert (plan.is_low(used), plan.becomes_low(used)) == (is_low, becomes_low)
    assert not Plan(0, 0).is_low(used)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"zalo_bot_token": "bot:abc"}, "TAPHUAN_ZALO_BOT_TOKEN"),
        ({"zalo_bot_token": "123456"}, "TAPHUAN_ZALO_BOT_TOKEN"),
        ({"zalo_bot_token": "123456:a/b"}, "TAPHUAN_ZALO_BOT_TOKEN"),
        ({"zalo_bot_secret": "short"}, "TAPHUAN_ZALO_BOT_SECRET"),
        ({"zalo_bot_rate": "31"}, "TAPHUAN_ZALO_BOT_RATE"),
        ({"zalo_bot_rate": "0"}, "TAPHUAN_ZALO_BOT_RATE"),
        ({"zalo_bot_month": "-1"}, "TAPHUAN_ZALO_BOT_MONTH"),
        ({"zalo_bot_day": "many"}, "TAPHUAN_ZALO_BOT_DAY"),
        ({"zalo_bot_base": "bot-api"}, "TAPHUAN_ZALO_BOT_BASE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(change: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        read(environment(BotServer(), "sqlite:///x.db", **change))


def test_the_secret_is_derived_and_never_listed() -> None:
    chosen = read(environment(BotServer(), "sqlite:///x.db"))

    assert 8 <= len(chosen.zalo_bot_webhook_secret) <= 256
    assert chosen.zalo_bot_webhook_secret != read({"TAPHUAN_ZALO_BOT_TOKEN": "1:b"}).zalo_bot_webhook_secret
    assert TOKEN not in repr(chosen.listed())
    assert chosen.zalo_bot_webhook_secret not in repr(chosen.listed())
