from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text, update

from bot.clock import AdjustableClock
from bot.fault import ZALO_POINTS
from bot.zalo.keyring import AHEAD, ASK_AGAIN_AFTER
from bot.zalo.parts import open_zalo
from channels.messages import SendError, ThrottledError, UnknownOutcomeError, UnreachableError
from storage import zalo_tokens
from storage.tables import zalo_token
from storage.zalo_tokens import KeyMismatchError, Safe
from tests.standins.zalo import OA_ID, ZaloServer, faults
from tests.zalo.office import KEY, environment, logged_in, settings, stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.zalo.keyring import Keyring
    from storage.database import Database

TOKEN_PATH = "/v4/oa/access_token"
SPENT = timedelta(seconds=-1)


@asynccontextmanager
async def keyring(database: Database, server: ZaloServer, ahead: timedelta = timedelta(0)) -> AsyncIterator[Keyring]:
    parts = open_zalo(settings(server, "sqlite:///unused"), database, AdjustableClock(ahead))
    try:
        yield parts.keyring
    finally:
        await parts.keyring.drain()
        await parts.channel.close()


async def worker(env: dict[str, str], calls: int = 1, **more: str) -> tuple[int, list[str], str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.zalo.keyring_worker",
        str(calls),
        env=os.environ | env | more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode().split(), errors.decode()


async def let_the_lease_run_out(database: Database) -> None:
    async with database.begin() as conn:
        await conn.execute(update(zalo_token).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))


async def test_a_token_that_lives_is_used_without_asking(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server)

        assert await tokens.access() == server.grants.living
        assert server.grants.exchanges == 1


async def test_it_is_renewed_ahead_of_time(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server, timedelta(hours=25) - AHEAD) as tokens:
        await logged_in(database, server)
        before = server.grants.living

        assert await tokens.access() == server.grants.living != before
        assert (await stored(database)).generation == 2


async def test_ahead_of_time_a_failure_changes_nothing_yet(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server, timedelta(hours=25) - AHEAD) as tokens:
        await logged_in(database, server)
        server.faults.add(faults.page(503), call=TOKEN_PATH)

        assert await tokens.access() == server.grants.living
        assert (await stored(database)).generation == 1


async def test_many_calls_at_once_renew_once(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)

        got = await asyncio.gather(*(tokens.access() for _ in range(20)))

        assert set(got) == {server.grants.living}
        assert server.grants.exchanges == 2


async def test_a_token_that_died_is_replaced_by_what_another_process_has_kept(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as one, keyring(database, server) as other:
        await logged_in(database, server)
        dead = await one.access()
        server.grants.kill_access()

        renewed = await other.instead_of(dead)

        assert await one.instead_of(dead) == renewed == server.grants.living
        assert (server.grants.exchanges, server.grants.reused) == (2, 0)


async def test_two_processes_never_burn_one(database: Database, database_url: str) -> None:
    async with ZaloServer() as server:
        await logged_in(database, server, lasts=SPENT)
        env = environment(server, database_url)

        ended = await asyncio.gather(*(worker(env, 3) for _ in range(3)))

        assert {code for code, _, _ in ended} == {0}
        assert {token for _, told, _ in ended for token in told} == {server.grants.living}
        assert (server.grants.exchanges, server.grants.reused) == (2, 0)


@pytest.mark.parametrize("point", ZALO_POINTS)
async def test_killed_at_every_step(database: Database, database_url: str, point: str) -> None:
    async with ZaloServer() as server:
        await logged_in(database, server, lasts=SPENT)
        env = environment(server, database_url)

        code, told, _ = await worker(env, TAPHUAN_ENV="demo", TAPHUAN_FAULT_AT=point)
        assert (code, told) == (-9, [])
        await let_the_lease_run_out(database)
        _, told, errors = await worker(env)

        if point == "zalo-answered":  # no client can keep what it was killed before it could write
            assert told == ["ThrottledError"]
            assert "taphuan zalo login" in errors
            assert (await stored(database)).lost_at is not None
            await logged_in(database, server)
            _, told, _ = await worker(env)
        assert told == [server.grants.living]


async def test_a_lease_that_is_held_is_waited_for(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        async with database.begin() as conn:
            assert await zalo_tokens.lease(conn, OA_ID, "somebody", 1, datetime.now(UTC))
        asking = asyncio.create_task(tokens.access())
        await asyncio.sleep(0)
        pair = server.grants.first_refresh_token()
        now = datetime.now(UTC)
        async with database.begin() as conn:
            kept = await zalo_tokens.keep(
                conn,
                Safe(KEY),
                OA_ID,
                server.grants.living,
                pair,
                generation=1,
                expires_at=now + timedelta(hours=25),
                now=now,
            )
        assert kept
        assert await asking == server.grants.living
        assert server.grants.reused == 0


async def test_a_refresh_that_did_not_get_through_may_be_tried_at_once(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        url, port = server.url, int(server.url.rpartition(":")[2])
        await server.stop()
        with pytest.raises(UnreachableError):
            await tokens.access()

        again = ZaloServer()
        again.grants, again.clock = server.grants, server.clock
        await again.start(port)
        try:
            assert again.url == url
            assert await tokens.access() == again.grants.living
        finally:
            await again.stop()


async def test_an_answer_that_was_lost_ends_in_an_alarm(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        server.faults.add(faults.cut_after(), call=TOKEN_PATH, times=1)
        with pytest.raises(UnknownOutcomeError):
            await tokens.access()
        await let_the_lease_run_out(database)

        for _ in range(2):
            with pytest.raises(ThrottledError):
                await tokens.access()

        assert server.grants.reused == 1
        assert (await stored(database)).lost_at is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_pair_that_the_database_did_not_take_is_kept_later(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        async with database.begin() as conn:
            await conn.execute(
                text(
                    "CREATE TRIGGER stuck BEFORE UPDATE OF access ON zalo_token "
                    "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                )
            )
        with pytest.raises(UnreachableError):
            await tokens.access()
        async with database.begin() as conn:
            await conn.execute(text("DROP TRIGGER stuck"))

        assert await tokens.access() == server.grants.living
        assert (server.grants.exchanges, server.grants.reused) == (2, 0)


async def test_before_the_login_the_way_is_named(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        with pytest.raises(SendError):
            await tokens.access()

    said = capsys.readouterr()
    assert "taphuan zalo login" in said.out + said.err


async def test_tokens_are_encrypted_and_never_logged(database: Database, database_url: str) -> None:
    async with ZaloServer() as server:
        first = await logged_in(database, server, lasts=SPENT)
        code, _, errors = await worker(environment(server, database_url), TAPHUAN_LOG_LEVEL="DEBUG")
        pair = await stored(database)
        async with database.connect() as conn:
            row = repr((await conn.execute(zalo_token.select())).one())

    assert code == 0
    for secret in (first, pair.access, pair.refresh):
        assert secret not in row
        assert secret not in errors
        assert secret not in repr(pair)


async def test_another_key_opens_nothing(database: Database) -> None:
    async with ZaloServer() as server:
        await logged_in(database, server)
    async with database.connect() as conn:
        with pytest.raises(KeyMismatchError):
            await zalo_tokens.read(conn, Safe(zalo_tokens.new_key()), OA_ID)


async def test_a_login_is_not_written_over_by_an_older_pair(database: Database) -> None:
    async with ZaloServer() as server:
        await logged_in(database, server)
        await logged_in(database, server)
        now = datetime.now(UTC)
        async with database.begin() as conn:
            assert not await zalo_tokens.keep(conn, Safe(KEY), OA_ID, "a", "b", generation=1, expires_at=now, now=now)

    assert (await stored(database)).access == server.grants.living


async def test_who_asks_may_give_up_but_the_pair_is_kept(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        server.token_latency_s = 0.3
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await tokens.access()
        await tokens.drain()

        assert (server.grants.exchanges, (await stored(database)).generation) == (2, 2)
        assert await tokens.access() == server.grants.living


async def test_a_refusal_leaves_the_token_that_still_serves(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server, timedelta(hours=25) - AHEAD) as tokens:
        await logged_in(database, server)
        server.faults.add(faults.error(-14001, "Invalid secret key"), call=TOKEN_PATH)

        assert [await tokens.access() for _ in range(3)] == [server.grants.living] * 3
        assert (await stored(database)).lost_at is not None


async def test_what_was_refused_for_a_wrong_secret_is_asked_for_again_later(database: Database) -> None:
    async with ZaloServer() as server, keyring(database, server) as tokens:
        await logged_in(database, server, lasts=SPENT)
        server.faults.add(faults.error(-14001, "Invalid secret key"), call=TOKEN_PATH, times=1)
        for _ in range(2):
            with pytest.raises(ThrottledError):
                await tokens.access()

    async with ZaloServer() as mended, keyring(database, mended, ASK_AGAIN_AFTER) as later:
        mended.grants = server.grants
        assert await later.access() == mended.grants.living
        assert (await stored(database)).lost_at is None
