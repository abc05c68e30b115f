"""The preview in Chromium, as an author meets it on a phone and on a desk."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from content.loader import SHIPPED
from tests.browser.conftest import SIZES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from playwright.async_api import Page

    from tests.browser.conftest import Screen

    OpensScreen = Callable[..., Awaitable[Screen]]

pytestmark = pytest.mark.browser
READ_MS = 40_000  # what reading all content may take on a busy machine
both_sizes = pytest.mark.parametrize("size", list(SIZES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of three modules, a drill and a tool, for an author to change."""
    root = tmp_path / "noi_dung"
    for name in ("courses/co_so/m1", "courses/co_so/m2", "courses/co_so/m7"):
        shutil.copytree(SHIPPED / name, root / name)
    for name in ("drills/H1.yaml", "tools/gap_go_dau_ca.md", "figures.yaml", "sources.yaml", "trace.yaml"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(SHIPPED / name, root / name)
    return root


@pytest.fixture
def preview_url(folder: Path) -> Iterator[str]:
    """`taphuan content preview` as its own process."""
    with subprocess.Popen(
        [
            Path(sys.executable).with_name("taphuan"),
            "content",
            "preview",
            "--port",
            "0",
            "--no-open",
            "--content",
            folder,
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line.startswith("ready "), line
        yield line.split()[1].rstrip("/")
        started.terminate()
        assert started.wait(timeout=30) == 0


async def check(page: Page, size: str, what: str) -> None:
    results = await Axe().run(page)
    assert results.violations_count == 0, f"{what}: {results.generate_report()}"
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == SIZES[size][0], f"{what} scrolls sideways"


@both_sizes
async def test_an_author_reads_a_lesson_in_each_look(
    preview_url: str, folder: Path, opens_screen: OpensScreen, size: str
) -> None:
    screen = await opens_screen(size)
    page = screen.page
    await page.goto(preview_url)
    await check(page, size, "the list")
    await screen.shoot("preview-list")

    await page.locator("a[href='/lesson/M1.3']").click()

    looks = page.locator(".step").first.locator(".look")
    await expect(looks.locator("visible=true")).to_have_count(1 if size == "phone" else 3)
    await check(page, size, "a lesson")
    await screen.shoot("preview-lesson")
    if size == "phone":
        await page.get_by_role("radio", name="Telegram").focus()
        await page.keyboard.press("ArrowRight")
        await expect(looks.locator("visible=true")).to_have_attribute("aria-label", "Zalo")
        await check(page, size, "a lesson on Zalo")
        await page.keyboard.press("ArrowRight")
        await check(page, size, "a lesson in the browser")

    lesson = folder / "courses/co_so/m1/m1_3.md"
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("Mọi người ổn chứ?", "Cả tổ ổn chứ?"), encoding="utf-8"
    )

    await expect(page.get_by_text("– Cả tổ ổn chứ?").locator("visible=true").first).to_be_visible(timeout=READ_MS)
    if size == "phone":
        await expect(page.get_by_role("radio", name="Trình duyệt")).to_be_checked()
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("M1.4")


async def test_a_fault_is_shown_and_goes_away_when_it_is_mended(
    preview_url: str, folder: Path, opens_screen: OpensScreen
) -> None:
    screen = await opens_screen("phone")
    page = screen.page
    await page.goto(f"{preview_url}/lesson/M1.3")
    lesson = folder / "courses/co_so/m1/m1_3.md"
    whole = lesson.read_text(encoding="utf-8")

    lesson.write_text(re.sub(r"minutes: \d+", "minutes: 300", whole, count=1), encoding="utf-8")
    await expect(page.locator(".faults").first).to_contain_text("courses/co_so/m1/m1_3.md:5", timeout=READ_MS)
    await check(page, "phone", "a fault")
    lesson.write_text(whole, encoding="utf-8")

    await expect(page.get_by_text("cần sửa")).to_have_count(0, timeout=READ_MS)


async def test_it_can_be_read_without_javascript(preview_url: str, opens_screen: OpensScreen) -> None:
    page = (await opens_screen("phone", script=False)).page
    await page.goto(preview_url)

    await page.get_by_role("link", name="H1").click()

    await expect(page.get_by_text("Chị Hoa: “Cơm thì nguội ngắt").locator("visible=true").first).to_be_visible()
    await page.get_by_role("radio", name="Zalo").check()
    await expect(page.locator(".look.zalo").first).to_be_visible()
    await expect(page.locator(".hand")).to_be_visible()


@pytest.mark.parametrize(
    ("lesson", "look", "words", "picture"),
    [
        ("M1.4", "Telegram", "Bài 4/11 · 1/4", "sample_t"),
        ("M2.8", "Zalo", "Bài 8/9 · 4/5", "sample_c"),
        ("M7.2", "Trình duyệt", "Chưa đúng.", "sample_b"),
    ],
)
async def test_the_pictures_of_the_samples(
    preview_url: str, opens_screen: OpensScreen, lesson: str, look: str, words: str, picture: str
) -> None:
    screen = await opens_screen("phone")
    await screen.page.goto(f"{preview_url}/lesson/{lesson}")
    await screen.page.get_by_role("radio", name=look).check()

    shown = screen.page.locator(".step", has=screen.page.get_by_text(words).locator("visible=true")).first
    await shown.evaluate("step => step.scrollIntoView({ block: 'start' })")

    await expect(shown.get_by_text(words).locator("visible=true").first).to_be_in_viewport()
    await screen.shoot(picture)
