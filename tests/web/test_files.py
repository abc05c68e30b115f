"""Files in the chat: a link in the bubble, which opens for whoever it was sent to alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from channels.messages import Attachment, FileKind, Message

if TYPE_CHECKING:
    from tests.web.conftest import Opens
    from tests.web.stage import Browser, Stage

_LINK = re.compile(r'href="(/chat/file/[0-9]+)"')


def page(name: str = "so-gio") -> Message:
    return Message("Một trang A4.", title="Sổ giờ", attachment=Attachment(FileKind.TOOL, name))


async def link_of(stage: Stage, browser: Browser, name: str = "so-gio") -> str:
    await browser.opens("/chat")
    await stage.send(browser.external_id, page(name))
    found = _LINK.search((await browser.opens("/chat")).text)
    assert found is not None
    return found[1]


async def test_the_bubble_links_to_the_file(stage: Stage, browser: Browser) -> None:
    link = await link_of(stage, browser)

    async with browser.client.get(link) as response:
        assert (response.status, await response.read()) == (200, b"%PDF-1.7 trang")
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Content-Disposition"] == 'attachment; filename="so-gio.pdf"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response.headers["Cache-Control"]


async def test_nobody_else_opens_it(stage: Stage, browser: Browser, opens: Opens) -> None:
    link = await link_of(stage, browser)
    other = await opens()

    assert (await other.opens(link)).status == 403  # no cookie at all
    await link_of(stage, other)
    assert (await other.opens(link)).status == 404
    demo = await opens(demo=True)
    assert (await demo.opens(link.replace("/chat", "/demo/to_truong"))).status == 404


@pytest.mark.parametrize("name", ["0", "999999", "x", "-1", "9" * 19, "%C2%B2"])
async def test_what_was_never_sent_is_not_found(stage: Stage, browser: Browser, name: str) -> None:
    await link_of(stage, browser)

    assert (await browser.opens(f"/chat/file/{name}")).status == 404


async def test_a_message_without_a_file_has_none(stage: Stage, browser: Browser) -> None:
    link = await link_of(stage, browser)
    await stage.send(browser.external_id, Message("Chào"))
    number = int(link.rpartition("/")[2])

    assert (await browser.opens(f"/chat/file/{number + 1}")).status == 404


@pytest.mark.parametrize(("name", "status"), [("gone", 404), ("slow", 503)])
async def test_what_cannot_be_made_is_told(stage: Stage, browser: Browser, name: str, status: int) -> None:
    link = await link_of(stage, browser, name)

    assert (await browser.opens(link)).status == status
