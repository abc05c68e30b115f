"""
Ways to spoil a lesson file that are faults by definition.

Each takes the file's lines and a random source, and returns the spoilt lines, the line (from 1) on which the fault must
be told, and a piece of what must be said; None where the file offers no place for it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Spoilt: TypeAlias = "tuple[list[str], int, str] | None"
Mutation: TypeAlias = "Callable[[list[str], Random], Spoilt]"

RULE = "---"
PLAIN_QUESTION = re.compile(r"## Câu hỏi \S+")  # no kind behind it: one right choice
CHOICE = re.compile(r"- \[([ x])\] ([a-d])\. (.+)")


def _matching(lines: list[str], pattern: str) -> list[int]:
    return [place for place, line in enumerate(lines) if re.match(pattern, line)]


def _body(lines: list[str]) -> int:
    """The place behind the head."""
    return lines.index(RULE, 1) + 1


def _card_places(lines: list[str]) -> list[int]:
    """The places of lines of cards."""
    first = next(place for place, line in enumerate(lines) if line.startswith("## "))
    return [place for place in range(_body(lines), first) if lines[place] and lines[place] != RULE]


def _card_start(lines: list[str], place: int) -> int:
    """The line (from 1) on which the card of a place begins."""
    while lines[place - 1] != RULE:
        place -= 1
    while not lines[place]:
        place += 1
    return place + 1


def _plain_questions(lines: list[str]) -> Iterator[tuple[int, list[int]]]:
    """The place of each heading of a question with one right choice, and of its choices."""
    heads = [place for place, line in enumerate(lines) if line.startswith("## ")]
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        choices = [place for place in range(head, end) if CHOICE.fullmatch(lines[place])]
        if PLAIN_QUESTION.fullmatch(lines[head]) and choices:
            yield head, choices


def _with(lines: list[str], place: int, line: str) -> list[str]:
    return [*lines[:place], line, *lines[place + 1 :]]


def _changed(pattern: str, new: str, said: str) -> Mutation:
    """Write `new` over what a line begins with."""

    def spoil(lines: list[str], random: Random) -> Spoilt:
        places = _matching(lines[: _body(lines)], pattern)
        if not places:
            return None
        place = random.choice(places)
        return _with(lines, place, re.sub(pattern, new, lines[place], count=1)), place + 1, said

    return spoil


def _in_card(piece: str, said: str, *, at_start: bool) -> Mutation:
    """Write `piece` behind a line of a card; the fault is told on that line, or where the card begins."""

    def spoil(lines: list[str], random: Random) -> Spoilt:
        place = random.choice(_card_places(lines))
        line = _card_start(lines, place) if at_start else place + 1
        return _with(lines, place, f"{lines[place]} {piece}"), line, said

    return spoil


def field_left_out(lines: list[str], random: Random) -> Spoilt:
    name = random.choice(["title", "audience", "minutes", "objective", "status"])
    [place] = _matching(lines[: _body(lines)], rf"{name}: ")
    return lines[:place] + lines[place + 1 :], 1, f"Thiếu mục '{name}'"


def field_twice(lines: list[str], _: Random) -> Spoilt:
    [place] = _matching(lines[: _body(lines)], "minutes: ")
    return [*lines[: place + 1], *lines[place:]], place + 2, "hai lần"


def in_force_before_its_paper(lines: list[str], random: Random) -> Spoilt:
    places = _matching(lines[: _body(lines)], r"    in_force_from: ")
    place = random.choice(places)
    [*_, cite] = (before for before in range(place) if lines[before].startswith("    cite: "))
    return _with(lines, place, "    in_force_from: 1990-01-01"), cite + 1, "trước ngày"


def unknown_amendment(lines: list[str], random: Random) -> Spoilt:
    place = random.choice(_matching(lines[: _body(lines)], r"    cite: "))
    spoilt = re.sub(r" \(.*| ?$", " (sửa bởi Luật 9/1999/QH9)", lines[place], count=1)
    return _with(lines, place, spoilt), place + 1, "Văn bản sửa đổi '9/1999/QH9'"


def first_rule_left_out(lines: list[str], _: Random) -> Spoilt:
    return lines[1:], 1, "Dòng đầu tiên"


def hidden_sign(lines: list[str], random: Random) -> Spoilt:
    place = random.choice([place for place in range(_body(lines), len(lines)) if lines[place]])
    sign = random.choice("\u202e\u200b\u0007\u00ad")
    cut = random.randrange(len(lines[place]) + 1)
    return _with(lines, place, lines[place][:cut] + sign + lines[place][cut:]), place + 1, f"U+{ord(sign):04X}"


def decomposed(lines: list[str], random: Random) -> Spoilt:
    loose = [unicodedata.normalize("NFD", line) for line in lines]
    place = random.choice([place for place, line in enumerate(loose) if line != lines[place]])
    return _with(lines, place, loose[place]), place + 1, "NFC"


def too_many_cards(lines: list[str], _: Random) -> Spoilt:
    place = _body(lines)
    return [*lines[:place], *["Một thẻ.", RULE] * 6, *lines[place:]], 1, "phải từ 3 đến 5"


def second_right(lines: list[str], random: Random) -> Spoilt:
    head, choices = random.choice(list(_plain_questions(lines)))
    place = random.choice([place for place in choices if lines[place].startswith("- [ ]")])
    return _with(lines, place, lines[place].replace("[ ]", "[x]", 1)), head + 1, "2 đáp án đúng"


def none_right(lines: list[str], random: Random) -> Spoilt:
    head, choices = random.choice(list(_plain_questions(lines)))
    [place] = (place for place in choices if lines[place].startswith("- [x]"))
    return _with(lines, place, lines[place].replace("[x]", "[ ]", 1)), head + 1, "0 đáp án đúng"


def reason_left_out(lines: list[str], random: Random) -> Spoilt:
    _, choices = random.choice(list(_plain_questions(lines)))
    place = random.choice(choices)
    return lines[: place + 1] + lines[place + 2 :], place + 1, "thiếu dòng '  Vì"


def one_choice_twice(lines: list[str], random: Random) -> Spoilt:
    _, choices = random.choice(list(_plain_questions(lines)))
    first, second = (CHOICE.fullmatch(lines[place]) for place in choices[:2])
    assert first is not None
    assert second is not None
    return _with(lines, choices[1], f"- [{second[1]}] {second[2]}. {first[3]}"), choices[1] + 1, "trùng"


def wrong_letter(lines: list[str], random: Random) -> Spoilt:
    _, choices = random.choice(list(_plain_questions(lines)))
    place = random.choice(choices)
    return _with(lines, place, re.sub(r"\] [a-d]\.", "] e.", lines[place], count=1)), place + 1, "Dòng viết sai"


def points_at_others(lines: list[str], random: Random) -> Spoilt:
    _, choices = random.choice(list(_plain_questions(lines)))
    place = random.choice(choices)
    text = random.choice(["Cả a, b và c", "Cả hai đều đúng", "Tất cả các ý trên", "Cả ba phương án"])
    return _with(lines, place, f"{lines[place][:9]}{text}"), place + 1, "các phương án khác"


def basis_left_out(lines: list[str], random: Random) -> Spoilt:
    heads = [*_matching(lines, "## "), len(lines)]
    number = random.randrange(len(heads) - 1)
    kept = [line for line in lines[heads[number] : heads[number + 1]] if not line.startswith("Căn cứ: ")]
    return lines[: heads[number]] + kept + lines[heads[number + 1] :], heads[number] + 1, "thiếu dòng 'Căn cứ:'"


def unknown_basis(lines: list[str], random: Random) -> Spoilt:
    place = random.choice(_matching(lines, "Căn cứ: "))
    return _with(lines, place, "Căn cứ: la-lung"), place + 1, "'la-lung' không có"


def question_of_another_lesson(lines: list[str], random: Random) -> Spoilt:
    place = random.choice(_matching(lines, "## "))
    return _with(lines, place, re.sub(r"hỏi \S+", "hỏi M99.1-1", lines[place])), place + 1, "Mã câu hỏi"


def misspelt_heading(lines: list[str], random: Random) -> Spoilt:
    place = random.choice(_matching(lines, "## "))
    return _with(lines, place, lines[place].replace("Câu hỏi", "Câu hoi")), place + 1, "định dạng"


def question_twice(lines: list[str], _: Random) -> Spoilt:
    heads = _matching(lines, "## ")
    copy = lines[heads[0] : heads[1] if len(heads) > 1 else len(lines)]
    again = [re.sub(r"-\d+", "-99", copy[0], count=1), *copy[1:]]
    return [*lines, *again, ""], len(lines) + 1, "giống hệt"


MUTATIONS: dict[str, Mutation] = {
    "unknown field": _changed(r"minutes:", "minute:", "Không hiểu mục 'minute'"),
    "minutes": _changed(r"minutes: .*", "minutes: 11", "số nguyên"),
    "audience": _changed(r"audience: .*", "audience: [X]", "Đối tượng 'X'"),
    "status": _changed(r"status: .*", "status: xong", "Trạng thái 'xong'"),
    "alias": _changed(r"title: ", "title: &a ", "neo"),
    "title too long": _changed(r"title: .*", "title: " + "dài " * 20, "nhiều nhất"),
    "markup in the head": _changed(r"objective: ", "objective: Đọc https://vidu.vn ", "định dạng"),
    "impossible day": _changed(r"    in_force_from: .*", "    in_force_from: 2025-13-01", "không hợp lệ"),
    "day in words": _changed(r"    review_by: .*", "    review_by: cuối năm", "phải là ngày"),
    "unknown paper": _changed(r"    cite: .*", "    cite: Nghị định 999/1999/NĐ-CP, Điều 1", "không có trong sources"),
    "unknown title": _changed(r"    cite: .*", "    cite: Luật lạ lùng, Điều 1", "không có trong sources"),
    "markup": _in_card("**đậm**", "định dạng", at_start=False),
    "link": _in_card("[xem](trang)", "định dạng", at_start=False),
    "tag": _in_card("<b>đậm</b>", "định dạng", at_start=False),
    "Telex": _in_card("dduwowcj", "Telex", at_start=False),
    "VNI": _in_card("nguoi72", "VNI", at_start=False),
    "unknown figure": _in_card("{{ la.lung }}", "không có trong figures", at_start=True),
    "broken figure": _in_card("{{ la.lung }", "Tham số viết sai", at_start=True),
    "card too long": _in_card("dài " * 100, "nhiều nhất 400", at_start=True),
    "old version": _changed(r"legal:", "corrects: {version: v1, question: x}\nlegal:", "Bản cũ 'v1'"),
    **{
        spoil.__name__: spoil
        for spoil in (
            *(field_left_out, field_twice, in_force_before_its_paper, unknown_amendment, first_rule_left_out),
            *(hidden_sign, decomposed, too_many_cards, second_right, none_right, reason_left_out, one_choice_twice),
            *(wrong_letter, points_at_others, basis_left_out, unknown_basis, question_of_another_lesson),
            *(misspelt_heading, question_twice),
        )
    },
}
