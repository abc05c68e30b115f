"""Stories as rows: doors, consents, learners, sittings, answers, enrolments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert as plain_insert

from bot.demo import stories
from handlers.words import CONSENT_VERSION
from learning.calendar import Shift
from storage.database import insert
from storage.tables import account, attempt, consent, learner, learner_course, lesson_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.demo.stories import Story
    from bot.demo.study_days import Answered, Sitting
    from channels.messages import EndpointId
    from content.model import Library


class PastWriter:
    """Writes stories bit by bit."""

    def __init__(self, conn: AsyncConnection, endpoint: EndpointId, library: Library, now: datetime) -> None:
        self._conn = conn
        self._endpoint = endpoint
        self._library = library
        self._now = now

    async def write(self, told: dict[str, Story], since: datetime, until: datetime) -> None:
        """Write what happened after `since` and not after `until`."""
        joined = {name: story for name, story in told.items() if since < story.joined_at <= until}
        await self._join(joined)
        every = [(story, sitting) for story in told.values() for sitting in story.sittings]
        sittings = [(story, sitting) for story, sitting in every if since < sitting.opened_at <= until]
        runs = await self._add(lesson_run, [_run(story, sitting) for story, sitting in sittings])
        answers = [
            _attempt(story, run, answer)
            for run, (story, sitting) in zip(runs, sittings, strict=True)
            for answer in sitting.answers
        ]
        if answers:
            await self._conn.execute(plain_insert(attempt), answers)
        for story in {id(story): story for story, _ in sittings}.values():
            await self._enrol(story, until)

    async def _add(self, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        statement = plain_insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list((await self._conn.execute(statement, rows)).scalars())

    async def _join(self, joined: dict[str, Story]) -> None:
        if not joined:
            return
        accounts = [
            {
                "endpoint_id": self._endpoint,
                "external_id": name,
                "person_id": story.cadre.person_id,
                "opened_at": story.joined_at,
                "last_word_at": story.last_word_at,
            }
            for name, story in joined.items()
        ]
        ids = await self._add(account, accounts)
        consents = [
            {
                "account_id": account_id,
                "person_id": story.cadre.person_id,
                "text_version": CONSENT_VERSION,
                "given_at": story.joined_at,
            }
            for account_id, story in zip(ids, joined.values(), strict=True)
        ]
        await self._conn.execute(plain_insert(consent), consents)
        rows = [self._learner(story, account_id) for account_id, story in zip(ids, joined.values(), strict=True)]
        await self._conn.execute(plain_insert(learner), rows)

    def _learner(self, story: Story, account_id: int) -> dict[str, Any]:
        shift = story.cadre.shift
        return {
            "person_id": story.cadre.person_id,
            "joined_at": story.joined_at,
            "hour": story.part.value,
            "shift": None if shift in {None, Shift.ROTATING} else shift,
            "rotates": shift is Shift.ROTATING,
            "ladder": story.ladder,
            "last_word_at": story.last_word_at,
            "last_lesson_at": story.sittings[-1].opened_at if story.sittings else None,
            "next_due_at": None if story.ladder else self._now,
            "reply_account_id": account_id,
        }

    async def _enrol(self, story: Story, until: datetime) -> None:
        for module in self._library.modules:
            sittings = stories.started(story, module, until)
            if not sittings:
                continue
            tests = [sitting for sitting in sittings if sitting.kind == "test" and sitting.finished_at]
            passed = [test.finished_at for test in tests if test.progress.percent >= module.pass_percent]
            done = {sitting.lesson_id for sitting in sittings if sitting.kind == "lesson" and sitting.finished_at}
            first = sittings[0]
            values = {
                "version": module.version,
                "started_at": first.opened_at,
                "lessons_done": len(done),
                "lessons_total": first.progress.total,
                "best_percent": max((test.progress.percent for test in tests), default=None),
                "completed_at": min((moment for moment in passed if moment), default=None),
            }
            statement = insert(self._conn, learner_course).values(
                person_id=story.cadre.person_id, module_id=module.id, cycle=1, **values
            )
            statement = statement.on_conflict_do_update(index_elements=["person_id", "module_id", "cycle"], set_=values)
            await self._conn.execute(statement)


def _run(story: Story, sitting: Sitting) -> dict[str, Any]:
    is_over = sitting.finished_at is not None
    return {
        "person_id": story.cadre.person_id,
        "kind": sitting.kind,
        "module_id": sitting.module.id,
        "lesson_id": sitting.lesson_id,
        "version": sitting.version,
        "state": sitting.progress.as_json(),
        "is_pushed": sitting.is_pushed,
        "opened_at": sitting.opened_at,
        "finished_at": sitting.finished_at,
        "right_first": sitting.progress.right_first if is_over else None,
        "asked": sitting.progress.asked if is_over else None,
    }


def _attempt(story: Story, run: int, answer: Answered) -> dict[str, Any]:
    return {
        "run_id": run,
        "person_id": story.cadre.person_id,
        "question_id": answer.question_id,
        "version": answer.version,
        "place": answer.place,
        "is_first": answer.is_first,
        "choice_order": answer.order,
        "shown_at": answer.shown_at,
        "chosen": answer.chosen,
        "is_right": answer.is_right,
        "answered_at": answer.answered_at,
    }
