"""The command line in this process, on a fresh database."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from bot.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


@pytest.fixture
def in_process(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Awaitable[tuple[int, str, str]]]:
    """Run `taphuan` with these arguments in a folder of its own; returns exit code, stdout and stderr."""
    for name in [name for name in os.environ if name.startswith("TAPHUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def main(arguments: tuple[str, ...]) -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        assert isinstance(ended.value.code, int)
        return ended.value.code

    async def call(*arguments: str) -> tuple[int, str, str]:
        status = await asyncio.to_thread(main, arguments)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call
