from __future__ import annotations

import asyncio
import json
import os
import shutil
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Text, cast, func, insert, select, update

from bot.backup import run_backup, run_restore
from bot.demo import bulk, people
from storage import archive, jobs
from storage.archive_file import DAMAGED
from storage.database import Database, open_database
from storage.tables import (
    account,
    endpoint,
    guess_counter,
    holiday_override,
    learner,
    lesson_run,
    metadata,
    org_unit,
    parked_update,
    person,
    setting,
    unit_history,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = datetime(2026, 11, 21, 7, 5, 3, 123_456, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a second database, migrated and empty, of either kind."""
    if request.param == "sqlite":
        path = tmp_path / "second.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server = request.getfixturevalue("postgres")
    name = f"second_{uuid.uuid4().hex[:12]}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
    url: str = server.get_uri(name)
    return url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    opened = open_database(empty_url, pool_size=4)
    yield opened
    await opened.close()


async def _fill(database: Database) -> None:
    """The demo's roster, and one of every kind of value."""
    async with database.begin() as conn:
        await bulk.insert(conn, people.make(TODAY), NOW, TODAY)
        await conn.execute(
            insert(endpoint).values(channel="browser", external_id="b", tokens=0.1 + 0.2, refilled_at=NOW)
        )
        await conn.execute(
            insert(account),
            [{"endpoint_id": 1, "external_id": f"a{n}", "person_id": n, "opened_at": NOW} for n in (1, 2)],
        )
        await conn.execute(insert(learner).values(person_id=1, joined_at=NOW, reply_account_id=1))
        await conn.execute(insert(guess_counter).values(who_hash=bytes(range(32)), since=NOW, tries=3))
        await conn.execute(insert(holiday_override).values(day=TODAY, is_off=True, name="Nghỉ bù", source="QĐ\n\t«1»"))
        await conn.execute(
            insert(setting), [{"key": "a", "value": {"ă": [1, 2.50, None, "🙂"]}}, {"key": "b", "value": "x"}]
        )
        await conn.execute(
            insert(lesson_run).values(
                person_id=1,
                kind="lesson",
                module_id="M0",
                lesson_id="M0.1",
                version="v",
                state={"b": 1, "a": 2},
                opened_at=NOW,
            )
        )
        await conn.execute(
            insert(unit_history).values(unit_id=2, before={"z": 1, "a": {"y": [True]}}, until=TODAY, recorded_at=NOW)
        )
        await conn.execute(update(account).where(account.c.id == 2).values(awaits_data=None))  # JSON's null, not SQL's
        parked = {"endpoint_id": 1, "key": "k", "kind": "Tap", "error": "KeyError", "at": NOW}
        await conn.execute(insert(parked_update), [parked] * 3)
        await conn.execute(parked_update.delete().where(parked_update.c.id == 3))
        # A unit below one that was made later, managed by one made later still.
        last = (await conn.execute(select(func.max(org_unit.c.id)))).scalar_one()
        await conn.execute(
            update(org_unit).where(org_unit.c.code == "T03-X001").values(parent_id=last - 1, manager_id=last)
        )


async def _rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    async with database.connect() as conn:
        for table in metadata.sorted_tables:
            columns = [cast(c, Text) if c.type.__class__.__name__ == "JSON" else c for c in table.columns]
            query = select(*columns).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in await conn.execute(query)]
    return found


async def test_a_backup_restores_exactly_into_either_database(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    await _fill(database)
    path = tmp_path / "backup.zip"

    made = await archive.backup(database, path, NOW)
    restored = await archive.restore(empty, path)

    assert made == restored
    before, after = await _rows(database), await _rows(empty)
    assert after == before
    assert before["account"][0][-1] is None
    assert before["account"][1][-1] == "null"
    assert made.rows == sum(map(len, before.values()))


async def test_jobs_stay_where_they_are(database: Database, empty: Database, tmp_path: Path) -> None:
    async with database.begin() as conn:
        assert await jobs.enqueue(conn, "digest", {"cut_off": "2026-11-22"}, key="k")
    await archive.backup(database, tmp_path / "b.zip", NOW)
    await archive.restore(empty, tmp_path / "b.zip")

    async with empty.connect() as conn:
        assert await jobs.listed(conn) == []
    async with database.connect() as conn:
        assert len(await jobs.listed(conn)) == 1


async def test_ids_go_on_after_those_given_out_before(database: Database, empty: Database, tmp_path: Path) -> None:
    await _fill(database)
    await archive.backup(database, tmp_path / "b.zip", NOW)
    await archive.restore(empty, tmp_path / "b.zip")

    async with empty.begin() as conn:
        parked = {"endpoint_id": 1, "key": "l", "kind": "Tap", "error": "KeyError", "at": NOW}
        added = insert(parked_update).values(parked).returning(parked_update.c.id)
        assert (await conn.execute(added)).scalar_one() == 4  # the third was given out and deleted
        await conn.execute(insert(unit_history).values(unit_id=1, before={}, until=TODAY, recorded_at=NOW))


async def test_it_is_one_moment_while_others_write(database: Database, empty: Database, tmp_path: Path) -> None:
    await _fill(database)
    stop = asyncio.Event()

    async def write() -> int:
        number = 10_000
        while not stop.is_set():
            async with database.begin() as conn:
                unit_values = {
                    "code": f"Z{number}",
                    "name": "z",
                    "name_fold": "z",
                    "sort_name": "z",
                    "unit_type": "CDCS",
                }
                await conn.execute(insert(org_unit).values(**unit_values, parent_id=1, recorded_at=NOW))
                person_values = {"code": f"Z{number}", "full_name": "z", "name_fold": "z", "sort_name": "z"}
                await conn.execute(insert(person).values(**person_values, recorded_at=NOW))
            number += 1
            await asyncio.sleep(0)
        return number - 10_000

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    await archive.backup(database, tmp_path / "b.zip", NOW)
    stop.set()
    assert await writing > 0
    await archive.restore(empty, tmp_path / "b.zip")

    counted = await _rows(empty)
    pairs = [sum(str(row[1]).startswith("Z") for row in counted[name]) for name in ("org_unit", "person")]
    assert pairs[0] == pairs[1]


async def test_a_cut_or_changed_file_is_refused_whole(database: Database, tmp_path: Path, database_url: str) -> None:
    await _fill(database)
    good = tmp_path / "good.zip"
    await archive.backup(database, good, NOW)
    data = good.read_bytes()
    second = open_database(database_url)
    step = max(1, len(data) // 60)
    damaged = [data[:cut] for cut in (0, 1, 63, 64, 65, len(data) // 2, len(data) - 1)]
    damaged += [data + b"0", b"x" * 500]
    damaged += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(0, len(data), step)]

    for number, wrong in enumerate(damaged):
        bad = tmp_path / f"bad{number}.zip"
        bad.write_bytes(wrong)
        with pytest.raises(archive.ArchiveError, match=DAMAGED):
            await archive.restore(second, bad)
    await second.close()


def _rewritten(source: Path, target: Path, change: Any) -> None:
    """A whole file with other contents: what somebody makes who knows the format, but not the hashes inside."""
    from storage.archive_file import _DIGEST, _digest  # noqa: PLC0415

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        new.comment = b"0" * _DIGEST
    size = target.stat().st_size - _DIGEST
    with target.open("r+b") as file:
        digest = _digest(file, size)
        file.seek(size)
        file.write(digest)


async def test_contents_that_are_not_the_manifests_are_refused(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    await _fill(database)
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    await archive.backup(database, good, NOW)

    def other_name(name: str, content: bytes) -> bytes:
        return content.replace("Sông Lam".encode(), "Sông Xam".encode()) if name == "org_unit.jsonl" else content

    def fewer(name: str, content: bytes) -> bytes:
        return content[: content.rindex(b"\n", 0, -1) + 1] if name == "person.jsonl" else content

    def gone(name: str, content: bytes) -> bytes | None:
        return None if name == "parked_update.jsonl" else content

    for change in (other_name, fewer, gone):
        _rewritten(good, bad, change)
        with pytest.raises(archive.ArchiveError, match=DAMAGED):
            await archive.restore(empty, bad)

    def older(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | {"revision": "0000"}).encode() if name == "manifest.json" else content

    _rewritten(good, bad, older)
    with pytest.raises(archive.ArchiveError, match="phiên bản dữ liệu 0000"):
        await archive.restore(empty, bad)
    assert not any((await _rows(empty)).values())


async def test_the_messages_and_exit_codes(
    database: Database, empty: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await _fill(database)
    path = tmp_path / "b.zip"

    assert await run_backup(database, path) == 0
    rows = f"{sum(map(len, (await _rows(database)).values())):,}".replace(",", ".")
    assert capsys.readouterr().out == f"Đã sao lưu {len(metadata.tables)} bảng, {rows} dòng vào {path}.\n"
    kept = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert await run_backup(database, path) == 1
    assert "Đã có tệp" in capsys.readouterr().err
    assert path.read_bytes() == kept
    assert await run_backup(database, tmp_path / "none" / "b.zip") == 1
    assert "Không ghi được" in capsys.readouterr().err
    assert await run_restore(empty, tmp_path / "other.zip") == 1
    assert "Không đọc được" in capsys.readouterr().err

    assert await run_restore(empty, path) == 0
    assert "Đã khôi phục" in capsys.readouterr().out
    assert await run_restore(empty, path) == 1
    assert "trống" in capsys.readouterr().err
    assert [name for name in os.listdir(tmp_path) if name.endswith(".tmp")] == []  # noqa: PTH208 - listing is not async


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL holds no row that refers to nothing
async def test_a_row_that_the_database_refuses_undoes_everything(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    await _fill(database)
    import sqlite3  # noqa: PLC0415

    raw = sqlite3.connect(str(database.engine.url.database))
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("UPDATE account SET person_id = 999999 WHERE id = 1")
    raw.commit()
    raw.close()
    await archive.backup(database, tmp_path / "b.zip", NOW)

    with pytest.raises(archive.ArchiveError, match="bảng account"):
        await archive.restore(empty, tmp_path / "b.zip")
    assert not any((await _rows(empty)).values())


async def test_memory_holds_a_page_not_a_table(database: Database, empty: Database, tmp_path: Path) -> None:
    import tracemalloc  # noqa: PLC0415

    async with database.begin() as conn:
        for start in range(0, 20_000, 1_000):
            await conn.execute(
                insert(setting), [{"key": f"k{n}", "value": {"text": "x" * 2_000}} for n in range(start, start + 1_000)]
            )
    tracemalloc.start()
    await archive.backup(database, tmp_path / "b.zip", NOW + timedelta(days=1))
    await archive.restore(empty, tmp_path / "b.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20_000_000  # the table's text alone is 40 MB
