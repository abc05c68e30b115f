"""A lesson's picture: its size, its words, and that they fit, which the template refuses to draw otherwise."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from content import figures, loader
from exchange import card

DAY = date(2026, 11, 21)
LIBRARY = loader.load()
FIGURES = figures.shipped()
# Wide letters, marks above and below, words that cannot be broken, and what a template might take for code.
TITLES = st.one_of(
    st.text(st.sampled_from('Wwmậễựgiỹ 0.#$*_`\\@<>[]"“'), min_size=1, max_size=60).filter(str.strip),
    st.sampled_from(["W" * 60, "W" * 23 + "0 WWWWWWWW " * 3, "Ậ" * 60, "NGƯỠNG " * 8, "m " * 30]),
)


def drawn(title: str, sentence: str, module: str, total: int) -> bytes:
    lesson = replace(LIBRARY.lessons["M1.3"], title=title, cards=(), objective=sentence)
    data: dict[str, Any] = card.page(lesson, replace(LIBRARY.module_of["M1.3"], title=module), DAY, FIGURES)
    return card.png(data | {"total": total})


def is_picture(made: bytes) -> bool:
    return (
        made.startswith(b"\x89PNG")
        and struct.unpack(">II", made[16:24]) == (card.SIDE_PX, card.SIDE_PX)
        and len(made) < card.MOST_BYTES
    )


def test_every_lesson_has_its_picture() -> None:
    assert len(LIBRARY.lessons) > 60
    for lesson in LIBRARY.lessons.values():
        assert is_picture(card.png(card.page(lesson, LIBRARY.module_of[lesson.id], DAY, FIGURES))), lesson.id


@settings(max_examples=20, deadline=None)
@given(TITLES, TITLES, st.integers(1, 12))
def test_whatever_is_written_fits(title: str, sentence: str, total: int) -> None:
    assert is_picture(drawn(title, sentence * 3, title, total))


def test_words_that_would_not_fit_are_not_drawn() -> None:
    data = card.page(LIBRARY.lessons["M1.3"], LIBRARY.module_of["M1.3"], DAY, FIGURES)

    with pytest.raises(typst.TypstError, match="does not fit"):
        card.png(data | {"title": "Đào tạo cán bộ công đoàn " * 90})


def test_it_says_where_a_lesson_stands_among_those_of_its_learners() -> None:
    data = card.page(LIBRARY.lessons["M1.3"], LIBRARY.module_of["M1.3"], DAY, FIGURES)

    assert data["place"] == f"Bài 3/11 · {LIBRARY.lessons['M1.3'].minutes} phút"
    assert data["sentence"] == "Học xong: dẫn được một cuộc trao đổi ngắn."


def test_a_question_somebody_asks_opens_it() -> None:
    assert card.hook(LIBRARY.lessons["M0.1"]) == "“Công đoàn là của công ty, hay của anh em mình?”"
