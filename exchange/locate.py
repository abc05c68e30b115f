"""From a line of a file that was made to the cell or line of the file it was made from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exchange.book import CHOICES, Col

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from content.faults import Fault

_HEADING = re.compile(r"## Câu hỏi (\S+)")
_CHOICE = re.compile(r"- (?:\[[ x]\] )?([a-d])\. ")
_ID = re.compile(r"id: (\S+)")
_CLAUSE = re.compile(r'  - key: "?([^"]+)"?')
_TURN = re.compile(r"  (\w+):")
_REPLY = re.compile(r"      - key: (\w+)")
_FIELDS = {
    "Độ khó:": Col.DIFFICULTY,
    "Mục tiêu:": Col.OBJECTIVE,
    "Đáp số:": Col.ANSWER,
    "Sai số:": Col.TOLERANCE,
    "Đáp án:": Col.ACCEPTED,
    "Vì:": Col.WHY,
    "Bài:": Col.ABOUT,
    "Căn cứ:": Col.BASIS,
    "title:": Col.TITLE,
    "audience:": Col.AUDIENCE,
    "objective:": Col.OBJECTIVE,
}
_OF_CLAUSES = {"cite:": Col.CITE, "in_force_from:": Col.SINCE, "review_by:": Col.REVIEW, "needs_lawyer:": Col.LAWYER}


def place_of(text: str | None, fault: Fault, places: Mapping[str, Callable[[Col | None], str]]) -> str:
    """
    Return where the author of the source should look.

    Args:
        text: the file that was made, None where the fault is in another.
        fault: what is wrong with it, by line.
        places: where each lesson, card ("M1.1#2"), clause ("M1.1!key"), question, module, tool and drill stands, to
            the column.
    """
    if text is None:
        return f"{fault.file}:{fault.line}"
    lines = text.split("\n")[: fault.line]
    id_ = next((found[1] for line in lines[:3] if (found := _ID.fullmatch(line))), "")
    rules = lines.count("---")
    heading = next((found[1] for line in reversed(lines) if (found := _HEADING.match(line))), None)
    if heading is not None:
        return places[heading](_column(lines)) if heading in places else f"Câu {heading}"
    if (inside := _in_paper(id_, lines)) in places:
        return places[inside](None)
    card = f"{id_}#{rules - 1}"
    if rules > 1 and card in places:
        return places[card](Col.TEXT)
    clause = next((found[1] for line in reversed(lines) if (found := _CLAUSE.fullmatch(line))), None)
    if f"{id_}!{clause}" in places and lines[-1].startswith("    "):
        return places[f"{id_}!{clause}"](_OF_CLAUSES.get(lines[-1].split()[0]))
    if id_ in places:
        return places[id_](_field(lines[-1].strip()) if fault.line > 1 else None)
    return id_ or f"{fault.file}:{fault.line}"


def _in_paper(id_: str, lines: list[str]) -> str:
    """Name the line of a tool (CC1%3), or the turn or reply of a drill (H1@t1.a), that the last line belongs to."""
    if lines.count("---") > 1:
        return f"{id_}%{len(lines) - 1 - lines.index('---', 1)}"
    turn = reply = ""
    for line in lines[lines.index("turns:") :] if "turns:" in lines and "bands:" not in lines else ():
        if found := _TURN.fullmatch(line):
            turn, reply = found[1], ""
        elif found := _REPLY.fullmatch(line):
            reply = f".{found[1]}"
    return f"{id_}@{turn}{reply}"


def _field(line: str) -> Col | None:
    return next((column for start, column in _FIELDS.items() if line.startswith(start)), None)


def _column(lines: list[str]) -> Col:
    """The column of a question's last line: its own, or that of the choice it belongs to."""
    last = lines[-1]
    letter = next((found[1] for line in reversed(lines) if (found := _CHOICE.match(line))), "")
    choice = {key: (text, why) for key, text, why in CHOICES}.get(letter)
    if _CHOICE.match(last) and choice:
        return choice[0]
    if last.startswith(" ") and choice:
        return choice[1]
    return _field(last) or (Col.QUESTION if last.startswith("## ") else Col.ASKED)
