from __future__ import annotations

import asyncio

import pytest

from channels.browser import BrowserChannel
from channels.hub import Acknowledged, FullHouseError, Hub, Shown, Signal
from channels.messages import Address, EndpointId, Message, Sender, Tap

HELLO = Message("Chào đồng chí.")


async def test_what_is_sent_is_shown_on_every_open_page_of_its_reader() -> None:
    hub = Hub()
    channel = BrowserChannel(hub)
    with hub.open_page("lan") as one, hub.open_page("lan") as two, hub.open_page("minh") as other:
        ref = await channel.send(Address("lan", "17"), HELLO)

        assert await one.wait(1) == await two.wait(1) == [Shown("17", HELLO, "17")]
        assert ref == "17"
        assert await other.wait(0) == []


async def test_a_message_without_a_tag_gets_a_fresh_reference() -> None:
    channel = BrowserChannel(Hub())

    refs = {await channel.send(Address("lan"), HELLO) for _ in range(50)}

    assert len(refs) == 50


async def test_a_tap_is_acknowledged_where_it_was_made() -> None:
    hub = Hub()
    with hub.open_page("lan") as page:
        await BrowserChannel(hub).acknowledge(Tap("k", Sender(EndpointId(1), "lan"), "a", callback_id="c1"))

        assert await page.wait(1) == [Acknowledged("c1")]


async def test_a_waiting_page_wakes_up() -> None:
    hub = Hub()
    with hub.open_page("lan", "hall") as page:
        waiting = asyncio.create_task(page.wait(5))
        await asyncio.sleep(0)
        hub.publish("hall", Signal("clock"))

        assert await waiting == [Signal("clock")]


async def test_a_slow_page_is_dropped_and_others_are_not() -> None:
    hub = Hub(depth=2)
    with hub.open_page("lan") as slow, hub.open_page("lan") as quick:
        for number in range(3):
            hub.publish("lan", Signal(str(number)))
            assert await quick.wait(1) == [Signal(str(number))]

        assert not slow.is_open
        assert await slow.wait(1) == []


async def test_the_oldest_page_of_one_reader_gives_way() -> None:
    hub = Hub(pages_of_one=2)
    with hub.open_page("lan") as first, hub.open_page("lan") as second, hub.open_page("lan") as third:
        assert [page.is_open for page in (first, second, third)] == [False, True, True]
        hub.publish("lan", Signal("x"))
        assert await third.wait(1) == [Signal("x")]
    assert hub.open_pages == 0


async def test_a_listener_of_many_topics_does_not_use_up_their_pages() -> None:
    hub = Hub(pages_of_one=1)
    with hub.open_page("watcher", "lan") as watcher, hub.open_page("lan"):
        assert watcher.is_open


async def test_a_full_house_opens_no_page() -> None:
    hub = Hub(pages=1)
    with hub.open_page("lan"), pytest.raises(FullHouseError), hub.open_page("minh"):
        pass
    with hub.open_page("minh") as page:
        assert page.is_open


async def test_closing_ends_all_pages() -> None:
    hub = Hub()
    with hub.open_page("lan") as page:
        await BrowserChannel(hub).close()

        assert not page.is_open
