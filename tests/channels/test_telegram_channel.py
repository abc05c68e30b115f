"""What is Telegram's own in sending; what every channel promises is in tests/contract."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import telegram
from telegram.error import BadRequest, TelegramError

from channels.messages import (
    Address,
    Button,
    EndpointId,
    Kind,
    Message,
    RefusedError,
    Sender,
    Tap,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from channels.telegram import (
    ALLOWED_UPDATES,
    Bot,
    BotIdentity,
    TelegramChannel,
    delete_webhook,
    introduce,
    open_bot,
    set_commands,
    set_webhook,
)
from channels.telegram.channel import SHARE_PHONE, as_html
from channels.text import cut
from tests.standins.telegram import TOKEN, TelegramServer, User, faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LAN = Address("1001")
SECRET_PART = TOKEN.partition(":")[2]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def lan(server: TelegramServer) -> User:
    return server.user(1_001)


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    opened = open_bot(TOKEN, server.url, read_timeout_s=0.3)
    yield opened
    await opened.request.shutdown()


@pytest.fixture
def channel(bot: Bot, lan: User) -> TelegramChannel:
    assert lan.screen == []
    return TelegramChannel(bot)


# --- what a message becomes ---


async def test_the_title_is_bold(channel: TelegramChannel, lan: User) -> None:
    await channel.send(LAN, Message("Nội dung", title="Bài 1 <1>"))

    assert lan.last.bold == ("Bài 1 <1>",)


async def test_links_are_not_opened_for_a_preview(channel: TelegramChannel, server: TelegramServer) -> None:
    await channel.send(LAN, Message("https://example.org/vao?ma=1"))

    [call] = server.sent()
    assert call.parameters["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize("kind", [Kind.LESSON_STEP, Kind.REPLY, Kind.REMINDER, Kind.BROADCAST])
async def test_who_pays_pays_for_what_is_unasked_alone(bot: Bot, server: TelegramServer, lan: User, kind: Kind) -> None:
    assert lan.screen == []
    await TelegramChannel(bot, pays=True).send(LAN, Message("Một", kind=kind))
    await TelegramChannel(bot).send(LAN, Message("Hai", kind=kind))

    paying, free = server.sent()
    is_unasked = kind in {Kind.REMINDER, Kind.BROADCAST}
    assert paying.parameters.get("allow_paid_broadcast", False) is is_unasked
    assert "allow_paid_broadcast" not in free.parameters


async def test_asking_for_a_contact_shows_the_platforms_button(channel: TelegramChannel, lan: User) -> None:
    await channel.send(LAN, Message("Mời đồng chí", asks_contact=True, buttons=((Button("Nhập mã", "code"),),)))

    assert lan.keyboard == (SHARE_PHONE, "Nhập mã")
    assert lan.chat.keyboard is not None
    assert lan.chat.keyboard[0][0]["request_contact"] is True


async def test_the_keyboard_is_dropped(channel: TelegramChannel, lan: User) -> None:
    await channel.send(LAN, Message("Mời đồng chí", asks_contact=True))
    await channel.send(LAN, Message("Cảm ơn đồng chí", drops_keyboard=True))

    assert lan.keyboard == ()


@pytest.mark.parametrize("what", [{"asks_contact": True}, {"drops_keyboard": True}])
async def test_a_keyboard_needs_a_new_message(channel: TelegramChannel, lan: User, what: dict[str, bool]) -> None:
    ref = await channel.send(LAN, Message("Một"))

    again = await channel.send(LAN, Message("Hai", replaces=ref, **what))  # type: ignore[arg-type]

    assert again != ref
    assert [shown.text for shown in lan.screen] == ["Một", "Hai"]


async def test_a_message_that_carried_a_keyboard_is_not_edited_but_sent_anew(
    channel: TelegramChannel, lan: User
) -> None:
    ref = await channel.send(LAN, Message("Mời đồng chí", asks_contact=True))

    await channel.send(LAN, Message("Cảm ơn", replaces=ref))

    assert [shown.text for shown in lan.screen] == ["Mời đồng chí", "Cảm ơn"]


async def test_one_tap_costs_one_edit_and_one_acknowledgement(
    channel: TelegramChannel, server: TelegramServer, lan: User
) -> None:
    ref = await channel.send(LAN, Message("Câu 1", buttons=((Button("A", "a"),),)))
    before = len(server.accepted)
    tap = Tap("1", Sender(EndpointId(1), "1001"), "a", ref, server.issue_callback())

    await asyncio.gather(channel.acknowledge(tap), channel.send(LAN, Message("✅ Đúng", replaces=ref)))

    assert sorted(call.method for call in server.accepted[before:]) == ["answerCallbackQuery", "editMessageText"]
    assert server.answered_callbacks == [tap.callback_id]
    assert lan.last.text == "✅ Đúng"


def test_what_the_platform_would_drop_is_not_sent() -> None:
    assert as_html(Message("a\x00b\u202ec\ud800d\ne", title="\u2066x")) == "<b>x</b>\nabcd\ne"


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ab𝔸", 3, "ab"),
        ("ab𝔸", 4, "ab𝔸"),
        ("abe\u0323", 3, "ab"),
        ("a👩\u200d👧", 4, "a"),
        ("a👍🏽b", 3, "a"),
    ],
)
def test_a_cut_falls_between_characters(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


# --- answers ---


async def test_a_bare_number_is_answer_enough(server: TelegramServer, channel: TelegramChannel) -> None:
    server.is_minimal = True

    ref = await channel.send(LAN, Message("Một"))

    assert await channel.send(LAN, Message("Hai", replaces=ref)) == ref == "1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"ok":true}',
        b'{"ok":true,"result":null}',
        b'{"ok":true,"result":{}}',
        b'{"ok":true,"result":{"message_id":"x"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"ok":true,"result":' + b"9" * 5_000 + b"}",
    ],
)
async def test_an_answer_that_makes_no_sense_leaves_it_open(
    server: TelegramServer, channel: TelegramChannel, body: bytes
) -> None:
    server.faults.add(faults.garbage(body))

    with pytest.raises(UnknownOutcomeError):
        await channel.send(LAN, Message("Một"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.unauthorized(), UnreachableError),
        (faults.answer(404, "Not Found"), UnreachableError),
        (faults.answer(503, "Service Unavailable"), UnreachableError),
        (faults.page(500), UnknownOutcomeError),
        (faults.fail(504), UnknownOutcomeError),
        (faults.page(302), UnknownOutcomeError),
        (faults.cut_before(), UnknownOutcomeError),
        (faults.refuse("Bad Request: BUTTON_DATA_INVALID"), RefusedError),
        (faults.answer(413, "Request Entity Too Large"), RefusedError),
        (faults.garbage(b'{"ok":false,"error_code":400,"description":"Bad Request: x"}'), RefusedError),
    ],
)
async def test_each_failure_has_its_class(
    server: TelegramServer, channel: TelegramChannel, fault: faults.Fault, error: type[Exception]
) -> None:
    server.faults.add(fault)

    with pytest.raises(error):
        await channel.send(LAN, Message("Một"))


@pytest.mark.parametrize("parameters", [{}, {"retry_after": "soon"}, {"retry_after": -1}, {"retry_after": 10**12}])
async def test_throttling_without_a_sensible_time_waits_a_sensible_time(
    server: TelegramServer, channel: TelegramChannel, parameters: dict[str, Any]
) -> None:
    server.faults.add(faults.answer(429, "Too Many Requests", **parameters))

    with pytest.raises(ThrottledError) as caught:
        await channel.send(LAN, Message("Một"))

    assert 1 <= caught.value.retry_after_s <= 86_400


async def test_after_closing_nothing_is_sent(channel: TelegramChannel) -> None:
    await channel.close()

    with pytest.raises(UnreachableError):
        await channel.send(LAN, Message("Một"))


async def test_a_bot_over_another_transport_is_refused(server: TelegramServer) -> None:
    channel = TelegramChannel(telegram.Bot(TOKEN, base_url=f"{server.url}/bot"))

    with pytest.raises(TypeError):
        await channel.send(LAN, Message("Một"))


async def test_python_telegram_bots_own_methods_work_over_the_transport(bot: Bot, lan: User) -> None:
    sent = await bot.send_message(1_001, "Chào")

    assert (sent.text, lan.last.text) == ("Chào", "Chào")
    with pytest.raises(BadRequest):
        await bot.send_message(5, "Chào")
    await bot.send_document(1_001, io.BytesIO(b"x"), filename="bao-cao.txt")
    assert lan.last.file_name == "bao-cao.txt"
    with pytest.raises(TelegramError):
        await bot.send_voice(1_001, io.BytesIO(b"x"))


async def test_half_a_character_is_no_fault_of_ours(channel: TelegramChannel) -> None:
    await channel.acknowledge(Tap("1", Sender(EndpointId(1), "1001"), "a", callback_id="\ud800"))

    with pytest.raises(RefusedError):
        await channel.send(LAN, Message("Một", buttons=((Button("\ud800 ", "a" * 64), Button(" ", "b")),)))


# --- the token ---


@pytest.mark.parametrize(
    "fault",
    [faults.unauthorized(), faults.page(404), faults.hang(), faults.cut_before(), faults.cut_after(),
     faults.garbage(b"x"), faults.throttle(), None],
)  # fmt: skip
async def test_the_token_is_in_no_log_and_no_traceback(
    server: TelegramServer, fault: faults.Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bot = open_bot(TOKEN, server.url, read_timeout_s=0.2)
    channel = TelegramChannel(bot)
    if fault:
        server.faults.add(fault)
    else:
        await server.stop()

    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever
        await channel.send(LAN, Message("Một"))
    with pytest.raises(Exception) as of_ptb:  # noqa: PT011 - whatever it is, it is compared
        await bot.send_message(1_001, "Một")
    await channel.close()

    told = [
        *traceback.format_exception(caught.value),
        *traceback.format_exception(of_ptb.value),
        caplog.text,
        repr(bot),
    ]
    assert SECRET_PART not in "".join(told)
    assert caught.value.__context__ is None or SECRET_PART not in repr(caught.value.__context__)


async def test_an_address_that_is_none_is_unreachable() -> None:
    channel = TelegramChannel(open_bot(TOKEN, "http://[broken"))

    with pytest.raises(UnreachableError) as caught:
        await channel.send(LAN, Message("Một"))
    await channel.close()

    assert SECRET_PART not in "".join(traceback.format_exception(caught.value))


# --- at start ---


async def test_the_bot_introduces_itself(bot: Bot) -> None:
    assert await introduce(bot) == BotIdentity("7000000001", "taphuan_bot")


async def test_a_wrong_token_is_told_at_start(server: TelegramServer, caplog: pytest.LogCaptureFixture) -> None:
    bot = open_bot("5:AAwrong", server.url)

    with pytest.raises(UnreachableError):
        await introduce(bot)
    await bot.request.shutdown()

    assert "token" in caplog.text
    assert "AAwrong" not in caplog.text


async def test_the_commands_are_set(bot: Bot, server: TelegramServer) -> None:
    await set_commands(bot)

    assert [command["command"] for command in server.commands] == [
        "hoc", "tracuu", "baocao", "lich", "baothaydoi", "lienket", "toi", "trogiup",
    ]  # fmt: skip


async def test_a_server_without_commands_does_not_stop_the_start(
    bot: Bot, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.add(faults.answer(404, "Not Found: method not found"), call="setMyCommands")

    await set_commands(bot)

    assert "trình đơn" in caplog.text


async def test_the_webhook_is_set_and_deleted(bot: Bot, server: TelegramServer) -> None:
    await set_webhook(bot, "https://example.org/telegram/webhook", "s" * 32, ALLOWED_UPDATES)
    assert server.intake.webhook is not None
    assert (server.intake.webhook.secret, server.intake.allowed) == ("s" * 32, frozenset(ALLOWED_UPDATES))

    await delete_webhook(bot)
    assert server.intake.webhook is None


async def test_a_webhook_that_is_refused_is_told(bot: Bot) -> None:
    with pytest.raises(RefusedError):
        await set_webhook(bot, "ftp://example.org", "s", ALLOWED_UPDATES)
