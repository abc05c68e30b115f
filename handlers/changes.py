"""Báo thay đổi: a request that the unit's roster officer accepts with one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import UnitId
from handlers import words
from handlers.context import Notice
from learning.calendar import day_of
from learning.roles import Role, track_of
from learning.text import clean, fold, person_sort_key
from storage import accounts, changes, joining, learners

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message, PersonId
    from handlers.actions import Change, DecideChange
    from handlers.context import Context
    from storage.learners import Post

MOST_SAID = 200
NEEDS_WORDS = frozenset({"nguoi_moi", "sai_don_vi"})
AWAITS = "change"


async def show(ctx: Context) -> list[Message]:
    """What can be reported."""
    return [words.changes(await _posts(ctx))]


async def _posts(ctx: Context) -> Sequence[Post]:
    return await learners.posts(ctx.conn, ctx.person, day_of(ctx.now))


async def report(ctx: Context, action: Change) -> list[Message]:
    """A kind was chosen, and (with "!") which position it is about."""
    kind, is_chosen = action.kind.rstrip("!"), action.kind.endswith("!")
    posts = await _posts(ctx)
    post = next((post for post in posts if post.id == action.position), None)
    if kind not in words.CHANGE_KINDS or post is None:
        return []
    if len(posts) > 1 and not is_chosen and kind != "nghi_viec":
        return [words.which_post(kind, posts)]
    if kind in NEEDS_WORDS:
        await accounts.await_text(ctx.conn, ctx.account.id, AWAITS, {"kind": kind, "position": post.id})
        return [words.change_said(kind)]
    return await _pass_on(ctx, kind, post, None)


async def take_words(ctx: Context, text: str) -> list[Message]:
    """The words that a change needs were typed."""
    data = ctx.account.awaits_data or {}
    await accounts.await_text(ctx.conn, ctx.account.id, None)
    post = next((post for post in await _posts(ctx) if post.id == data.get("position")), None)
    kind = data.get("kind")
    if post is None or kind not in NEEDS_WORDS:
        return [words.not_understood()]
    return await _pass_on(ctx, str(kind), post, clean(text.replace("\n", " "), MOST_SAID))


async def _pass_on(ctx: Context, kind: str, post: Post, said: str | None) -> list[Message]:
    unit_id = UnitId(post.unit_id)
    request = await changes.add(
        ctx.conn, by=ctx.person, unit_id=unit_id, kind=kind, position_id=post.id, said=said, now=ctx.now
    )
    officers = [
        officer for officer in await joining.officers(ctx.conn, unit_id, day_of(ctx.now)) if officer != ctx.person
    ]
    if request is not None:
        held = f"{post.role.label}, {post.unit_name}"
        ctx.notices += [
            Notice(
                officer,
                words.change_asked(request, kind, ctx.account.full_name or "", held, said),
                f"change:{request}:{officer}",
            )
            for officer in officers
        ]
    return [words.change_passed_on(reached=bool(officers))]


async def decide(ctx: Context, action: DecideChange) -> list[Message]:
    """The officer accepts, or not."""
    request = await changes.by_id(ctx.conn, action.request)
    today = day_of(ctx.now)
    if request is None or request.is_decided or request.by == ctx.person:
        return []
    if ctx.person not in await joining.officers(ctx.conn, request.unit_id, today):
        return []
    accepted = bool(action.accepted)
    note = await settle(ctx.conn, request, ctx.person, accepted=accepted, now=ctx.now)
    return [words.change_decided(accepted=accepted, note=note, replaces=ctx.in_place())]


async def settle(
    conn: AsyncConnection, request: changes.ChangeRequest, by: PersonId, *, accepted: bool, now: datetime
) -> str:
    """Write down what the officer decided, and do what was accepted; returns what follows from it, in words."""
    await changes.decide(conn, request.id, by=by, accepted=accepted, now=now)
    return await _apply(conn, request, now) if accepted else ""


async def _apply(conn: AsyncConnection, request: changes.ChangeRequest, now: datetime) -> str:
    today = day_of(now)
    match request.kind:
        case "nghi_viec":
            for post in await learners.posts(conn, request.by, today):
                await changes.end_position(conn, post.id, today)
            await changes.stop_messages_if_without_post(conn, request.by, today)
            return "Trợ lý ngừng nhắn cho đồng chí ấy từ hôm nay; kết quả học vẫn giữ."
        case "thoi_chuc" if request.position_id is not None:
            await changes.end_position(conn, request.position_id, today)
            await changes.stop_messages_if_without_post(conn, request.by, today)
            return "Chức danh đã kết thúc từ hôm nay."
        case "nguoi_moi" if request.said:
            full_name, role = _newcomer(request.said)
            unit_type = await joining.unit_type(conn, request.unit_id)
            await changes.add_person(
                conn,
                full_name=full_name,
                keys=(fold(full_name), person_sort_key(full_name)),
                unit_id=request.unit_id,
                position_of=(role.value, track_of(role, unit_type).value),
                today=today,
                now=now,
            )
            return f"{full_name} ({role.label.lower()}) đã vào danh sách; mời bằng mã của đơn vị."
    return "Đồng chí sửa danh sách rồi nhập lại giúp trợ lý."


def _newcomer(said: str) -> tuple[str, Role]:
    """A name and, if one is said, a chức danh: "Trần Thị Nở, tổ phó"."""
    name, _, rest = said.partition(",")
    folded = fold(rest)
    role = next((role for role in Role if folded and fold(role.label) in folded), Role.GROUP_LEADER)
    return clean(name, 120), role
