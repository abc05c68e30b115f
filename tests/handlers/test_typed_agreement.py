from __future__ import annotations

import pytest

from handlers import words
from handlers.actions import Agree
from handlers.context import Installation
from handlers.join import typed_agreement

HERE = Installation("LĐLĐ tỉnh", "", "")


@pytest.mark.parametrize(
    ("typed", "by", "ref"),
    [
        ("đồng ý 7AAA-AAAA-AA", "c", "7AAAAAAAAA"),
        ("Dong y 7aaa aaaa aa", "c", "7AAAAAAAAA"),
        ("ĐỒNG Ý đơn vị 12", "u", "12"),
        ("đồng ý.", "p", ""),
    ],
)
def test_the_words_carry_what_the_button_would(typed: str, by: str, ref: str) -> None:
    assert typed_agreement(typed) == Agree(words.CONSENT_VERSION, by, ref)


@pytest.mark.parametrize("typed", ["", "dong", "toi dong y", "đồng ý với chị Hoa", "dong y don vi", "khong dong y"])
def test_anything_else_is_no_agreement(typed: str) -> None:
    assert typed_agreement(typed) is None


@pytest.mark.parametrize(("by", "ref"), [("c", "7AAAAAAAAA"), ("u", "12"), ("p", "")])
def test_what_is_asked_for_is_what_is_taken(by: str, ref: str) -> None:
    asked = words.typed_consent(words.consent(HERE, "LĐLĐ tỉnh", by, ref, None), by, ref)

    to_type = asked.text.partition("nhắn: ")[2].splitlines()[0]
    assert asked.buttons == ()
    assert len(asked.text) <= 1_500
    assert typed_agreement(to_type) == Agree(words.CONSENT_VERSION, by, ref)
