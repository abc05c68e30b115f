from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import PersonId
from content import loader
from handlers.syllabus import lessons_of, next_item
from handlers.syllabus import test_pool as pool_of
from learning.roles import Track
from storage.standing import Studies

LIBRARY = loader.load()
NEW = Studies(
    person_id=PersonId(1),
    tracks=frozenset({Track.GROUP_LEADER}),
    done=frozenset(),
    started=frozenset(),
    best_percent={},
    completed=frozenset(),
    tests=(),
    review=(),
    review_since=None,
    open_run=None,
)
TRACKS = st.frozensets(st.sampled_from(Track), min_size=1)


@given(TRACKS)
def test_everybody_learns_each_lesson_of_their_tracks_once_and_in_order(tracks: frozenset[Track]) -> None:
    for module in LIBRARY.modules:
        lessons = lessons_of(module, tracks)
        places = [module.lessons.index(lesson) for lesson in lessons]

        assert places == sorted(set(places))
        assert {lesson.id for lesson in lessons} == {
            lesson.id for track in tracks for lesson in module.lessons_for(track)
        }


@given(TRACKS)
def test_learning_all_that_comes_next_ends(tracks: frozenset[Track]) -> None:
    studies = replace(NEW, tracks=tracks)
    met: list[str] = []
    while (item := next_item(LIBRARY, studies)) is not None:
        if item.lesson is not None:
            met.append(item.lesson.id)
            studies = replace(studies, done=studies.done | {item.lesson.id})
        else:
            met.append(f"test of {item.module.id}")
            studies = replace(studies, best_percent={**studies.best_percent, item.module.id: 100})

    assert len(set(met)) == len(met)
    assert [lesson for lesson in met if not lesson.startswith("test")] == [
        lesson.id for module in LIBRARY.modules for lesson in lessons_of(module, tracks)
    ]


def test_a_final_test_comes_after_the_lessons_and_at_most_three_times_a_week() -> None:
    module = next(module for module in LIBRARY.modules if lessons_of(module, NEW.tracks))
    done = replace(NEW, done=frozenset(lesson.id for lesson in lessons_of(module, NEW.tracks)))

    for tries in range(module.tries_a_week):
        item = next_item(LIBRARY, replace(done, tests=(module.id,) * tries))
        assert item is not None
        assert (item.module, item.lesson) == (module, None)
    later = next_item(LIBRARY, replace(done, tests=(module.id,) * module.tries_a_week))
    assert later is None or later.module is not module


@pytest.mark.parametrize(("percent", "again"), [(79, True), (80, False), (100, False)])
def test_eighty_percent_are_enough(percent: int, again: bool) -> None:
    module = next(module for module in LIBRARY.modules if lessons_of(module, NEW.tracks))
    done = frozenset(lesson.id for lesson in lessons_of(module, NEW.tracks))
    item = next_item(LIBRARY, replace(NEW, done=done, best_percent={module.id: percent}))

    assert (item is not None and item.module is module) is again


@given(TRACKS)
def test_a_final_test_asks_only_about_lessons_one_has_learned(tracks: frozenset[Track]) -> None:
    for module in LIBRARY.modules:
        lessons = {lesson.id for lesson in lessons_of(module, tracks)}

        assert {question.lesson_id for question in pool_of(module, tracks)} <= lessons


def test_a_lesson_added_later_is_learned_and_the_result_stays() -> None:
    module = next(module for module in LIBRARY.modules if lessons_of(module, NEW.tracks))
    lessons = lessons_of(module, NEW.tracks)
    all_but_one = frozenset(lesson.id for lesson in lessons[:-1])
    item = next_item(LIBRARY, replace(NEW, done=all_but_one, best_percent={module.id: 100}))

    assert item is not None
    assert item.lesson == lessons[-1]
