from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from channels.messages import Address, Message
from storage import outbox
from tests.web.stage import QUESTION, VERDICT, WELCOME

if TYPE_CHECKING:
    from tests.web.conftest import Opens
    from tests.web.stage import Browser, Stage


async def test_an_open_page_is_told_at_once(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")

    ref = await stage.send(browser.external_id, QUESTION)

    told = await listener.shown()
    assert told["ref"] == ref
    assert "Chị Hoa bị tính thiếu công" in told["html"]


async def test_an_edit_names_what_it_replaces(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")
    ref = await stage.send(browser.external_id, QUESTION)
    await listener.shown()

    await stage.send(browser.external_id, replace(VERDICT, replaces=ref))

    told = await listener.shown()
    assert told["ref"] == ref
    assert "Đúng." in told["html"]


async def test_a_tap_is_acknowledged(browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")

    await browser.posts("/chat/tap", as_json=True, key="0123456789abcdef", action="later")

    assert (await listener.next("ack"))["key"] == "0123456789abcdef"


async def test_a_page_that_has_everything_is_told_nothing_old(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    await stage.send(browser.external_id, Message("Một"))
    mark = (await browser.opens("/chat")).mark
    listener = await browser.hears("/chat/events", mark)

    await stage.send(browser.external_id, Message("Hai"))

    assert "Hai" in (await listener.shown())["html"]


async def test_a_page_catches_up_with_what_came_while_it_was_away(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")
    await stage.send(browser.external_id, Message("Một"))
    mark = (await listener.shown())["id"]
    listener.response.close()
    await stage.send(browser.external_id, Message("Hai"))

    again = await browser.hears("/chat/events", **{"Last-Event-ID": mark})

    missed = [await again.next("missed"), await again.next("missed")]
    assert ["Hai" in each["html"] for each in missed] == [False, True]
    newest = (await again.block())["id"]
    assert newest == (await browser.opens("/chat")).mark


async def test_what_another_process_sent_is_found_in_the_ledger(stage: Stage, opens: Opens) -> None:
    browser = await opens(heartbeat_s=0.05)
    await browser.opens("/chat")
    account_id = await stage.join(browser.external_id)
    listener = await browser.hears("/chat/events")
    assert await listener.block() == {"": "still here"}

    async with stage.database.begin() as conn:
        await outbox.insert_live(
            conn,
            endpoint_id=stage.endpoint,
            account_id=account_id,
            external_id=browser.external_id,
            messages=[Message("Từ nơi khác")],
            now=stage.now,
            real_now=stage.now,
        )

    assert "Từ nơi khác" in (await listener.next("missed"))["html"]


async def test_a_visitors_open_page_is_told_too(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")

    await stage.channel.send(Address(browser.external_id), WELCOME)

    assert "Mời đồng chí học." in (await listener.shown())["html"]


async def test_stopping_ends_the_streams(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    listener = await browser.hears("/chat/events")

    stage.hub.close()

    assert await listener.response.content.read() == b""


async def test_a_stream_that_breaks_off_ends_clean(stage: Stage, opens: Opens) -> None:
    browser = await opens(heartbeat_s=0.05)
    await browser.opens("/chat")
    await stage.join(browser.external_id)
    listener = await browser.hears("/chat/events")

    async with stage.database.begin() as conn:
        await conn.execute(text("ALTER TABLE delivery RENAME TO away"))

    rest = await listener.response.content.read()
    assert rest.replace(b": still here\n\n", b"") == b""


async def test_a_full_house_asks_to_come_later(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    stage.hub._most = 0

    answer = await browser.opens("/chat/events")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
