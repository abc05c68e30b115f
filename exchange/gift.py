r"""
GIFT, the text form of questions that Moodle and others read; strict, and of bounded time.

Taken: one right answer, several (weights that come to 100), true or false, numbers (tolerance, range), short answers,
comments, categories, names, feedback, general feedback, [html] and the other forms, the escapes \~ \= \# \{ \} \: \n.
Refused by name: essays, matching, descriptions, pictures, answers worth a part of the mark.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from content.model import QuestionKind
from exchange import markdown, numbers, tags, texts
from exchange.faults import ExchangeError, Fault
from exchange.gift_lines import Block, blocks, decode, plain
from exchange.items import Item, lettered, reasoned, true_or_false

_FORM = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_RANGE = re.compile(r"(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)")
_FULL, _NEARLY = Decimal(100), Decimal(1)
_GENERAL = "####"
_UNMATCHED = "Ngoặc nhọn không khớp; giữa câu đừng để dòng trống, ngoặc trong chữ viết là \\{ và \\}."


class _GiftError(ValueError):
    """A question that cannot be taken; the message is for its author."""


class _Answer(NamedTuple):
    sign: str
    weight: Decimal | None
    text: str
    feedback: str


def read(raw: bytes) -> list[Item]:
    """
    Return the questions of a file.

    Raises:
        ExchangeError: with every fault by line; nothing else is ever raised.
    """
    text = decode(raw)
    faults: list[Fault] = []
    items: list[Item] = []
    for block in blocks(text, faults):
        try:
            items.append(_item(block))
        except (_GiftError, texts.NotTextError) as error:
            faults.append(Fault(f"dòng {block.line}", str(error)))
    if not items and not faults:
        faults.append(Fault("", "Tệp không có câu hỏi nào."))
    if faults:
        raise ExchangeError(*faults)
    return items


def _item(block: Block) -> Item:
    text = block.text.strip()
    name = ""
    if text.startswith("::"):
        name, closed, text = text[2:].partition("::")
        if not closed:
            raise _GiftError("Tên câu mở bằng '::' mà chưa đóng bằng '::'.")
    before, opened, rest = text.partition("{")
    if not opened:
        raise _GiftError(_UNMATCHED if "}" in text else "Thiếu phần đáp án { … }; hãy viết thêm. Đoạn mô tả thì bỏ ra.")
    answers, closed, after = rest.partition("}")
    if not closed or "{" in answers or "{" in after or "}" in after or "}" in before:
        raise _GiftError(_UNMATCHED)
    form = _form(before)[0] or "moodle"
    words = texts.lines(_words(f"{before}_____{after}" if after.strip() else before, form))
    if not words:
        raise _GiftError("Câu chưa có lời hỏi; hãy viết thêm.")
    answers, general = _general(answers.strip())
    bare = Item(QuestionKind.ONE, words, f"dòng {block.line}")
    item = reasoned(_kind(bare, answers, form), _words(general, form))
    return tags.read(item, block.id or plain(name), block.category, block.tags)


def _general(answers: str) -> tuple[str, str]:
    place = answers.rfind(_GENERAL)
    return (answers, "") if place < 0 else (answers[:place].strip(), answers[place + len(_GENERAL) :].strip())


def _kind(item: Item, answers: str, form: str) -> Item:
    if not answers:
        raise _GiftError("Câu tự luận chưa nhận được; hãy bỏ ra, hoặc đổi thành câu có đáp án.")
    if answers.startswith("#"):
        return _number(item, answers[1:].strip(), form)
    if "~" in answers:
        return _choices(item, _split(answers, "~=", form))
    first = answers.partition("#")[0].strip()
    if first in {"T", "TRUE", "F", "FALSE"}:
        return _truth(item, answers, form, is_true=first.startswith("T"))
    if "=" in answers and "->" in answers:
        raise _GiftError("Câu ghép cặp chưa nhận được; hãy tách thành các câu một đáp án.")
    return _short(item, _split(answers, "=", form))


def _split(answers: str, signs: str, form: str) -> list[_Answer]:
    found = []
    for sign, body in re.findall(rf"([{signs}])([^{signs}]*)", answers):
        weight = _WEIGHT.match(body)
        said, _, feedback = body[weight.end() if weight else 0 :].partition("#")
        text = texts.one_line(_words(said, form))
        found.append(_Answer(sign, Decimal(weight[1]) if weight else None, text, _words(feedback, form)))
    lead = re.split(rf"[{signs}]", answers, maxsplit=1)[0].strip()
    if lead and found:
        raise _GiftError(f"Trước phương án đầu có chữ thừa: «{plain(lead)[:30]}»; hãy bỏ, hoặc thêm dấu = hay ~.")
    if lead:
        said, _, feedback = lead.partition("#")
        found.append(_Answer("=", None, texts.one_line(_words(said, form)), _words(feedback, form)))
    return found


def _choices(item: Item, answers: list[_Answer]) -> Item:
    if any(not answer.text for answer in answers):
        raise _GiftError("Có phương án trống; hãy điền hoặc bỏ.")
    worth = [
        _FULL if answer.sign == "=" and answer.weight is None else answer.weight or Decimal(0) for answer in answers
    ]
    right = [weight > 0 for weight in worth]
    choices = lettered(
        (answer.text, is_right, answer.feedback) for answer, is_right in zip(answers, right, strict=True)
    )
    whole = sum((weight for weight in worth if weight > 0), Decimal(0))
    if any(answer.sign == "=" for answer in answers):
        if sum(right) != 1 or whole != _FULL:
            raise _GiftError("Có dấu '=' thì chỉ một phương án đúng, các phương án khác không được điểm.")
        return replace(item, choices=choices)
    if abs(whole - _FULL) > _NEARLY:
        raise _GiftError(f"Điểm của các phương án đúng cộng lại là {numbers.vietnamese(whole)}%, phải là 100%.")
    return replace(item, kind=QuestionKind.ONE if sum(right) == 1 else QuestionKind.SEVERAL, choices=choices)


def _truth(item: Item, answers: str, form: str, *, is_true: bool) -> Item:
    said = [texts.one_line(_words(part, form)) for part in answers.split("#", 2)[1:]]
    wrong, right = [*said, "", ""][:2]
    choices = true_or_false(is_true=is_true, of_true=right if is_true else wrong, of_false=wrong if is_true else right)
    return replace(item, kind=QuestionKind.TRUE_FALSE, choices=choices)


def _short(item: Item, answers: list[_Answer]) -> Item:
    full = [answer for answer in answers if answer.weight is None or answer.weight == _FULL]
    if any(answer.weight and answer.weight != _FULL for answer in answers):
        raise _GiftError("Đáp án được một phần điểm chưa nhận được; chỉ đúng hoặc sai.")
    if not full or any(not answer.text for answer in full):
        raise _GiftError("Thiếu đáp án; hãy viết sau dấu =.")
    accepted = tuple(dict.fromkeys(answer.text for answer in full))
    reason = next((texts.one_line(answer.feedback) for answer in full if answer.feedback.strip()), "")
    return replace(item, kind=QuestionKind.TEXT, accepted=accepted, reason=reason)


def _number(item: Item, answers: str, form: str) -> Item:
    found = _split(answers, "=~", form) if answers[:1] in {"=", "~"} else [_sole(answers, form)]
    full = [answer for answer in found if answer.sign == "=" and answer.weight in {None, _FULL}]
    if len(full) != 1 or any(answer.weight for answer in found if answer not in full):
        raise _GiftError("Câu tính phải có đúng một đáp số được trọn điểm, không có điểm từng phần.")
    answer = full[0]
    if span := _RANGE.fullmatch(answer.text):
        low, high = numbers.decimal(span[1]), numbers.decimal(span[2])
        value, tolerance = (None, None) if low is None or high is None else ((low + high) / 2, (high - low) / 2)
    else:
        written, _, slack = answer.text.partition(":")
        value, tolerance = numbers.decimal(written), numbers.decimal(slack) if slack else Decimal(0)
    if value is None or tolerance is None or tolerance < 0:
        raise _GiftError(f"Đáp số «{answer.text[:40]}» sai; mẫu: 9460000, 0.5:0.1, 1..5.")
    return replace(
        item,
        kind=QuestionKind.NUMBER,
        answer=numbers.vietnamese(value),
        value=numbers.plain(value),
        tolerance=numbers.vietnamese(tolerance) if tolerance else "",
        reason=texts.one_line(answer.feedback),
    )


def _sole(answer: str, form: str) -> _Answer:
    said, _, feedback = answer.partition("#")
    return _Answer("=", None, plain(said).strip(), _words(feedback, form))


def _form(text: str) -> tuple[str, str]:
    found = _FORM.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _words(text: str, form: str) -> str:
    own, rest = _form(text)
    match own or form:
        case "html":
            return texts.from_html(plain(rest))
        case "moodle":
            return texts.from_auto(plain(rest))
        case "markdown":
            return markdown.to_words(plain(rest))
        case _:
            return plain(rest)
