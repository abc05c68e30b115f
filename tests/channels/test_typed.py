from __future__ import annotations

import pytest

from channels.messages import Button, Message
from channels.typed import chosen, spelled

CARD = Message("Thẻ", ((Button("Tiếp ▸", "next:1:1"), Button("Học sau", "later")),))
QUESTION = Message(
    "A. Có\nB. Không", ((Button("A", "answer:1:a"), Button("B", "answer:1:b")), (Button("Học sau", "later"),))
)


NUMBER = Message(
    "Bằng bao nhiêu?", ((Button("Xem đáp án", "answer:1:?"),), (Button("Học sau", "later"),)), takes_text=True
)
SEVERAL = Message(
    "A. Có\nB. Không",
    (
        (Button("Xem đáp án", "answer:1:?"),),
        (Button("☑ A", "pick:1:"), Button("☐ B", "pick:1:ab")),
        (Button("Học sau", "later"),),
    ),
    takes_text=True,
)
ALONE = Message("Bằng bao nhiêu?", ((Button("Học sau", "later"),),))


def test_choices_are_spelled_one_a_line() -> None:
    assert spelled(CARD) == "Nhắn số để chọn:\n1. Tiếp\n2. Học sau"


def test_letters_that_stand_in_the_text_are_not_spelled_again() -> None:
    assert spelled(QUESTION) == "Hoặc nhắn: Học sau."


def test_a_choice_alone_gets_no_number_that_an_answer_could_be_taken_for() -> None:
    assert spelled(ALONE) == "Nhắn: Học sau."


@pytest.mark.parametrize("asked", [NUMBER, SEVERAL])
def test_beside_an_answer_that_is_typed_choices_are_their_words(asked: Message) -> None:
    assert spelled(asked).endswith("Hoặc nhắn: Xem đáp án, Học sau.")
    assert chosen(asked, "xem dap an") == "answer:1:?"
    assert chosen(asked, "2") is None
    assert chosen(asked, "A") is None  # all at once: "A, B"


def test_several_letters_are_typed_at_once() -> None:
    order = Message("A. Hỏi\nB. Ghi", ((Button("A", "pick:1:a"), Button("B", "pick:1:b")),), takes_text=True)

    assert spelled(SEVERAL).startswith("Nhắn mọi chữ đúng một lần, ví dụ: AC.\n")
    assert spelled(order) == "Nhắn các chữ theo thứ tự, ví dụ: BADC."
    assert chosen(order, "b") == "pick:1:b"


def test_without_choices_nothing_is_spelled() -> None:
    assert spelled(Message("Chào")) == ""
    assert spelled(Message("A. Có", ((Button("A", "answer:1:a"),),))) == ""


@pytest.mark.parametrize(
    ("message", "typed", "action"),
    [
        (CARD, "1", "next:1:1"),
        (CARD, " 2. ", "later"),
        (CARD, "0", None),
        (CARD, "3", None),
        (CARD, "99999999999", None),
        (CARD, "a", None),
        (CARD, "tiep", "next:1:1"),
        (CARD, "TIẾP", "next:1:1"),
        (CARD, "Ho\u0323c sau", "later"),
        (CARD, "tiep theo", None),
        (CARD, "", None),
        (CARD, "👍", None),
        (QUESTION, "b", "answer:1:b"),
        (QUESTION, "c", None),
        (QUESTION, "1", None),
        (ALONE, "1", None),
        (ALONE, "hoc sau", "later"),
        (QUESTION, "hoc sau", "later"),
        (QUESTION, "9.460.000", None),
    ],
)
def test_a_choice_is_typed_by_number_letter_or_words(message: Message, typed: str, action: str | None) -> None:
    assert chosen(message, typed) == action


def test_a_long_list_is_typed_by_number_or_by_words() -> None:
    message = Message("Chọn", tuple((Button(f"Đơn vị {n}", f"a:{n}"),) for n in range(30)))

    assert chosen(message, "26") == "a:25"
    assert chosen(message, "don vi 29") == "a:29"
