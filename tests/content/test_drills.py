"""The loader of drills: what it takes, and what it refuses with which file and line."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import drill_text
from content.drill_model import Skill
from content.loader import ContentError, check, load, sources
from content.model import LessonStatus
from learning import drill as rules
from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Iterator

    from content.drill_model import Drill, Turn
    from content.model import Library
    from tests.content.trees import Tree

F = "drills/H1.yaml"
HEAD = """\
id: H1
title: Suất cơm
skill: lắng nghe
audience: [T, C]
status: ban hành
setting: Giờ nghỉ trưa.
rubric:
  - key: nghe
    name: Nghe
    good: Để chị nói hết.
  - key: hoi
    name: Hỏi
    good: Hỏi câu mở.
  - key: hen
    name: Hẹn
    good: Có ngày trả lời.
legal:
  - key: mau
    cite: Luật mẫu, Điều 1
    review_by: 2027-06-30
start: t1
turns:
"""
TURN = """\
  t{number}:
    says:
      who: Chị Hoa
      text: Câu {number}.
    choices:
      - key: a
        text: Lời hay
        next: {next}
        points: {{{criterion}: 2}}
        note: Hay.
      - key: b
        text: Lời dở
        next: {next}
        note: Dở.
"""
TAIL = """\
bands:
  - at_least: 80
    text: Rất tốt.
  - at_least: 0
    text: Cần tập thêm.
model: Chị kể em nghe.
"""
TURNS = 6
GOODS = ("Để chị nói hết.", "Hỏi câu mở.", "Có ngày trả lời.", "Cần tập thêm.")


def written() -> str:
    turns = [
        TURN.format(
            number=number,
            next=f"t{number + 1}" if number < TURNS else "end",
            criterion=("nghe", "hoi", "hen")[number % 3],
        )
        for number in range(1, TURNS + 1)
    ]
    return HEAD + "".join(turns) + TAIL


def line_of(piece: str) -> int:
    return written()[: written().index(piece)].count("\n") + 1


T1, T2, T6 = (line_of(f"  t{number}:\n") for number in (1, 2, 6))

FOURTH = "  - key: du\n    name: Đủ\n    good: Đủ người.\n"
LOST = """\
  x:
    says: {who: A, text: B}
    choices:
      - {key: a, text: A, next: end, note: N}
      - {key: b, text: B, next: end, note: N}
"""

# what it is, a piece of the file, what stands there instead, the line and a piece of the message expected
SPOILT = [
    ("no start", "start: t1", "start: t9", line_of("start"), "'t9' không có"),
    ("leads nowhere", "next: t2", "next: t9", T1 + 5, "'t9' không có"),
    ("too short", "next: t2", "next: t3", line_of("start"), "Đường ngắn nhất 5"),
    ("nobody comes there", "bands:\n", LOST + "bands:\n", line_of("bands:"), "Không lời đáp nào dẫn tới lượt 'x'"),
    ("round and round", "next: end", "next: t2", T2, "quay lại"),
    ("a criterion without points", "legal:\n", FOURTH + "legal:\n", line_of("rubric"), "'du' chưa có"),
    ("an unknown criterion", "points: {hen: 2}", "points: {la: 2}", T2 + 8, "'la' không có trong rubric"),
    ("too many points", "points: {hen: 2}", "points: {hen: 3}", T2 + 8, "từ 0 đến 2"),
    (
        "two criteria",
        "  - key: hen\n    name: Hẹn\n    good: Có ngày trả lời.\n",
        "",
        line_of("rubric"),
        "Có 2 tiêu chí",
    ),
    ("reply d", "- key: b", "- key: d", T1 + 10, "chỉ dùng a, b, c"),
    ("reply twice", "- key: b", "- key: a", T1 + 10, "trùng"),
    ("no note", "        note: Hay.\n", "", T1 + 5, "Thiếu mục 'note'"),
    ("a reply too long", "text: Lời hay", "text: " + "dài " * 16, T1 + 6, "nhiều nhất 60"),
    ("the model answer too long", "model: Chị kể em nghe.", "model: " + "m" * 370, line_of("model"), "Lời mẫu dài"),
    ("unknown skill", "skill: lắng nghe", "skill: hát", 3, "Kỹ năng 'hát'"),
    ("unknown audience", "[T, C]", "[T, X]", 4, "Đối tượng 'X'"),
    ("another file's id", "id: H1", "id: H2", 1, "H2.yaml"),
    ("no id", "id: H1", "id: bảy", 1, "Mã tình huống"),
    ("bands that rise", "at_least: 80", "at_least: 0", line_of("bands"), "giảm dần"),
    ("a misspelt field", "setting:", "seting:", 6, "Không hiểu mục 'seting'"),
    ("a parameter", "Câu 3.", "Câu {{ x.y }}.", line_of("  t3:"), "không dùng tham số"),
    ("turns that are a list", "turns:\n", "turns: [a]\nx:\n", line_of("turns:"), "tên: giá trị"),
]


def spoil(tree: Tree, old: str, new: str) -> None:
    tree.write(F, written())
    tree.change(F, old, new)


@pytest.mark.parametrize(("old", "new", "line", "message"), [pytest.param(*case[1:], id=case[0]) for case in SPOILT])
def test_a_spoilt_drill_is_refused_with_its_line(tree: Tree, old: str, new: str, line: int, message: str) -> None:
    spoil(tree, old, new)

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    assert any((fault.file, fault.line) == (F, line) and message in fault.message for fault in caught.value.faults), (
        str(caught.value)
    )


LONG = "dài " * 25
LONGER = LONG * 2 + "x" * 80
TOO_LONG = [
    ("a turn below the longest note", (("note: Hay.", f"note: {LONG}"), ("Câu 2.", LONGER)), T2, "Lượt 't2'"),
    ("the first turn below the setting", (("Giờ nghỉ", LONG), ("Câu 1.", LONGER)), T1, "Lượt 't1'"),
    ("a result that shows the whole rubric", tuple((good, LONG) for good in GOODS), 1, "Kết quả dài"),
]


@pytest.mark.parametrize(("changes", "line", "message"), [pytest.param(*case[1:], id=case[0]) for case in TOO_LONG])
def test_what_is_too_long_when_shown_is_refused(
    tree: Tree, changes: tuple[tuple[str, str], ...], line: int, message: str
) -> None:
    tree.write(F, written())
    for old, new in changes:
        tree.change(F, old, new)

    found = check(tree.root).errors

    assert [(fault.file, fault.line, message in fault.message) for fault in found] == [(F, line, True)]


def test_points_that_no_single_way_brings_are_refused(tree: Tree) -> None:
    """The second reply is worth points on another criterion than the first."""
    spoil(tree, "note: Dở.", "points: {nghe: 1}\n        note: Dở.")

    assert any("Không đường nào" in fault.message for fault in check(tree.root).errors)


def test_a_good_drill_loads(tree: Tree) -> None:
    tree.write(F, written())

    library = load(tree.root)
    drill = library.drills["H1"]

    assert check(tree.root).drills == 1
    assert (drill.skill, drill.audience) == (Skill.LISTENING, frozenset({Track.GROUP_LEADER, Track.CHAIR}))
    assert drill.full == {"nghe": 4, "hoi": 4, "hen": 4}
    assert [drill.band(percent).at_least for percent in (100, 80, 79, 0)] == [80, 80, 0, 0]
    assert ("H1", drill.version, written()) in sources(tree.root)


def test_a_draft_is_shown_to_nobody(tree: Tree) -> None:
    spoil(tree, "status: ban hành", "status: nháp")

    library = load(tree.root)

    assert library.drills_for({Track.CHAIR}) == ()
    assert library.drill("H1") is None


def test_a_drill_is_for_its_tracks(tree: Tree) -> None:
    tree.write(F, written())

    library = load(tree.root)

    assert [drill.id for drill in library.drills_for({Track.CHAIR, Track.STAFF})] == ["H1"]
    assert library.drills_for({Track.STAFF}) == ()


def test_a_review_date_warns_once_it_is_past(tree: Tree) -> None:
    tree.write(F, written())

    on_the_day, day_after = (check(tree.root, on=day).warnings for day in (date(2027, 6, 30), date(2027, 7, 1)))

    assert [fault for fault in on_the_day if fault.file == F] == []
    assert [fault.line for fault in day_after if fault.file == F] == [line_of("    review_by")]


def test_under_review_is_said_with_the_model_answer(tree: Tree) -> None:
    spoil(tree, "status: ban hành", "status: cần rà soát")

    drill = load(tree.root).drills["H1"]

    assert drill.status is LessonStatus.UNDER_REVIEW
    assert "chờ rà soát" in drill_text.model_text(drill)


# --- the twelve that are shipped --------------------------------------------------------------------------------------


def order(turn: Turn) -> str:
    return "".join(reply.key for reply in turn.replies)


def ways(drill: Drill) -> Iterator[rules.Walk]:
    """Every way through a drill."""
    waiting = [rules.begin(drill.start)]
    while waiting:
        walk = waiting.pop()
        if walk.at is None:
            yield walk
        else:
            waiting += [rules.take(drill.graph, walk, reply.key) for reply in drill.turns[walk.at].replies]


def test_twelve_are_shipped_three_of_each_skill(shipped: Library) -> None:
    assert list(shipped.drills) == [f"H{number}" for number in range(1, 13)]
    assert [sum(drill.skill is skill for drill in shipped.drills.values()) for skill in Skill] == [3, 3, 3, 3]


def test_every_track_has_drills(shipped: Library) -> None:
    assert all(len(shipped.drills_for({track})) >= 2 for track in Track)


@pytest.mark.parametrize("number", range(1, 13))
def test_all_that_a_shipped_drill_shows_fits_a_phone(shipped: Library, number: int) -> None:
    drill = shipped.drills[f"H{number}"]
    shown = {drill_text.model_text(drill), drill_text.opening_text(drill, order(drill.turns[drill.start]))}
    totals = []
    for walk in ways(drill):
        assert 6 <= len(walk.picks) <= 12
        at = drill.start
        for place, choice in enumerate(walk.picks, start=2):
            reply = drill.turns[at].reply(choice)
            assert reply is not None
            best = rules.is_best(drill.graph, at, choice)
            if reply.branch.next is None:
                shown.add(drill_text.result_text(drill, walk.points, reply.note, was_best=best))
            else:
                at = reply.branch.next
                turn = drill.turns[at]
                shown.add(drill_text.turn_text(turn, order(turn), place, reply.note, was_best=best))
        totals.append(walk.total)

    assert max(map(len, shown)) <= 400
    assert all(unicodedata.is_normalized("NFC", text) for text in shown)
    assert max(totals) == sum(drill.full.values())
    assert min(totals) <= 2


def test_the_longest_reply_is_not_the_best_one_more_often_than_by_chance(shipped: Library) -> None:
    turns = [(drill, turn) for drill in shipped.drills.values() for turn in drill.turns.values()]
    longest = [
        rules.is_best(drill.graph, turn.key, max(turn.replies, key=lambda reply: len(reply.text)).key)
        for drill, turn in turns
    ]

    assert sum(longest) <= len(longest) / 2


def test_no_drill_of_the_shipped_ones_has_a_long_sentence() -> None:
    assert [fault for fault in check().warnings if fault.file.startswith("drills/")] == []
