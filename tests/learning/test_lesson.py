from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.lesson import (
    Progress,
    StepKind,
    advance,
    answer,
    begin_lesson,
    begin_review,
    begin_test,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = st.lists(st.from_regex(r"M[0-9]\.[0-9]{1,2}\.q[0-9]", fullmatch=True), max_size=6, unique=True).map(tuple)
ANSWERS = st.lists(st.booleans(), min_size=24, max_size=24)


@st.composite
def lessons(draw: st.DrawFn) -> Progress:
    questions = draw(QUESTIONS)
    review = tuple(f"old.{n}" for n in range(draw(st.integers(0, 3))))
    total = draw(st.integers(1, 12))
    cards = draw(st.integers(0 if questions or review else 1, 5))
    changed = draw(st.sets(st.sampled_from(review))) if review else set[str]()
    return begin_lesson(cards, questions, review, changed, number=draw(st.integers(1, total)), total=total)


SITTINGS = st.one_of(lessons(), QUESTIONS.filter(bool).map(begin_test), QUESTIONS.filter(bool).map(begin_review))


def sit_through(progress: Progress, answers: list[bool]) -> Iterator[tuple[Progress, bool | None]]:
    """Each state of a whole sitting; with the answer when it was just given."""
    given_answers = iter(answers)
    yield progress, None
    while not progress.is_finished:
        if progress.step.is_question and not progress.answered:
            is_right = next(given_answers)
            progress = answer(progress, is_right=is_right)
            yield progress, is_right
        else:
            progress = advance(progress)
            yield progress, None


@given(SITTINGS, ANSWERS)
def test_every_card_is_shown_and_every_question_asked_once_and_wrong_ones_once_more(
    begun: Progress, answers: list[bool]
) -> None:
    shown: dict[int, tuple[StepKind, str]] = {}
    wrong: list[str] = []
    for state, is_right in sit_through(begun, answers):
        if state.is_finished:
            break
        shown[state.at] = (state.step.kind, state.step.ref)
        if is_right is False and state.step.kind is StepKind.QUESTION:
            wrong.append(state.step.ref)

    expected = [(step.kind, step.ref) for step in begun.steps] + [(StepKind.AGAIN, ref) for ref in wrong]
    assert [shown[place] for place in range(len(shown))] == expected


@given(SITTINGS, ANSWERS)
def test_a_sitting_ends_after_its_last_step_and_not_before(begun: Progress, answers: list[bool]) -> None:
    *before, (last, _) = sit_through(begun, answers)

    assert last.is_finished
    assert last.at == len(last.steps)
    assert not last.may_advance
    assert not any(state.is_finished for state, _ in before)


@given(SITTINGS, ANSWERS)
def test_first_answers_alone_make_the_result(begun: Progress, answers: list[bool]) -> None:
    right = sum(
        bool(is_right) for state, is_right in sit_through(begun, answers) if is_right is not None and counts(state)
    )
    *_, (last, _) = sit_through(begun, answers)

    assert last.right_first == right
    assert last.asked == sum(step.kind in {StepKind.QUESTION, StepKind.TEST} for step in begun.steps)
    assert last.percent == (100 * right // last.asked if last.asked else 100)
    assert 0 <= last.percent <= 100


def counts(state: Progress) -> bool:
    return state.step.kind in {StepKind.QUESTION, StepKind.TEST}


@given(SITTINGS, ANSWERS)
def test_every_state_survives_being_kept_as_json(begun: Progress, answers: list[bool]) -> None:
    for state, _ in sit_through(begun, answers):
        assert Progress.from_json(json.loads(json.dumps(state.as_json()))) == state


@given(SITTINGS, ANSWERS)
def test_a_question_can_neither_be_skipped_nor_answered_twice(begun: Progress, answers: list[bool]) -> None:
    for state, _ in sit_through(begun, answers):
        waits = not state.is_finished and state.step.is_question and not state.answered
        assert state.may_advance is not (waits or state.is_finished)
        if waits or state.is_finished:
            with pytest.raises(ValueError, match="cannot be left"):
                advance(state)
        if not waits:
            with pytest.raises(ValueError, match="nothing to answer"):
                answer(state, is_right=True)


def test_four_of_five_are_a_pass_and_seventy_nine_percent_are_none() -> None:
    five = begin_test(tuple("abcde"))
    for is_right in (True, True, True, True, False):
        five = advance(answer(five, is_right=is_right))
    assert five.percent == 80

    many = begin_test(tuple(str(n) for n in range(24)))
    for n in range(24):
        many = advance(answer(many, is_right=n < 19))  # 79.17 %
    assert many.percent == 79


def test_a_wrong_answer_in_a_final_test_does_not_come_back() -> None:
    progress = answer(begin_test(("a", "b")), is_right=False)

    assert [step.ref for step in progress.steps] == ["a", "b"]
