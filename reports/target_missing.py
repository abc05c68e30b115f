"""Who is missing in a target: names for the own direct level alone; deeper, units and numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.roles import Role
from learning.targets import Counting, Target
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


@dataclass(frozen=True, slots=True)
class Missing:
    """
    One line of who is missing.

    A post of the own direct level (`role` set; `name` None: vacant, or not to be shown), or a unit further below with
    the number of posts in and below it.
    """

    unit_code: str
    unit_name: str
    posts: int = 1
    role: Role | None = None
    name: str | None = None
    is_vacant: bool = False


async def missing(
    conn: AsyncConnection,
    unit_id: UnitId,
    target: Target,
    cut_off: datetime,
    compulsory: Collection[str],
    *,
    limit: int,
    offset: int = 0,
    with_names: bool = True,
    facts: Facts | None = None,
) -> Sequence[Missing]:
    """
    A page of who is missing in a target, the own direct level first; all pages together hold `Measured.missing` posts.

    As of the dated rows: a target that counts persons or money has no such page.
    """
    if target.counting is not Counting.POSTS:
        return []
    day = last_day(cut_off)
    facts = facts or await facts_of(conn, unit_id, cut_off, [target])
    left = tally(target, facts, day, compulsory).missing
    direct = [post for post in left if _is_direct(post, unit_id)]
    deeper = Counter(post.path[post.path.index(unit_id) - 1] for post in left if not _is_direct(post, unit_id))
    units = await target_people.unit_names(conn, {post.unit_id for post in direct} | deeper.keys())
    page = direct[offset : offset + limit]
    persons = {post.person_id for post in page if post.person_id is not None} if with_names else set()
    names = await target_people.full_names(conn, persons)
    lines = [
        Missing(*units[post.unit_id], 1, post.role, names.get(post.person_id or 0), post.person_id is None)
        for post in page
    ]
    rest = sorted(deeper.items(), key=lambda one: (-one[1], units[one[0]][0]))
    start = max(0, offset - len(direct))
    lines += [Missing(*units[key], posts) for key, posts in rest[start : start + limit - len(lines)]]
    return lines


def _is_direct(post: Post, unit_id: UnitId) -> bool:
    """A cadre of the unit itself, or the head of a unit directly below or managed."""
    if post.path[0] == unit_id:
        return True
    is_managed = post.base is not None and post.base.manager_id == unit_id
    return post.role is Role.CHAIR and (post.path[1] == unit_id or is_managed)
