"""Item analysis on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from learning.roles import Role
from storage.items import items, keep, kept, number_of_answers
from storage.tables import attempt, lesson_run
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

NOW = datetime(2026, 11, 21, tzinfo=UTC)


async def _sitting(conn: AsyncConnection, person_id: int, answers: dict[str, tuple[str, bool]]) -> None:
    """One finished sitting; a question named twice in a person's sittings counts with its first answer."""
    run = {
        "person_id": person_id,
        "kind": "lesson",
        "module_id": "M1",
        "lesson_id": "M1.1",
        "version": "v",
        "state": {},
        "opened_at": NOW,
        "finished_at": NOW,
    }
    run_id = (await conn.execute(insert(lesson_run).values(run).returning(lesson_run.c.id))).scalar_one()
    for place, (question, (chosen, is_right)) in enumerate(answers.items()):
        row = {
            "run_id": run_id,
            "person_id": person_id,
            "question_id": question,
            "version": "v",
            "place": place,
            "is_first": True,
            "choice_order": "abc",
            "shown_at": NOW,
            "chosen": chosen,
            "is_right": is_right,
            "answered_at": NOW,
        }
        await conn.execute(insert(attempt).values(row))


async def test_first_answers_are_summed_a_question(database: Database) -> None:
    async with database.begin() as conn:
        unit = await builders.unit(conn, "A", "CDCS")
        people = [await builders.cadre(conn, f"Người {number}", unit, Role.CHAIR) for number in range(4)]
        for number, person_id in enumerate(people):
            knows = number < 2
            await _sitting(
                conn,
                person_id,
                {
                    "M1.1-1": ("a" if knows else "b", knows),
                    "M1.1-2": ("a" if knows else "c", knows),
                    "M1.1-3": ("a" if number == 0 else "b", number == 0),
                },
            )
            await _sitting(conn, person_id, {"M1.1-1": ("a", True)})
        await _sitting(conn, people[3], {"M1.2-1": ("a", True)})

        first, second, third, fourth = await items(conn)

    assert [item.question_id for item in (first, second, third, fourth)] == ["M1.1-1", "M1.1-2", "M1.1-3", "M1.2-1"]
    assert (first.answered, first.right, dict(first.chosen)) == (4, 2, {"a": 2, "b": 2})
    assert dict(second.chosen) == {"a": 2, "c": 2}
    # Of the others: 1, 1/2, 0 and 1/3 (who took a fourth question besides).
    assert first.sums.r == pytest.approx(1 + 1 / 2 + 0 + 1 / 3)
    assert first.sums.xr == pytest.approx(1 + 1 / 2)
    assert first.sums.correlation is not None
    assert first.sums.correlation > 0.5
    assert third.difficulty == 0.25


async def test_what_was_added_up_is_kept_as_it_was_until_the_next_time(database: Database) -> None:
    async with database.begin() as conn:
        unit = await builders.unit(conn, "A", "CDCS")
        person = await builders.cadre(conn, "Lê An", unit, Role.CHAIR)
        never = await kept(conn)
        await _sitting(conn, person, {"M1.1-1": ("a", True), "M1.1-2": ("b", False)})
        added_up = await items(conn)
        await keep(conn, added_up, NOW)
        await _sitting(conn, person, {"M1.1-3": ("a", True)})
        found, at = await kept(conn)
        await keep(conn, await items(conn), NOW)

        assert len((await kept(conn))[0]) == 3
        assert await number_of_answers(conn) == 3
    assert never == ([], None)
    assert (found, at) == (added_up, NOW)


async def test_nothing_answered_is_nothing(database: Database) -> None:
    async with database.connect() as conn:
        assert await items(conn) == []
