"""The lines of a content file, cut into its head, its cards and its questions as written; nothing is looked up yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from content.fields import Fields
from content.model import Choice
from content.yaml_lines import parse_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from content.faults import Complain

RULE = "---"
QUESTION = re.compile(r"## Câu hỏi (\S+)")
CHOICE = re.compile(r"- \[([ x])\] ([a-d])\. (\S.*)")
REASON = re.compile(r"\s+Vì: (\S.*)")
LESSON = re.compile(r"Bài: (\S+)")
BASIS = re.compile(r"Căn cứ: (\S.*)")
MARKUP = re.compile(r"\*\*|__|`|\]\(|^\s*#|^\s*>|<[a-zA-Z/]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, without its end; `number` counts from 1."""

    number: int
    text: str


@dataclass(slots=True)
class WrittenChoice:
    """A choice as written; the reason is "" when there is none."""

    key: str
    text: str
    is_right: bool
    line: int
    reason: str = ""

    @property
    def value(self) -> Choice:
        """The choice as a value."""
        return Choice(self.key, self.text, self.is_right, self.reason)


@dataclass(slots=True)
class WrittenQuestion:
    """A question as written; `lesson_id` and `basis` are "" when there are none."""

    id: str
    line: int
    text: str = ""
    choices: list[WrittenChoice] = field(default_factory=list)
    lesson_id: str = ""
    basis: str = ""
    basis_line: int = 0


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """A card's text, and the line it begins on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """A content file as written."""

    head: Fields
    cards: tuple[WrittenCard, ...]
    questions: tuple[WrittenQuestion, ...]


def cut(text: str, complain: Complain) -> Blocks | None:
    """Cut a file; None when its head cannot be told from its body, or is no YAML."""
    lines = [Line(number, words.rstrip()) for number, words in enumerate(text.split("\n"), start=1)]
    if lines[0].text != RULE:
        complain(1, "Dòng đầu tiên phải là '---' mở phần đầu.")
        return None
    close = next((line.number for line in lines[1:] if line.text == RULE), None)
    if close is None:
        complain(1, "Phần đầu chưa đóng: thiếu dòng '---'.")
        return None
    if (gap := next((line.number for line in lines[1 : close - 1] if not line.text), None)) is not None:
        complain(gap, "Phần đầu có dòng trống; có lẽ thiếu dòng '---' đóng phần đầu.")
        return None
    mapping = parse_mapping("\n".join(line.text for line in lines[1 : close - 1]), 2, complain)
    if mapping is None:
        return None
    body = lines[close:]
    first = next((place for place, line in enumerate(body) if QUESTION.fullmatch(line.text)), len(body))
    return Blocks(
        Fields(mapping, 1, complain),
        tuple(_cards(body[:first], complain)),
        tuple(_questions(body[first:], complain)),
    )


def _cards(lines: list[Line], complain: Complain) -> Iterator[WrittenCard]:
    groups: list[list[Line]] = [[]]
    for line in lines:
        if line.text == RULE:
            groups.append([])
        else:
            groups[-1].append(line)
        if MARKUP.search(line.text):
            complain(line.number, "Thẻ chỉ viết chữ thường, không dùng ký hiệu định dạng (#, **, `, <...>).")
    if not any(line.text for line in groups[-1]):
        groups.pop()
    for group in groups:
        written = [line for line in group if line.text]
        if written:
            yield WrittenCard("\n".join(line.text for line in group).strip(), written[0].number)
        else:
            complain(group[0].number if group else 1, "Thẻ trống: giữa hai dòng '---' phải có chữ.")


def _questions(lines: list[Line], complain: Complain) -> Iterator[WrittenQuestion]:
    question: WrittenQuestion | None = None
    for line in lines:
        if heading := QUESTION.fullmatch(line.text):
            if question is not None:
                yield question
            question = WrittenQuestion(heading[1], line.number)
        elif question is not None and line.text:
            _take(question, line, complain)
    if question is not None:
        yield question


def _take(question: WrittenQuestion, line: Line, complain: Complain) -> None:
    last = question.choices[-1] if question.choices else None
    if MARKUP.search(line.text):
        complain(line.number, "Câu hỏi chỉ viết chữ thường, không dùng ký hiệu định dạng (#, **, `, <...>).")
    elif found := CHOICE.fullmatch(line.text):
        question.choices.append(WrittenChoice(found[2], found[3], found[1] == "x", line.number))
    elif found := LESSON.fullmatch(line.text):
        question.lesson_id = found[1]
    elif found := BASIS.fullmatch(line.text):
        question.basis, question.basis_line = found[1], line.number
    elif line.text.startswith(("-", "Căn cứ", "Bài:")):
        complain(line.number, "Dòng viết sai; mẫu: '- [x] a. Phương án', 'Căn cứ: lcd-27', 'Bài: M0.3'.")
    elif last is None:
        question.text = f"{question.text}\n{line.text}".strip()
    elif (found := REASON.fullmatch(line.text)) and not last.reason:
        last.reason = found[1]
    elif line.text.startswith(" ") and last.reason and not found:
        last.reason = f"{last.reason} {line.text.strip()}"
    else:
        complain(line.number, "Không hiểu dòng này; sau phương án là dòng '  Vì: lý do'.")
