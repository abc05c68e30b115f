from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.messages import Button, Kind, Message
from storage.outbox import State
from storage.shown import HistoryItem
from tests.web.stage import QUESTION, VERDICT
from web.bubbles import Bubble, bubble, fold, mark_of

AT = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
SENT_AT = datetime(2026, 7, 1, tzinfo=UTC)  # the machine's clock, which no page shows


def item(number: int, message: Message, ref: str | None = None, run_at: datetime = AT) -> HistoryItem:
    return HistoryItem(number, message, ref, run_at, SENT_AT, State.SENT)


def words(shown: Bubble) -> str:
    return "\n".join(line.text for line in shown.lines)


def test_lettered_choices_move_onto_their_buttons() -> None:
    shown = bubble(QUESTION, "1")

    assert [(press.letter, press.label, press.action) for row in shown.rows for press in row] == [
        ("A", "Ghi rõ rồi báo BCH", "answer:1:a"),
        ("B", "Hứa công ty sẽ trả", "answer:1:b"),
        ("", "Học sau", "later"),
    ]
    assert words(shown) == "Chị Hoa bị tính thiếu công. Đồng chí làm gì?"


def test_ticked_choices_move_onto_their_buttons_above_what_ends_the_question() -> None:
    boxes = (Button("☑ A", "pick:1:", hint="Tổ phó"), Button("☐ B", "pick:1:ab", hint="Quản đốc"))
    text = "Ai có giờ?\nChọn mọi ý đúng.\n\nA. Tổ phó\nB. Quản đốc"

    shown = bubble(Message(text, ((Button("Xong ▸", "answer:1:a"),), boxes, (Button("Học sau", "later"),))), "1")

    assert [(press.letter, press.label) for row in shown.rows for press in row] == [
        ("A", "☑ Tổ phó"),
        ("B", "☐ Quản đốc"),
        ("", "Xong ▸"),
        ("", "Học sau"),
    ]
    assert words(shown) == "Ai có giờ?\nChọn mọi ý đúng."


def test_steps_that_are_left_stay_letters() -> None:
    left = (Button("A", "pick:1:ca"), Button("B", "pick:1:cb"))

    shown = bubble(Message("Đã xếp: C\n\nA. Một\nB. Hai\nC. Ba", (left,)), "1")

    assert [press.label for row in shown.rows for press in row] == ["A", "B"]


@pytest.mark.parametrize(
    "text", ["Chọn A hay B?", "B. Sai\nA. Đúng", "A. Đúng", "A. Đúng\nB. Sai\nĐồng chí chọn gì?", ""]
)
def test_buttons_stay_where_the_text_does_not_end_with_their_choices(text: str) -> None:
    shown = bubble(replace(QUESTION, text=text), "1")

    assert [[press.label for press in row] for row in shown.rows] == [["A", "B"], ["Học sau"]]
    assert words(shown) == text


@pytest.mark.parametrize(
    ("title", "progress", "tone"),
    [
        ("Bài 2/12 · 3/5", (3, 5), ""),
        ("Câu hỏi 1/3", (1, 3), ""),
        ("✔ Xong bài 12/12", (12, 12), "done"),
        ("✅ Đúng.", None, "right"),
        ("❌ Chưa đúng.", None, "wrong"),
        ("Trợ giúp", None, ""),
        ("Bài 1/0", None, ""),
        ("", None, ""),
    ],
)
def test_a_title_tells_the_place_and_the_tone(title: str, progress: tuple[int, int] | None, tone: str) -> None:
    shown = bubble(Message("Chữ", title=title), "1")

    assert (shown.progress, shown.tone) == (progress, tone)


def test_the_first_card_shows_the_name_of_its_lesson() -> None:
    first = bubble(Message("Chân dung tổ trưởng\n\nĐầu ca ở xưởng.", title="Bài 1/12 · 1/4"), "1")
    second = bubble(Message("Một dòng\n\nHai dòng", title="Bài 1/12 · 2/4"), "1")

    assert (first.heading, second.heading) == ("Chân dung tổ trưởng", "")


def test_only_web_addresses_become_links() -> None:
    shown = bubble(Message("Xem https://vi-du.vn/a?b=1. Không phải javascript:alert(1)."), "1")

    assert [piece for line in shown.lines for piece, is_link in line.pieces if is_link] == ["https://vi-du.vn/a?b=1"]
    assert words(shown).endswith("javascript:alert(1).")


def test_bullets_are_items_and_lines_stay_lines() -> None:
    shown = bubble(Message("Kính gửi.\n\n• Chủ tịch: 1\n• Tổ trưởng: 12"), "1")

    assert [(line.text, line.is_item) for line in shown.lines] == [
        ("Kính gửi.", False),
        ("", False),
        ("Chủ tịch: 1", True),
        ("Tổ trưởng: 12", True),
    ]


def test_a_report_stands_out() -> None:
    assert bubble(Message("Kính gửi.", kind=Kind.DIGEST), "1").tone == "report"


def test_an_edit_takes_the_place_of_what_it_replaces() -> None:
    shown = fold([item(1, QUESTION), item(2, Message("Nhắc")), item(3, replace(VERDICT, replaces="1"))])

    assert [(each.ref, each.mark, each.title) for each in shown] == [("1", "3", "Đúng."), ("2", "2", "")]


def test_an_edit_of_what_is_not_shown_is_a_message_of_its_own() -> None:
    shown = fold([item(7, replace(VERDICT, replaces="v0a1"))])

    assert [each.ref for each in shown] == ["v0a1"]


def test_the_channels_reference_is_what_an_edit_names() -> None:
    shown = fold([item(1, QUESTION, "x9"), item(2, replace(VERDICT, replaces="x9"), "x9")])

    assert [(each.ref, each.mark) for each in shown] == [("x9", "2")]


def test_the_hour_is_the_programs_and_an_edit_keeps_it() -> None:
    later = AT + timedelta(hours=1)

    shown = fold([item(1, QUESTION), item(2, Message("Nhắc"), None, later), item(3, VERDICT, "1", later)])

    assert [(each.ref, each.at) for each in shown] == [("1", AT), ("2", later)]


def test_every_bubble_has_a_key_of_its_own() -> None:
    assert len({bubble(QUESTION, "1").key for _ in range(100)}) == 100


def test_a_mark_depends_on_the_newest_and_not_on_their_order() -> None:
    assert mark_of([3, 1, 2], 60) == mark_of([1, 2, 3], 60) != mark_of([1, 2], 60)
    assert mark_of(range(100), 60) == mark_of(range(40, 100), 60)


def test_a_button_without_letter_keeps_its_hint() -> None:
    shown = bubble(Message("Chọn", ((Button("A", "a", hint="Đúng"),),)), "1")

    assert shown.rows[0][0].hint == "Đúng"
