from __future__ import annotations

import pytest

from channels.messages import Button, Message
from channels.typed import chosen, spelled

CARD = Message("Thẻ", ((Button("Tiếp ▸", "next:1:1"), Button("Học sau", "later")),))
QUESTION = Message(
    "A. Có\nB. Không", ((Button("A", "answer:1:a"), Button("B", "answer:1:b")), (Button("Học sau", "later"),))
)


def test_choices_are_spelled_one_a_line() -> None:
    assert spelled(CARD) == "Nhắn chữ cái để chọn:\nA. Tiếp\nB. Học sau"


def test_letters_that_stand_in_the_text_are_not_spelled_again() -> None:
    assert spelled(QUESTION) == "Hoặc nhắn: Học sau."


def test_without_choices_nothing_is_spelled() -> None:
    assert spelled(Message("Chào")) == ""
    assert spelled(Message("A. Có", ((Button("A", "answer:1:a"),),))) == ""


@pytest.mark.parametrize(
    ("message", "typed", "action"),
    [
        (CARD, "a", "next:1:1"),
        (CARD, " A. ", "next:1:1"),
        (CARD, "tiep", "next:1:1"),
        (CARD, "TIẾP", "next:1:1"),
        (CARD, "Ho\u0323c sau", "later"),
        (CARD, "c", None),
        (CARD, "tiep theo", None),
        (CARD, "", None),
        (CARD, "👍", None),
        (QUESTION, "b", "answer:1:b"),
        (QUESTION, "c", None),
        (QUESTION, "hoc sau", "later"),
        (QUESTION, "9.460.000", None),
    ],
)
def test_a_choice_is_typed_by_letter_or_by_words(message: Message, typed: str, action: str | None) -> None:
    assert chosen(message, typed) == action


def test_more_choices_than_letters_are_still_typed_by_words() -> None:
    message = Message("Chọn", tuple((Button(f"Đơn vị {n}", f"a:{n}"),) for n in range(30)))

    assert chosen(message, "z") == "a:25"
    assert chosen(message, "don vi 29") == "a:29"
