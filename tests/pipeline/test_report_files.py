"""A digest's files, from the button to the bytes that a channel asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channels.messages import AccountId, Attachment, FileKind, RefusedError
from handlers import actions
from storage import shown
from tests.scenarios.cast import PEOPLE
from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with set_up(database_url) as opened:
        for who in ("hoa", "dung"):
            await opened.opens(who, PEOPLE[who][3])
            await opened.taps(who, "Đồng ý và học")
        yield opened


@pytest.mark.parametrize(("shape", "begins"), [("xlsx", b"PK\x03\x04"), ("docx", b"PK\x03\x04"), ("png", b"\x89PNG")])
async def test_a_file_is_made_of_what_the_button_names(stage: Stage, shape: str, begins: bytes) -> None:
    unit = stage.cast.units["CS01"]
    await stage._press("hoa", "", actions.GetFile(unit, "2026-W45", shape).pack(), None)

    asked = Attachment(FileKind.REPORT, f"{unit}:2026-W45:{shape}")
    async with stage.program.database.connect() as conn:
        [sent] = [
            item.message.attachment for item in await shown.history(conn, AccountId(1)) if item.message.attachment
        ]
    file = await stage.program.files.make(asked)

    assert sent == asked
    assert file.name.endswith(f".{shape}")
    assert file.content.startswith(begins)


async def test_somebody_elses_unit_gives_no_file(stage: Stage) -> None:
    unit = stage.cast.units["CS01"]

    await stage._press("dung", "", actions.GetFile(unit, "2026-W45", "xlsx").pack(), None)

    assert stage.newest("dung").text == "Không tìm thấy đơn vị này trong phạm vi của đồng chí."


@pytest.mark.parametrize("reference", ["9999:2026-W45:xlsx", "1:2026-W99:xlsx", "x", "1:2026-W45:exe"])
async def test_what_is_not_there_is_refused(stage: Stage, reference: str) -> None:
    with pytest.raises(RefusedError):
        await stage.program.files.make(Attachment(FileKind.REPORT, reference))
