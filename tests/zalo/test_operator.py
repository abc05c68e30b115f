"""What the operator types: the key, the login, the ledger, the doctor."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import doctor
from bot.cli.main import parser
from bot.cli.zalo import run
from bot.settings import SettingsError, read
from bot.start import StartError
from storage import accounts, zalo_costs
from storage.zalo_tokens import Safe
from tests.standins.zalo import OA_ID, ZaloServer
from tests.zalo.office import KEY, VERIFIER, environment, logged_in, stored

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from storage.database import Database

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


async def told(server: ZaloServer, url: str, database: Database, *words: str, typed: str = "") -> int:
    args = parser().parse_args(["zalo", *words])
    return await run(args, read(environment(server, url)), database, NOW, io.StringIO(typed))


async def test_a_new_key_each_time(in_process: Callable[..., Awaitable[tuple[int, str, str]]]) -> None:
    keys = [(await in_process("zalo", "key"))[1].strip() for _ in range(2)]

    assert keys[0] != keys[1]
    assert [Safe(key).unlock(Safe(key).lock("bí mật")) for key in keys] == ["bí mật"] * 2


async def test_a_refresh_token_that_is_pasted_is_spent_at_once(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with ZaloServer() as server:
        pasted = server.grants.first_refresh_token()

        assert await told(server, database_url, database, "login", typed=f" {pasted}\n") == 0

        pair = await stored(database)
        assert pair.access == server.grants.living
        assert pair.refresh != pasted
        printed = capsys.readouterr()
        assert pair.access not in printed.out + printed.err


async def test_a_code_needs_the_verifier(database: Database, database_url: str) -> None:
    async with ZaloServer() as server:
        code = server.grants.code(VERIFIER)
        assert await told(server, database_url, database, "login", "--code", typed=code) == 0
        assert (await stored(database)).access == server.grants.living

        code = server.grants.code("another")
        with pytest.raises(StartError, match="-14005"):
            await told(server, database_url, database, "login", "--code", typed=code)


@pytest.mark.parametrize("typed", ["", "\n", "refresh-that-never-was\n"])
async def test_what_zalo_does_not_take_changes_nothing(database: Database, database_url: str, typed: str) -> None:
    async with ZaloServer() as server:
        await logged_in(database, server)
        before = await stored(database)

        with pytest.raises(StartError):
            await told(server, database_url, database, "login", typed=typed)

        assert await stored(database) == before


async def test_the_ledger_by_day(database: Database, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with database.begin() as conn:
        here = await accounts.ensure_endpoint(conn, zalo_costs.CHANNEL, OA_ID, None)
        await zalo_costs.charge(
            conn,
            here,
            TODAY,
            [
                (1, "reply", None),
                (2, "reply", None),
                (None, "billed", None),
                (4, "template", 560),
                (5, "template", None),
            ],
        )
        await zalo_costs.charge(conn, here, TODAY - timedelta(days=40), [(3, "billed", None)])
    async with ZaloServer() as server:
        await told(server, database_url, database, "cost", "--json")
        assert json.loads(capsys.readouterr().out) == [
            {"day": "2026-11-21", "counted_as": "billed", "messages": 1, "price": None},
            {"day": "2026-11-21", "counted_as": "reply", "messages": 2, "price": None},
            {"day": "2026-11-21", "counted_as": "template", "messages": 2, "price": 560},
        ]
        await told(server, database_url, database, "cost")
        assert "miễn phí (trong 48 giờ)" in capsys.readouterr().out


async def test_many_at_once_never_pass_the_budget(database: Database) -> None:
    async with database.begin() as conn:
        here = await accounts.ensure_endpoint(conn, zalo_costs.CHANNEL, OA_ID, None)

    async def reserve() -> bool:
        async with database.begin() as conn:
            return await zalo_costs.reserve(conn, here, TODAY, 5)

    assert sum(await asyncio.gather(*(reserve() for _ in range(12)))) == 5
    async with database.begin() as conn:
        await zalo_costs.give_back(conn, here, TODAY, 1)
        assert await zalo_costs.reserved(conn, here, TODAY) == 4
        assert not await zalo_costs.reserve(conn, here, TODAY, 0)


async def _check(server: ZaloServer, url: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    await doctor.run(read(environment(server, url)), as_json=True)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["checks"]
    return next(check for check in found if check["name"] == "Zalo")


async def test_the_doctor(database: Database, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with ZaloServer() as server:
        before = await _check(server, database_url, capsys)
        assert not before["ok"]
        assert "taphuan zalo login" in before["mend"]

        await logged_in(database, server)
        assert await _check(server, database_url, capsys) == {
            "name": "Zalo",
            "ok": True,
            "found": "Tập huấn công đoàn",
            "mend": "",
        }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"zalo_key": ""}, "TAPHUAN_ZALO_KEY"),
        ({"zalo_key": "short"}, "taphuan zalo key"),
        ({"zalo_oa_id": "my oa"}, "TAPHUAN_ZALO_OA_ID"),
        ({"zalo_oa_webhook_key": ""}, "TAPHUAN_ZALO_OA_WEBHOOK_KEY"),
        ({"zalo_oa_rate": "61"}, "TAPHUAN_ZALO_OA_RATE"),
        ({"zalo_oa_budget": "-1"}, "TAPHUAN_ZALO_OA_BUDGET"),
        ({"zalo_oa_buttons": "yes"}, "TAPHUAN_ZALO_OA_BUTTONS"),
        ({"zalo_oa_base": "openapi"}, "TAPHUAN_ZALO_OA_BASE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(change: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        read(environment(ZaloServer(), "sqlite:///x.db") | {f"TAPHUAN_{name.upper()}": v for name, v in change.items()})


def test_no_secret_is_listed() -> None:
    shown = repr(read(environment(ZaloServer(), "sqlite:///x.db")).listed())

    assert KEY not in shown
    assert "test-oa-secret-key" not in shown
