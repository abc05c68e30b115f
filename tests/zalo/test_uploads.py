from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import AdjustableClock
from bot.zalo_parts import open_zalo
from bot.zalo_uploads import SERVES, Uploads
from channels.messages import RefusedError, UnknownOutcomeError
from storage import accounts, zalo_costs
from tests.standins.zalo import OA_ID, ZaloServer, faults
from tests.zalo.office import logged_in, settings
from tests.zalo.world import AN, LAN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database

PICTURE, PAPER = b"\x89PNG of a dinner", b"%PDF of a form"
UPLOAD = "/v2.0/oa/upload/image"


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[tuple[ZaloServer, AdjustableClock, Uploads]]:
    async with ZaloServer() as server:
        for user_id in (LAN, AN):
            server.person(user_id).spoke_at = server.clock.now()
        await logged_in(database, server)
        async with database.begin() as conn:
            endpoint = await accounts.ensure_endpoint(conn, zalo_costs.CHANNEL, OA_ID, None)
        clock = AdjustableClock(timedelta(0))
        parts = open_zalo(settings(server, "sqlite:///unused"), database, AdjustableClock(timedelta(0)))
        try:
            yield server, clock, Uploads(database, endpoint, parts.client, clock)
        finally:
            await parts.channel.close()


async def test_one_content_is_uploaded_once_for_everybody(database: Database) -> None:
    async with opened(database) as (server, _, uploads):
        for user_id in (LAN, AN, LAN):
            assert (await uploads.send_image(user_id, "bua-com.png", PICTURE, "Bữa cơm"))["message_id"]
        await uploads.send_file(LAN, "mau-don.pdf", PAPER)
        await uploads.send_file(AN, "mau-don.pdf", PAPER)

        assert server.uploads == 2
        assert [shown.text for shown in server.person(AN).screen] == ["Bữa cơm", ""]


async def test_before_its_week_is_over_it_is_uploaded_again(database: Database) -> None:
    async with opened(database) as (server, clock, uploads):
        await uploads.send_image(LAN, "a.png", PICTURE)
        clock.offset = SERVES
        await uploads.send_image(LAN, "a.png", PICTURE)

        assert (server.uploads, server.refused) == (2, [])


async def test_what_the_platform_forgot_is_uploaded_once_more(database: Database) -> None:
    async with opened(database) as (server, _, uploads):
        await uploads.send_image(LAN, "a.png", PICTURE)
        server.forget_uploads()
        await uploads.send_image(LAN, "a.png", PICTURE)
        assert (server.uploads, [code for _, code, _ in server.refused]) == (2, [-100])

        server.faults.add(faults.error(-100), path="/v3.0/oa/message/cs")
        with pytest.raises(RefusedError, match="-100"):
            await uploads.send_image(LAN, "a.png", PICTURE)
        assert server.uploads == 3  # once, and not for ever


async def test_an_upload_of_which_nothing_came_back_is_not_remembered(database: Database) -> None:
    async with opened(database) as (server, _, uploads):
        server.faults.add(faults.cut_after(), path=UPLOAD, times=1)
        with pytest.raises(UnknownOutcomeError):
            await uploads.send_image(LAN, "a.png", PICTURE)
        await uploads.send_image(LAN, "a.png", PICTURE)

        assert server.uploads == 2
        assert len(server.person(LAN).screen) == 1
