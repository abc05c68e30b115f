"""A file in the chat: its words and itself are two calls, each with a row of its own in the ledger."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from channels.messages import Kind, Sender, Tap
from content import tool_text
from handlers.actions import OpenTool, ToolFile
from storage import outbox, zalo_costs
from storage.outbox import LEASE
from storage.tables import account, delivery
from tests.standins.zalo import faults
from tests.zalo.world import LAN, World, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sender import BulkLane
    from tests.standins.zalo.people import Person, Shown

CS = "/v3.0/oa/message/cs"
UPLOAD = "/v2.0/oa/upload/file"
WORDS = "Sổ giờ làm công tác công đoàn trong tháng\nMột trang A4, in ra là điền được."
NAME = "cc1-so-gio-lam-cong-tac-cong-doan-trong-thang.pdf"


@asynccontextmanager
async def joined(database_url: str) -> AsyncIterator[tuple[World, Person]]:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        lan.screen.clear()
        yield world, lan


async def press(world: World, action: str, key: str = "k1") -> None:
    assert world.program.zalo_gate is not None
    await world.program.pipeline.receive(Tap(key, Sender(world.program.zalo_gate.endpoint, LAN), action))


def lane_of(world: World) -> BulkLane:
    assert world.program.zalo_gate is not None
    return next(lane for lane in world.program.lanes if lane._endpoint == world.program.zalo_gate.endpoint)


async def again(world: World) -> None:
    """Let what was put back have its turn now."""
    async with world.program.database.begin() as conn:
        due = delivery.c.state == "queued"
        await conn.execute(update(delivery).where(due).values(run_at=datetime.now(UTC) - timedelta(seconds=1)))
    await lane_of(world).empty()


async def rows(world: World) -> list[tuple[str, str | None, int]]:
    """State, reason and calls of the newest two deliveries, the older first."""
    query = select(delivery.c.state, delivery.c.reason, delivery.c.attempts).order_by(delivery.c.id.desc()).limit(2)
    async with world.program.database.connect() as conn:
        return [tuple(row) for row in reversed((await conn.execute(query)).all())]


def said(lan: Person) -> list[tuple[bool, str]]:
    """Whether each message has the words, and its file."""
    return [(_is_words(shown), shown.file_name) for shown in lan.screen if shown.by_oa]


def _is_words(shown: Shown) -> bool:
    return shown.text.startswith(WORDS)


async def test_the_words_come_first_and_then_the_file(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        await press(world, ToolFile("CC1").pack())
        await world.rest()

        assert said(lan) == [(True, ""), (False, NAME)]
        assert await rows(world) == [("sent", None, 1), ("sent", None, 1)]
        assert set(await world.counted()) == {"reply"}


async def test_a_file_that_fails_is_sent_again_without_its_words(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        for path, fault in ((UPLOAD, faults.error(-200)), (UPLOAD, faults.cut_after())):
            world.server.faults.add(fault, call=path, times=1)
        await press(world, ToolFile("CC1").pack())
        await world.rest()
        await again(world)
        assert said(lan) == [(True, "")]

        await again(world)

        assert said(lan) == [(True, ""), (False, NAME)]
        assert [state for state, *_ in await rows(world)] == ["sent", "sent"]


async def test_a_file_in_doubt_comes_once_more_and_its_words_do_not(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        await press(world, OpenTool("CC1").pack(), "k0")
        await world.rest()
        lan.screen.clear()
        world.server.upload_may_end.clear()
        await press(world, ToolFile("CC1").pack())
        await world.server.upload_began.wait()  # its words have been taken
        world.server.faults.add(faults.cut_after(), call=CS)
        world.server.upload_may_end.set()
        await world.rest()
        for _ in range(3):
            await again(world)

        assert said(lan) == [(True, ""), (False, NAME), (False, NAME)]
        assert await rows(world) == [("sent", None, 1), ("unknown", "in_doubt", 2)]


async def test_a_process_that_dies_in_between_leaves_the_file_to_the_next(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        world.server.upload_may_end.clear()
        await press(world, ToolFile("CC1").pack())
        await world.server.upload_began.wait()
        for task in list(world.program.live._tasks):
            task.cancel()
        world.server.upload_may_end.set()
        await world.rest()
        assert [state for state, *_ in await rows(world)] == ["sent", "sending"]

        await lane_of(world)._reap(datetime.now(UTC) + LEASE + timedelta(seconds=1))
        await again(world)

        assert said(lan) == [(True, ""), (False, NAME)]
        assert await rows(world) == [("sent", None, 1), ("sent", "in_doubt", 2)]


async def test_an_upload_holds_no_transaction(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        world.server.upload_may_end.clear()
        await press(world, ToolFile("CC1").pack())
        await world.server.upload_began.wait()

        async with asyncio.timeout(4), world.program.database.begin() as conn:
            assert world.program.zalo_gate is not None
            await zalo_costs.reserve(conn, world.program.zalo_gate.endpoint, datetime.now(UTC).date(), 1)

        assert said(lan) == [(True, "")]
        world.server.upload_may_end.set()


async def test_a_file_whose_upload_expired_is_uploaded_once_more(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        for number in range(3):
            await press(world, ToolFile("CC1").pack(), f"k{number}")
            await world.rest()
            if number == 1:
                world.server.forget_uploads()

        assert said(lan) == [(True, ""), (False, NAME)] * 3
        assert world.server.uploads == 2


async def test_a_digest_offers_only_what_zalo_carries(database_url: str) -> None:
    async with running(database_url) as world:
        hoa = await world.joined(LAN, "84900000003")
        async with world.program.database.begin() as conn:
            person = (await conn.execute(select(account.c.person_id))).scalar_one()
            await outbox.queue(
                conn,
                account_id=await world.door(hoa),
                kind=Kind.DIGEST,
                key="digest",
                subject={"person": person, "cut_off": "2026-11-15T17:00:00+00:00"},
                run_at=datetime.now(UTC) - timedelta(seconds=1),
            )
        await lane_of(world).empty()

        assert hoa.last.text.startswith("Báo cáo học tập tuần 09–15/11/2026")
        assert hoa.last.text.endswith("3. Hình\n4. Tải Word")


async def test_a_page_longer_than_a_message_is_told_whole(database_url: str) -> None:
    async with joined(database_url) as (world, lan):
        tool = world.program.library.tool("CC15")
        assert tool is not None
        whole = tool_text.text(tool, datetime.now(UTC).date())
        await press(world, OpenTool("CC15").pack())
        await world.rest()

        shown = [each.text for each in lan.screen if each.by_oa]
        assert whole.rstrip() in "\n".join(shown)
        assert shown[-1].endswith("Nhắn số để chọn:\n1. Tải PDF\n2. Học tiếp")
