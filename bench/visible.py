"""From the last tap of a course to the figures that a union and the country see: the running program, over HTTP."""

from __future__ import annotations

import asyncio
import re
import statistics
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from bench.platform import BOT_ID, FIRST_USER, Platform
from bench.rig import free_port, serving
from bench.supervisors import sign_in, until
from content.loader import load
from handlers.actions import Next
from learning.lesson import begin_test
from learning.roles import Role, Track
from storage import accounts, runs
from storage.tables import account, learner_course, org_unit, position
from web.board.access import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

SEEN_WITHIN_S = 60.0
_COMPLETED = re.compile(r"Hoàn thành</dt>\s*<dd>(?:<strong>[^<]*</strong> <span>|<strong>)([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Nearly:
    """A chair who has answered the last question of the final test, and whose next tap completes the course."""

    unit_id: int
    action: str


def completed(page: str) -> int:
    """How many have completed, as a unit's first page says; -1 where there is no such page."""
    found = _COMPLETED.search(page)
    return int(found[1].replace(".", "")) if found else -1


async def measure(database: Database, url: str, assigned: Mapping[Track, str], times: int) -> dict[str, Any]:
    """Let so many chairs complete their course, one after the other; seconds until both pages say so."""
    [top, *_] = sorted(await sign_in(database, 5), key=lambda one: one.level != "TLD")
    nearly = await _nearly_done(database, assigned, times)
    own: list[float] = []
    country: list[float] = []
    platform = Platform(times, 0.0)
    port = free_port()
    async with platform.serving() as api, serving(url, port, api):
        async with asyncio.timeout(120):
            await platform.webhook_set.wait()
        base, everywhere = f"http://127.0.0.1:{port}", f"{HOME}/{top.unit_id}"
        for user, one in zip(platform.users.values(), nearly, strict=True):
            here = f"{HOME}/{one.unit_id}"
            before: dict[str, int] = {}
            for page in (everywhere, here):
                await until(_kept(before, page), base, page, top, timeout_s=SEEN_WITHIN_S)
            user.message_id, user.action = 1, one.action
            tap = asyncio.create_task(platform.taps(user))
            seen = (
                until(_above(before[page]), base, page, top, timeout_s=SEEN_WITHIN_S) for page in (here, everywhere)
            )
            waits = await asyncio.gather(*seen)
            await tap
            own.append(waits[0])
            country.append(waits[1])
    return {"completions": times, "unit_s": _told(own), "country_s": _told(country)}


def _kept(found: dict[str, int], page: str) -> Callable[[str], bool]:
    def is_so(text: str) -> bool:
        found[page] = completed(text)
        return found[page] >= 0

    return is_so


def _above(number: int) -> Callable[[str], bool]:
    return lambda text: completed(text) > number


def _told(waits: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(waits), 2), "longest": round(max(waits), 2)}


async def _nearly_done(database: Database, assigned: Mapping[Track, str], number: int) -> list[Nearly]:
    """Chairs of CĐCS who have not completed what is assigned to them, with a door at the stand-in's bot."""
    library = load()
    module = library.module(assigned[Track.CHAIR])
    done = select(learner_course.c.person_id).where(
        learner_course.c.person_id == position.c.person_id, learner_course.c.completed_at.is_not(None)
    )
    query = (
        select(position.c.person_id, position.c.unit_id)
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(
            org_unit.c.unit_type == "CDCS",
            position.c.role == Role.CHAIR.value,
            position.c.person_id.is_not(None),
            ~done.exists(),
        )
        .order_by(position.c.id)
        .limit(number)
    )
    now = datetime.now(UTC)
    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, "telegram", str(BOT_ID), "bench_bot")
        found = []
        for place, row in enumerate((await conn.execute(query)).all()):
            door = account.insert().values(
                endpoint_id=endpoint,
                external_id=str(FIRST_USER + place),
                person_id=row.person_id,
                is_open=True,
                opened_at=now,
                last_word_at=now,
            )
            await conn.execute(door)
            found.append(Nearly(row.unit_id, await _at_the_end(conn, row.person_id, module, now)))
    return found


async def _at_the_end(conn: AsyncConnection, person_id: Any, module: Any, now: datetime) -> str:
    await conn.execute(delete(learner_course).where(learner_course.c.person_id == person_id))
    lessons = len(module.lessons)
    await conn.execute(
        learner_course.insert().values(
            person_id=person_id,
            module_id=module.id,
            cycle=1,
            version=module.version,
            started_at=now,
            lessons_done=lessons,
            lessons_total=lessons,
        )
    )
    questions = tuple(question.id for lesson in module.lessons for question in lesson.questions)[:3]
    asked = begin_test(questions)
    run = await runs.open_new(
        conn,
        person_id=person_id,
        kind="test",
        module_id=module.id,
        lesson_id=f"{module.id}.T",
        version=module.final_test.version,
        progress=replace(asked, at=len(questions) - 1, answered=True, right_first=len(questions)),
        is_pushed=False,
        now=now,
    )
    assert run is not None
    return Next(run.id, len(questions) - 1).pack()
