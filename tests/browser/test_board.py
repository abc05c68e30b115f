"""The dashboard in Chromium, at both sizes: sign in with the chat, look, sort, go down; with and without JavaScript."""

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


async def check(page: Page, size: str) -> None:
    """Nothing that axe finds, nothing that scrolls sideways, nothing too small for a thumb."""
    results = await Axe().run(page)
    assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"
    assert await page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0], page.url
    small = await page.eval_on_selector_all(
        "button, input:not([type=hidden]):not([type=checkbox]), .tabs a, .orders a, .crumbs a",
        "all => all.filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)",
    )
    assert small == [], page.url


def told_of_fault(screen: Screen) -> None:
    """Chromium says on its console that a form was not taken; it has said nothing else."""
    assert ["422" in said for said in screen.complaints] == [True]
    screen.complaints.clear()


async def sign_in(demo_url: str, screen: Screen, persona: str, *, script: bool = True) -> None:
    page = screen.page
    await page.goto(f"{demo_url}/dang-nhap?voi={persona}")
    await page.get_by_role("button", name="Bắt đầu đăng nhập").click()
    number = await page.locator(".number strong").inner_text()
    await screen.shoot("board_sign_in")
    if script:
        await check(page, screen.size)
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Mở chat").click()
    chat = await opened.value
    asked = chat.locator(".bubble").last
    await expect(asked).to_contain_text(f"Số trên màn hình máy ấy: {number}")
    await asked.get_by_role("button", name="Đúng là tôi").click()
    await expect(chat.locator(".bubble").last).to_contain_text("Đã xác nhận")
    await chat.close()
    if not script:  # the page loads itself anew, and then has a button
        await page.get_by_role("button", name="Vào Bảng theo dõi").click(timeout=20_000)
    await page.wait_for_url("**/bang/*", timeout=20_000)


@pytest.mark.parametrize("size", list(SIZES))
async def test_an_officer_signs_in_looks_sorts_and_goes_down(
    demo_url: str, opens_screen: OpensScreen, size: str
) -> None:
    screen = await opens_screen(size)
    page = screen.page
    await page.goto(f"{demo_url}/demo/tinh")
    await expect(page.get_by_role("link", name="Bảng theo dõi")).to_be_visible()
    await sign_in(demo_url, screen, "tinh")

    await expect(page.locator("h1")).to_contain_text("Liên đoàn Lao động tỉnh")
    await expect(page.locator(".chart polyline.completed")).to_have_count(1)
    await check(page, size)
    await screen.shoot("board_overview")
    await page.locator(".chart").scroll_into_view_if_needed()
    await screen.shoot("board_trend")
    await page.get_by_role("link", name="Đơn vị bên dưới", exact=True).click()
    await page.get_by_role("link", name="Tên", exact=True).click()
    names = await page.locator(".units tbody th a").all_inner_texts()
    assert len(names) > 1
    await page.get_by_role("link", name="Cần giúp trước").click()
    await check(page, size)
    await screen.shoot("board_units")
    await page.get_by_label("Tìm tên hoặc mã đơn vị").fill("cong doan")
    await page.get_by_role("button", name="Tìm").click()
    await page.locator(".units tbody th a").first.click()
    await expect(page.locator(".crumbs li").nth(1)).to_be_visible()
    await check(page, size)
    await screen.shoot("board_below")
    for tab in ("Tin đã gửi", "Danh sách", "Lời mời", "Báo thay đổi"):
        await page.goto(f"{demo_url}/bang")
        await page.get_by_role("link", name=tab, exact=True).click()
        await expect(page.get_by_role("link", name=tab, exact=True)).to_have_attribute("aria-current", "page")
        await check(page, size)
    await page.goto(f"{demo_url}/bang")
    await page.get_by_role("link", name="Bài và câu hỏi", exact=True).click()
    await check(page, size)
    await screen.shoot("board_items")


@pytest.mark.parametrize("size", list(SIZES))
async def test_a_chair_sees_names_and_states(demo_url: str, opens_screen: OpensScreen, size: str) -> None:
    screen = await opens_screen(size)
    page = screen.page
    await sign_in(demo_url, screen, "chu_tich")
    await check(page, size)
    await screen.shoot("board_chair")

    await page.get_by_role("link", name="Người học").click()

    assert await page.locator(".people-list li").count() > 5
    await expect(page.locator(".people-list .full-name").first).to_be_visible()
    await check(page, size)
    await screen.shoot("board_people")
    await page.get_by_role("link", name="Lời mời").click()
    await page.get_by_role("button", name="Tạo mã").click()
    await expect(page.locator(".slips li").first).to_be_visible()
    await check(page, size)
    await page.locator(".me a").click()
    await check(page, size)
    await page.get_by_role("button", name="Đăng xuất").click()
    await expect(page.get_by_role("button", name="Bắt đầu đăng nhập")).to_be_visible()


@pytest.mark.parametrize("size", list(SIZES))
async def test_targets_plan_and_report(demo_url: str, opens_screen: OpensScreen, size: str) -> None:
    screen = await opens_screen(size)
    page = screen.page
    await sign_in(demo_url, screen, "tinh")

    await page.get_by_role("link", name="Chỉ tiêu", exact=True).click()
    await expect(page.locator(".targets tbody tr").first).to_be_visible()
    await check(page, size)
    await screen.shoot("board_targets")
    await page.get_by_role("link", name="Xem cả chỉ tiêu Hướng dẫn 2021").click()
    await check(page, size)
    await page.locator(".targets .thumb").first.click()
    await expect(page.locator(".people-list li").first).to_be_visible()
    await check(page, size)
    await page.get_by_role("link", name="Về bảng chỉ tiêu").click()
    await page.get_by_role("link", name="Phải đào tạo những ai").click()
    await check(page, size)

    await page.get_by_role("link", name="Kế hoạch và kinh phí", exact=True).click()
    await check(page, size)
    await screen.shoot("board_plan")
    await page.get_by_label("Số lớp dự kiến (lớp)").fill("12 lớp")
    await page.get_by_label("Kinh phí dự kiến (đồng)").fill("12 triệu")
    await page.get_by_role("button", name="Lưu năm").click()
    await expect(page.get_by_text("có phải 12.000.000?")).to_be_visible()
    told_of_fault(screen)
    await check(page, size)
    await page.get_by_label("Kinh phí dự kiến (đồng)").fill("12.000.000")
    await page.get_by_role("button", name="Lưu năm").click()
    await expect(page.get_by_text("Đã lưu.")).to_be_visible()
    await check(page, size)

    await page.get_by_role("link", name="Báo cáo", exact=True).click()
    await check(page, size)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Excel").click()
    assert (await downloading.value).suggested_filename.startswith("bao-cao-")


@pytest.mark.parametrize("size", list(SIZES))
async def test_a_chair_enters_a_class_and_takes_it_back(demo_url: str, opens_screen: OpensScreen, size: str) -> None:
    screen = await opens_screen(size, script=False)
    page = screen.page
    await sign_in(demo_url, screen, "chu_tich", script=False)
    await page.get_by_role("link", name="Ghi nhận lớp", exact=True).click()
    boxes = page.locator(".choices input")
    for place in (0, 1):
        await boxes.nth(place).check()
    await page.get_by_role("button", name="Ghi nhận lớp này").click()
    await expect(page.get_by_text("còn 3 chỗ cần sửa")).to_be_visible()
    told_of_fault(screen)
    await page.get_by_label("Chuyên đề hoặc nội dung").fill("M4")
    await page.get_by_label("Ngày kết thúc lớp").fill("05/11/2025")
    await page.get_by_label("Văn bản").fill("12/KH-CĐCS")
    await page.get_by_role("button", name="Ghi nhận lớp này").click()
    await expect(page.get_by_text("Đã ghi 2 lượt")).to_be_visible()
    await screen.shoot("board_results")
    await page.locator("summary").first.click()
    await page.get_by_label("Lý do").first.fill("Nhầm người")
    await page.get_by_role("button", name="Rút lại lượt này").first.click()
    await expect(page.get_by_text("Đã rút lại.")).to_be_visible()

    scripted = await opens_screen(size)
    for cookie in await page.context.cookies():  # axe is a script itself
        await scripted.page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": demo_url}])
    for part in ("ket-qua", "ket-qua/tep", "ket-qua/quyet-dinh"):
        await scripted.page.goto(f"{page.url.split('/ket-qua')[0]}/{part}")
        await check(scripted.page, size)


async def test_without_javascript(demo_url: str, opens_screen: OpensScreen) -> None:
    screen = await opens_screen("phone", script=False)
    page = screen.page
    await sign_in(demo_url, screen, "tinh", script=False)

    await page.get_by_role("link", name="Đơn vị bên dưới", exact=True).click()
    await page.locator(".units tbody th a").first.click()

    await expect(page.locator(".crumbs li")).to_have_count(2)
