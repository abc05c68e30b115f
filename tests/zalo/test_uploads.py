"""Pictures and files: uploaded once for everybody, and again where the platform has them no more."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.clock import AdjustableClock
from bot.zalo.parts import open_zalo
from bot.zalo.uploads import SERVES, Uploads
from channels.messages import Attachment, File, FileKind, RefusedError, UnreachableError
from channels.zalo import Papers
from channels.zalo.client import MAX_FILE, MAX_PICTURE
from channels.zalo.papers import MOST_AT_ONCE
from storage import accounts, zalo_costs, zalo_uploads
from storage.tables import zalo_upload
from tests.standins.zalo import OA_ID, ZaloServer, faults
from tests.zalo.office import logged_in, settings
from tests.zalo.world import AN, LAN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from channels.zalo import ZaloClient
    from storage.database import Database

UPLOAD = "/v2.0/oa/upload/image"
CS = "/v3.0/oa/message/cs"
PICTURE, PAPER, SHEET = (Attachment(FileKind.REPORT, f"4:2026-H2:{ending}") for ending in ("png", "docx", "xlsx"))


@dataclass
class Maker:
    """Makes a file of so many bytes."""

    size: int = 20

    async def make(self, attachment: Attachment) -> File:
        return File(f"bao-cao.{attachment.ending}", "application/octet-stream", b"x" * self.size)


@dataclass
class Desk:
    """What sends files, the platform, and its clock."""

    server: ZaloServer
    clock: AdjustableClock
    maker: Maker
    uploads: Uploads
    client: ZaloClient

    def papers(self, elsewhere: str = "", within_s: float = 8.0) -> Papers:
        return Papers(self.client, self.maker, self.uploads, elsewhere=elsewhere, within_s=within_s)

    async def sends(self, user_id: str, attachment: Attachment = PICTURE, words: str = "") -> None:
        data = await self.papers("https://tap-huan.example.vn/dang-nhap").send(user_id, attachment, words, 2_000)
        assert data["message_id"]


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with opened(database) as found:
        yield found


@asynccontextmanager
async def opened(database: Database, per_month: int = 0) -> AsyncIterator[Desk]:
    async with ZaloServer() as server:
        for user_id in (LAN, AN):
            server.person(user_id).spoke_at = server.clock.now()
        await logged_in(database, server)
        async with database.begin() as conn:
            endpoint = await accounts.ensure_endpoint(conn, zalo_costs.CHANNEL, OA_ID, None)
        clock = AdjustableClock(timedelta(0))
        parts = open_zalo(settings(server, "sqlite:///unused"), database, AdjustableClock(timedelta(0)))
        uploads = Uploads(database, endpoint, parts.client, clock, per_month)
        try:
            yield Desk(server, clock, Maker(), uploads, parts.client)
        finally:
            await uploads.drain()
            await parts.channel.close()


async def test_one_content_is_uploaded_once_for_everybody(desk: Desk) -> None:
    await asyncio.gather(*(desk.sends(user_id, words="Bữa cơm") for user_id in (LAN, AN, LAN, AN)))
    desk.maker.size += 1
    for user_id in (LAN, AN):
        await desk.sends(user_id, PAPER)

    assert desk.server.uploads == 2
    seen = [(shown.text, shown.file_name) for shown in desk.server.person(AN).screen]
    assert seen == [("Bữa cơm", "bao-cao.png")] * 2 + [("", "bao-cao.docx")]


async def test_before_its_week_is_over_it_is_uploaded_again(desk: Desk) -> None:
    await desk.sends(LAN)
    desk.clock.offset = SERVES
    await desk.sends(LAN)

    assert (desk.server.uploads, desk.server.refused) == (2, [])


async def test_what_the_platform_forgot_is_uploaded_once_more(desk: Desk) -> None:
    await desk.sends(LAN)
    desk.server.forget_uploads()
    await desk.sends(LAN)
    assert (desk.server.uploads, [code for _, code, _ in desk.server.refused]) == (2, [-100])

    desk.server.faults.add(faults.error(-100), call=CS)
    with pytest.raises(RefusedError, match="-100"):
        await desk.sends(LAN)
    assert desk.server.uploads == 3  # once, and not for ever


async def test_an_upload_of_which_nothing_came_back_sent_nothing_and_is_not_remembered(desk: Desk) -> None:
    desk.server.faults.add(faults.cut_after(), call=UPLOAD, times=1)
    with pytest.raises(UnreachableError):
        await desk.sends(LAN)
    await desk.sends(LAN)

    assert desk.server.uploads == 2
    assert len(desk.server.person(LAN).screen) == 1


async def test_what_is_not_ready_in_time_is_surely_not_sent(desk: Desk) -> None:
    with pytest.raises(UnreachableError):
        await desk.papers(within_s=0).send(LAN, PICTURE, "", 2_000)

    assert desk.server.person(LAN).screen == []


async def test_no_more_files_are_made_at_once_than_leave_room_for_words(desk: Desk) -> None:
    desk.server.upload_may_end.clear()
    papers = desk.papers()
    at_work = [asyncio.create_task(papers.send(LAN, PICTURE, "", 2_000)) for _ in range(MOST_AT_ONCE)]
    await desk.server.upload_began.wait()

    with pytest.raises(UnreachableError, match="enough"):
        await papers.send(AN, PICTURE, "", 2_000)
    desk.server.upload_may_end.set()
    await asyncio.gather(*at_work)
    await papers.send(AN, PICTURE, "", 2_000)

    assert desk.server.uploads == 1
    assert len(desk.server.person(AN).screen) == 1


async def test_an_upload_goes_on_when_nobody_waits_any_more(desk: Desk) -> None:
    desk.server.upload_may_end.clear()
    waiting = asyncio.create_task(desk.sends(LAN))
    await desk.server.upload_began.wait()
    waiting.cancel()
    desk.server.upload_may_end.set()
    await desk.uploads.drain()
    assert (desk.server.uploads, desk.server.person(LAN).screen) == (1, [])

    await desk.sends(LAN)

    assert desk.server.uploads == 1


@pytest.mark.parametrize(
    ("attachment", "most", "told"), [(PICTURE, MAX_PICTURE, "(1 MB)"), (PAPER, MAX_FILE, "(5 MB)")]
)
async def test_what_is_too_large_says_where_it_is(desk: Desk, attachment: Attachment, most: int, told: str) -> None:
    words = "Tuần 47. " * 300 if attachment is PICTURE else ""
    desk.maker.size = most
    await desk.sends(LAN, attachment)
    desk.maker.size += 1
    await desk.sends(LAN, attachment, words)

    largest, instead = desk.server.person(LAN).screen
    assert largest.file_name == f"bao-cao.{attachment.ending}"
    assert (instead.file_name, desk.server.uploads) == ("", 1)
    assert instead.text.startswith(words[:1_700])
    assert instead.text.endswith(
        f"Tệp lớn hơn mức Zalo nhận {told}. Đồng chí tải ở Bảng theo dõi: https://tap-huan.example.vn/dang-nhap"
    )


async def test_beyond_the_months_uploads_one_is_told_where_it_is(database: Database) -> None:
    async with opened(database, per_month=2) as desk:
        for size in (10, 11, 12, 10):
            desk.maker.size = size
            await desk.sends(LAN, words="Tuần 47")
        assert [shown.file_name for shown in desk.server.person(LAN).screen] == ["bao-cao.png"] * 2 + [
            "",
            "bao-cao.png",
        ]
        assert desk.server.person(LAN).screen[2].text == (
            "Tuần 47\n\nTháng này Zalo không nhận thêm tệp mới. Đồng chí tải ở Bảng theo dõi:"
            " https://tap-huan.example.vn/dang-nhap"
        )

        desk.maker.size = 14
        await desk.sends(LAN, Attachment(FileKind.TOOL, "CC1"))
        assert desk.server.person(LAN).last.text.endswith("Đồng chí tải ở trợ lý trên trình duyệt.")

        desk.clock.offset = timedelta(days=31)
        desk.maker.size = 13
        await desk.sends(LAN)

        assert desk.server.uploads == 3


async def test_what_served_long_ago_is_dropped(desk: Desk, database: Database) -> None:
    await desk.sends(LAN)
    counts = []
    for later in (SERVES + zalo_uploads.COUNTED - timedelta(minutes=1), SERVES + zalo_uploads.COUNTED):
        async with database.begin() as conn:
            await zalo_uploads.forget_old(conn, desk.clock.now() + later)
            counts.append((await conn.execute(select(func.count()).select_from(zalo_upload))).scalar())

    assert counts == [1, 0]


async def test_what_zalo_never_takes_is_not_tried(desk: Desk) -> None:
    for attachment, words in ((SHEET, ""), (PAPER, "lời kèm")):
        with pytest.raises(RefusedError):
            await desk.sends(LAN, attachment, words)

    assert (desk.server.uploads, desk.server.refused, desk.server.person(LAN).screen) == (0, [], [])
