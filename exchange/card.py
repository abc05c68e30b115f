"""A square picture that announces a lesson in a chat. The picture is `card.typ`; the words go to it as data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_be_vietnam_pro
import typst

from content.present import place_of

if TYPE_CHECKING:
    from datetime import date

    from content.figures import Figures
    from content.model import Lesson, Module

SIDE_PX = 1080
MOST_BYTES = 1_000_000  # what Zalo takes

_TEMPLATE = Path(__file__).with_name("card.typ")
_PPI = 144.0
_BRAND = "Trợ lý học tập công đoàn"
_LONGEST_TITLE, _LONGEST_SENTENCE, _LONGEST_WORD = 90, 170, 24
_SHORTEST_QUESTION = 25
# What is said in a card: a line after a dash, or words between quotation marks that end as a sentence does.
_SAID = re.compile(r"^– (?P<line>[^–\n]+?)(?: –.*)?$|[\"“](?P<quoted>[^\"”\n]+[.?!…])[\"”]", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.?!…])\s+")
_NUMBER = re.compile(r"(?<=\d) (?=[^\W\d]{1,8}\b)")  # stays with what it counts
_LONG_WORD = re.compile(rf"(\S{{{_LONGEST_WORD}}})(?=\S)")


def png(data: dict[str, object]) -> bytes:
    """
    Return a picture of 1080 by 1080 pixels; takes half a second, so call it in a thread.

    Args:
        data: as `page` returns it.
    """
    made: bytes = typst.compile(
        str(_TEMPLATE),
        font_paths=[str(Path(fontpkg_be_vietnam_pro.ROOT) / "files")],
        ignore_system_fonts=True,
        format="png",
        ppi=_PPI,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made


def page(lesson: Lesson, module: Module, on: date, values: Figures) -> dict[str, object]:
    """Return what a lesson's picture says, with the figures of a day; texts too long for it end in "…"."""
    number, total = place_of(module, lesson)
    return {
        "kicker": f"Chuyên đề {module.id}",
        "module": _short(module.title, _LONGEST_TITLE),
        "title": _short(values.resolve(lesson.title, on), _LONGEST_TITLE),
        "sentence": _short(values.resolve(hook(lesson), on), _LONGEST_SENTENCE),
        "place": f"Bài {number}/{total} · {lesson.minutes} phút",
        "brand": _BRAND,
        "number": number,
        "total": total,
    }


def hook(lesson: Lesson) -> str:
    """Return the first thing that somebody asks in the lesson's first card; where nobody does, its objective."""
    for found in _SAID.finditer(lesson.cards[0] if lesson.cards else ""):
        for sentence in _SENTENCE_END.split((found["line"] or found["quoted"]).strip()):
            if sentence.endswith("?") and _SHORTEST_QUESTION <= len(sentence) <= _LONGEST_SENTENCE - 2:
                return f"“{sentence}”"
    return f"Học xong: {lesson.objective[:1].lower()}{lesson.objective[1:]}."


def _short(text: str, longest: int) -> str:
    """A text of at most so many code points, with room to break in words that are none."""
    cut = text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
    return _LONG_WORD.sub("\\1 ", _NUMBER.sub("\N{NO-BREAK SPACE}", cut))
