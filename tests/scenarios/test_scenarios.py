from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.scenarios.stage import set_up
from tests.scenarios.transcript import play

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*.txt"))
_CONTENT = re.compile(r"^# content: (\w+)$", re.MULTILINE)  # of a folder here; without it, the content shipped


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_conversation_goes_as_written(path: Path, database_url: str) -> None:
    text = path.read_text()  # noqa: ASYNC240 - nothing else runs yet
    named = _CONTENT.search(text)
    content = HERE / named[1] if named else None
    head = text.partition("\n")[0]
    zalo = ("on" if "with buttons" in head else "off") if " on zalo " in text else ""
    async with set_up(
        database_url,
        with_telegram=" on telegram " in text,
        with_zalo=zalo,
        with_zalo_bot=" on zalobot " in text,
        content=content,
    ) as stage:
        played = await play(stage, text)

    if os.environ.get("UPDATE") and database_url.startswith("sqlite"):
        path.write_text(played)  # noqa: ASYNC240 - nothing else runs any more
    else:
        assert played == text
