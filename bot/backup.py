"""`taphuan db backup` and `taphuan db restore`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage import archive

if TYPE_CHECKING:
    from pathlib import Path

    from storage.archive import Manifest
    from storage.database import Database


def _amount(manifest: Manifest) -> str:
    rows = f"{manifest.rows:,}".replace(",", ".")
    return f"{len(manifest.tables)} bảng, {rows} dòng"


async def run_backup(database: Database, path: Path) -> int:
    """Back the database up to a new file; 0 done, 1 refused with the reason on stderr."""
    try:
        manifest = await archive.backup(database, path, datetime.now(UTC))
    except archive.ArchiveError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Đã sao lưu {_amount(manifest)} vào {path}.")
    return 0


async def run_restore(database: Database, path: Path) -> int:
    """Restore a backup into an empty database; 0 done, 1 refused with the reason on stderr."""
    try:
        manifest = await archive.restore(database, path)
    except archive.ArchiveError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Đã khôi phục {_amount(manifest)} từ {path}.")
    return 0
