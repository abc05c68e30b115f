"""How a message looks on each channel, held against what the channels send."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from channels.messages import Button, Message
from channels.telegram.channel import as_html
from content import loader
from handlers.rehearsal import Rehearsal
from web import looks

DAY = date(2026, 11, 21)


@pytest.mark.parametrize("lesson_id", ["M1.3", "M2.2"])
def test_telegram_is_shown_what_telegram_is_sent(lesson_id: str) -> None:
    read = loader.examine(None, DAY)
    for step in Rehearsal(read.library, DAY, read.figures).lesson(read.library.lessons[lesson_id]):
        look = looks.telegram(step.message)

        sent = as_html(step.message)
        title = re.match("<b>(?P<title>.*?)</b>\n", sent)
        assert look.title == (unescape(title["title"]) if title else "")
        assert look.text == unescape(sent[title.end() :] if title else sent)
        assert looks.length(step.message) <= step.longest


def test_zalo_never_edits_and_has_no_bold() -> None:
    message = Message(
        "Mời đồng chí học.", ((Button("Tiếp", "a"), Button("Học sau", "b")),), title="Bài 1", replaces="7"
    )

    look = looks.zalo(message)

    spelled = "Nhắn số để chọn:\n1. Tiếp\n2. Học sau"
    assert (look.title, look.text, look.is_edit) == ("", f"Bài 1\nMời đồng chí học.\n\n{spelled}", False)
    assert look.rows == ()
    assert looks.telegram(message).is_edit


def test_zalo_gets_a_long_text_in_parts() -> None:
    look = looks.zalo(Message("a" * 3_000))

    assert [len(text) for text in (look.text, *look.then)] == [2_000, 1_018]
    assert looks.zalo(Message("a" * 2_000)).then == ()


def test_a_length_counts_letters_as_composed() -> None:
    assert looks.length(Message("e\u0302\u0301", title="ế")) == 3
