"""What is said to somebody who looks something up. What they typed is never repeated: what is said is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never

from channels.messages import Button, Message
from content import present
from content.hits import HitKind
from content.search_index import TO_DO
from handlers.actions import BadActionError, Found, OpenLesson, OpenTool, ReadCard, Scene
from handlers.words.buttons import CONTINUE, LOOK_UP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from content.hits import Hit
    from content.model import Lesson

_SENTENCE_ENDS = re.compile(r"(?<=[.?!:;])\s")
_CUT = "\n…"
_RESTS = {
    HitKind.CARD: "Căn cứ của bài",
    HitKind.FIGURE: "Căn cứ",
    HitKind.TOOL: "Căn cứ của mẫu",
    HitKind.DRILL: "Căn cứ của tình huống",
}
_NEAREST = "Bài gần nhất trợ lý tìm được:\n"


def lookup_asked() -> Message:
    """What is looked for?"""
    return Message(
        "Đồng chí cần tìm gì? Đồng chí nhắn vài chữ, không dấu cũng được.\n"
        "Ví dụ: luong toi thieu vung 2; cham luong; hop ky luat.",
        ((CONTINUE,),),
        title="Tra cứu",
    )


def answer(hit: Hit, others: Sequence[str], on: date, *, replaces: str | None, is_doubtful: bool = False) -> Message:
    """
    The figure, what fits of the card, or what the tool or drill is for, with the clause and its day.

    Args:
        hit: what is shown.
        others: the refs that [Kết quả khác] shows next.
        on: the day of the figures.
        replaces: the message to edit.
        is_doubtful: say that this is the nearest there is.
    """
    more = _more(others)
    further = () if more is None else (Button("Kết quả khác", more.pack()),)
    opening = _opening(hit)
    lines = ((*opening, *further),) if len(opening) <= 1 else (opening, further)
    rows = (*(line for line in lines if line), (LOOK_UP, CONTINUE))
    if hit.is_figure:
        said = [f"{hit.text} (mức ngày {on:%d/%m/%Y})", "", f"Căn cứ: {_clause(hit, 'áp dụng từ')}"]
        return Message("\n".join(said), rows, title=hit.title, replaces=replaces)
    foot = f"\n\n{_RESTS[hit.kind]}: {_clause(hit, 'hiệu lực từ')}" if hit.source else ""
    head = _NEAREST if is_doubtful else ""
    room = present.LONGEST - len(hit.title) - len("\n") - len(head) - len(foot)
    return Message(head + excerpt(hit.text, room, hit.line) + foot, rows, title=hit.title, replaces=replaces)


def _opening(hit: Hit) -> tuple[Button, ...]:
    """What leads to the thing itself."""
    match hit.kind:
        case HitKind.TOOL:
            opened = Button("Mở biểu mẫu", OpenTool(hit.ref).pack())
            return (opened, Button("Vào bài", OpenLesson(hit.lesson_id).pack())) if hit.lesson_id else (opened,)
        case HitKind.DRILL:
            return (Button("Vào tình huống", Scene(hit.ref).pack()),)
        case HitKind.CARD | HitKind.FIGURE:
            return (Button("Học bài này", OpenLesson(hit.lesson_id).pack()),) if hit.lesson_id else ()
        case _:
            assert_never(hit.kind)


def _clause(hit: Hit, since: str) -> str:
    return hit.source if hit.in_force_from is None else f"{hit.source} ({since} {hit.in_force_from:%d/%m/%Y})"


def excerpt(text: str, room: int, line: int = 0) -> str:
    """
    Return what fits of a card: without what to do now, whole lines around that line (from 0) of the text.

    A sentence that the text is still under review stays; one line that alone is too long is cut after a sentence.
    """
    review = present.REVIEW_SENTENCE if text.endswith(present.REVIEW_SENTENCE) else ""
    body = text.removesuffix(review).rstrip()
    body = TO_DO.sub("", body).rstrip() or body
    tail = f"\n\n{review}" if review else ""
    room -= len(tail)
    if len(body) <= room:
        return body + tail
    lines = body.split("\n")
    begin = min(line, len(lines) - 1)
    end = begin + 1
    if len(_around(lines, begin, end)) > room:
        least = room - 2 * len(_CUT)
        return _around([*lines[:begin], _sentences(lines[begin], least) or lines[begin][:least], ""], begin, end) + tail
    while begin and len(_around(lines, begin - 1, end)) <= room:
        begin -= 1
    while end < len(lines) and len(_around(lines, begin, end + 1)) <= room:
        end += 1
    if end < len(lines) and (part := _sentences(lines[end], room - len(_around(lines, begin, end)) - 1)):
        lines[end:] = [part, ""]
        end += 1
    return _around(lines, begin, end) + tail


def _sentences(text: str, room: int) -> str:
    """The sentences at the beginning of a text that fit, perhaps none."""
    ends = [found.start() for found in _SENTENCE_ENDS.finditer(text) if found.start() <= room]
    return text[: ends[-1]] if ends else ""


def _around(lines: Sequence[str], begin: int, end: int) -> str:
    """Some of the lines, with a sign for those left out before and after."""
    before, after = "…\n" if begin else "", _CUT if end < len(lines) else ""
    return before + "\n".join(lines[begin:end]).strip("\n") + after


def _more(others: Sequence[str]) -> Found | None:
    """As many of the other answers as a button carries."""
    for length in range(len(others), 0, -1):
        action = Found(",".join(others[:length]))
        try:
            action.pack()
        except BadActionError:
            continue
        return action
    return None


def looked_in_vain(lessons: int, figures: int, *, is_counted: bool) -> Message:
    """Nothing was found: where it was looked for, and what to try."""
    noted = "Trợ lý đã đếm chủ đề này, không ghi ai hỏi, để nơi soạn bài bổ sung.\n" if is_counted else ""
    return Message(
        f"Chưa tìm thấy trong {lessons} bài và {figures} con số.\n{noted}"
        "Đồng chí thử chữ khác, ngắn hơn, ví dụ: cham luong; dinh cong. "
        "Việc gấp, đồng chí hỏi ban chấp hành hoặc công đoàn cấp trên.",
        ((LOOK_UP, CONTINUE),),
        title="Tra cứu",
    )


def reading(lesson: Lesson, card: int, on: date, *, replaces: str | None) -> Message:
    """A card to be read: nothing is counted."""
    steps = []
    if card:
        steps.append(Button("◂ Thẻ trước", ReadCard(lesson.id, card - 1).pack()))
    if card + 1 < len(lesson.cards):
        steps.append(Button("Thẻ sau ▸", ReadCard(lesson.id, card + 1).pack()))
    return Message(
        present.card_body(lesson, card, on),
        (tuple(steps), (LOOK_UP, CONTINUE)) if steps else ((LOOK_UP, CONTINUE),),
        title=f"Đọc thêm · {card + 1}/{len(lesson.cards)}",
        replaces=replaces,
    )
