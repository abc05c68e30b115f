"""Questions as written to questions as values: each kind has lines of its own, and what is faulty is told its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from content.model import Formula, LegalBasis, Question, QuestionKind
from learning import numbers
from learning.grading import Tolerance
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.blocks import Blocks, WrittenQuestion
    from content.faults import Complain

MOST_DIFFICULTY, USUAL_DIFFICULTY = 3, 2
MOST_ACCEPTED = 10
LONGEST_UNIT = 20
LONGEST_OBJECTIVE = 120
LONGEST_LOOKED_UP = 40  # of an answer in words, as it stands in the verdict
ALL_PERCENT = 100

_FORMULA = re.compile(r"((?:\{\{[^{}]*\}\}|[-\d.,+*/() ])+?) *((?:[^\W\d_]|%)[^{}*+()=]*)?")
_TOLERANCE = re.compile(r"([\d.,]+) ?(%?)")

# How many choices a kind has, from and to, and how many of them are right.
_COUNTS = {
    QuestionKind.ONE: ((2, 4), (1, 1)),
    QuestionKind.SEVERAL: ((3, 4), (2, 3)),
    QuestionKind.TRUE_FALSE: ((2, 2), (1, 1)),
    QuestionKind.ORDER: ((3, 4), (3, 4)),
}
_OWN_FIELDS = {
    QuestionKind.ORDER: {"Vì"},
    QuestionKind.NUMBER: {"Đáp số", "Sai số", "Vì"},
    QuestionKind.TEXT: {"Đáp án", "Vì"},
}
_ALL_OWN = {"Đáp số", "Sai số", "Đáp án", "Vì"}
_MAY_BE_LEFT_OUT = {"Sai số"}


class Tested(NamedTuple):
    """The lesson that a file's questions are about."""

    lesson_id: str
    objective: str


@dataclass(frozen=True, slots=True)
class PlacedQuestion:
    """A question, and the lines of its heading, its choices, its answer and its one reason (else the heading's)."""

    question: Question
    line: int
    choice_lines: dict[str, int]
    answer_line: int
    reason_line: int


def parse(
    cut: Blocks, owner: str, legal: Iterable[LegalBasis], tested: Tested | None, complain: Complain
) -> tuple[PlacedQuestion, ...]:
    """
    Return the questions of a file.

    Args:
        cut: the file as written.
        owner: what their ids begin with, M0.3 or M0.T.
        legal: the clauses of the file's head.
        tested: the lesson they are about; None where each names its own.
        complain: told what is faulty.
    """
    if not cut.questions:
        complain(1, "Chưa có câu hỏi nào; mỗi câu bắt đầu bằng '## Câu hỏi <mã>'.")
    known = {basis.key: basis for basis in legal}
    placed = []
    for written in cut.questions:
        if not re.fullmatch(re.escape(owner) + r"-[1-9]\d*", written.id):
            complain(written.line, f"Mã câu hỏi '{written.id}' sai; mẫu: {owner}-1.")
        about = tested or Tested(written.field("Bài"), "")
        question = _question(written, about, known, complain)
        placed.append(
            PlacedQuestion(
                question,
                written.line,
                {choice.key: choice.line for choice in written.choices},
                written.line_of("Đáp số" if question.kind is QuestionKind.NUMBER else "Đáp án"),
                written.line_of("Vì"),
            )
        )
    return tuple(placed)


def _question(written: WrittenQuestion, about: Tested, known: dict[str, LegalBasis], complain: Complain) -> Question:
    kind = _kind(written, complain)
    if not written.text:
        complain(written.line, f"Câu {written.id} chưa có lời hỏi.")
    _check_fields(written, kind, complain)
    if kind.is_typed:
        for choice in written.choices:
            complain(choice.line, f"Câu '{kind}' không có phương án; người học gõ câu trả lời.")
    else:
        _check_choices(written, kind, complain)
    return Question(
        id=written.id,
        lesson_id=about.lesson_id,
        text=written.text,
        choices=() if kind.is_typed else tuple(choice.value for choice in written.choices),
        basis=_basis(written, known, complain),
        kind=kind,
        difficulty=_difficulty(written, complain),
        objective=_objective(written, complain) or about.objective,
        answer=_formula(written, complain) if kind is QuestionKind.NUMBER else None,
        accepted=_accepted(written, complain) if kind is QuestionKind.TEXT else (),
        reason=written.field("Vì") if "Vì" in _OWN_FIELDS.get(kind, ()) else "",
    )


def _kind(written: WrittenQuestion, complain: Complain) -> QuestionKind:
    if not written.kind or written.kind in set(QuestionKind):
        return QuestionKind(written.kind or QuestionKind.ONE)
    complain(written.line, f"Loại câu hỏi '{written.kind}' không có; chỉ dùng: {', '.join(QuestionKind)}.")
    return QuestionKind.ONE


def _check_fields(written: WrittenQuestion, kind: QuestionKind, complain: Complain) -> None:
    own = _OWN_FIELDS.get(kind, set())
    for name in sorted(written.fields.keys() & (_ALL_OWN - own)):
        complain(written.line_of(name), f"Câu '{kind}' không có dòng '{name}:'.")
    for name in sorted(own - written.fields.keys() - _MAY_BE_LEFT_OUT):
        complain(written.line, f"Câu {written.id} thiếu dòng '{name}:'.")


def _check_choices(written: WrittenQuestion, kind: QuestionKind, complain: Complain) -> None:
    (fewest, most), (fewest_right, most_right) = _COUNTS[kind]
    is_order = kind is QuestionKind.ORDER
    count, right = len(written.choices), sum(choice.is_right for choice in written.choices)
    noun = "bước" if is_order else "phương án"
    if not fewest <= count <= most:
        wanted = f"phải từ {fewest} đến {most}" if fewest < most else f"phải có đúng {fewest}"
        complain(written.line, f"Câu {written.id} có {count} {noun}; {wanted}.")
    if not is_order and not fewest_right <= right <= most_right:
        wanted = "đúng một" if most_right == 1 else f"{fewest_right} hoặc {most_right}, câu khác dùng một đáp án"
        complain(written.line, f"Câu {written.id} có {right} đáp án đúng [x]; phải có {wanted}.")
    seen: set[str] = set()
    for choice in written.choices:
        if choice.key in seen or choice.text.casefold() in seen:
            complain(choice.line, f"Phương án {choice.key} trùng với một phương án ở trên.")
        seen |= {choice.key, choice.text.casefold()}
        if choice.is_step is not is_order:
            complain(choice.line, f"Câu '{kind}' viết mỗi {noun}: '- {'' if is_order else '[ ] '}{choice.key}. ...'.")
        if is_order and choice.reason:
            complain(choice.line, "Câu 'sắp xếp' có một dòng 'Vì:' chung, không thụt vào, sau các bước.")
        elif not is_order and not choice.reason:
            complain(choice.line, f"Phương án {choice.key} thiếu dòng '  Vì: lý do'.")
    if kind is QuestionKind.TRUE_FALSE:
        _check_true_false(written, complain)


def _check_true_false(written: WrittenQuestion, complain: Complain) -> None:
    if [(choice.key, choice.text) for choice in written.choices] != [("a", "Đúng"), ("b", "Sai")]:
        complain(written.line, f"Câu {written.id} phải có đúng hai phương án 'a. Đúng' và 'b. Sai'.")


def _difficulty(written: WrittenQuestion, complain: Complain) -> int:
    text = written.field("Độ khó")
    if text in map(str, range(1, MOST_DIFFICULTY + 1)):
        return int(text)
    if text:
        complain(written.line_of("Độ khó"), "Độ khó là 1 (dễ), 2 hoặc 3 (khó).")
    return USUAL_DIFFICULTY


def _objective(written: WrittenQuestion, complain: Complain) -> str:
    text = written.field("Mục tiêu")
    if len(text) > LONGEST_OBJECTIVE:
        complain(written.line_of("Mục tiêu"), f"Mục tiêu dài {len(text)} ký tự; nhiều nhất {LONGEST_OBJECTIVE}.")
    return text


def _formula(written: WrittenQuestion, complain: Complain) -> Formula | None:
    text = written.field("Đáp số")
    if not text:
        return None
    found = _FORMULA.fullmatch(text)
    if found is None or not found[1].strip() or not found[2] or len(found[2]) > LONGEST_UNIT:
        complain(
            written.line_of("Đáp số"),
            "Đáp số viết sai; mẫu: '{{ luong_toi_thieu.vung_2 }} * 2 đồng' (công thức, rồi đơn vị).",
        )
        return None
    return Formula(found[1].strip(), found[2], _tolerance(written, complain))


def _tolerance(written: WrittenQuestion, complain: Complain) -> Tolerance:
    text = written.field("Sai số")
    if not text:
        return Tolerance()
    found = _TOLERANCE.fullmatch(text)
    try:
        amount = numbers.written(found[1] if found else "")
    except ValueError:
        complain(written.line_of("Sai số"), "Sai số là một số hoặc phần trăm; mẫu: 'Sai số: 1%' hoặc 'Sai số: 500'.")
        return Tolerance()
    is_percent = found is not None and bool(found[2])
    if is_percent and amount >= ALL_PERCENT:
        complain(written.line_of("Sai số"), "Sai số phải dưới 100%.")
    return Tolerance(amount, is_percent)


def _accepted(written: WrittenQuestion, complain: Complain) -> tuple[str, ...]:
    if "Đáp án" not in written.fields:
        return ()
    line = written.line_of("Đáp án")
    ways = tuple(way.strip() for way in written.field("Đáp án").split("|"))
    if len(ways) > MOST_ACCEPTED:
        complain(line, f"Có {len(ways)} cách viết đáp án; nhiều nhất {MOST_ACCEPTED}.")
    seen: set[str] = set()
    for way in ways:
        if not fold(way) or "{{" in way:
            complain(
                line, "Mỗi cách viết đáp án phải có chữ hoặc số, không có tham số; mẫu: 'thương lượng | đàm phán'."
            )
        elif fold(way) in seen:
            complain(line, f"Đáp án '{way}' trùng một cách viết khác; dấu, hoa thường và khoảng trắng không tính.")
        if len(way) > LONGEST_LOOKED_UP:
            complain(line, f"Đáp án '{way[:20]}…' dài {len(way)} ký tự; nhiều nhất {LONGEST_LOOKED_UP}.")
        seen.add(fold(way))
    return ways


def _basis(written: WrittenQuestion, known: dict[str, LegalBasis], complain: Complain) -> tuple[LegalBasis, ...]:
    if "Căn cứ" not in written.fields:
        complain(written.line, f"Câu {written.id} thiếu dòng 'Căn cứ:'.")
        return ()
    keys = [key.strip() for key in written.field("Căn cứ").split(",")]
    for key in keys:
        if key not in known:
            complain(written.line_of("Căn cứ"), f"Căn cứ '{key}' không có trong phần đầu của tệp.")
    return tuple(known[key] for key in keys if key in known)
