"""Every kind of question: the first button leads on, at the price of any other tap; forged buttons change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from channels.messages import MAX_ACTION_BYTES, Tap, Text
from handlers import actions
from storage.tables import attempt
from tests.pipeline.test_cost import AFTERWARDS, AT_AN_END, IN_A_STEP, Meter
from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KINDS = Path(__file__).parents[1] / "scenarios" / "kinds"
MOST_PRESSES_A_QUESTION = 5


@pytest.fixture
async def asked(database_url: str) -> AsyncIterator[Stage]:
    """Lan sees the first of five questions, each of another kind."""
    async with set_up(database_url, content=KINDS) as opened:
        await opened.opens("lan", "7AAA-AAAA-AA")
        await opened.taps("lan", "Đồng ý và học")
        await opened.studies("lan", "Câu hỏi 1/5")
        yield opened


def attempt_on_screen(stage: Stage) -> int:
    for row in stage.newest("lan").buttons:
        for _, packed in row:
            action = actions.unpack(packed)
            if isinstance(action, actions.Answer | actions.Pick):
                return action.attempt
    raise LookupError(stage.newest("lan").text)


async def kept(stage: Stage) -> list[tuple[str | None, bool | None]]:
    async with stage.program.database.connect() as conn:
        rows = await conn.execute(select(attempt.c.chosen, attempt.c.is_right).order_by(attempt.c.id))
        return [(row.chosen, row.is_right) for row in rows]


async def test_the_first_button_of_every_kind_leads_on_cheaply(asked: Stage) -> None:
    meter = Meter(asked)
    sender = asked.door("lan").sender
    steps: list[int] = []
    most = 10 * (MOST_PRESSES_A_QUESTION + 1)  # each question comes twice at most, and has a verdict
    for press in range(most):
        seen = asked.newest("lan")
        assert all(len(packed.encode()) <= MAX_ACTION_BYTES for row in seen.buttons for _, packed in row)
        inside, after = await meter.cost(Tap(f"tap-{press}", sender, seen.buttons[0][0][1], seen.ref, "callback"))
        assert after == AFTERWARDS
        if "Xong bài" in asked.newest("lan").text:
            assert inside <= AT_AN_END
            break
        steps.append(inside)

    assert "Xong bài" in asked.newest("lan").text
    assert max(steps) <= IN_A_STEP


async def test_what_is_typed_costs_no_more_than_a_tap(asked: Stage) -> None:
    meter = Meter(asked)
    for number, right in enumerate(["Câu hỏi 2/5", "Câu hỏi 3/5", "Câu hỏi 4/5", "Câu hỏi 5/5"]):
        inside, after = await meter.cost(Text(f"typed-{number}", asked.door("lan").sender, "chuyện gì vậy nhỉ"))
        assert (inside <= IN_A_STEP, after) == (True, AFTERWARDS)
        await asked.types("lan", "hoc")
        await asked.studies("lan", right)


@pytest.mark.parametrize("choice", ["=", "?", "9460000", "a", "", "-5", "thương lượng"])
async def test_no_button_says_that_typed_words_or_numbers_are_right(asked: Stage, choice: str) -> None:
    for question in ("Câu hỏi 4/5", "Câu hỏi 5/5"):
        await asked.studies("lan", question)
        asked.heard.clear()
        await asked._press("lan", "forged", f"answer:{attempt_on_screen(asked)}:{choice}", None)
        assert asked.heard == []
        assert (await kept(asked))[-1] == (None, None)


@pytest.mark.parametrize("picked", ["e", "aa", "abca", "Ab", "=", "🙂", "a" * 40])
async def test_what_cannot_be_picked_shows_nothing(asked: Stage, picked: str) -> None:
    for question in ("Câu hỏi 1/5", "Câu hỏi 3/5"):
        if question not in asked.newest("lan").text:
            await asked.studies("lan", question)
        asked.heard.clear()
        for word in ("pick", "answer"):
            await asked._press("lan", "forged", f"{word}:{attempt_on_screen(asked)}:{picked}", None)
        assert asked.heard == []
        assert (await kept(asked))[-1] == (None, None)


async def test_answers_are_kept_as_letters_numbers_and_marks(asked: Stage) -> None:
    for text in ("b a", "sai", "b a c d", "9,46 triệu", "thương lượng"):
        await asked.types("lan", text)
        await asked.types("lan", "tiep")

    found = await kept(asked)
    several, true_false, order, number, words = found[:5]
    assert len(str(several[0])) == 2
    assert str(several[0]) == "".join(sorted(str(several[0])))
    assert true_false == ("b", True)
    assert sorted(str(order[0])) == list("abcd")
    assert (number, words) == (("9460000", True), ("=", True))


async def test_a_question_published_anew_is_put_anew(asked: Stage) -> None:
    async with asked.program.database.begin() as conn:  # as it was before: another kind, without choices
        await conn.execute(update(attempt).values(choice_order="", version="before"))
    asked.heard.clear()
    await asked._press("lan", "old", f"answer:{attempt_on_screen(asked)}:ab", None)
    assert asked.heard == []

    await asked.types("lan", "hoc")
    await asked.answers("lan", right=True)

    assert asked.newest("lan").text.startswith("✅ Đúng.")
    async with asked.program.database.connect() as conn:
        assert set((await conn.execute(select(attempt.c.version))).scalars()) != {"before"}


async def test_an_answer_to_what_was_published_anew_lets_one_go_on(asked: Stage) -> None:
    await asked.answers("lan", right=True)
    async with asked.program.database.begin() as conn:
        await conn.execute(update(attempt).values(chosen="9460000"))

    await asked.types("lan", "hoc")
    assert "đã trả lời câu này" in asked.newest("lan").text
    await asked.taps_first("lan")

    assert "Câu hỏi 2/5" in asked.newest("lan").text
