from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from web.security import CSP, HEADERS

if TYPE_CHECKING:
    from tests.web.conftest import Opens
    from tests.web.stage import Browser, Stage


async def test_every_answer_carries_the_headers(stage: Stage, demo: Browser) -> None:
    await demo.opens("/chat")
    asset = re.findall(r'href="(/static/[^"]+\.css)"', (await demo.opens("/chat")).text)[0]

    for path in ("/", "/chat", "/demo/to_truong", "/healthz", "/metrics", "/nowhere", "/chat/tap", asset):
        answer = await demo.opens(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
    stream = (await demo.hears("/chat/events")).response
    assert stream.headers["Content-Security-Policy"] == CSP
    assert stage.hub.open_pages == 2  # the stream, and the demo's watcher


async def test_files_have_names_of_their_content_and_are_kept(browser: Browser) -> None:
    page = (await browser.opens("/chat")).text

    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)):
        answer = await browser.opens(path)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await browser.opens("/static/chat.css")).status == 404
    assert (await browser.opens("/static/..%2fapp.py")).status == 404


async def test_pages_need_nothing_from_elsewhere(demo: Browser) -> None:
    for path in ("/chat", "/demo/to_truong"):
        page = (await demo.opens(path)).text
        assert not re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', page)
        assert not re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)


OTHERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", OTHERS, ids=str)
@pytest.mark.parametrize("path", ["/chat/say", "/chat/tap", "/demo/clock", "/demo/to_truong/say"])
async def test_other_origins_may_not_post(stage: Stage, demo: Browser, path: str, headers: dict[str, str]) -> None:
    await demo.opens("/chat")
    stage.taken.clear()

    answer = await demo.posts(path, headers=headers, text="hoc", action="a", advance_s="60")

    assert answer.status == 403
    assert (stage.taken, stage.pushes) == ([], [])


async def test_a_post_that_says_nothing_of_its_origin_is_refused_but_scripts_may_push_the_clock(
    stage: Stage, demo: Browser
) -> None:
    await demo.opens("/chat")
    data = {"key": "0123456789abcdef", "text": "hoc"}

    async with demo.client.post("/chat/say", data=data) as refused:
        assert refused.status == 403
    async with demo.client.post("/demo/clock", json={"advance_s": 60}) as pushed:
        assert pushed.status == 200
    assert stage.pushes == [60]


async def test_the_address_from_outside_is_ours(opens: Opens) -> None:
    browser = await opens(public_url="http://tro-ly.example.vn")
    await browser.opens("/chat")

    answer = await browser.posts("/chat/say", headers={"Origin": "http://tro-ly.example.vn"}, text="hoc")

    assert answer.status == 303


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_failure_tells_nothing_of_the_inside(
    stage: Stage, browser: Browser, caplog: pytest.LogCaptureFixture, as_json: bool
) -> None:
    await browser.opens("/chat")
    stage.fault = RuntimeError("bí mật")
    with caplog.at_level(logging.ERROR):
        answer = await browser.posts("/chat/say", as_json=as_json, text="hoc")

    assert answer.status == 500
    assert "Trợ lý vừa gặp trục trặc" in answer.text
    assert "bí mật" not in answer.text
    assert "bí mật" in caplog.text


async def test_errors_are_short_vietnamese_pages(browser: Browser) -> None:
    missing = await browser.opens("/nowhere")
    wrong = await browser.posts("/chat")

    assert (missing.status, wrong.status) == (404, 405)
    assert "Không tìm thấy trang này." in missing.text
    assert "GET" in wrong.headers["Allow"]
