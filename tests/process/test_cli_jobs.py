from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

from bot.cli import jobs as cli_jobs
from scheduler.jobs import Pace, engine_for
from storage import jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from storage.database import Database

AT = datetime(2040, 1, 2, 1, 30, tzinfo=UTC)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def told(database: Database, *words: str) -> int:
    parser = ArgumentParser()
    cli_jobs.add_arguments(parser)
    return await cli_jobs.run(parser.parse_args(words), database)


async def hold(database: Database, url: str, *numbers: int) -> list[int]:
    """Leave jobs that fail, and work them until they are held; returns their ids."""

    async def fails(payload: Mapping[str, Any]) -> None:
        raise LookupError(payload)

    async with database.begin() as conn:
        for number in numbers:
            await jobs.enqueue(conn, "digest", {"n": number})
    with capture_logs():
        await engine_for(database, url, {"digest": fails}, Now(), Pace(back_off=())).drain()
    async with database.connect() as conn:
        return [job.id for job in await jobs.listed(conn)]


async def test_jobs_are_listed_for_scripts(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [held] = await hold(database, database_url, 1)
    async with database.begin() as conn:
        await jobs.enqueue(conn, "import", {}, run_at=AT)

    assert await told(database, "list", "--json") == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "id": held,
        "kind": "digest",
        "state": "held",
        "attempts": 1,
        "run_at": None,
        "error": "LookupError",
    }
    assert abs(datetime.fromisoformat(second.pop("run_at")) - AT) < timedelta(seconds=5)
    assert second == {"id": second["id"], "kind": "import", "state": "queued", "attempts": 0, "error": None}


async def test_jobs_are_listed_for_people(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await told(database, "list") == 0
    assert capsys.readouterr().out == "Không có việc nào đang chờ.\n"
    await hold(database, database_url, 1)

    assert await told(database, "list") == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split()[:2] == ["Số", "Việc"]
    assert row.split() == ["1", "digest", "bị", "giữ", "1", "ngay", "LookupError"]


async def test_held_jobs_are_retried_and_dropped(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = await hold(database, database_url, 1, 2, 3)

    assert await told(database, "retry", "--id", str(first)) == 0
    assert capsys.readouterr().out == "Cho chạy lại 1 việc.\n"
    assert await told(database, "drop", "--id", str(second), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"dropped": 1}
    assert await told(database, "retry", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"retried": 1}
    assert await told(database, "drop") == 0
    assert capsys.readouterr().out == "Đã bỏ 0 việc.\n"
    async with database.connect() as conn:
        assert [(job.id, job.state) for job in await jobs.listed(conn)] == [(first, "queued"), (third, "queued")]


async def test_a_job_that_is_not_held_is_refused(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [held] = await hold(database, database_url, 1)

    for words in (["retry", "--id", str(held + 1)], ["drop", "--id", str(held + 1), "--json"]):
        assert await told(database, *words) == 1
        captured = capsys.readouterr()
        assert (captured.out, len(captured.err.splitlines())) == ("", 1)
