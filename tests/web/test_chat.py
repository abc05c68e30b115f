from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from channels.messages import Button, Message, Receipt, Sender, Started, Tap, Text
from tests.web.stage import QUESTION, VERDICT, WELCOME
from web.sessions import COOKIE

if TYPE_CHECKING:
    from tests.web.conftest import Opens
    from tests.web.stage import Browser, Stage

KEY = "0123456789abcdef"


async def test_a_visitor_is_greeted_and_nothing_of_them_is_kept(stage: Stage, browser: Browser) -> None:
    stage.answer = Receipt("ok", replies=(WELCOME,))

    page = await browser.opens("/chat")

    assert page.status == 200
    assert "Đồng ý và học" in page.text
    [started] = stage.taken
    assert isinstance(started, Started)
    assert (started.sender, started.payload) == (Sender(stage.endpoint, browser.external_id), "")


async def test_the_cookie_is_strict_hidden_and_never_the_external_id(browser: Browser) -> None:
    header = (await browser.opens("/chat")).headers["Set-Cookie"]

    token = header.split(";")[0].removeprefix(f"{COOKIE}=")
    assert len(token) == 32
    assert all(word in header for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Secure" not in header
    assert len(browser.external_id) == 48
    assert token not in browser.external_id


async def test_the_cookie_is_secure_where_the_program_is_reached_by_https(opens: Opens) -> None:
    browser = await opens(public_url="https://tro-ly.example.vn")

    page = await browser.opens("/chat")

    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_a_browser_stays_the_same_reader(browser: Browser) -> None:
    await browser.opens("/chat")
    before = browser.external_id
    await browser.opens("/chat")

    assert browser.external_id == before


async def test_a_made_up_cookie_is_replaced(browser: Browser) -> None:
    browser.client.session.cookie_jar.update_cookies({COOKIE: "demo-1"}, browser.client.make_url("/"))

    page = await browser.opens("/chat")

    assert "Set-Cookie" in page.headers
    assert "demo-1" not in page.headers["Set-Cookie"]


async def test_a_link_from_another_site_asks_again_from_here_before_a_new_reader_is_made(
    stage: Stage, browser: Browser
) -> None:
    page = await browser.opens("/chat?code=K7MP-2QXD-9T", **{"Sec-Fetch-Site": "cross-site"})

    assert page.status == 200
    assert "Set-Cookie" not in page.headers
    assert '<meta http-equiv="refresh" content="0">' in page.text
    assert "/chat?code=K7MP-2QXD-9T" in page.text
    assert stage.taken == []


@pytest.mark.parametrize(
    ("query", "payload"),
    [
        ("code=K7MP-2QXD-9T", "K7MP-2QXD-9T"),
        ("unit=17", "unit-17"),
        ("unit=17x", ""),
        ("unit=1234567890123456", ""),
        ("code=<b>", ""),
        ("code=" + "A" * 41, ""),
    ],
)
async def test_what_a_link_carries(stage: Stage, browser: Browser, query: str, payload: str) -> None:
    await browser.opens(f"/chat?{query}")

    assert [each.payload for each in stage.taken if isinstance(each, Started)] == [payload]


async def test_a_member_sees_the_ledger_with_edits_folded_in(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    ref = await stage.send(browser.external_id, QUESTION)
    await stage.send(browser.external_id, Message("Nhắc học"))
    await stage.send(browser.external_id, Message(VERDICT.text, VERDICT.buttons, VERDICT.title, replaces=ref))
    stage.taken.clear()

    page = await browser.opens("/chat")

    assert page.text.count('<article class="bubble') == 2
    assert page.text.index("Đúng.") < page.text.index("Nhắc học")
    assert "Hứa công ty" not in page.text
    assert stage.taken == []


async def test_a_members_link_is_followed_once(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    await stage.send(browser.external_id, QUESTION)

    page = await browser.opens("/chat?code=K7MP-2QXD-9T")

    assert (page.status, page.headers["Location"]) == (303, "/chat")


async def test_others_see_nothing_of_it(stage: Stage, browser: Browser, opens: Opens) -> None:
    await browser.opens("/chat")
    await stage.send(browser.external_id, Message("Chỉ của tôi"))

    page = await (await opens()).opens("/chat")

    assert "Chỉ của tôi" not in page.text


# --- posting ---


async def test_a_button_without_script_is_a_tap_and_leads_back(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    await stage.send(browser.external_id, QUESTION)
    page = await browser.opens("/chat")
    [ref], key = page.hidden("ref"), page.hidden("key")[0]
    stage.taken.clear()

    answer = await browser.posts("/chat/tap", key=key, ref=ref, action="answer:1:a")

    assert (answer.status, answer.headers["Location"]) == (303, "/chat#moi")
    sender = Sender(stage.endpoint, browser.external_id)
    assert stage.taken == [
        Tap(f"{browser.external_id[:12]}-{key}", sender, "answer:1:a", message_ref=ref, callback_id=key)
    ]


async def test_a_visitors_replies_are_in_the_page_that_answers(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    stage.answer = Receipt("ok", replies=(Message("Mã mời này không dùng được."),))

    answer = await browser.posts("/chat/say", text="K7MP")

    assert answer.status == 200
    assert "Mã mời này không dùng được." in answer.text


async def test_a_script_gets_replies_as_json(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    stage.answer = Receipt("ok", replies=(WELCOME,))

    answer = await browser.posts("/chat/say", as_json=True, text="chào")

    [reply] = json.loads(answer.text)["replies"]
    assert reply["ref"].startswith("v")
    assert "Mời đồng chí học." in reply["html"]


async def test_what_is_typed_is_cleaned(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    stage.taken.clear()

    await browser.posts("/chat/say", text="  ho\u0323c\u202e  tie\u0302\u0301p\x00 ")

    assert [each.text for each in stage.taken if isinstance(each, Text)] == ["học tiếp"]


async def test_nothing_typed_is_nothing_said(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")
    stage.taken.clear()

    answer = await browser.posts("/chat/say", text=" \u200b ")

    assert (answer.status, stage.taken) == (303, [])


async def test_the_same_key_of_two_readers_is_two_keys(stage: Stage, opens: Opens) -> None:
    for _ in range(2):
        browser = await opens()
        await browser.opens("/chat")
        await browser.posts("/chat/say", text="hoc", key=KEY)

    keys = {each.key for each in stage.taken if isinstance(each, Text)}
    assert len(keys) == 2
    assert all(len(key) <= 80 for key in keys)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("tap", {"key": "short", "action": "a"}),
        ("tap", {"key": "k" * 65, "action": "a"}),
        ("tap", {"key": "0123456789/bcdef", "action": "a"}),
        ("tap", {"action": ""}),
        ("tap", {"action": "ế" * 22}),
        ("tap", {"action": "a", "ref": "x" * 65}),
        ("tap", {"action": "a", "ref": "<script>"}),
        ("say", {"key": "", "text": "hoc"}),
    ],
)
async def test_what_our_page_would_not_send_is_refused(
    stage: Stage, browser: Browser, path: str, fields: dict[str, str]
) -> None:
    await browser.opens("/chat")
    stage.taken.clear()

    answer = await browser.posts(f"/chat/{path}", fields=fields)

    assert (answer.status, stage.taken) == (400, [])


async def test_a_key_that_does_not_fit_is_cut_off_before_the_ledger(stage: Stage, browser: Browser) -> None:
    await browser.opens("/chat")

    await browser.posts("/chat/say", text="hoc", key="k" * 64)

    assert len(stage.taken[-1].key) == 77


async def test_a_body_that_is_too_large_is_refused(browser: Browser) -> None:
    await browser.opens("/chat")

    assert (await browser.posts("/chat/say", text="a" * 65_536)).status == 413


async def test_files_are_not_taken(browser: Browser) -> None:
    await browser.opens("/chat")

    answer = await browser.posts("/chat/say", headers={"Content-Type": "multipart/form-data; boundary=x"})

    assert answer.status == 415


async def test_without_a_cookie_nobody_speaks(stage: Stage, browser: Browser) -> None:
    assert (await browser.posts("/chat/say", text="hoc")).status == 403
    assert (await browser.opens("/chat/events")).status == 403
    assert stage.taken == []


@pytest.mark.parametrize("as_json", [False, True])
async def test_the_page_keeps_what_could_not_be_taken(stage: Stage, browser: Browser, as_json: bool) -> None:
    await browser.opens("/chat")
    stage.answer = Receipt("database_away", retry_later=True)

    answer = await browser.posts("/chat/say", as_json=as_json, text="hoc")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "3")
    assert "Mời đồng chí thử lại" in answer.text


async def test_text_is_never_markup(stage: Stage, browser: Browser) -> None:
    evil = "<script>alert(1)</script>\"'&"
    await browser.opens("/chat")
    await stage.send(browser.external_id, Message(evil, ((Button(evil, evil),),), title=evil))

    page = await browser.opens("/chat")

    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


async def test_the_first_page_leads_to_the_chat_and_the_demo_is_not_there(browser: Browser) -> None:
    page = await browser.opens("/")

    assert (page.status, page.headers["Location"]) == (303, "/chat")
    assert (await browser.opens("/demo/to_truong")).status == 404
    assert (await browser.posts("/demo/clock", advance_s="60")).status == 404
