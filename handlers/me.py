"""One's own data: see it, link and unlink channels, erase it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from handlers import study, words
from handlers.syllabus import lessons_of
from learning import codes
from learning.calendar import day_of, local
from storage import accounts, changes, joining, learners, rollup

if TYPE_CHECKING:
    from channels.messages import Message
    from handlers.actions import Erase, LinkDoor
    from handlers.context import Context
    from storage.standing import Studies

MOST_SHOWN = 3


async def show(ctx: Context) -> list[Message]:
    """What is kept of the person, and how far they are."""
    standing = await study.where(ctx.conn, ctx.library, ctx.person, ctx.now)
    posts = await learners.posts(ctx.conn, ctx.person, day_of(ctx.now))
    lines = _progress(ctx, standing)
    known = await learners.by_id(ctx.conn, ctx.person)
    doors = await accounts.open_doors(ctx.conn, ctx.person)
    if known and known.last_word_at:
        lines.append(f"Kênh liên kết: {len(doors)}. Lần học gần nhất: {local(known.last_word_at):%d/%m/%Y}.")
    return [words.me(ctx.account.full_name or "", posts, lines)]


def _progress(ctx: Context, standing: Studies) -> list[str]:
    """What is under way and what comes next, a line each; the rest as numbers, so that it fits a phone."""
    done, under_way, ahead = [], [], []
    for module in ctx.library.modules:
        lessons = lessons_of(module, standing.tracks)
        if not lessons:
            continue
        number = sum(lesson.id in standing.done for lesson in lessons)
        best = standing.best_percent.get(module.id)
        test = f", kiểm tra cuối {best}%" if best is not None else ""
        mark = " ✔" if module.id in standing.completed else ""
        line = f"{module.title}: {number}/{len(lessons)} bài{test}{mark}"
        if mark:
            done.append(line)
        elif number or best is not None:
            under_way.append(line)
        else:
            ahead.append(line)
    lines = [*done[-1:], *under_way[:MOST_SHOWN]]
    if not under_way:
        lines += ahead[:1]
        ahead = ahead[1:]
    if len(done) > 1:
        lines.insert(0, f"Hoàn thành: {len(done)} chuyên đề, mới nhất là:")
    if ahead:
        lines.append(f"Còn {len(ahead)} chuyên đề sau đó.")
    return lines


async def doors(ctx: Context, action: LinkDoor) -> list[Message]:
    """Link another channel, or unlink this one."""
    open_doors = await accounts.open_doors(ctx.conn, ctx.person)
    match action.what:
        case "them":
            code = codes.from_bits(secrets.randbits(codes.BITS))
            await joining.add_code(
                ctx.conn,
                code_hash=codes.digest(codes.normal(code) or ""),
                purpose="link",
                person_id=ctx.person,
                unit_id=None,
                expires_at=ctx.now + joining.LINK_LASTS,
                now=ctx.now,
            )
            return [words.link_code(code, ctx.installation.bot_link)]
        case "go":
            return [words.unlink_asked(is_last=len(open_doors) <= 1)]
        case "go_that":
            await accounts.unlink(ctx.conn, ctx.account.id)
            await rollup.mark_person(ctx.conn, ctx.person)
            left = [door for door in open_doors if door != ctx.account.id]
            ctx.changes |= {"reply_account_id": left[0] if left else None}
            return [words.unlinked()]
    return []


async def erase(ctx: Context, action: Erase) -> list[Message]:
    """Withdraw consent and erase, after one question."""
    if not action.sure:
        return [words.erase_asked()]
    await changes.erase(ctx.conn, ctx.person, day_of(ctx.now))
    ctx.forgotten = True
    return [words.erased()]


async def forget_door(ctx: Context) -> list[Message]:
    """Withdraw consent before it is known whose door it is: nothing of it is left."""
    await accounts.forget(ctx.conn, ctx.account.id)
    ctx.forgotten = True
    return [words.erased()]
