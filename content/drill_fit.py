"""Whether a drill's texts fit a phone, measured as they will be shown on every way through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import drill_text
from content.present import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from content.drill_model import Drill, Turn
    from content.drills import DrillFile
    from content.faults import Complain

MOST_SHOWN_TURNS = 12


def check(placed: DrillFile, complain: Complain) -> None:
    """Complain about turns, results and the model answer that are too long when shown."""
    drill = placed.drill
    lengths = [(drill.start, len(drill_text.opening_text(drill, _order(drill.turns[drill.start]))))]
    for turn in drill.turns.values():
        longest = max(_notes_before(drill, turn.key), key=len, default="")
        lengths.append((turn.key, len(_shown(turn, longest))))
    for key, length in lengths:
        if length > LONGEST:
            complain(placed.turn_lines[key], f"Lượt '{key}' dài {length} ký tự khi hiện; nhiều nhất {LONGEST}.")
    _check_result(placed, complain)
    length = len(drill_text.model_text(drill))
    if length > LONGEST:
        complain(placed.model_line, f"Lời mẫu dài {length} ký tự khi hiện; nhiều nhất {LONGEST}.")
    for line, text in spoken(placed):
        if "{{" in text or "**" in text:
            complain(line, "Tình huống chỉ viết chữ thường, không dùng tham số hay ký hiệu định dạng.")


def spoken(placed: DrillFile) -> Iterator[tuple[int, str]]:
    """Every text of a drill that is read on a phone, with its line."""
    drill = placed.drill
    yield placed.id_line, drill.setting
    for turn in drill.turns.values():
        yield placed.turn_lines[turn.key], turn.text
        for reply in turn.replies:
            yield placed.reply_lines[turn.key, reply.key], f"{reply.text}\n{reply.note}"
    for criterion in drill.rubric:
        yield placed.id_line, criterion.good
    for band in drill.bands:
        yield placed.id_line, band.text
    yield placed.model_line, drill.model


def _check_result(placed: DrillFile, complain: Complain) -> None:
    drill = placed.drill
    note = max(_notes_before(drill, None), key=len, default="")
    # Nothing reached shows every line of the rubric at its longest; the longest band stands for all of them.
    shown = len(drill_text.result_text(drill, {}, note, was_best=True)) - len(drill.bands[-1].text)
    length = shown + max(len(band.text) for band in drill.bands)
    if length > LONGEST:
        complain(placed.id_line, f"Kết quả dài {length} ký tự khi hiện; nhiều nhất {LONGEST}.")


def _notes_before(drill: Drill, key: str | None) -> Iterator[str]:
    """The notes with which a turn, or the end, is reached."""
    for turn in drill.turns.values():
        yield from (reply.note for reply in turn.replies if reply.branch.next == key)


def _shown(turn: Turn, note: str) -> str:
    return drill_text.turn_text(turn, _order(turn), MOST_SHOWN_TURNS, note, was_best=True)


def _order(turn: Turn) -> str:
    return "".join(reply.key for reply in turn.replies)
