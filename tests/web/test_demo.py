from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from channels.messages import Attachment, Button, FileKind, Message, Tap
from learning.calendar import ZONE
from tests.web.stage import PERSONAS, QUESTION, VERDICT
from web.dates import next_monday, spoken

if TYPE_CHECKING:
    from tests.web.stage import Browser, Stage

HOUR = re.compile(r'<p class="hour"><time [^>]*>([0-9:]+)<')


async def test_the_first_page_is_the_first_persona(demo: Browser) -> None:
    for path in ("/", "/demo"):
        page = await demo.opens(path)
        assert (page.status, page.headers["Location"]) == (303, "/demo/to_truong")


async def test_a_page_shows_the_five_the_clock_and_one_chat(stage: Stage, demo: Browser) -> None:
    await stage.send("demo-2", Message("Kính gửi đồng chí."))

    page = await demo.opens("/demo/chu_tich")

    assert all(persona.name in page.text and persona.unit in page.text for persona in PERSONAS)
    assert "Thứ Bảy, 21/11/2026, 14:05" in page.text
    assert "Kính gửi đồng chí." in page.text
    assert (await demo.opens("/demo/ai_do")).status == 404


async def test_a_persona_speaks_with_its_own_account(stage: Stage, demo: Browser) -> None:
    await stage.send("demo-1", QUESTION)

    answer = await demo.posts("/demo/to_truong/tap", ref="1", action="answer:1:a")

    assert (answer.status, answer.headers["Location"]) == (303, "/demo/to_truong#moi")
    [tap] = stage.taken
    assert isinstance(tap, Tap)
    assert tap.sender.external_id == "demo-1"


async def test_what_was_not_looked_at_is_counted_until_it_is(stage: Stage, demo: Browser) -> None:
    listener = await demo.hears("/demo/to_truong/events")
    await stage.send("demo-2", Message("Một"))
    ref = await stage.send("demo-2", Message("Hai"))
    await stage.send("demo-2", Message("Hai, sửa", replaces=ref))

    unread: dict[str, int] = {}
    while unread.get("chu_tich") != 2:
        unread = await listener.next("unread")
    await demo.opens("/demo/chu_tich")
    await stage.send("demo-3", Message("Ba"))

    while unread["cap_tren"] != 1:
        unread = await listener.next("unread")
    assert (unread["chu_tich"], unread["cap_tren"], unread["tld"]) == (0, 1, 0)


async def test_an_open_page_reads_its_own_chat(stage: Stage, demo: Browser) -> None:
    listener = await demo.hears("/demo/chu_tich/events")
    await stage.send("demo-2", Message("Một"))
    await listener.shown()
    await stage.send("demo-3", Message("Hai"))

    unread = {"cap_tren": 0}
    while not unread["cap_tren"]:
        unread = await listener.next("unread")
    assert unread["chu_tich"] == 0


async def test_messages_carry_the_hour_of_the_programs_clock(stage: Stage, demo: Browser) -> None:
    listener = await demo.hears("/demo/to_truong/events")
    await demo.posts("/demo/clock", advance_s="86400")
    await stage.send("demo-1", Message("Nhắc học"))

    told = await listener.shown()
    page = await demo.opens("/demo/to_truong")

    assert 'data-day="Chủ nhật, 22/11/2026"' in told["html"]
    assert '<p class="day">Chủ nhật, 22/11/2026</p>' in page.text
    assert HOUR.findall(told["html"]) == HOUR.findall(page.text) == ["14:05"]


@pytest.mark.parametrize("is_open_before", [True, False])
async def test_an_edit_keeps_the_hour_of_what_it_replaces(stage: Stage, demo: Browser, is_open_before: bool) -> None:
    if not is_open_before:
        ref = await stage.send("demo-1", QUESTION)
    mark = (await demo.opens("/demo/to_truong")).mark
    listener = await demo.hears("/demo/to_truong/events", mark)
    if is_open_before:
        ref = await stage.send("demo-1", QUESTION)
        await listener.shown()
    await demo.posts("/demo/clock", advance_s="3600")

    await stage.send("demo-1", replace(VERDICT, replaces=ref))

    told = await listener.shown()
    page = await demo.opens("/demo/to_truong")
    assert "Đúng." in told["html"]
    assert HOUR.findall(told["html"]) == HOUR.findall(page.text) == ["14:05"]


# --- the clock ---


async def test_the_clock_is_pushed_and_every_page_is_told(stage: Stage, demo: Browser) -> None:
    listener = await demo.hears("/demo/to_truong/events")

    async with demo.client.post("/demo/clock", json={"advance_s": 86_400}) as response:
        answer = await response.json()

    assert answer["now"] == "2026-11-22T07:05:00+00:00"
    assert stage.pushes == [86_400]
    assert (await listener.next("clock"))["spoken"] == "Chủ nhật, 22/11/2026, 14:05"


async def test_without_script_the_clock_leads_back_to_the_same_chat(stage: Stage, demo: Browser) -> None:
    answer = await demo.posts("/demo/clock", advance_s="3600", me="tinh")

    assert (answer.status, answer.headers["Location"]) == (303, "/demo/tinh#moi")
    assert stage.pushes == [3_600]


async def test_to_monday_is_after_digests_fall_due(stage: Stage, demo: Browser) -> None:
    answer = await demo.posts("/demo/clock", as_json=True, to="monday")

    assert json.loads(answer.text)["spoken"] == "Thứ Hai, 23/11/2026, 08:05"
    assert len(stage.pushes) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance_s": 0},
        {"advance_s": -60},
        {"advance_s": 40 * 86_400 + 1},
        {"advance_s": 10**400},
        {"advance_s": 1.5},
        {"advance_s": True},
        {"advance_s": "nhiều"},
        {"advance_s": None},
        {"to": "friday"},
        [86_400],
        "86400",
    ],
)
async def test_other_pushes_are_refused(stage: Stage, demo: Browser, body: object) -> None:
    async with demo.client.post(
        "/demo/clock", data=json.dumps(body), headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 400
        assert "error" in await answer.json()
    assert stage.pushes == []


async def test_forty_days_are_the_most(stage: Stage, demo: Browser) -> None:
    async with demo.client.post("/demo/clock", json={"advance_s": 40 * 86_400}) as answer:
        assert answer.status == 200
    assert stage.pushes == [40 * 86_400]


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ((2026, 11, 21, 14, 5), "Thứ Hai, 23/11/2026, 08:05"),
        ((2026, 11, 23, 8, 4), "Thứ Hai, 23/11/2026, 08:05"),
        ((2026, 11, 23, 8, 5), "Thứ Hai, 30/11/2026, 08:05"),
        ((2026, 12, 31, 23, 59), "Thứ Hai, 04/01/2027, 08:05"),
    ],
)
def test_the_next_monday_morning(now: tuple[int, int, int, int, int], monday: str) -> None:
    assert spoken(next_monday(datetime(*now, tzinfo=ZONE))) == monday


# --- as on Zalo ---


async def test_as_on_zalo_nothing_is_edited_and_choices_are_spelled(stage: Stage, demo: Browser) -> None:
    ref = await stage.send("demo-1", QUESTION)
    await stage.send("demo-1", replace(VERDICT, replaces=ref))

    plain = await demo.opens("/demo/to_truong")
    led = await demo.opens("/demo/to_truong?nhu=zalo")
    page = await demo.opens(led.headers["Location"].removesuffix("#moi"))

    assert 'href="/demo/to_truong?nhu=zalo"' in plain.text
    assert plain.text.count('<article class="bubble') == 1
    assert page.text.count('<article class="bubble') == 2
    assert "data-tap" not in page.text
    assert "Nhắn số để chọn:" in page.text
    assert "1. Tiếp" in page.text
    assert "Câu hỏi 1/3" in page.text
    assert 'href="/demo/to_truong#moi"' in page.text


async def test_as_on_zalo_a_choice_is_typed(stage: Stage, demo: Browser) -> None:
    await stage.send("demo-1", VERDICT)

    answers = [await demo.posts("/demo/to_truong/zalo/say", text=typed) for typed in ("2", "tiep", "A")]

    assert {answer.headers["Location"] for answer in answers} == {"/demo/to_truong/zalo#moi"}
    assert [getattr(said, "action", None) or getattr(said, "text", None) for said in stage.taken] == [
        "later",
        "next:1:1",
        "A",
    ]
    assert {said.sender.external_id for said in stage.taken} == {"demo-1"}


async def test_as_on_zalo_what_comes_is_a_new_bubble_and_counts_as_seen(stage: Stage, demo: Browser) -> None:
    ref = await stage.send("demo-1", QUESTION)
    listener = await demo.hears("/demo/to_truong/zalo/events")
    first = await listener.next("missed")
    await stage.send("demo-1", replace(VERDICT, replaces=ref))
    second = await listener.next("message")

    assert first["ref"] != second["ref"]
    assert "data-tap" not in first["html"] + second["html"]
    page = await demo.opens("/demo/chu_tich")
    assert "data-unread hidden" in page.text.partition('data-persona="to_truong"')[2].partition("</a>")[0]


async def test_as_on_zalo_a_long_text_and_a_file_are_bubbles_of_their_own(stage: Stage, demo: Browser) -> None:
    listener = await demo.hears("/demo/to_truong/zalo/events")
    await stage.send("demo-1", Message("\n\n".join(["Việc phải làm. " * 40] * 4), title="Sổ việc"))
    told = [await listener.next("message") for _ in range(2)]
    for ending in ("docx", "xlsx"):
        asked = Attachment(FileKind.REPORT, f"4:2026-H2:{ending}")
        await stage.send("demo-1", Message(f"Bản {ending}.", title="Báo cáo", attachment=asked))
    page = await demo.opens("/demo/to_truong/zalo")

    assert ["(1/2)" in told[0]["html"], "(2/2)" in told[1]["html"]] == [True, True]
    assert told[0]["ref"] != told[1]["ref"]
    assert page.text.count('<article class="bubble') == 5
    assert page.text.count('<a class="file" href="/demo/to_truong/zalo/file/') == 1
    assert "Kênh này không nhận tệp .xlsx." in page.text


async def test_as_on_zalo_numbers_count_what_is_shown(stage: Stage, demo: Browser) -> None:
    rows = tuple((Button(label, f"file:4:2026-H2:{label}", file=label),) for label in ("png", "xlsx", "docx"))
    await stage.send("demo-1", Message("Số liệu", rows))

    page = await demo.opens("/demo/to_truong/zalo")
    for typed in ("1", "2", "3"):
        await demo.posts("/demo/to_truong/zalo/say", text=typed)

    assert "1. png" in page.text
    assert "2. docx" in page.text
    assert [getattr(said, "action", None) for said in stage.taken] == [
        "file:4:2026-H2:png",
        "file:4:2026-H2:docx",
        None,
    ]


async def test_the_pushed_clock_leads_back_to_the_view(demo: Browser) -> None:
    answer = await demo.posts("/demo/clock", advance_s="3600", me="to_truong", nhu="zalo")

    assert answer.headers["Location"] == "/demo/to_truong/zalo#moi"
