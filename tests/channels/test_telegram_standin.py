"""The stand-in is as strict as the real Bot API where we rest on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from tests.standins.telegram import TOKEN, TelegramServer, User

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BUTTON = {"inline_keyboard": [[{"text": "A", "callback_data": "a:1"}]]}


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def lan(server: TelegramServer) -> User:
    return server.user(1_001)


async def call(server: TelegramServer, method: str, token: str = TOKEN, **parameters: Any) -> tuple[int, Any]:
    async with (
        ClientSession() as session,
        session.post(f"{server.url}/bot{token}/{method}", json=parameters) as response,
    ):
        said = await response.json()
        assert said["ok"] is (response.status == 200)
        return response.status, said.get("result", said.get("description"))


async def send(server: TelegramServer, text: Any = "Chào", **parameters: Any) -> tuple[int, Any]:
    return await call(server, "sendMessage", **{"chat_id": 1_001, "text": text} | parameters)


async def test_an_unknown_method_and_a_wrong_token(server: TelegramServer) -> None:
    assert (await call(server, "sendLove"))[0] == 404
    assert (await call(server, "getMe", token="5:x"))[0] == 401


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"chat_id": "lan"}, "chat_id"),
        ({"chat_id": 1.5}, "chat_id"),
        ({"chat_id": 5}, "chat not found"),
        ({"text": ""}, "text is empty"),
        ({"text": " \n "}, "text is empty"),
        ({"text": None}, "text is empty"),
        ({"text": "a" * 4_097}, "too long"),
        ({"text": "𝔸" * 2_049}, "too long"),
        ({"text": "a\ud800"}, "UTF-8"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a & b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<h1>a</h1>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<b><i>a</b></i>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "&nbsp;", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a", "parse_mode": "Markup"}, "parse_mode"),
        ({"reply_markup": "{"}, "JSON"),
        ({"reply_markup": {"keys": []}}, "reply markup"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "x" * 65}]]}}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": ""}]]}}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A"}]]}}, "inline keyboard button"),
        ({"reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}}, "inline keyboard button"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}] * 9]}}, "TOO_LONG"),
    ],
)
async def test_what_is_refused(server: TelegramServer, lan: User, parameters: dict[str, Any], reason: str) -> None:
    status, description = await send(server, **parameters)

    assert status == 400
    assert reason in description
    assert lan.screen == []


async def test_the_limit_counts_what_is_shown(server: TelegramServer, lan: User) -> None:
    status, _ = await send(server, "<b>" + "&lt;" * 4_096 + "</b>", parse_mode="HTML")

    assert status == 200
    assert lan.last.text == "<" * 4_096
    assert lan.last.bold == (lan.last.text,)


async def test_entities_are_counted_in_utf_16(server: TelegramServer, lan: User) -> None:
    _, sent = await send(server, " 👍<b>đậm</b> <i>&amp;</i>", parse_mode="HTML")

    assert sent["entities"] == [
        {"type": "bold", "offset": 2, "length": 3},
        {"type": "italic", "offset": 6, "length": 1},
    ]
    assert (lan.last.text, lan.last.bold) == ("👍đậm &", ("đậm",))


async def test_edits(server: TelegramServer, lan: User) -> None:
    _, sent = await send(server, reply_markup=BUTTON)
    number = sent["message_id"]

    async def edit(**parameters: Any) -> tuple[int, Any]:
        return await call(server, "editMessageText", **{"chat_id": 1_001, "message_id": number} | parameters)

    assert "not modified" in (await edit(text="Chào", reply_markup=BUTTON))[1]
    assert (await edit(text="Chào"))[0] == 200
    assert lan.last.buttons == ()
    assert "to edit not found" in (await edit(message_id=99, text="x"))[1]
    await lan.says("của tôi")
    assert "can't be edited" in (await edit(message_id=number + 1, text="x"))[1]


async def test_numbers_are_one_sequence_a_chat(server: TelegramServer, lan: User) -> None:
    server.user(1_002)
    await lan.says("1")

    assert (await send(server))[1]["message_id"] == 2
    assert (await send(server, chat_id=1_002))[1]["message_id"] == 1


async def test_a_tap_is_answered_only_if_it_was_made(server: TelegramServer, lan: User) -> None:
    await send(server, reply_markup=BUTTON)
    await lan.taps("A")
    [update] = server.intake.pending.values()
    query = update.body["callback_query"]

    assert (query["data"], query["message"]["message_id"], query["from"]["id"]) == ("a:1", 1, 1_001)
    assert (await call(server, "answerCallbackQuery", callback_query_id=query["id"]))[0] == 200
    assert "query is too old" in (await call(server, "answerCallbackQuery", callback_query_id="5"))[1]
    server.expire_callbacks()
    assert (await call(server, "answerCallbackQuery", callback_query_id=query["id"]))[0] == 400


async def test_a_button_that_is_gone_can_be_pressed_again_but_not_found(server: TelegramServer, lan: User) -> None:
    await send(server, reply_markup=BUTTON)
    await lan.taps("a:1")
    await call(server, "editMessageText", chat_id=1_001, message_id=1, text="Xong")

    with pytest.raises(LookupError):
        await lan.taps("A")
    await lan.taps_again("A")

    first, second = (update.body["callback_query"] for update in server.intake.pending.values())
    assert first["data"] == second["data"]
    assert first["id"] != second["id"]
    assert second["message"]["text"] == "Xong"


async def test_who_blocked_the_bot_is_not_written_to(server: TelegramServer, lan: User) -> None:
    await lan.blocks()
    assert (await send(server))[0] == 403

    await lan.unblocks()
    assert (await send(server))[0] == 200

    lan.deactivates()
    assert "deactivated" in (await send(server))[1]


async def test_fetching(server: TelegramServer, lan: User) -> None:
    first, second = await lan.says("1"), await lan.says("2")

    assert [u["update_id"] for u in (await call(server, "getUpdates", limit=1))[1]] == [first]
    assert [u["update_id"] for u in (await call(server, "getUpdates", offset=second))[1]] == [second]
    assert (await call(server, "getUpdates", offset=second + 1, allowed_updates=["message"]))[1] == []
    await lan.blocks(wait=False)
    assert server.intake.pending == {}
    assert (await call(server, "getUpdates", timeout=51))[0] == 400


async def test_two_pollers_are_a_conflict_and_the_newer_goes_on(server: TelegramServer, lan: User) -> None:
    older = asyncio.create_task(call(server, "getUpdates", timeout=5))
    async with asyncio.timeout(2):
        while server.intake.polls < 1:  # noqa: ASYNC110 - a counter is no event
            await asyncio.sleep(0.01)
    newer = asyncio.create_task(call(server, "getUpdates", timeout=5))

    assert (await older)[0] == 409
    await lan.says("1", wait=False)
    assert len((await newer)[1]) == 1


async def test_fetching_and_a_webhook_exclude_each_other(server: TelegramServer) -> None:
    assert (await call(server, "setWebhook", url="https://example.org/x"))[0] == 200
    assert (await call(server, "getUpdates"))[0] == 409
    assert (await call(server, "deleteWebhook"))[0] == 200
    assert (await call(server, "getUpdates"))[0] == 200


async def test_the_flood_limit_counts_one_second(server: TelegramServer, lan: User) -> None:
    server.limit_per_s = 3

    statuses = [(await send(server, str(n)))[0] for n in range(4)]

    assert statuses == [200, 200, 200, 429]
    assert len(lan.screen) == 3
