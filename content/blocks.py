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
QUESTION = re.compile(r"## Câu hỏi (\S+)(?: \(([^()]*)\))?")
CHOICE = re.compile(r"- \[([ x])\] ([a-d])\. (\S.*)")
STEP = re.compile(r"- ([a-d])\. (\S.*)")
REASON = re.compile(r"\s+Vì: (\S.*)")
FIELD = re.compile(r"(Độ khó|Mục tiêu|Đáp số|Sai số|Đáp án|Vì|Bài|Căn cứ): (\S.*)")
FIELD_NAMES = ("Độ khó", "Mục tiêu", "Đáp số", "Sai số", "Đáp án", "Vì", "Bài", "Căn cứ")
BEFORE_THE_TEXT = {"Độ khó", "Mục tiêu"}
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
    is_step: bool = False

    @property
    def value(self) -> Choice:
        """The choice as a value."""
        return Choice(self.key, self.text, self.is_right, self.reason)


@dataclass(slots=True)
class WrittenQuestion:
    """A question as written; `kind` is "" when the heading names none, and `fields` holds the lines that were there."""

    id: str
    line: int
    kind: str = ""
    text: str = ""
    choices: list[WrittenChoice] = field(default_factory=list)
    fields: dict[str, Line] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """What stands after that name, or ""."""
        return self.fields[name].text if name in self.fields else ""

    def line_of(self, name: str) -> int:
        """The line of a field; that of the heading when it is not there."""
        return self.fields[name].number if name in self.fields else self.line


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
    split = split_head(text, complain)
    if split is None:
        return None
    head, body = split
    first = next((place for place, line in enumerate(body) if QUESTION.fullmatch(line.text)), len(body))
    return Blocks(head, tuple(_cards(body[:first], complain)), tuple(_questions(body[first:], complain)))


def split_head(text: str, complain: Complain) -> tuple[Fields, list[Line]] | None:
    """Return the head of a file and the lines below it; None when they cannot be told apart, or it is no YAML."""
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
    return Fields(mapping, 1, complain), lines[close:]


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
    last_field = ""
    for line in lines:
        if heading := QUESTION.fullmatch(line.text):
            if question is not None:
                yield _closed(question)
            question, last_field = WrittenQuestion(heading[1], line.number, heading[2] or ""), ""
        elif question is not None and line.text:
            last_field = _take(question, line, last_field, complain)
    if question is not None:
        yield _closed(question)


def _closed(question: WrittenQuestion) -> WrittenQuestion:
    """A question may itself begin with "Mục tiêu: …": without any other text, that line was the text."""
    if not question.text and "Mục tiêu" in question.fields:
        question.text = f"Mục tiêu: {question.fields.pop('Mục tiêu').text}"
    return question


def _take(question: WrittenQuestion, line: Line, last_field: str, complain: Complain) -> str:
    """Put a line where it belongs; returns the name of the field it is part of, or ""."""
    last = question.choices[-1] if question.choices else None
    if MARKUP.search(line.text):
        complain(line.number, "Câu hỏi chỉ viết chữ thường, không dùng ký hiệu định dạng (#, **, `, <...>).")
    elif found := CHOICE.fullmatch(line.text):
        question.choices.append(WrittenChoice(found[2], found[3], found[1] == "x", line.number))
    elif found := STEP.fullmatch(line.text):
        question.choices.append(WrittenChoice(found[1], found[2], True, line.number, is_step=True))
    elif found := FIELD.fullmatch(line.text):
        _take_field(question, found[1], Line(line.number, found[2]), complain)
        return found[1]
    elif line.text.startswith(("-", *(f"{name}:" for name in FIELD_NAMES), "Căn cứ")):
        complain(line.number, "Dòng viết sai; mẫu: '- [x] a. Phương án', 'Căn cứ: lcd-27', 'Bài: M0.3'.")
    elif last_field == "Vì" and line.text.startswith(" ") and not REASON.fullmatch(line.text):
        kept = question.fields["Vì"]
        question.fields["Vì"] = Line(kept.number, f"{kept.text} {line.text.strip()}")
        return last_field
    elif last is None and not question.fields.keys() - BEFORE_THE_TEXT:
        question.text = f"{question.text}\n{line.text}".strip()
    elif last is not None and (found := REASON.fullmatch(line.text)) and not last.reason:
        last.reason = found[1]
    elif last is not None and line.text.startswith(" ") and last.reason and not REASON.fullmatch(line.text):
        last.reason = f"{last.reason} {line.text.strip()}"
    else:
        complain(line.number, "Không hiểu dòng này; sau phương án là dòng '  Vì: lý do'.")
    return ""


def _take_field(question: WrittenQuestion, name: str, value: Line, complain: Complain) -> None:
    if name in question.fields:
        complain(value.number, f"Câu {question.id} có hai dòng '{name}:'.")
    elif name in BEFORE_THE_TEXT and (question.text or question.choices):
        complain(value.number, f"Dòng '{name}:' đứng ngay sau tiêu đề, trước lời hỏi.")
    question.fields.setdefault(name, value)
