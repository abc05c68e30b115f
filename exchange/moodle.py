"""
Moodle XML read: questions as Moodle exports them, in one or many categories.

Taken: multichoice, truefalse, numerical, shortanswer, ordering. Refused by name: every other type, pictures, answers
worth a part of the mark, DTDs and entities.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from content.model import QuestionKind
from exchange import moodle_tree, numbers, tags, texts
from exchange.faults import ExchangeError, Fault, refused
from exchange.items import Item, lettered, reasoned, true_or_false
from exchange.moodle_elements import FULL, QuestionError, plain, sole, words, worth

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 20 * 2**20
MOST_QUESTIONS = 5_000
_NEARLY = Decimal(1)
_REFUSED = {
    "essay": "Câu tự luận",
    "matching": "Câu ghép cặp",
    "match": "Câu ghép cặp",
    "description": "Đoạn mô tả",
    "cloze": "Câu điền nhiều chỗ",
    "multianswer": "Câu điền nhiều chỗ",
    "gapselect": "Câu chọn từ vào chỗ trống",
    "ddwtos": "Câu kéo thả",
    "ddimageortext": "Câu kéo thả lên hình",
    "ddmarker": "Câu kéo thả lên hình",
    "calculated": "Câu tính theo mẫu",
    "calculatedsimple": "Câu tính theo mẫu",
    "calculatedmulti": "Câu tính theo mẫu",
    "randomsamatch": "Câu ghép cặp",
}
# A `\*` in a short answer is a star; a bare one stands for anything.
_WILDCARD = re.compile(r"(?<!\\)\*")


def read(raw: bytes) -> list[Item]:
    """
    Return the questions of a file.

    Raises:
        ExchangeError: with every fault; nothing else is ever raised.
    """
    if len(raw) > MOST_BYTES:
        raise refused("Tệp lớn hơn 20 MiB; hãy chia thành nhiều tệp, xuất không kèm hình.")
    try:
        root = moodle_tree.parse(raw)
    except DefusedXmlException as error:
        raise refused("Tệp có khai báo DOCTYPE hay thực thể, không an toàn; hãy xuất lại từ Moodle.") from error
    except ParseError as error:
        raise refused("XML viết sai, không đọc được; hãy xuất lại từ Moodle.", f"dòng {error.position[0]}") from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not know
        raise refused("Không đọc được bảng mã của tệp; hãy lưu lại dạng UTF-8.") from error
    if root.tag != "quiz":
        raise refused("Đây không phải tệp câu hỏi Moodle XML (phần tử ngoài cùng phải là quiz).")
    return _all(root)


def _all(root: Element) -> list[Item]:
    items: list[Item] = []
    faults: list[Fault] = []
    category = ""
    for question in root.iter("question"):
        if question.get("type") == "category":
            category = plain(question.find("category"))
            continue
        if len(items) + len(faults) >= MOST_QUESTIONS:
            faults.append(Fault("", f"Tệp có hơn {MOST_QUESTIONS} câu; hãy chia ra."))
            break
        name = texts.one_line(plain(question.find("name")))[:60]
        place = f"dòng {question.get(moodle_tree.LINE)}, câu thứ {len(items) + len(faults) + 1} «{name}»"
        try:
            items.append(_item(question, place, category))
        except (QuestionError, texts.NotTextError) as error:
            faults.append(Fault(place, str(error)))
    if not items and not faults:
        faults.append(Fault("", "Tệp không có câu hỏi nào."))
    if faults:
        raise ExchangeError(*faults)
    return items


def _item(question: Element, place: str, category: str) -> Item:
    if (kind := question.get("type") or "") in _REFUSED:
        raise QuestionError(_refusal(kind))
    text = words(question.find("questiontext"))
    if not text:
        raise QuestionError("Câu chưa có lời hỏi; hãy viết thêm.")
    item = _kind(question, Item(QuestionKind.ONE, text, place))
    item = reasoned(item, words(question.find("generalfeedback")))
    own = plain(question.find("idnumber")) or plain(question.find("name"))
    return tags.read(item, own, category, (plain(tag) for tag in question.iterfind("tags/tag")))


def _kind(question: Element, item: Item) -> Item:
    match question.get("type"):
        case "multichoice":
            return _choices(question, item)
        case "truefalse":
            return _truth(question, item)
        case "numerical":
            return _number(question, item)
        case "shortanswer":
            return _short(question, item)
        case "ordering":
            return replace(item, kind=QuestionKind.ORDER, choices=lettered(_steps(question)))
        case _:
            raise QuestionError(_refusal(question.get("type") or ""))


def _steps(question: Element) -> list[tuple[str, bool, str]]:
    """The steps in their order, which Moodle keeps as fractions 1, 2, 3…; as they stand where those are no order."""
    answers = list(question.iterfind("answer"))
    places = [worth(answer) for answer in answers]
    if sorted(places) == list(range(1, len(answers) + 1)):
        answers.sort(key=worth)
    return [(words(answer), True, "") for answer in answers]


def _refusal(kind: str) -> str:
    named = f"{_REFUSED[kind]} (loại «{kind}»)" if kind in _REFUSED else f"Loại câu «{kind[:30]}»"
    return f"{named} chưa nhận được; hãy bỏ ra, hoặc đổi thành câu có đáp án."


def _choices(question: Element, item: Item) -> Item:
    answers = [(words(answer), worth(answer), words(answer.find("feedback"))) for answer in question.iterfind("answer")]
    choices = lettered((text, share > 0, reason) for text, share, reason in answers)
    whole = sum((share for _, share, _ in answers if share > 0), Decimal(0))
    rights = sum(share > 0 for _, share, _ in answers)
    if plain(question.find("single")).casefold() not in {"false", "0"}:
        if rights != 1 or whole != FULL:
            raise QuestionError("Câu chọn một phải có đúng một phương án 100%, các phương án khác không được điểm.")
        return replace(item, choices=choices)
    if abs(whole - FULL) > _NEARLY:
        raise QuestionError(f"Điểm của các phương án đúng cộng lại là {numbers.vietnamese(whole)}%, phải là 100%.")
    return replace(item, kind=QuestionKind.ONE if rights == 1 else QuestionKind.SEVERAL, choices=choices)


def _truth(question: Element, item: Item) -> Item:
    found = {plain(answer).casefold(): answer for answer in question.iterfind("answer")}
    if set(found) != {"true", "false"} or (worth(found["true"]) > 0) == (worth(found["false"]) > 0):
        raise QuestionError("Câu đúng sai phải có hai đáp án true và false, một đúng một sai.")
    choices = true_or_false(
        is_true=worth(found["true"]) > 0,
        of_true=words(found["true"].find("feedback")),
        of_false=words(found["false"].find("feedback")),
    )
    return replace(item, kind=QuestionKind.TRUE_FALSE, choices=choices)


def _number(question: Element, item: Item) -> Item:
    answer = sole(question, "Câu tính phải có đúng một đáp số được trọn điểm, không có điểm từng phần.")
    value, tolerance = numbers.decimal(plain(answer)), numbers.decimal(plain(answer.find("tolerance")) or "0")
    if value is None or tolerance is None or tolerance < 0:
        raise QuestionError("Đáp số hoặc sai số không phải là số; mẫu: 9460000 hoặc 0.5.")
    return replace(
        item,
        kind=QuestionKind.NUMBER,
        answer=numbers.vietnamese(value),
        value=numbers.plain(value),
        tolerance=numbers.vietnamese(tolerance) if tolerance else "",
        unit=_unit(question),
        reason=words(answer.find("feedback")),
    )


def _unit(question: Element) -> str:
    """Return the unit that the answer is in; Moodle may know others, as multiples of it."""
    for unit in question.iterfind("units/unit"):
        if numbers.decimal(unit.findtext("multiplier") or "1") == 1:
            return texts.one_line(unit.findtext("unit_name") or "")
    return ""


def _short(question: Element, item: Item) -> Item:
    full = [answer for answer in question.iterfind("answer") if worth(answer) == FULL]
    if any(0 < worth(answer) < FULL for answer in question.iterfind("answer")):
        raise QuestionError("Đáp án được một phần điểm chưa nhận được; chỉ đúng hoặc sai.")
    accepted = [texts.one_line(plain(answer)) for answer in full]
    if not accepted or not all(accepted) or any(map(_WILDCARD.search, accepted)):
        raise QuestionError("Thiếu đáp án, hoặc đáp án đúng có dấu * thay cho chữ bất kỳ; hãy ghi rõ từng đáp án.")
    return replace(
        item,
        kind=QuestionKind.TEXT,
        accepted=tuple(dict.fromkeys(text.replace("\\*", "*") for text in accepted)),
        reason=next(filter(None, (words(answer.find("feedback")) for answer in full)), ""),
    )
