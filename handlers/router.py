"""From what came in to the one handler that decides about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, assert_never

from channels.messages import (
    ContactShared,
    DoorClosed,
    DoorOpened,
    Inbound,
    Started,
    Tap,
    Text,
    Unsupported,
    Withdrawn,
)
from handlers import (
    actions,
    attention,
    broadcast,
    changes,
    digest,
    drill,
    escalation,
    join,
    lookup,
    me,
    pause,
    quiz,
    settings,
    sign_in,
    study,
    tool,
    words,
)
from learning.codes import looks_like_code
from learning.text import fold
from storage import accounts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from channels.messages import Message
    from handlers.context import Context, Visitor

_MOST_COMMAND_WORDS = 4
_HINT = "study.hint"
_LETTER = re.compile(r"[a-d]")
_TRUE_OR_STOP = "dung"  # "đúng" and "dừng", folded


async def _help(ctx: Context) -> list[Message]:
    del ctx
    return [words.help_text()]


async def _link(ctx: Context) -> list[Message]:
    return await me.doors(ctx, actions.LinkDoor("them"))


async def _unlink(ctx: Context) -> list[Message]:
    return await me.doors(ctx, actions.LinkDoor("go"))


async def _stop(ctx: Context) -> list[Message]:
    return await settings.snooze(ctx, actions.Snooze("ngung"))


async def _erase(ctx: Context) -> list[Message]:
    return await me.erase(ctx, actions.Erase(0))


# What may be typed, folded: without case, diacritics, slash or full stop.
COMMANDS: dict[str, Callable[[Context], Awaitable[list[Message]]]] = {
    "hoc": study.resume,
    "hoc tiep": study.resume,
    "hoc bai": study.resume,
    "bai hoc": study.resume,
    "bat dau": study.resume,
    "tiep": study.type_on,
    "tiep tuc": study.type_on,
    "tra cuu": lookup.begin,
    "tracuu": lookup.begin,
    "tim": lookup.begin,
    "tim kiem": lookup.begin,
    "bao cao": digest.report,
    "baocao": digest.report,
    "lich": settings.show,
    "lich hoc": settings.show,
    "cai dat": settings.show,
    "bao thay doi": changes.show,
    "baothaydoi": changes.show,
    "tam dung": pause.show,
    "tamdung": pause.show,
    "tam dung gui": pause.show,
    "gui tin": broadcast.begin,
    "guitin": broadcast.begin,
    "tinh huong": drill.show,
    "tinhhuong": drill.show,
    "luyen tap": drill.show,
    "luyentap": drill.show,
    "dang nhap": sign_in.begin,
    "dangnhap": sign_in.begin,
    "bang theo doi": sign_in.begin,
    "phien dang nhap": sign_in.sessions,
    "phien": sign_in.sessions,
    "lien ket": _link,
    "lienket": _link,
    "go": _unlink,
    "toi": me.show,
    "du lieu cua toi": me.show,
    "ket qua": me.show,
    "ngung": _stop,
    "ngung nhac": _stop,
    "dung": _stop,
    "stop": _stop,
    "xoa": _erase,
    "xoa du lieu": _erase,
    "tro giup": _help,
    "trogiup": _help,
    "help": _help,
    "menu": _help,
}

_SCREENS: dict[str, Callable[[Context], Awaitable[list[Message]]]] = {
    "help": _help,
    "settings": settings.show,
    "shifts": settings.show_shifts,
    "report": digest.report,
    "me": me.show,
    "changes": changes.show,
    "lookup": lookup.begin,
    "sessions": sign_in.sessions,
}


async def visit(who: Visitor, inbound: Inbound) -> tuple[str, list[Message]]:
    """Answer somebody who has not agreed; returns the handler's name for the log, and what to say."""
    match inbound:
        case Started(payload=payload):
            return "join.arrive", await join.arrive(who, payload)
        case Text(text=text) if looks_like_code(text):
            return "join.arrive", await join.arrive(who, text)
        case Text(text=text) if (agreed := join.typed_agreement(text)) is not None:
            return "join.agree", await join.agree(who, agreed)
        case Tap(action=packed):
            return await _visitor_tap(who, packed)
        case Text() | ContactShared() | Unsupported():
            return "join.welcome", await join.arrive(who, "")
        case DoorClosed() | DoorOpened() | Withdrawn():
            return "ignored", []
        case _:
            assert_never(inbound)


async def _visitor_tap(who: Visitor, packed: str) -> tuple[str, list[Message]]:
    try:
        action = actions.unpack(packed)
    except actions.BadActionError:
        return "ignored", []
    match action:
        case actions.Agree():
            return "join.agree", await join.agree(who, action)
        case actions.Decline():
            return "join.decline", [words.declined()]
        case _:
            return "ignored", []


async def await_match(ctx: Context, inbound: Inbound) -> tuple[str, list[Message]]:
    """Answer somebody who agreed but is not matched to the roster yet."""
    match inbound:
        case ContactShared():
            return "join.take_contact", await join.take_contact(ctx, inbound)
        case Withdrawn():
            return "me.forget_door", await me.forget_door(ctx)
        case Text(text=text) if looks_like_code(text) and not text.isdecimal():  # a phone that is typed proves nothing
            return "join.take_code", await join.take_code(ctx, text)
        case Text(text=text) if not (looks_like_code(text) or fold(text) in COMMANDS or _looks_up(text)):
            return "join.take_name", await join.take_name(ctx, text)
        case Started() | Tap() | Text() | Unsupported():
            return "join.ask_again", await join.ask_again(ctx)
        case DoorClosed() | DoorOpened():
            return "ignored", []
        case _:
            assert_never(inbound)


def _looks_up(text: str) -> bool:
    return lookup.asked_for(text, (*lookup.PLAIN, *lookup.LOOSE)) is not None


async def route(ctx: Context, inbound: Inbound) -> tuple[str, list[Message]]:
    """Answer somebody who is known; a lesson on the screen takes the letters back from a drill."""
    handler, messages = await _route(ctx, inbound)
    if ctx.account.awaits == drill.AWAITS and messages and handler in _SHOW_LESSONS and not ctx.forgotten:
        await accounts.await_text(ctx.conn, ctx.account.id, None)
    return handler, messages


async def _route(ctx: Context, inbound: Inbound) -> tuple[str, list[Message]]:
    match inbound:
        case Tap(action=packed):
            return await _tap(ctx, packed)
        case Started(payload=payload) if (code := sign_in.code_of_payload(payload)) is not None:
            return "sign_in.take_code", await sign_in.take_code(ctx, code)
        case Started():
            return "study.resume", await study.resume(ctx)
        case Text(text=text):
            return await _typed(ctx, text)
        case Withdrawn():
            return "me.erase", await me.erase(ctx, actions.Erase(1))
        case ContactShared() | Unsupported():
            return _HINT, await quiz.hint(ctx)
        case DoorClosed() | DoorOpened():
            return "ignored", []
        case _:
            assert_never(inbound)


# What a button may ask for, and who decides about it.
_TAPS: dict[type[actions.Action], Callable[[Context, Any], Awaitable[list[Message]]]] = {
    actions.Next: study.go_on,
    actions.Answer: quiz.answer,
    actions.Pick: quiz.pick,
    actions.Later: study.later,
    actions.Scenes: drill.listed,
    actions.Scene: drill.begin,
    actions.Say: drill.say,
    actions.LeaveScene: drill.leave,
    actions.OpenTool: tool.show,
    actions.ToolFile: tool.send_file,
    actions.SetHour: settings.set_hour,
    actions.SetShift: settings.set_shift,
    actions.SetPace: settings.set_pace,
    actions.Snooze: settings.snooze,
    actions.Drill: digest.drill,
    actions.SilentOnes: escalation.show,
    actions.Settle: escalation.settle,
    actions.GetFile: digest.send_file,
    actions.Names: digest.names,
    actions.AskAttention: attention.ask,
    actions.Recognise: join.recognise,
    actions.Change: changes.report,
    actions.DecideChange: changes.decide,
    actions.LinkDoor: me.doors,
    actions.Erase: me.erase,
    actions.Pause: pause.ask,
    actions.Unpause: pause.resume,
    actions.CastUnit: broadcast.choose_unit,
    actions.CastRoles: broadcast.choose_roles,
    actions.CastWrite: broadcast.write,
    actions.CastSend: broadcast.send,
    actions.CastDrop: broadcast.drop,
    actions.CastSee: broadcast.see,
    actions.CastStop: broadcast.stop,
    actions.SignIn: sign_in.decide,
    actions.EndSession: sign_in.end_session,
    actions.Found: lookup.show_other,
    actions.OpenLesson: lookup.open_lesson,
    actions.ReadCard: lookup.read,
}


# Handlers after which a lesson's step is on the screen.
_SHOW_LESSONS = frozenset(
    {"study.resume", "study.go_on", "quiz.answer", "quiz.pick"}
    | {f"typed.{word.replace(' ', '_')}" for word, does in COMMANDS.items() if does in {study.resume, study.type_on}}
)


async def _tap(ctx: Context, packed: str) -> tuple[str, list[Message]]:
    try:
        action = actions.unpack(packed)
    except actions.BadActionError:
        return "ignored", []
    match action:
        case actions.Resume():
            return "study.resume", await study.resume(ctx)
        case actions.Screen(name=name) if name in _SCREENS:
            return f"screen.{name}", await _SCREENS[name](ctx)
    decide = _TAPS.get(type(action))
    if decide is None:
        return "ignored", []
    return f"{decide.__module__.rpartition('.')[2]}.{decide.__name__}", await decide(ctx, action)


async def _typed(ctx: Context, text: str) -> tuple[str, list[Message]]:
    folded = fold(text)
    if folded == _TRUE_OR_STOP and (answered := await quiz.said_true(ctx, text)) is not None:
        return "quiz.answer", answered
    if ctx.account.awaits == drill.AWAITS and _LETTER.fullmatch(folded):
        return "drill.say", await drill.say_by_letter(ctx, folded.upper())
    if len(folded.split()) <= _MOST_COMMAND_WORDS and folded in COMMANDS:
        return f"typed.{folded.replace(' ', '_')}", await COMMANDS[folded](ctx)
    if (code := sign_in.code_in(text)) is not None:
        return "sign_in.take_code", await sign_in.take_code(ctx, code)
    if wanted := lookup.asked_for(text, lookup.PLAIN):
        return "lookup.look_up", await lookup.look_up(ctx, wanted)
    if not quiz.looks_lettered(text) and (taken := await _awaited(ctx, text)) is not None:
        return taken
    found = await quiz.typed(ctx, text)
    if found is not None and found[0] != _HINT:
        return found
    if wanted := lookup.asked_for(text, lookup.LOOSE):
        return "lookup.look_up", await lookup.look_up(ctx, wanted)
    return found or (_HINT, [words.not_understood(lookup.likely(ctx, text))])


async def _awaited(ctx: Context, text: str) -> tuple[str, list[Message]] | None:
    """Words that were asked for; None if none were."""
    match ctx.account.awaits:
        case sign_in.AWAITS if looks_like_code(text):
            return "sign_in.take_code", await sign_in.take_code(ctx, text)
        case lookup.AWAITS:
            return "lookup.take_words", await lookup.take_words(ctx, text)
        case changes.AWAITS:
            return "changes.take_words", await changes.take_words(ctx, text)
        case broadcast.AWAITS:
            return "broadcast.take_words", await broadcast.take_words(ctx, text)
        case drill.AWAITS:
            return "drill.again", await drill.again(ctx)
        case _:
            return None
