"""A tool as a file: made when it is sent, once for all who ask, and kept within a bound."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import SystemClock
from bot.files import ToolFiles
from channels.messages import Attachment, FileKind, Message, RefusedError, UnreachableError
from content import loader
from content.model import LessonStatus
from storage.tables import delivery
from tests.scenarios.stage import set_up

if TYPE_CHECKING:
    from content.model import Library

LIBRARY = loader.load()


def asked(tool_id: str = "CC1") -> Attachment:
    return Attachment(FileKind.TOOL, tool_id)


def library_with(**changes: Any) -> Library:
    return replace(LIBRARY, tools=MappingProxyType({"CC1": replace(LIBRARY.tools["CC1"], **changes)}))


async def test_who_asks_at_once_gets_the_one_that_is_made() -> None:
    files = ToolFiles(LIBRARY, SystemClock())

    made = await asyncio.gather(*(files.make(asked()) for _ in range(20)))

    assert {id(each) for each in made} == {id(await files.make(asked()))}
    assert made[0].name == "cc1-so-gio-lam-cong-tac-cong-doan-trong-thang.pdf"
    assert made[0].content.startswith(b"%PDF-")


async def test_no_more_are_kept_than_the_bound() -> None:
    files = ToolFiles(LIBRARY, SystemClock(), kept=2)
    first = await files.make(asked("CC1"))
    second = await files.make(asked("CC2"))
    assert await files.make(asked("CC1")) is first

    await files.make(asked("CC3"))

    assert await files.make(asked("CC1")) is first
    assert await files.make(asked("CC2")) is not second


async def test_the_figures_are_those_of_the_day() -> None:
    class Wall:
        at = datetime(2026, 11, 21, tzinfo=UTC)

        def now(self) -> datetime:
            return self.at

    files = ToolFiles(LIBRARY, wall := Wall())
    before, plain = await files.make(asked("CC21")), await files.make(asked("CC1"))
    wall.at += timedelta(days=1)

    assert await files.make(asked("CC21")) is not before
    assert await files.make(asked("CC1")) is plain  # it shows no figure


async def test_what_is_not_served_is_refused() -> None:
    for library, tool_id in ((LIBRARY, "CC999"), (library_with(status=LessonStatus.DRAFT), "CC1")):
        with pytest.raises(RefusedError):
            await ToolFiles(library, SystemClock()).make(asked(tool_id))


async def test_what_does_not_fit_a_page_is_refused() -> None:
    files = ToolFiles(library_with(body="\n".join(["Việc phải làm."] * 200)), SystemClock())

    with pytest.raises(RefusedError):
        await files.make(asked())


async def test_what_takes_too_long_is_asked_for_again_and_is_then_there() -> None:
    files = ToolFiles(LIBRARY, SystemClock(), within_s=0)

    with pytest.raises(UnreachableError):
        await files.make(asked())
    await files.drain()

    assert (await files.make(asked())).content.startswith(b"%PDF-")


async def test_telegram_sends_the_page_and_the_ledger_keeps_its_id_alone(database_url: str) -> None:
    async with set_up(database_url, with_telegram=True) as stage:
        who = "lan on telegram"
        await stage.opens(who, "7AAA-AAAA-AA")
        await stage.taps(who, "Đồng ý và học")
        assert stage.telegram is not None
        lan = stage.telegram.user(5_001)
        await stage.types(who, "trogiup")
        await stage._press(who, "Tải PDF", "toolfile:CC1", "")

        assert lan.last.file_name == "cc1-so-gio-lam-cong-tac-cong-doan-trong-thang.pdf"
        assert lan.last.bold == ("Sổ giờ làm công tác công đoàn trong tháng",)
        document = lan.chat.messages[lan.last.number].document
        assert document is not None
        assert (document.content[:5], document.content_type) == (b"%PDF-", "application/pdf")
        async with stage.program.database.connect() as conn:
            kept = (await conn.execute(delivery.select().order_by(delivery.c.id.desc()).limit(1))).one()
        assert (kept.state, kept.payload["attachment"]) == ("sent", ["tool", "CC1"])


def test_a_row_of_before_there_were_files_reads_as_one_without() -> None:
    old = Message("Chào").as_json()
    del old["attachment"]

    assert Message.from_json(old) == Message("Chào")
    with pytest.raises(ValueError, match="replaces none"):
        Message("Trang", replaces="1", attachment=asked())
