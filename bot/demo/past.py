"""The demo's past: six weeks in which a part of the cadres joined and learned, written as if it had happened."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from bot.demo import people, stories, training, units
from bot.demo.past_writer import PastWriter
from bot.demo.personas import personas
from bot.demo.stories import Cadre, Story, Way
from learning.calendar import DayPart, Shift, at, day_of, monday
from learning.roles import Track
from storage import recognition_decisions, roster
from storage.tables import recognition, unit_history

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.demo.people import Roster
    from channels.messages import EndpointId
    from content.model import Library

    CutOff = Callable[[AsyncConnection, datetime], Awaitable[None]]

_REFERENCES = frozenset({"parent", "manager"})
SNAPSHOT_DAYS = 4  # the newest snapshot is at least this old, so that something new has happened since
_RECOGNISED = 9
_SCRIPT = {  # the tổ of the chair whose chat is open, so that every state is seen there
    f"{people.PERSONA_UNIT}-{group}": way
    for way, groups in {
        Way.DONE: ("G01", "G09"),
        Way.LEARNING: ("G02", "G04", "G10"),
        Way.STOPPED: ("G05",),
        Way.WAITING: ("G07",),
        Way.ABSENT: ("G06", "G08", "G12"),
    }.items()
    for group in groups
}


def cut_offs(now: datetime) -> tuple[datetime, datetime]:
    """The two cut-offs (Sundays 24:00 in Viet Nam) of which the past keeps snapshots, the older first."""
    newest = monday(day_of(now) - timedelta(days=SNAPSHOT_DAYS))
    return at(newest - timedelta(days=7), time(0)), at(newest, time(0))


async def make(
    conn: AsyncConnection,
    library: Library,
    now: datetime,
    seed: int,
    browser_endpoint: EndpointId,
    snapshot: CutOff | None = None,
) -> int:
    """
    Write the past of the roster that the same seed made, where nobody has joined yet.

    The five personas have joined and done nothing since. Nothing lies after `now` but when the clock looks next.

    Args:
        conn: a write transaction.
        library: what was learned.
        now: the end of the past.
        seed: of the roster and the chance.
        browser_endpoint: the endpoint through which all came; their accounts are `demo-<n>`.
        snapshot: called at each of `cut_offs`, when what happened before it has been written and nothing after it;
            afterwards the live figures are still to be rebuilt.

    Returns:
        How many have joined.
    """
    invented = people.make(day_of(now), seed)
    rng = Random(seed)  # noqa: S311 - not a secret
    cadres = await _cadres(conn, now)
    told = _tell_all(cadres, invented, library, now, rng)
    past = PastWriter(conn, browser_endpoint, library, now)
    await _write_history(conn, invented, now)
    recognised = [*await _recognitions(conn, cadres, now, rng), *await training.classes(conn, cadres, now)]
    await training.decide(conn, now)
    since = datetime.min.replace(tzinfo=now.tzinfo)
    for until in (*cut_offs(now), now):
        await past.write(told, since, until)
        if due := [row for row in recognised if since < row["recorded_at"] <= until]:
            await conn.execute(insert(recognition), due)
        await recognition_decisions.grant(conn, None)
        if snapshot is not None and until != now:
            await snapshot(conn, until)
        since = until
    return len(told)


async def _cadres(conn: AsyncConnection, now: datetime) -> dict[str, Cadre]:
    """Everybody who holds a post today, by their code."""
    found: dict[str, list[roster.PostLine]] = defaultdict(list)
    async for line in roster.active_posts(conn, day_of(now)):
        if line.person is not None and line.person.code is not None:
            found[line.person.code].append(line)
    return {
        code: Cadre(
            person_id=lines[0].person.id if lines[0].person else 0,
            tracks=frozenset(Track(line.position.track) for line in lines),
            shift=next((Shift(shift) for line in lines if (shift := line.position.shift) in set(Shift)), None),
            posts=tuple(line.unit_code for line in lines),
        )
        for code, lines in sorted(found.items())
    }


def _tell_all(
    cadres: dict[str, Cadre], invented: Roster, library: Library, now: datetime, rng: Random
) -> dict[str, Story]:
    """Each learner's story by their account's external id, the personas first."""
    cast = {persona.person_code: persona for persona in personas(invented)}
    told: dict[str, Story] = {}
    for days_ago, (code, persona) in enumerate(cast.items(), 2):
        joined = at(day_of(now) - timedelta(days=days_ago), time(11, 45)) + timedelta(minutes=days_ago)
        told[persona.external_id] = Story(cadres[code], joined, DayPart.NOON)
    for code, cadre in cadres.items():
        drawn = stories.draw_way(rng)
        way = next((_SCRIPT[post] for post in cadre.posts if post in _SCRIPT), drawn)
        if code not in cast and (story := stories.tell(cadre, way, library, now, rng)):
            told[f"demo-{len(told) + 1}"] = story
    return told


async def _unit_ids(conn: AsyncConnection) -> dict[str, int]:
    return {unit.code: unit.id for unit in await roster.units(conn)}


async def _write_history(conn: AsyncConnection, invented: Roster, now: datetime) -> None:
    """Keep what was otherwise of units, in the columns' own names."""
    ids = await _unit_ids(conn)
    rows = []
    for change in invented.changes:
        before = {
            f"{name}_id" if name in _REFERENCES else name: ids.get(value or "") if name in _REFERENCES else value
            for name, value in change.before.items()
        }
        recorded = min(now, at(change.until, time(9)))
        rows.append({"unit_id": ids[change.unit], "before": before, "until": change.until, "recorded_at": recorded})
    await conn.execute(insert(unit_history), rows)


async def _recognitions(
    conn: AsyncConnection, cadres: dict[str, Cadre], now: datetime, rng: Random
) -> list[dict[str, Any]]:
    """A class that the provinces held for chairs: a few of the chairs were there."""
    ids = await _unit_ids(conn)
    held_on = day_of(now) - timedelta(days=25)
    chairs = [cadre for cadre in cadres.values() if Track.CHAIR in cadre.tracks]
    return [
        {
            "person_id": cadre.person_id,
            "module_id": "M0",
            "kind": "class",
            "held_on": held_on,
            "hours": 8.0,
            "by_unit_id": ids[province] if (province := cadre.posts[0].split("-")[0]) in ids else ids[units.ROOT],
            "document": f"Kế hoạch số 18/KH-{province} (tài liệu minh họa)",
            "recorded_at": at(held_on + timedelta(days=2), time(9)),
        }
        for cadre in rng.sample(chairs, min(_RECOGNISED, len(chairs)))
    ]
