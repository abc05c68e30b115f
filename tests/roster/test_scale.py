from __future__ import annotations

from typing import TYPE_CHECKING

from bench.roster import check_seconds, write_roster

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database

ROWS = 6_000
SECONDS_FOR_120_000 = 60


async def test_checking_keeps_the_pace_of_120_000_rows_a_minute(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "lon.xlsx"
    write_roster(path, ROWS)

    measured = await check_seconds(database, path)

    assert measured.rows == ROWS + ROWS // 4 + 3
    # Thrice the goal: the bench measures it, here a neighbour may be busy.
    assert measured.read_s + measured.check_s < 3 * SECONDS_FOR_120_000 * ROWS / 120_000
