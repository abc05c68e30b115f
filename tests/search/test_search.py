from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import figures, loader, search, synonyms
from content.faults import FaultList
from content.hits import HitKind
from content.model import LessonStatus, Library
from content.search import Search
from learning.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from content.model import Lesson

LIBRARY = loader.load()
SEARCH = Search(LIBRARY)
ON = date(2026, 11, 21)
TYPED = st.text(max_size=80) | st.lists(
    st.sampled_from(["luong", "vùng", "IV", "%", "tuldtt", "ko", "dinhcong", "0900000001", "thươnggg", "ạ"]),
    max_size=40,
).map(" ".join)


def with_lesson(lesson_id: str, lesson: Lesson) -> Library:
    """The library with one lesson changed."""
    modules = tuple(
        replace(module, lessons=tuple(lesson if each.id == lesson_id else each for each in module.lessons))
        for module in LIBRARY.modules
    )
    by_module = {each.id: module for module in modules for each in module.lessons}
    lessons = {**LIBRARY.lessons, lesson_id: lesson}
    return Library(modules, MappingProxyType(lessons), LIBRARY.questions, MappingProxyType(by_module))


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("luong toi thieu vung 2", "luong_toi_thieu.vung_2", "4.730.000 đồng/tháng"),
        ("LƯƠNG TỐI THIỂU VÙNG II", "luong_toi_thieu.vung_2", "4.730.000 đồng/tháng"),
        ("lttv 4 la bn", "luong_toi_thieu.vung_4", "3.700.000 đồng/tháng"),
        ("luong toi thieu gio vung 1", "luong_toi_thieu_gio.vung_1", "25.500 đồng/giờ"),
        ("luongtoithieu vung 3", "luong_toi_thieu.vung_3", "4.140.000 đồng/tháng"),
        ("luogn toi thieu vung 2", "luong_toi_thieu.vung_2", "4.730.000 đồng/tháng"),
        ("muc doan phi", "doan_phi.ty_le", "0,5%"),
        ("luong co so", "luong_co_so", "2.530.000 đồng/tháng"),
    ],
)
def test_a_figure_is_answered_at_once(text: str, key: str, shown: str) -> None:
    best = SEARCH.find(text, ON)[0]

    assert (best.ref, best.text) == (key, shown)
    assert best.source.startswith(("Nghị định", "Quyết định"))
    assert best.in_force_from is not None
    assert best.in_force_from <= ON


@pytest.mark.parametrize(
    ("on", "shown"), [(date(2026, 6, 30), "234.000 đồng/tháng"), (date(2026, 7, 1), "253.000 đồng/tháng")]
)
def test_a_figure_has_the_value_of_the_day(on: date, shown: str) -> None:
    hit = SEARCH.at("doan_phi.tran", on)

    assert hit is not None
    assert hit.text == shown


def test_a_figure_without_a_value_that_day_is_no_answer() -> None:
    assert SEARCH.at("luong_co_so", date(2026, 1, 1)) is None


def test_every_name_is_of_a_figure_and_finds_it() -> None:
    for key, name in synonyms.shipped().figures.items():
        assert key in figures.shipped().by_key
        assert key in {hit.ref for hit in SEARCH.find(name.name, ON, 10)}, name.name


def test_diacritics_decide_where_they_are_typed() -> None:
    bonus, bargaining = SEARCH.find("thưởng", ON)[0], SEARCH.find("thương", ON)[0]

    assert bonus.lesson_id == "M2.9"
    assert bargaining.lesson_id != bonus.lesson_id


def test_answers_come_best_first_one_of_a_lesson() -> None:
    hits = SEARCH.find("doi thoai tai noi lam viec", ON, 8)

    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    cards = [hit for hit in hits if hit.kind is HitKind.CARD]
    assert len(hits) == 8
    assert len({hit.lesson_id for hit in cards}) == len(cards) == 7


def test_a_card_says_which_clause_it_rests_on() -> None:
    hit = SEARCH.find("bi phat tien vi quen the", ON)[0]

    assert (hit.lesson_id, hit.source) == ("M2.1", "Bộ luật Lao động 45/2019/QH14, Điều 102")
    assert hit.in_force_from == date(2021, 1, 1)


def test_what_awaits_review_says_so_and_a_draft_is_not_found() -> None:
    lesson = LIBRARY.lessons["M2.6"]
    reviewed, draft = (
        Search(with_lesson("M2.6", replace(lesson, status=status)))
        for status in (LessonStatus.UNDER_REVIEW, LessonStatus.DRAFT)
    )

    assert "chờ rà soát" in reviewed.find("cham luong", ON)[0].text
    assert "M2.6" not in {hit.lesson_id for hit in draft.find("cham luong ngung viec", ON, 10)}
    assert draft.at("M2.6/1", ON) is None


@pytest.mark.parametrize("ref", ["", "/", "M2.6", "M2.6/", "M2.6/0", "M2.6/99", "M2.6/x", "M99.1/1", "no.such", "²/²"])
def test_a_ref_that_names_nothing_gives_nothing(ref: str) -> None:
    assert SEARCH.at(ref, ON) is None


def test_every_card_is_found_by_its_ref() -> None:
    for lesson in LIBRARY.lessons.values():
        for card in range(len(lesson.cards)):
            hit = SEARCH.at(f"{lesson.id}/{card + 1}", ON)
            assert hit is not None
            assert "{{" not in hit.text


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_whatever_is_typed_finds_something_or_nothing(text: str) -> None:
    hits = SEARCH.find(clean(text), ON, 3)

    assert len(hits) <= 3
    assert all(hit.title and hit.text for hit in hits)


@pytest.mark.parametrize("text", ["a" * 4_096, "dinhcong" * 500, "ế" * 4_000, "1" * 4_096, "luong " * 800])
def test_what_is_long_is_answered_as_quickly(text: str) -> None:
    started = time.process_time()
    SEARCH.find(text, ON)

    assert time.process_time() - started < 0.5


def test_a_library_without_lessons_finds_nothing() -> None:
    assert Search(Library((), {}, {}, {})).find("dinh cong", ON) == []


def test_the_search_over_a_library_is_built_once() -> None:
    assert search.over(LIBRARY) is search.over(LIBRARY)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (2, "abbreviations:\n  TƯLĐTT: thỏa ước\n"),
        (1, "other: 1\n"),
        (3, "figures:\n  luong_co_so:\n    name: 5\n    asks: [lương]\n"),
        (2, "meanings:\n  tăng ca: làm thêm\n"),
    ],
)
def test_synonyms_with_faults_are_refused_with_their_line(tmp_path: Path, line: int, text: str) -> None:
    path = tmp_path / "synonyms.yaml"
    path.write_text(text, encoding="utf-8")
    faults = FaultList()

    synonyms.read(path, faults.of("synonyms.yaml"))

    assert line in {fault.line for fault in faults.sorted()}


def test_no_abbreviation_is_a_word_of_the_lessons() -> None:
    """Else writing it out would hide what the lessons say."""
    words = {word for lesson in LIBRARY.lessons.values() for card in lesson.cards for word in card.split()}

    assert words.isdisjoint(synonyms.shipped().abbreviations)


@pytest.mark.parametrize(
    ("text", "is_likely"),
    [
        ("công ty em chậm lương 2 tháng rồi", True),
        ("Hôm nay chuyền 3 tăng ca, em mệt quá", True),
        ("luong toi thieu vung 2", True),
        ("Không gửi nữa vì đã báo qua điện thoại rồi.", False),
        ("chắc là câu đầu ạ", False),
    ],
)
def test_free_text_is_a_likely_question_if_a_lesson_is_about_it(text: str, is_likely: bool) -> None:
    assert SEARCH.find(text, ON)[0].is_likely is is_likely


@pytest.mark.parametrize(
    ("text", "ref", "kind", "lesson"),
    [
        ("mẫu biên bản đối thoại", "CC11", HitKind.TOOL, "M3.4"),
        ("cong thuc tinh tien lam them", "CC7", HitKind.TOOL, "M2.4"),
        ("tinh huong suat com nguoi", "H1", HitKind.DRILL, None),
    ],
)
def test_a_tool_or_drill_asked_for_comes_first(text: str, ref: str, kind: HitKind, lesson: str | None) -> None:
    best = SEARCH.find(text, ON)[0]

    assert (best.ref, best.kind, best.lesson_id, best.is_likely) == (ref, kind, lesson, True)
    assert SEARCH.at(ref, ON) == replace(best, score=0.0)
    assert len(best.text) <= 400
    assert "{{" not in best.text
    assert "…" not in best.text


@pytest.mark.parametrize(
    "text", ["tai nan lao dong lam gi", "lap ke hoach nam cho cdcs", "ko vao cong doan co sao khong"]
)
def test_where_no_kind_is_asked_for_at_most_one_stands_below_the_best_card(text: str) -> None:
    kinds = [hit.kind for hit in SEARCH.find(text, ON, 10)]

    assert kinds[0] is HitKind.CARD
    assert len([kind for kind in kinds if kind in {HitKind.TOOL, HitKind.DRILL}]) == 1


def test_what_is_a_draft_is_not_found() -> None:
    tools = {"CC11": replace(LIBRARY.tools["CC11"], status=LessonStatus.DRAFT)}
    drills = {"H1": replace(LIBRARY.drills["H1"], status=LessonStatus.DRAFT)}
    without = Search(replace(LIBRARY, tools=MappingProxyType(tools), drills=MappingProxyType(drills)))

    assert (without.at("CC11", ON), without.at("H1", ON)) == (None, None)
    assert {hit.kind for hit in without.find("mau bien ban doi thoai", ON)} == {HitKind.CARD}
    assert HitKind.DRILL not in {hit.kind for hit in without.find("tinh huong suat com nguoi", ON)}
