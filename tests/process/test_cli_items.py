"""`taphuan content items`, on what a person answered in the demo's way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from content.loader import load
from tests.scenarios.stage import set_up

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest

    Taphuan = Callable[..., Awaitable[tuple[int, str, str]]]


async def test_answers_are_told_a_question(
    in_process: Taphuan, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with set_up(database_url) as stage:
        await stage.opens("lan", "7AAA-AAAA-AA")
        await stage.taps("lan", "Đồng ý và học")
        await stage.studies("lan", "Xong bài 1", right=False)

    capsys.readouterr()  # the stage's own log

    nothing = await in_process("content", "items")
    rows = json.loads((await in_process("content", "items", "--all", "--json"))[1])
    _, told, _ = await in_process("content", "items", "--all")

    assert nothing[:2] == (0, "Chưa câu nào đủ 30 lượt trả lời.\n")
    assert {row["question"] for row in rows} <= set(load().questions)
    assert rows
    assert {(row["answered"], row["difficulty"], row["discrimination"]) for row in rows} == {(1, 0.0, None)}
    assert all(line.startswith("M") and "1 lượt, đúng 0%" in line for line in told.splitlines())
