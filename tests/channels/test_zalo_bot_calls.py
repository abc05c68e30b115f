from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from channels.messages import (
    Address,
    Message,
    NotAllowedError,
    RefusedError,
    SendError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from channels.wire import Wire
from channels.zalo_bot import QUOTA, BotIdentity, FetchError, Trouble, ZaloBot, ZaloBotChannel, fetch
from channels.zalo_bot.calls import QUOTA_WAITS_S
from channels.zalo_bot.verdicts import CODES, MEND_WAIT_S
from tests.standins.zalo import faults
from tests.standins.zalo_bot import BOT_ID, TOKEN, BotServer, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standins.zalo.faults import Fault


@asynccontextmanager
async def opened(token: str = TOKEN, **options: float) -> AsyncIterator[tuple[BotServer, ZaloBot]]:
    async with BotServer(**options) as server:  # type: ignore[arg-type]
        bot = ZaloBot(token, Wire(connect_timeout_s=2.0, read_timeout_s=0.5), server.url + "/")
        try:
            yield server, bot
        finally:
            await bot.close()


@dataclass
class Purse:
    """A meter with so many left."""

    left: int

    async def take(self) -> bool:
        self.left -= 1
        return self.left >= 0

    async def give_back(self) -> None:
        self.left += 1


# --- what the platform answers ---

EXPECTED: dict[int, type[SendError]] = {
    400: RefusedError,
    401: ThrottledError,
    403: UnreachableError,
    404: RefusedError,
    408: UnknownOutcomeError,
    429: ThrottledError,
}


@pytest.mark.parametrize("status", [None, 200])
@pytest.mark.parametrize("code", CODES)
async def test_each_documented_code_has_its_class(code: int, status: int | None) -> None:
    async with opened() as (server, bot):
        server.faults.add(refuse(code, status=status), call="sendMessage")

        with pytest.raises(EXPECTED[code]) as caught:
            await bot.send_message(server.person().user_id, "Chào")

    assert type(caught.value) is EXPECTED[code]
    assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        refuse(418),
        refuse(500),
        faults.page(403),
        faults.garbage(b'{"ok":true}'),
        faults.garbage(b'{"ok":true,"result":{"message_id":5}}'),
        faults.garbage(b'{"ok":"yes"}'),
        faults.garbage(b'{"ok":true,"result":{"message_id":"1"}}', status=500),
        faults.garbage(b"[]"),
        faults.garbage(b"[" * 100_000),
    ],
)
async def test_what_is_not_documented_leaves_it_open(fault: Fault) -> None:
    async with opened() as (server, bot):
        server.faults.add(fault)

        with pytest.raises(UnknownOutcomeError):
            await bot.send_message(server.person().user_id, "Chào")


async def test_a_wrong_token_waits_until_somebody_mends_it(caplog: pytest.LogCaptureFixture) -> None:
    async with opened("1459232241454765289:wrong") as (server, bot):
        with pytest.raises(ThrottledError) as caught:
            await bot.send_message(server.person().user_id, "Chào")

    assert caught.value.retry_after_s == MEND_WAIT_S
    assert "401" in caplog.text
    assert "wrong" not in caplog.text + repr(caught.value)


async def test_a_page_with_429_is_a_refusal_too() -> None:
    async with opened() as (server, bot):
        server.faults.add(faults.page(429))

        with pytest.raises(ThrottledError):
            await bot.send_message(server.person().user_id, "Chào")


async def test_refusals_for_the_quota_wait_longer_each_time() -> None:
    async with opened() as (server, bot):
        server.faults.add(refuse(429), call="sendMessage", times=3)
        lan = server.person().user_id
        told = await asyncio.gather(*(bot.send_message(lan, "Chào") for _ in range(3)), return_exceptions=True)
        waits = [error.retry_after_s for error in told if isinstance(error, ThrottledError)]
        assert waits == pytest.approx([QUOTA_WAITS_S[0]] * 3, abs=1)  # under way together: one refusal

        bot._quota_until = 0.0  # that wait is over
        server.faults.add(refuse(429), call="sendMessage", times=1)
        with pytest.raises(ThrottledError) as caught:
            await bot.send_message(lan, "Chào")
        assert caught.value.retry_after_s == QUOTA_WAITS_S[1]

        await bot.send_message(lan, "Chào")
        bot._quota_until = 0.0
        server.faults.add(refuse(429), call="sendMessage", times=1)
        with pytest.raises(ThrottledError) as caught:
            await bot.send_message(lan, "Chào")
        assert caught.value.retry_after_s == QUOTA_WAITS_S[0]


async def test_no_connection_and_a_closed_one_are_surely_not_sent() -> None:
    async with opened() as (server, bot):
        await bot.introduce()
        await server.stop()
        await asyncio.sleep(0.05)  # until the kept connection is seen to be closed
        with pytest.raises(UnreachableError) as caught:
            await bot.introduce()
        assert TOKEN not in repr(caught.value)
        assert caught.value.__context__ is None
        await bot.close()
        with pytest.raises(UnreachableError, match="closed"):
            await bot.introduce()


@pytest.mark.parametrize("base", ["http://", "ftp://127.0.0.1", "http://127.0.0.1:99999"])
async def test_an_address_that_cannot_be_used(base: str) -> None:
    bot = ZaloBot(TOKEN, Wire(), base)
    with pytest.raises(UnreachableError) as caught:
        await bot.introduce()
    await bot.close()

    assert TOKEN not in repr(caught.value)
    assert caught.value.__context__ is None


# --- what is asked ---


async def test_who_it_is() -> None:
    async with opened() as (server, bot):
        assert await bot.introduce() == BotIdentity(BOT_ID, "bot.VDKyGxQvc")
        server.faults.add(faults.garbage(b'{"ok":true,"result":{"id":[]}}'))
        with pytest.raises(UnknownOutcomeError):
            await bot.introduce()


async def test_a_picture_with_and_without_a_caption() -> None:
    async with opened() as (server, bot):
        lan = server.person()
        refs = [
            await bot.send_photo(lan.user_id, "https://tap-huan.example/a.png", "Sơ đồ"),
            await bot.send_photo(lan.user_id, "https://tap-huan.example/b.png"),
        ]
        with pytest.raises(RefusedError, match="not public"):
            await bot.send_photo(lan.user_id, "http://127.0.0.1/a.png")

    assert [(each.ref, each.text, each.photo[-5:]) for each in lan.screen] == [
        (refs[0], "Sơ đồ", "a.png"),
        (refs[1], "", "b.png"),
    ]


async def test_a_webhook_is_set_and_taken_away() -> None:
    async with opened() as (server, bot):
        with pytest.raises(RefusedError):
            await bot.call("getWebhookInfo", {})  # 404 while there is none
        server.pusher.route = f"{server.url}/nobody"
        await bot.set_webhook("https://tap-huan.example/zalo-bot/webhook", "s" * 64)
        assert (await bot.call("getWebhookInfo", {}))["url"] == "https://tap-huan.example/zalo-bot/webhook"
        with pytest.raises(FetchError) as caught:
            await fetch(bot, 0)
        assert caught.value.trouble is Trouble.CONFLICT
        await bot.delete_webhook()
        assert await fetch(bot, 0) is None


async def test_polling_brings_one_event_and_nothing_is_normal() -> None:
    async with opened(idle_s=0.02) as (server, bot):
        lan = server.person()
        await lan.says("một")
        await lan.says("hai")
        found = [await fetch(bot, 30) for _ in range(3)]

    assert [each["message"]["text"] for each in found[:2] if isinstance(each, dict)] == ["một", "hai"]
    assert found[2] is None


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (refuse(401), Trouble.TOKEN),
        (refuse(403), Trouble.SERVER),
        (refuse(404), Trouble.CONFLICT),
        (refuse(429), Trouble.THROTTLED),
        (refuse(500), Trouble.SERVER),
        (faults.page(502), Trouble.SERVER),
        (faults.cut_before(), Trouble.NETWORK),
    ],
)
async def test_why_nothing_was_fetched(fault: Fault, trouble: Trouble) -> None:
    async with opened() as (server, bot):
        server.faults.add(fault, call="getUpdates")
        with pytest.raises(FetchError) as caught:
            await fetch(bot, 0)

    assert caught.value.trouble is trouble


# --- the plan ---


async def test_beyond_the_plan_nothing_is_tried() -> None:
    async with opened() as (server, bot):
        lan, purse = server.person(), Purse(2)
        channel = ZaloBotChannel(bot, purse)
        for _ in range(2):
            await channel.send(Address(lan.user_id), Message("Chào"))
        with pytest.raises(NotAllowedError) as caught:
            await channel.send(Address(lan.user_id), Message("Chào"))

        assert caught.value.reason == QUOTA
        assert server.sent == 2


@pytest.mark.parametrize(
    ("fault", "left"), [(refuse(403), 5), (refuse(429), 5), (refuse(400), 5), (faults.cut_after(), 4)]
)
async def test_only_what_was_surely_not_sent_is_given_back(fault: Fault, left: int) -> None:
    async with opened() as (server, bot):
        purse = Purse(5)
        server.faults.add(fault)
        with pytest.raises(SendError):
            await ZaloBotChannel(bot, purse).send(Address(server.person().user_id), Message("Chào"))

    assert purse.left == left


async def test_there_is_nothing_to_say() -> None:
    async with opened() as (server, bot):
        with pytest.raises(RefusedError):
            await ZaloBotChannel(bot).send(Address(server.person().user_id), Message(" \u202e"))

        assert server.refused == []


# --- the stand-in is strict ---


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("sendMessage", {"text": "Chào"}, 400),
        ("sendMessage", {"chat_id": "nobody", "text": "Chào"}, 400),
        ("sendMessage", {"chat_id": "", "text": "Chào", "buttons": []}, 400),
        ("sendMessage", {"chat_id": "", "text": "a" * 2_001}, 400),
        ("sendMessage", {"chat_id": "", "text": ""}, 400),
        ("sendMessage", {"chat_id": "", "text": "Chào", "parse_mode": "MarkdownV2"}, 400),
        ("sendPhoto", {"chat_id": "", "photo": "http://192.168.1.5/a.png"}, 400),
        ("sendChatAction", {"chat_id": "", "action": "dancing"}, 400),
        ("setWebhook", {"url": "https://tap-huan.example/x", "secret_token": "short"}, 400),
        ("setWebhook", {"url": "https://10.0.0.1/x", "secret_token": "long enough"}, 400),
        ("setWebhook", {"url": "http://tap-huan.example/x", "secret_token": "long enough"}, 400),
        ("getUpdates", {"timeout": "soon"}, 400),
        ("sendmessage", {}, 404),
    ],
)
async def test_the_stand_in_takes_only_what_is_documented(method: str, body: dict[str, str], code: int) -> None:
    async with BotServer() as server, ClientSession() as session:
        if body.get("chat_id") == "":
            body = {**body, "chat_id": server.person().user_id}
        async with session.post(f"{server.url}/bot{TOKEN}/{method}", json=body) as response:
            said = await response.json()

        assert (response.status, said["ok"], said["error_code"]) == (code, False, code)
        assert server.sent == 0


async def test_the_stand_in_counts_the_plan_and_the_pace() -> None:
    async with BotServer(per_s=2) as server, ClientSession() as session:
        url = f"{server.url}/bot{TOKEN}"
        lan = server.person()
        statuses = []
        for _ in range(3):
            async with session.get(f"{url}/sendMessage", params={"chat_id": lan.user_id, "text": "Chào"}) as response:
                statuses.append(response.status)
        server.per_s, server.month = None, 3
        for form in ({"chat_id": lan.user_id, "text": "Chào"},) * 2:
            async with session.post(f"{url}/sendMessage", data=form) as response:
                statuses.append(response.status)
        async with session.post(f"{url}/sendChatAction", json={"chat_id": lan.user_id, "action": "typing"}) as response:
            assert await response.json() == {"ok": True}

    assert statuses == [200, 200, 429, 200, 429]
