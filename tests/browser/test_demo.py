"""The demo in Chromium: what a visitor of the demo is told to try, at both sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import SIZES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.conftest import Screen

    OpensScreen = Callable[..., Awaitable[Screen]]

pytestmark = pytest.mark.browser

MOST_STEPS = 60
both_sizes = pytest.mark.parametrize("size", list(SIZES))


async def newest(page: Page) -> str:
    """Return which message, in which form, is the last one."""
    ref, mark = await page.locator(".bubble").last.evaluate("bubble => [bubble.dataset.ref, bubble.dataset.mark]")
    return f"{ref}:{mark}"


async def wait_until_changed(page: Page, before: str) -> None:
    await page.wait_for_function(
        """before => {
            const bubbles = document.querySelectorAll(".bubble");
            const last = bubbles[bubbles.length - 1];
            return `${last.dataset.ref}:${last.dataset.mark}` !== before;
        }""",
        arg=before,
    )


async def tab_into_the_newest(page: Page) -> None:
    for _ in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.bubble') !== null"):
            return
    pytest.fail("no button of a message can be reached by keyboard")


async def learn_by_keyboard(page: Page) -> list[str]:
    """Press Enter on what has the focus, the first letter where a question is asked, until the lesson is done."""
    titles: list[str] = []
    await tab_into_the_newest(page)
    for _ in range(MOST_STEPS):
        last = page.locator(".bubble").last
        titles.append(await last.locator(".place, .title").first.inner_text())
        if "Xong bài" in titles[-1]:
            return titles
        before = await newest(page)
        letters, done = last.locator("[data-letter]"), last.get_by_role("button", name="Xong ▸")
        key = "Enter"
        if await done.count():
            await done.focus()
        elif await letters.count():
            key = await letters.first.get_attribute("data-letter") or key
        await page.keyboard.press(key.lower() if len(key) == 1 else key)
        await wait_until_changed(page, before)
    pytest.fail(f"the lesson does not end: {titles}")


async def push(page: Page, label: str) -> None:
    before = await page.locator("[data-now]").inner_text()
    await page.get_by_role("button", name=label).click()
    await expect(page.locator("[data-busy]")).to_be_empty(timeout=60_000)
    await expect(page.locator("[data-now]")).not_to_have_text(before)


@both_sizes
async def test_the_story_of_the_demo(demo_url: str, opens_screen: OpensScreen, size: str) -> None:
    screen = await opens_screen(size)
    page = screen.page
    await page.goto(demo_url)
    await expect(page.locator(".bubble")).to_have_count(1)
    await screen.shoot("demo")

    titles = await learn_by_keyboard(page)

    assert any(title.startswith("Câu hỏi") for title in titles)
    assert {"Đúng.", "Chưa đúng."} & set(titles)
    assert await page.locator(".bubble").count() <= 2  # a lesson lives in one message
    await screen.shoot("lesson-done")

    for _ in range(3):
        await push(page, "+1 ngày")
    nudges = await page.locator(".bubble").count()
    assert nudges > 1
    await screen.shoot("reminder")

    await push(page, "đến thứ Hai")
    assert "Thứ Hai" in await page.locator("[data-now]").inner_text()
    chair = page.locator("[data-persona=chu_tich]")
    await expect(chair.locator("[data-unread]")).to_be_visible()
    for key in ("chu_tich", "tinh", "tld"):
        await page.locator(f"[data-persona={key}]").click()
        await expect(page.locator(f"[data-persona={key}]")).to_have_attribute("aria-current", "page")
        digest = page.locator(".bubble.report").last
        await expect(digest).to_contain_text("Báo cáo học tập")
        await expect(digest).to_contain_text("Cộng:")
        await digest.evaluate("bubble => bubble.scrollIntoView({ block: 'start' })")
        await screen.shoot(f"digest-{key}")
    await expect(chair.locator("[data-unread]")).to_be_hidden()


@both_sizes
async def test_everybody_can_use_it(demo_url: str, opens_screen: OpensScreen, size: str) -> None:
    page = (await opens_screen(size)).page

    async def check(what: str) -> None:
        results = await Axe().run(page)
        assert results.violations_count == 0, f"{what}: {results.generate_report()}"
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width == SIZES[size][0], f"{what} scrolls sideways"

    await page.goto(demo_url)
    await check("a card")
    while await page.locator(".bubble [data-letter]").count() == 0:
        before = await newest(page)
        await page.locator(".bubble button").first.click()
        await wait_until_changed(page, before)
    await check("a question")
    await page.keyboard.press("2")
    await expect(page.locator(".right, .wrong")).to_have_count(1)
    await check("a verdict")
    await push(page, "đến thứ Hai")
    await page.locator("[data-persona=tinh]").click()
    await check("a digest")
    await page.goto(f"{demo_url}/chat")
    await check("a visitor's chat")
    small = await page.eval_on_selector_all(
        "button, input:not([type=hidden])",
        "all => all.filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)",
    )
    assert small == []


async def test_a_visitor_is_answered_once(demo_url: str, opens_screen: OpensScreen) -> None:
    page = (await opens_screen("phone")).page
    await page.goto(f"{demo_url}/chat")
    await expect(page.locator(".bubble")).to_have_count(1)

    for number in (1, 2):
        await page.get_by_label("Tin nhắn của đồng chí").fill("AAAA-BBBB-CC")
        await page.keyboard.press("Enter")
        await expect(page.locator(".own")).to_have_count(number)
        await expect(page.locator(".bubble").nth(number)).to_contain_text("Mã mời này không dùng được")

    await page.wait_for_timeout(500)  # a second copy of the last answer would have come by now
    await expect(page.locator(".bubble")).to_have_count(3)
    await expect(page.get_by_label("Tin nhắn của đồng chí")).to_be_focused()


async def test_letters_in_the_text_field_are_not_answers(demo_url: str, opens_screen: OpensScreen) -> None:
    page = (await opens_screen()).page
    await page.goto(demo_url)
    while await page.locator(".bubble [data-letter]").count() == 0:
        before = await newest(page)
        await page.locator(".bubble button").first.click()
        await wait_until_changed(page, before)
    before = await newest(page)

    await page.get_by_label("Tin nhắn của đồng chí").press_sequentially("abcd1234")

    assert await newest(page) == before


async def test_a_page_catches_up_after_the_network_was_away(demo_url: str, opens_screen: OpensScreen) -> None:
    page = (await opens_screen()).page
    await page.goto(f"{demo_url}/demo/to_truong")
    other = await page.context.new_page()
    await other.goto(f"{demo_url}/demo/to_truong")

    await other.get_by_role("button", name="Tiếp").click()

    await expect(page.locator(".place")).to_contain_text("2/")


async def test_it_works_without_javascript(demo_url: str, opens_screen: OpensScreen) -> None:
    page = (await opens_screen("phone", script=False)).page
    await page.goto(demo_url)
    place = await page.locator(".place").inner_text()

    await page.get_by_role("button", name="Tiếp").click()

    await expect(page.locator(".place")).not_to_have_text(place)
    assert page.url.endswith("/demo/to_truong#moi")
    await page.get_by_label("Tin nhắn của đồng chí").fill("trogiup")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble").last).to_contain_text("Trợ giúp")
    await expect(page.locator(".bubble").last).to_be_in_viewport()
    await page.get_by_role("button", name="đến thứ Hai").click(timeout=60_000)
    await expect(page.locator("[data-now]")).to_contain_text("Thứ Hai")
    await page.locator("[data-persona=chu_tich]").click()
    await expect(page.locator(".bubble").first).to_be_visible()
    await page.goto(f"{demo_url}/chat?code=AAAA-BBBB-CC")
    await expect(page.locator(".bubble")).to_contain_text("Mã mời này không dùng được")


@pytest.mark.parametrize("script", [True, False])
async def test_a_chat_reads_as_on_zalo(demo_url: str, opens_screen: OpensScreen, script: bool) -> None:
    page = (await opens_screen("phone", script=script)).page
    await page.goto(demo_url)
    await page.get_by_role("link", name="Xem như trên Zalo").click()
    await expect(page.locator(".bubble")).to_have_count(1)
    await expect(page.locator(".bubble button")).to_have_count(0)
    await expect(page.locator(".bubble")).to_contain_text("Nhắn số để chọn:")
    if script:
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    await page.get_by_label("Tin nhắn của đồng chí").fill("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble")).to_have_count(2)
    await expect(page.locator(".bubble").nth(1)).to_contain_text("2/")
    assert page.url.partition("#")[0].endswith("/zalo")
