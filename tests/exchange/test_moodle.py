"""Moodle XML: what Moodle exports is taken, what is dangerous or unknown is refused, nothing of ours is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from content import figures
from content.model import QuestionKind
from exchange import convert, library, moodle
from exchange.faults import ExchangeError
from exchange.formats import Format
from tests.exchange.conftest import SECOND

if TYPE_CHECKING:
    from content.tree import ReadModule
    from tests.content.trees import Tree

SAMPLE = Path(__file__).parent / "samples" / "mau.xml"
DAY = date(2026, 11, 21)
# The fractions of Moodle's own list that we write: of one right answer, of two, of three, of none, and of a wrong one.
FRACTIONS = {"100", "50", "33.33333", "0", "-100"}
BOMB = b'<!DOCTYPE quiz [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><quiz><question type="x">&b;</question></quiz>'


def question(kind: str, inside: str) -> bytes:
    words = "<name><text>Q</text></name><questiontext><text>Hỏi gì?</text></questiontext>"
    return f'<quiz><question type="{kind}">{words}{inside}</question></quiz>'.encode()


def refusal(raw: bytes) -> tuple[str, str]:
    with pytest.raises(ExchangeError) as caught:
        moodle.read(raw)
    (fault,) = caught.value.faults
    return fault.place, fault.message


def test_each_kind_is_read() -> None:
    one, several, truth, number, words, order = moodle.read(SAMPLE.read_bytes())

    assert [item.kind for item in (one, several, truth, number, words, order)] == [
        *(QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.TRUE_FALSE),
        *(QuestionKind.NUMBER, QuestionKind.TEXT, QuestionKind.ORDER),
    ]
    assert (one.id, one.lesson_id, one.difficulty, one.basis) == ("M7.1-2", "M7.1", 1, ("mau",))
    assert one.text == "Ai chủ trì\ncuộc họp tổ?"
    assert [choice.reason for choice in one.choices] == ["Đúng phần việc.", "Xem lại bài."]
    assert [choice.is_right for choice in several.choices] == [True, True, True, False]
    assert [choice.reason for choice in truth.choices] == ["Luật ghi vậy.", "Có quyền bầu."]
    assert (number.answer, number.tolerance, number.unit) == ("12", "0,5", "tháng")
    assert number.reason == "Từ tháng 1 đến tháng 12."
    assert words.accepted == ("CĐ", "5*5")
    assert [choice.text for choice in order.choices] == ["Nghe hết", "Nhắc lại", "Hẹn ngày"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "XML"),
        (b"<quiz>", "XML"),
        (b"<html/>", "quiz"),
        (b"<quiz/>", "không có câu hỏi"),
        (b'<?xml version="1.0" encoding="klingon"?><quiz/>', ""),
        (BOMB, "DOCTYPE"),
        (b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "DOCTYPE"),
        (question("essay", ""), "essay"),
        (question("multichoice", "<answer fraction='100'><text>a</text></answer>" * 2), "đúng một"),
        (question("multichoice", "<single>false</single><answer fraction='60'><text>a</text></answer>"), "60%"),
        (question("multichoice", "<answer fraction='cao'><text>a</text></answer>"), "không phải là số"),
        (question("truefalse", "<answer fraction='100'><text>true</text></answer>"), "true và false"),
        (question("numerical", "<answer fraction='100'><text>mười</text></answer>"), "không phải là số"),
        (question("numerical", "<answer fraction='50'><text>1</text></answer>"), "đúng một đáp số"),
        (question("shortanswer", "<answer fraction='100'><text>a*</text></answer>"), "*"),
        (question("shortanswer", "<answer fraction='30'><text>a</text></answer>"), "một phần điểm"),
        (question("description", "<questiontext><text>x</text><file>x</file></questiontext>"), "description"),
        (question("ordering", "<answer><text>&lt;img src='x'&gt;</text></answer>"), "hình"),
        (question("ordering", "<answer><text>a</text><file name='a.png'>eA==</file></answer>"), "tệp kèm"),
        (b'<quiz><question type="ordering"><questiontext><text> </text></questiontext></question></quiz>', "lời hỏi"),
    ],
)
def test_what_cannot_be_taken_is_told(raw: bytes, said: str) -> None:
    assert said in refusal(raw)[1]


def test_a_fault_names_its_question() -> None:
    assert refusal(question("essay", ""))[0] == "dòng 1, câu thứ 1 «Q»"


@given(st.binary(max_size=200) | st.text(st.sampled_from("<>/quiz&;!-[]CDATA \"'=answer"), max_size=80).map(str.encode))
def test_nothing_but_its_own_error_is_raised(raw: bytes) -> None:
    with pytest.raises(ExchangeError):
        moodle.read(raw)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_any_words_in_html_give_text_or_a_refusal(text: str) -> None:
    root = ElementTree.fromstring(question("ordering", "<answer><text/></answer>"))
    inside = root.find("question/answer/text")
    assert inside is not None
    inside.text = text
    try:
        (item,) = moodle.read(ElementTree.tostring(root))
    except ExchangeError as error:
        assert "câu thứ 1" in error.faults[0].place  # noqa: PT017 - either outcome is right
    else:
        assert item.choices[0].text == " ".join(item.choices[0].text.split())


def test_the_whole_curriculum_comes_back(shipped: list[ReadModule]) -> None:
    items = convert.items(shipped, None, DAY, figures.shipped(), keep_figures=True)

    back = convert.read_items(convert.write_items(items, shipped, Format.MOODLE_XML), Format.MOODLE_XML)

    assert [replace(item, place="") for item in back] == [replace(item, place="") for item in items]


def test_every_kind_comes_back_and_keeps_moodles_rules(tree: Tree) -> None:
    found = library.modules(tree.root)
    items = convert.items(found, None, DAY, library.figures_of(tree.root), keep_figures=True)

    raw = convert.write_items(items, found, Format.MOODLE_XML)

    assert {item.kind for item in items} == set(QuestionKind)
    assert [replace(item, place="") for item in moodle.read(raw)] == [replace(item, place="") for item in items]
    root = ElementTree.fromstring(raw)
    for answer in root.iterfind("question/answer"):
        assert answer.get("fraction") in FRACTIONS | {"1", "2", "3", "4"}
    numerical = root.find("question[@type='numerical']")
    assert numerical is not None
    assert numerical.findtext("answer/text") == "36.5"
    assert numerical.findtext("answer/tolerance") == "0.365"
    assert numerical.findtext("units/unit/unit_name") == "giờ"
    assert [tag.text for tag in numerical.iterfind("tags/tag/text")] == [
        *("can-cu:mau", "don-vi:giờ", "dap-so:{{ gio.to_truong }} * 3 + 0,5", "sai-so:1%"),
    ]


def test_a_number_comes_back_as_its_author_wrote_it(tree: Tree) -> None:
    tree.change(SECOND, "Đáp số: {{ gio.to_truong }} * 3 + 0,5 giờ", "Đáp số: 8.400.000 giờ")
    found = library.modules(tree.root)
    items = convert.items(found, "M7.2", DAY, library.figures_of(tree.root), keep_figures=True)

    back = moodle.read(convert.write_items(items, found, Format.MOODLE_XML))

    assert [(item.answer, item.value) for item in back if item.answer] == [("8.400.000", "8400000")]


def test_figures_are_shown_as_of_the_day_unless_kept(tree: Tree) -> None:
    found, values = library.modules(tree.root), library.figures_of(tree.root)

    shown = convert.items(found, None, date(2027, 1, 1), values, keep_figures=False)

    assert shown[0].choices[0].text == "1.500.000 giờ"
    assert [(item.answer, item.value) for item in shown if item.answer] == [("4500000,5", "4500000.5")]
    assert not any("{{" in str(item) for item in shown)
