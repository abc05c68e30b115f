from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scenarios.stage import set_up
from tests.scenarios.transcript import play

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_conversation_goes_as_written(path: Path, database_url: str) -> None:
    text = path.read_text()  # noqa: ASYNC240 - nothing else runs yet
    zalo = ("on" if "with buttons" in text.partition("\n")[0] else "off") if " on zalo " in text else ""
    on_bot = " on zalobot " in text
    async with set_up(
        database_url, with_telegram=" on telegram " in text, with_zalo=zalo, with_zalo_bot=on_bot
    ) as stage:
        played = await play(stage, text)

    if os.environ.get("UPDATE") and database_url.startswith("sqlite"):
        path.write_text(played)  # noqa: ASYNC240 - nothing else runs any more
    else:
        assert played == text
