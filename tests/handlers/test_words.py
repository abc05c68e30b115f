"""Lengths and manners of what the assistant says, with the longest names that the roster takes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from channels.messages import Message, PersonId, UnitId
from content import answers, loader, present, search, synonyms
from handlers import words
from handlers.context import Installation
from handlers.words.lookup import excerpt
from learning.calendar import DayPart, Shift
from learning.lesson import begin_lesson, begin_review, begin_test
from learning.roles import Role, Track
from storage import broadcasts
from storage.broadcasts import Broadcast
from storage.drills import Standing
from storage.learners import Post
from storage.pauses import Paused
from storage.recipients import Audience
from storage.reporting import Unit
from storage.runs import Run
from storage.signins import SignIn
from storage.standing import Studies
from storage.web_sessions import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learning.lesson import Progress

NAME = "Nguyễn Hoàng Thị Phương Khuyên"
UNIT = "Công đoàn cơ sở Công ty Trách nhiệm hữu hạn Một thành viên Dệt may Xuất nhập khẩu Hoa Sen Vàng"
INSTALLATION = Installation(
    invited_by="Liên đoàn Lao động thành phố và các khu công nghiệp, khu chế xuất",
    document="Kế hoạch số 1234/KH-LĐLĐ ngày 01/11/2026",
    contact=f"đồng chí {NAME}, điện thoại 0900 000 001",
    bot_link="https://t.me/tro_ly_hoc_tap_cong_doan_bot",
)
LIBRARY = loader.load()
KINDS = [*loader.load(Path(__file__).parents[1] / "scenarios" / "kinds").lessons["M1.1"].questions]
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
POST = Post(7, 3, UNIT, "CDCS", Role.FULL_TIMER, Track.STAFF, receives_reports=True)
STUDIES = Studies(
    PersonId(1), frozenset(Track), frozenset(), frozenset({"M0"}), {}, frozenset(), ("M0",), (), None, None
)
BLAMES = ("chậm", "trốn", "vi phạm", "ngoài cửa sổ", "lười")


def run(kind: str, progress: Progress) -> Run:
    return Run(10**15, PersonId(1), kind, "M0", "M0.1", "v", progress, False, NOW, None)


def said() -> Iterator[tuple[str, Message]]:
    lesson = max(LIBRARY.lessons.values(), key=lambda each: len(each.title))
    question = next(iter(LIBRARY.questions.values()))
    sitting = run("lesson", begin_lesson(4, ("a", "b", "c"), number=11, total=12))
    test = run("test", begin_test(("a",) * 10))
    module = LIBRARY.modules[0]
    yield "kept", words.kept(sitting)
    yield "lesson_done", words.lesson_done(sitting, lesson, 3, (), asks_hour=True, replaces=None)
    for tool in LIBRARY.tools.values():
        yield f"lesson_done {tool.id}", words.lesson_done(sitting, lesson, 3, (tool,), asks_hour=True, replaces=None)
    for passed in (True, False):
        yield "test_done", words.test_done(test, module, passed=passed, tries_left=2, replaces=None)
    yield "review_done", words.review_done(run("review", begin_review(("a",))), replaces=None)
    yield "nothing_left", words.nothing_left(STUDIES, LIBRARY)
    yield "reminder", words.reminder(NAME, sitting, lesson)
    yield "reminder of a test", words.reminder(NAME, test, None)
    yield "shift_asked", words.shift_asked()
    yield "answered_before", words.answered_before(sitting, replaces=None)
    for asked in (question, *KINDS):
        order = "".join(choice.key for choice in asked.choices)
        asking = run("lesson", begin_lesson(0, (asked.id,)))
        for picked in {order[:count] for count in range(len(order) + 1)}:
            yield "question", words.question(asking, asked, 10**15, order, TODAY, picked=picked, replaces=None)
        for kept in (answers.right_answer(asked, TODAY), *answers.wrong_answers(asked)):
            yield "verdict", words.verdict(asking, asked, kept, order, TODAY, replaces=None)


def said_of_drills() -> Iterator[tuple[str, Message]]:
    meant = LIBRARY.drills_for(frozenset(Track))
    made = {drill.id: Standing(100, is_open=True) for drill in meant}
    for page in range(3):
        yield "scenes", words.scenes(meant, made, page, replaces=None)
    yield "no scenes", words.scenes((), {}, 0, replaces=None)
    for drill in meant:
        yield "scene_opened", words.scene_opened(drill, 10**15, "cab", replaces=None)
        yield "scene_done", words.scene_done(drill, {}, "Đúng.", was_best=False, replaces=None)
        yield "scene_model", words.scene_model(drill)
        yield "scene_kept", words.scene_kept(drill, 12)


def said_to_newcomers() -> Iterator[tuple[str, Message]]:
    yield "agreed", words.agreed(NAME, INSTALLATION.invited_by)
    yield "stranger", words.welcome_stranger(INSTALLATION)
    yield "stranger without links", words.welcome_stranger(INSTALLATION, has_links=False)
    for message in (words.declined, words.code_unknown, words.too_many_tries, words.unit_unknown, words.name_asked):
        yield message.__name__, message()
    for message in (words.contact_asked, words.contact_not_own, words.contact_unmatched, words.already_taken):
        yield message.__name__, message()
    for reached in (True, False):
        yield "waits_for_chair", words.waits_for_chair(UNIT, reached=reached)
        yield "change_passed_on", words.change_passed_on(reached=reached)
        yield "unlink_asked", words.unlink_asked(is_last=reached)
        yield "change_decided", words.change_decided(accepted=reached, note="Đã kết thúc.", replaces=None)
    yield "newcomer", words.newcomer(NAME, UNIT, 10**15, [(10**15, f"{NAME}, tổ trưởng, {UNIT}")] * 3)
    yield "newcomer_decided", words.newcomer_decided(NAME, f"{NAME}, tổ trưởng, {UNIT}", replaces=None)
    yield "not_recognised", words.not_recognised(UNIT)


def said_of_settings() -> Iterator[tuple[str, Message]]:
    for part in DayPart:
        yield "hour_set", words.hour_set(part, None, replaces=None)
    for shift in Shift:
        yield "shift_set", words.shift_set(shift, replaces=None)
    for how in ("sau_ca", "tuan", "ngung", "nhac"):
        yield "snoozed", words.snoozed(how, "sau 06:45 ngày 22/11", replaces=None)
    for message in (words.settings, words.shifts, words.help_text, words.not_understood, words.try_again):
        yield message.__name__, message()
    for message in (words.erase_asked, words.erased, words.unlinked):
        yield message.__name__, message()
    for asked in KINDS:
        order = "".join(choice.key for choice in asked.choices)
        yield "in question", words.not_understood_in_question(asked, order)
    yield "me", words.me(NAME, [POST], ["Nhập môn công đoàn: 5/5 bài, kiểm tra cuối 90% ✔"] * 2)
    yield "link_code", words.link_code("K7MP-2QXD-9T", INSTALLATION.bot_link)
    yield "linked", words.linked(NAME)
    yield "changes", words.changes([POST])
    yield "which_post", words.which_post("thoi_chuc", [POST])
    yield "change_said", words.change_said("nguoi_moi")
    for kind in words.CHANGE_KINDS:
        yield "change_asked", words.change_asked(10**15, kind, NAME, f"Chủ tịch, {UNIT}", "x" * 150)


def said_of_lookups() -> Iterator[tuple[str, Message]]:
    day = date(2026, 11, 21)
    found = search.over(LIBRARY)
    yield "lookup_asked", words.lookup_asked()
    for counted in (True, False):
        yield "looked_in_vain", words.looked_in_vain(999, 99, is_counted=counted)
    for key in synonyms.shipped().figures:
        if (figure := found.at(key, day)) is not None:
            yield f"answer {key}", words.answer(figure, ["M2.6/1"], day, replaces=None)
    for lesson in LIBRARY.lessons.values():
        for card in range(len(lesson.cards)):
            hit = found.at(f"{lesson.id}/{card + 1}", day)
            assert hit is not None
            for doubt in (True, False):
                shown = words.answer(hit, ["M10.4/5"] * 4, day, replaces=None, is_doubtful=doubt)
                yield f"answer {hit.ref}", shown
            yield f"reading {hit.ref}", words.reading(lesson, card, day, replaces=None)
        yield f"not_understood {lesson.id}", words.not_understood(found.at(f"{lesson.id}/1", day))


def test_every_answer_fits_a_phone() -> None:
    for name, message in said_of_lookups():
        shown = message.full_text
        assert len(shown) <= 400, f"{name}: {len(shown)}"
        assert shown == unicodedata.normalize("NFC", shown)
        assert all(len(button.label) <= 60 for row in message.buttons for button in row)


def test_an_answer_is_cut_after_a_sentence_and_keeps_what_matters() -> None:
    long = "Câu một rất dài.\n• Ý hai\n• Ý ba\nCâu bốn: còn nữa. Câu năm.\nViệc làm ngay: ghi lại."

    assert excerpt(long, 400) == "Câu một rất dài.\n• Ý hai\n• Ý ba\nCâu bốn: còn nữa. Câu năm."
    assert excerpt(long, 35) == "Câu một rất dài.\n• Ý hai\n• Ý ba\n…"
    assert excerpt(long, 30, 3) == "…\nCâu bốn: còn nữa. Câu năm."
    assert excerpt(long, 38, 3) == "…\n• Ý ba\nCâu bốn: còn nữa. Câu năm."
    assert excerpt(long, 26, 3) == "…\nCâu bốn: còn nữa.\n…"
    assert excerpt(long, 52) == "Câu một rất dài.\n• Ý hai\n• Ý ba\nCâu bốn: còn nữa.\n…"
    assert excerpt("Việc làm ngay: gọi.", 400, 9) == "Việc làm ngay: gọi."
    reviewed = f"{long}\n\n{present.REVIEW_SENTENCE}"
    assert excerpt(reviewed, 70) == f"Câu một rất dài.\n• Ý hai\n…\n\n{present.REVIEW_SENTENCE}"
    assert all(len(excerpt(long, room, line)) <= room for room in range(20, 90) for line in range(6))


def said_to_officers() -> Iterator[tuple[str, Message]]:
    unit, above = Unit(UnitId(10**15), "A", UNIT, "CDCS"), Unit(UnitId(10**14), "B", UNIT, "CDCS")
    paused = Paused(unit.id, "A", UNIT, NOW, NAME)
    yield "pause_for_officers", words.pause_for_officers()
    yield "pause_which", words.pause_which([unit] * 3, [paused] * 5)
    yield "pause_asked", words.pause_asked(unit, 300_000, replaces=None)
    for pause in (paused, replace(paused, unit_id=above.id), replace(paused, by_name=None)):
        yield "pause_stands", words.pause_stands(unit, pause, 300_000, may_resume=True, replaces=None)
    for still in (None, paused):
        yield "resumed", words.resumed(unit, 300_000, still, replaces=None)
    roles = list(Role)[:6]
    counted = Audience(300_000, 20_000, 20_000)
    cast = Broadcast(10**15, unit.id, UNIT, (), "x", 300_000, NOW, NAME, is_queued=True, is_cancelled=False)
    yield "cast_for_officers", words.cast_for_officers()
    yield "cast_which", words.cast_which([unit] * 3)
    yield "cast_unit", words.cast_unit(unit, [(10**15, UNIT)] * 6, 1, has_more=True, replaces=None)
    yield "cast_roles", words.cast_roles(unit, roles, 63, replaces=None)
    yield "cast_words", words.cast_words(unit, replaces=None)
    yield "cast_too_long", words.cast_too_long(4_096, 400)
    for audience in (counted, Audience(0, 20_000, 0)):
        yield "cast_asked", words.cast_asked(unit, roles[:3], 7, audience, "0" * 12, NOW)
    yield "cast_stale", words.cast_stale(replaces=None)
    yield "cast_dropped", words.cast_dropped(replaces=None)
    yield "cast_progress", words.cast_progress(cast, broadcasts.Progress(*[300_000] * 5), NOW, replaces=None)
    yield "cast_once_a_day", words.cast_once_a_day(cast)
    asked = SignIn(
        10**15, "47", "Samsung Internet trên Android", "0:" * 7 + "ffff", NOW, NOW, None, None, is_used=False
    )
    yield "board_for_officers", words.board_for_officers()
    yield "sign_in_how", words.sign_in_how("https://tro-ly.congdoan-tinh.example.vn/dang-nhap")
    yield "sign_in_unknown", words.sign_in_unknown()
    yield "sign_in_asked", words.sign_in_asked(asked)
    for accepted in (True, False):
        yield "sign_in_decided", words.sign_in_decided(accepted=accepted, replaces=None)
    for number in (0, 10):
        yield "sessions", words.sessions([Session(10**15, asked.agent, NOW, NOW)] * number)


@pytest.mark.parametrize(
    ("name", "message"),
    [*said(), *said_of_drills(), *said_to_newcomers(), *said_of_settings(), *said_to_officers()],
)
def test_a_message_fits_a_phone_and_blames_nobody(name: str, message: Message) -> None:
    shown = message.full_text

    assert len(shown) <= 400, f"{name}: {len(shown)}"
    assert shown == unicodedata.normalize("NFC", shown)
    assert not any(blame in shown.lower() for blame in BLAMES)
    assert all(len(button.label) <= 60 for row in message.buttons for button in row)


def test_the_consent_says_who_what_why_and_what_is_never_asked() -> None:
    message = words.consent(INSTALLATION, INSTALLATION.invited_by, "u", "9" * 15, UNIT)

    assert len(message.full_text) <= 1_500
    for part in (INSTALLATION.invited_by, INSTALLATION.document, "trợ lý giữ", "xóa", "OTP", INSTALLATION.contact):
        assert part in message.text
