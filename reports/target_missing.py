"""Who is missing in a target: names for the own direct level alone; deeper, units and numbers."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.roles import Role
from learning.targets import Counting, Target
from learning.text import sort_key
from reports.targets import facts_of, tally
from reports.words import last_day
from storage import target_people

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from learning.target_count import Post
    from storage.targets import Facts

_DIRECT, _DEEPER = 1, 2
_PLACE = re.compile(r"[12](?:\.[0-9]{1,15}){2}")


@dataclass(frozen=True, slots=True)
class Missing:
    """
    One line of who is missing.

    A post of the own direct level (`role` set; `name` None: vacant, or not to be shown), or a unit further below with
    the number of posts in and below it. `place` says where the line stands, for the page that goes on behind it.
    """

    unit_code: str
    unit_name: str
    posts: int = 1
    role: Role | None = None
    name: str | None = None
    is_vacant: bool = False
    place: str = ""


async def missing(
    conn: AsyncConnection,
    unit_id: UnitId,
    target: Target,
    cut_off: datetime,
    compulsory: Collection[str],
    *,
    limit: int,
    after: str = "",
    with_names: bool = True,
    facts: Facts | None = None,
) -> Sequence[Missing]:
    """
    A page of who is missing in a target, the own direct level first; all pages together hold `Measured.missing` posts.

    As of the dated rows: a target that counts persons or money has no such page. A page begins behind the line whose
    `place` is `after`, also where that line has gone meanwhile.

    Raises:
        ValueError: `after` is no place of a line.
    """
    if target.counting is not Counting.POSTS:
        return []
    day = last_day(cut_off)
    facts = facts or await facts_of(conn, unit_id, cut_off, [target])
    left = (await asyncio.to_thread(tally, target, facts, day, compulsory)).missing
    direct = [post for post in left if _is_direct(post, unit_id)]
    deeper = Counter(post.path[post.path.index(unit_id) - 1] for post in left if not _is_direct(post, unit_id))
    group, *behind = _place(after)
    known = {post.unit_id for post in direct} | deeper.keys() | ({behind[0]} if group == _DIRECT else set())
    units = await target_people.unit_names(conn, known)

    def post_key(post_unit: int, position: int) -> tuple[str, int, int]:
        return sort_key(units[post_unit][1] if post_unit in units else ""), post_unit, position

    posts = sorted(direct, key=lambda post: post_key(post.unit_id, post.position_id or 0))
    rest = sorted((-number, unit) for unit, number in deeper.items())
    if group == _DIRECT:
        posts = [post for post in posts if post_key(post.unit_id, post.position_id or 0) > post_key(*behind)]
    elif group == _DEEPER:
        posts, rest = [], [one for one in rest if one > (-behind[0], behind[1])]
    page = posts[:limit]
    persons = {post.person_id for post in page if post.person_id is not None} if with_names else set()
    names = await target_people.full_names(conn, persons)
    lines = [
        Missing(
            *units[post.unit_id],
            1,
            post.role,
            names.get(post.person_id or 0),
            post.person_id is None,
            f"{_DIRECT}.{post.unit_id}.{post.position_id or 0}",
        )
        for post in page
    ]
    lines += [
        Missing(*units[unit], -number, place=f"{_DEEPER}.{-number}.{unit}")
        for number, unit in rest[: limit - len(lines)]
    ]
    return lines


def _place(text: str) -> tuple[int, ...]:
    """The group of a line, and the two numbers by which it stands in it; (0,) for the beginning."""
    if not text:
        return (0,)
    if not _PLACE.fullmatch(text):
        raise ValueError(text)
    return tuple(int(part) for part in text.split("."))


def _is_direct(post: Post, unit_id: UnitId) -> bool:
    """A cadre of the unit itself, or the head of a unit directly below or managed."""
    if post.path[0] == unit_id:
        return True
    is_managed = post.base is not None and post.base.manager_id == unit_id
    return post.role is Role.CHAIR and (post.path[1] == unit_id or is_managed)
