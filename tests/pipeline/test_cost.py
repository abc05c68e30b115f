"""How many SQL statements a tap costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from channels.messages import Tap, Text

if TYPE_CHECKING:
    from channels.messages import Inbound
    from tests.scenarios.stage import Stage

IN_A_STEP = 7
AT_AN_END = 9  # a lesson ends, or a chuyên đề begins
AFTERWARDS = 1


class Meter:
    """Counts what reaches the database, BEGIN and COMMIT apart."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.statements: list[str] = []
        for engine in {stage.program.database.engine, stage.program.database._reader}:
            event.listen(engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN") and "FROM job" not in statement:  # the worker looks whenever it likes
            self.statements.append(statement)

    async def cost(self, inbound: Inbound) -> tuple[int, int]:
        """Statements until the commit, and after it."""
        self.statements.clear()
        await self.stage.program.pipeline.receive(inbound)
        inside = len(self.statements)
        await self.stage.program.pipeline.drain()
        await self.stage.program.live.drain()
        after = len(self.statements) - inside
        for who, door in self.stage.doors.items():
            for news in await door.news():
                self.stage._newest[who] = news.seen
        return inside, after


async def test_every_tap_of_a_lesson_is_cheap(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    costs: dict[str, list[tuple[int, int]]] = {"step": [], "end": [], "begin": []}
    presses = 0
    lessons = 0
    while lessons < 2:
        seen = stage.newest("lan")
        presses += 1
        cost = await meter.cost(Tap(f"tap-{presses}", sender, seen.buttons[0][0][1], seen.ref, "callback"))
        if "Xong bài" in stage.newest("lan").text:
            lessons += 1
            costs["end"].append(cost)
        else:
            costs["begin" if "Xong bài" in seen.text else "step"].append(cost)

    assert max(inside for inside, _ in costs["step"]) <= IN_A_STEP, meter.statements
    assert max(inside for inside, _ in costs["end"] + costs["begin"]) <= AT_AN_END
    assert {after for _, after in [*costs["step"], *costs["end"], *costs["begin"]]} == {AFTERWARDS}


async def test_the_first_word_of_a_day_costs_one_statement_more_and_stays_cheap(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    stage.clock.hold(stage.clock.now().replace(day=10))

    inside, after = await meter.cost(Text("typed", sender, "tiep"))

    assert inside <= IN_A_STEP
    assert after == AFTERWARDS


async def test_a_tool_and_its_file_cost_no_more_than_a_step(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender

    for number, action in enumerate(["tool:CC1", "toolfile:CC1"]):
        inside, after = await meter.cost(Tap(f"tool-{number}", sender, action, None))
        assert inside <= IN_A_STEP, meter.statements
        assert after == AFTERWARDS


async def test_taps_that_change_nothing_read_three_times_at_most(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    for number, action in enumerate(["next:1:99", "answer:99:a", "later:99", "nonsense"]):
        inside, after = await meter.cost(Tap(f"old-{number}", sender, action))
        assert inside <= 3
        assert after == 0


async def test_a_final_test_stays_within_the_limits(stage: Stage) -> None:
    meter = Meter(stage)
    sender = stage.door("lan").sender
    for number in range(1, 6):
        await stage.studies("lan", f"Xong bài {number}")
    steps: list[int] = []
    for presses in range(40):
        seen = stage.newest("lan")
        inside, after = await meter.cost(Tap(f"test-{presses}", sender, seen.buttons[0][0][1], seen.ref))
        assert after == AFTERWARDS, meter.statements
        if "kiểm tra" in stage.newest("lan").text or "Hoàn thành chuyên đề" in stage.newest("lan").text:
            assert inside <= AT_AN_END
            break
        steps.append(inside)

    assert max(steps[1:]) <= IN_A_STEP
    assert steps[0] <= AT_AN_END
