"""The pages for authors over folders that are whole, half written and changing."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree
from web.preview import make_app
from web.preview_desk import Desk
from web.security import CSP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

    Client = TestClient[web.Request, web.Application]

DAY = date(2026, 11, 21)
FILE = "courses/c/m7/m7_1.md"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path)
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    tree.write(FILE, LESSON)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    return tree


@pytest.fixture
async def desk(tree: Tree) -> Desk:
    desk = Desk(tree.root, lambda: DAY, poll_s=0.01)
    await desk.look()
    return desk


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_app(desk, heartbeat_s=0.02))) as client:
        yield client


async def page_of(client: Client, path: str, status: int = 200) -> str:
    answer = await client.get(path)
    assert answer.status == status
    assert answer.headers["Content-Security-Policy"] == CSP
    return await answer.text()


@pytest.mark.parametrize("path", ["/", "/lesson/M7.1", "/test/M7.T"])
async def test_a_page_needs_nothing_from_elsewhere(client: Client, path: str) -> None:
    page = await page_of(client, path)

    assert "://" not in page.replace("http://www.w3.org", "")
    assert "<script>" not in page
    assert "style=" not in page


async def test_a_lesson_is_shown_as_each_channel_shows_it(client: Client) -> None:
    page = await page_of(client, "/lesson/M7.1")

    assert page.count("Chị Hoa hỏi: tổ trưởng có bao nhiêu giờ?") == 3
    assert page.count("<strong>Bài 1/1 · 1/3</strong>") == 1
    assert page.count("sửa tại chỗ") == 2 * page.count('class="step"') - 2
    assert ">34/400<" in page  # Bài 1/1 · 2/3, and below it: Tổ trưởng có 12 giờ.


async def test_a_picture_is_a_picture(client: Client) -> None:
    answer = await client.get("/card/M7.1.png")

    assert answer.content_type == "image/png"
    assert (await answer.read()).startswith(b"\x89PNG")
    assert (await client.get("/card/M9.9.png")).status == 404


@pytest.mark.parametrize("path", ["/lesson/M9.9", "/drill/H9", "/tool/CC9", "/lesson/%3Cb%3E", "/other/M7.1"])
async def test_what_is_not_there_is_said(client: Client, path: str) -> None:
    page = await page_of(client, path, 404)

    assert "<b>" not in page


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("{{ gio.to_truong }} giờ.", "{{ gio.khong_co }} giờ.", 17),
        ("- [x] a.", "- [ ] a.", 23),
        ("status: ban hành", "status: xong", 7),
        ("audience: [T, C]", "audience: [X]", 4),
        ("Căn cứ: mau", "Căn cứ: khong-co", 31),
    ],
)
async def test_a_half_written_lesson_is_shown_as_far_as_it_goes(
    tree: Tree, desk: Desk, client: Client, old: str, new: str, line: int
) -> None:
    tree.change(FILE, old, new)
    await desk.look()

    page = await (await client.get("/lesson/M7.1")).text()

    assert f"{FILE}:{line}" in page
    assert f"{FILE}:{line}" in await page_of(client, "/")
    assert "Traceback" not in page


async def test_a_figure_without_a_value_breaks_no_page(tree: Tree, desk: Desk, client: Client) -> None:
    tree.change(FILE, "title: Bài mẫu", "title: Bài {{ gio.khong_co }}")
    tree.change(FILE, "Tổ trưởng có {{ gio.to_truong }}", "Tổ trưởng có {{ gio.khong_co }}")
    await desk.look()

    page = await page_of(client, "/lesson/M7.1")

    assert "Phần còn lại chưa hiện được" in page
    assert (await client.get("/card/M7.1.png")).status == 404


async def test_an_empty_folder_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    desk = Desk(tmp_path / "empty", lambda: DAY)
    await desk.look()
    async with TestClient(TestServer(make_app(desk))) as client:
        assert "Không tìm thấy chuyên đề nào" in await page_of(client, "/")


async def test_a_page_that_is_up_to_date_waits_and_then_is_told(tree: Tree, desk: Desk, client: Client) -> None:
    answer = await client.get("/events", params={"mark": desk.mark})
    assert answer.content_type == "text/event-stream"
    assert await answer.content.readuntil(b"\n\n") == b"retry: 1000\n\n"
    assert await answer.content.readuntil(b"\n\n") == b": still here\n\n"

    tree.change(FILE, "Chị Hoa", "Chị Mai")

    async with asyncio.timeout(30):
        while not (told := await answer.content.readuntil(b"\n\n")).startswith(b"event: reload"):
            assert told == b": still here\n\n"
    assert desk.mark.encode() in told
    assert await answer.content.read() == b""


async def test_a_page_of_an_earlier_run_is_told_at_once(client: Client) -> None:
    answer = await client.get("/events", params={"mark": "0123-1"})

    assert b"event: reload" in await answer.content.read()


async def test_nothing_is_read_again_while_nothing_changes(desk: Desk) -> None:
    mark = desk.mark

    assert not await desk.look()
    assert desk.mark == mark
    assert not await desk.wait(mark, 0.01)
