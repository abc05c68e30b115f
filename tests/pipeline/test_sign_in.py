"""Signing in to the dashboard: the page asks, the chat confirms, the same browser enters. The whole program."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.serving import _app
from bot.start import Role
from learning.calendar import day_of
from storage import changes, learners, web_sessions
from storage.web_sessions import LASTS
from tests.scenarios.stage import set_up
from tests.web.stage import Browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.scenarios.stage import Stage

    Opens = Callable[[], Awaitable[Browser]]


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The whole program; the chair Hoa and the tổ trưởng Lan have joined."""
    async with set_up(database_url) as opened:
        for who, code in (("hoa", "7CCC-CCCC-CC"), ("lan", "7AAA-AAAA-AA"), ("dung", "7EEE-EEEE-EE")):
            await opened.opens(who, code)
            await opened.taps(who, "Đồng ý và học")
        yield opened


@pytest.fixture
async def opens(stage: Stage) -> AsyncIterator[Opens]:
    async with AsyncExitStack() as stack:
        server = TestServer(_app(stage.program, None, Role.ALL))
        await stack.enter_async_context(server)

        async def start() -> Browser:
            jar = aiohttp.CookieJar(unsafe=True)
            return Browser(await stack.enter_async_context(TestClient(server, cookie_jar=jar)))

        yield start


async def asks(browser: Browser) -> tuple[str, str]:
    """Begin to sign in; return the code and the number that the page shows."""
    assert (await browser.posts("/dang-nhap")).status == 303
    page = (await browser.opens("/dang-nhap/cho")).text
    [code] = re.findall(r"dang nhap ([0-9A-Z-]{12})", page)
    [number] = re.findall(r"<strong>(\d\d)</strong>", page)
    return code, number


async def is_inside(browser: Browser) -> bool:
    return "/dang-nhap" not in (await browser.opens("/bang")).headers.get("Location", "/dang-nhap")


async def test_a_person_confirms_in_their_own_chat(stage: Stage, opens: Opens) -> None:
    browser = await opens()
    code, number = await asks(browser)

    await stage.opens("hoa", f"dn-{code.replace('-', '')}")

    assert f"Số trên màn hình máy ấy: {number}" in stage.newest("hoa").text
    assert not await is_inside(browser)
    await stage.taps("hoa", "Đúng là tôi")
    assert "Vào Bảng theo dõi" in (await browser.opens("/dang-nhap/cho")).text
    assert not await is_inside(browser)  # looking changes nothing
    entered = await browser.posts("/dang-nhap/vao")
    assert (entered.status, entered.headers["Location"]) == (303, "/bang")
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    home = (await browser.opens("/bang")).headers["Location"]
    page = await browser.opens(home)
    assert "CĐCS Công ty May Sao Mai" in page.text
    assert (await browser.posts("/dang-nhap/vao")).headers["Location"] == "/dang-nhap"  # once


async def test_typed_with_its_code_or_asked_for_it(stage: Stage, opens: Opens) -> None:
    browser = await opens()
    code, _ = await asks(browser)
    await stage.types("hoa", "đăng nhập")
    assert "nhắn vào đây mã" in stage.newest("hoa").text

    await stage.types("hoa", code.lower())

    await stage.taps("hoa", "Không phải tôi")
    assert "từ chối" in (await browser.opens("/dang-nhap/cho")).text
    assert (await browser.posts("/dang-nhap/vao")).headers["Location"] == "/dang-nhap/cho"
    code, _ = await asks(browser)
    await stage.types("hoa", f"dang nhap {code}")
    await stage.taps("hoa", "Đúng là tôi")
    await browser.posts("/dang-nhap/vao")
    assert await is_inside(browser)


async def test_nobody_else_enters(stage: Stage, opens: Opens) -> None:
    browser, other = await opens(), await opens()
    code, _ = await asks(browser)
    await asks(other)
    await stage.types("hoa", f"dang nhap {code}")
    await stage.types("dung", f"dang nhap {code}")  # opened by Hoa first
    assert "không dùng được" in stage.newest("dung").text
    await stage.types("lan", f"dang nhap {code}")
    assert "dành cho chủ tịch" in stage.newest("lan").text
    await stage.taps("lan", "Đúng là tôi", owner="hoa")  # forwarded
    assert "không dùng được" in stage.newest("lan").text
    await stage.taps("hoa", "Đúng là tôi")

    await other.posts("/dang-nhap/vao")

    assert not await is_inside(other)
    await browser.posts("/dang-nhap/vao")
    assert await is_inside(browser)


async def test_wrong_codes_and_requests_are_bounded_and_run_out(stage: Stage, opens: Opens) -> None:
    browser = await opens()
    code, _ = await asks(browser)
    for _ in range(5):
        await stage.types("hoa", "dang nhap 0000-0000-00")
    await stage.types("hoa", f"dang nhap {code}")
    assert "10 phút" in stage.newest("hoa").text
    await stage.passes(timedelta(minutes=11))
    await stage.types("hoa", f"dang nhap {code}")
    assert "không dùng được" in stage.newest("hoa").text

    answers = [(await browser.posts("/dang-nhap")).status for _ in range(31)]

    assert answers == [303] * 30 + [429]


async def test_sessions_end(stage: Stage, opens: Opens) -> None:
    async def inside() -> Browser:
        browser = await opens()
        code, _ = await asks(browser)
        await stage.types("hoa", f"dang nhap {code}")
        await stage.taps("hoa", "Đúng là tôi")
        await browser.posts("/dang-nhap/vao")
        assert await is_inside(browser)
        return browser

    first, second, third = await inside(), await inside(), await inside()
    await first.posts("/dang-xuat")
    assert not await is_inside(first)
    listed = await second.opens("/bang/phien")
    assert "(máy này)" in listed.text
    await stage.types("hoa", "phien")
    await stage.taps("hoa", "Kết thúc 1")
    assert [await is_inside(browser) for browser in (second, third)] == [True, False]
    await stage.passes(LASTS)
    assert not await is_inside(second)

    last = await inside()
    today = day_of(stage.clock.now())
    async with stage.program.database.begin() as conn:
        [post] = await learners.posts(conn, stage.cast.people["hoa"], today)
        await changes.end_position(conn, post.id, today)
    assert not await is_inside(last)
    async with stage.program.database.connect() as conn:
        assert await web_sessions.listed(conn, stage.cast.people["hoa"], stage.clock.now()) == []
