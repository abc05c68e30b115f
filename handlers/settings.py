"""When, how often, in which shift, and not now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers import words
from learning.calendar import DayPart, Shift, at, day_of, learner_hour, local, next_allowed_at
from learning.rhythm import Pace
from storage import learners

if TYPE_CHECKING:
    from channels.messages import Message
    from handlers.actions import SetHour, SetPace, SetShift, Snooze
    from handlers.context import Context

PAUSE = timedelta(days=7)


async def show(ctx: Context) -> list[Message]:
    """What can be chosen."""
    del ctx
    return [words.settings()]


async def show_shifts(ctx: Context) -> list[Message]:
    """Which shifts there are."""
    del ctx
    return [words.shifts()]


async def set_hour(ctx: Context, action: SetHour) -> list[Message]:
    """The hour was chosen."""
    if action.part not in {part.value for part in DayPart}:
        return []
    part = DayPart(action.part)
    known = await learners.by_id(ctx.conn, ctx.person)
    ctx.changes |= {"hour": part.value, "next_due_at": ctx.now}
    return [words.hour_set(part, known.shift if known else None, has_window=ctx.capabilities.has_window, replaces=None)]


async def set_shift(ctx: Context, action: SetShift) -> list[Message]:
    """The shift was chosen; "luân phiên" is asked again every Sunday."""
    if action.shift not in {shift.value for shift in Shift}:
        return []
    shift = Shift(action.shift)
    if shift is Shift.ROTATING:
        ctx.changes |= {"rotates": True, "next_due_at": ctx.now}
        return [words.shift_asked()]
    known = await learners.by_id(ctx.conn, ctx.person)
    if known is not None and known.shift is Shift.ROTATING:  # as the roster says: ask again next Sunday
        ctx.changes["rotates"] = True
    ctx.changes |= {"shift": shift.value, "next_due_at": ctx.now}
    return [words.shift_set(shift, replaces=ctx.in_place())]


async def set_pace(ctx: Context, action: SetPace) -> list[Message]:
    """How often was chosen."""
    if action.pace not in {pace.value for pace in Pace}:
        return []
    pace = Pace(action.pace)
    ctx.changes |= {"rhythm": pace.value, "next_due_at": ctx.now}
    label = "3 bài mỗi tuần" if pace is Pace.THREE_A_WEEK else "mỗi ngày làm việc một bài"
    return [words.pace_set(label, replaces=ctx.in_place())]


async def snooze(ctx: Context, action: Snooze) -> list[Message]:
    """Để sau ca, nghỉ 1 tuần, ngừng nhắc, nhắc lại."""
    known = await learners.by_id(ctx.conn, ctx.person)
    if known is None:
        return []
    until = ""
    match action.how:
        case "sau_ca":
            when = _after_shift(ctx, known)
            ctx.changes |= {"paused_until": when, "next_due_at": when}
            until = f"sau {local(when):%H:%M} ngày {local(when):%d/%m}"
        case "tuan":
            when = at(day_of(ctx.now) + PAUSE, local(ctx.now).time().replace(hour=0, minute=0, second=0, microsecond=0))
            ctx.changes |= {"paused_until": when, "next_due_at": when}
            until = f"{local(when):%d/%m/%Y}"
        case "ngung":
            ctx.changes |= {"reminders_off": True, "next_due_at": None}
        case "nhac":
            ctx.changes |= {"reminders_off": False, "paused_until": None, "next_due_at": ctx.now}
        case _:
            return []
    return [words.snoozed(action.how, until, replaces=ctx.in_place())]


def _after_shift(ctx: Context, known: learners.Learner) -> datetime:
    """After the shift that runs now, else tomorrow at the learner's hour."""
    allowed = next_allowed_at(ctx.now, known.shift)
    if allowed > ctx.now:
        return allowed
    return learner_hour(day_of(ctx.now) + timedelta(days=1), known.part, known.shift)
