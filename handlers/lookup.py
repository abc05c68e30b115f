"""Tra cứu: what somebody looks for in the lessons and the law's figures, answered in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import search
from content.model import LessonStatus
from handlers import study, words
from learning.calendar import day_of
from learning.lookups import miss_term
from learning.text import fold
from storage import accounts, search_misses

if TYPE_CHECKING:
    from channels.messages import Message
    from content.hits import Hit
    from content.model import Lesson
    from handlers.actions import Found, OpenLesson, ReadCard
    from handlers.context import Context

AWAITS = "lookup"
PLAIN = ("tra cuu", "tracuu")  # nobody writes these words for anything else
FEWEST_WORDS = 3  # of free text that may be a question
LOOSE = ("tim kiem", "tim")  # these begin other sentences too


def asked_for(text: str, prefixes: tuple[str, ...]) -> str | None:
    """Return what stands behind one of the prefixes, as typed; None if the text begins with none of them."""
    typed = text.replace("/", " ").split()
    for prefix in prefixes:
        length = len(prefix.split())
        if len(typed) > length and fold(" ".join(typed[:length])) == prefix:
            return " ".join(typed[length:])
    return None


async def begin(ctx: Context) -> list[Message]:
    """The word alone: await what is looked for."""
    await accounts.await_text(ctx.conn, ctx.account.id, AWAITS)
    return [words.lookup_asked()]


async def take_words(ctx: Context, text: str) -> list[Message]:
    """What is looked for was typed after it was asked for."""
    await accounts.await_text(ctx.conn, ctx.account.id, None)
    return await look_up(ctx, text)


async def look_up(ctx: Context, text: str) -> list[Message]:
    """Answer with the best of what was found; what was not, or hardly, is counted, and who asked is not."""
    today = day_of(ctx.now)
    catalogue = search.over(ctx.library)
    hits = catalogue.find(text, today)
    is_found = bool(hits) and hits[0].is_likely
    if not is_found and (term := miss_term(text)):
        await search_misses.count(ctx.conn, term, today)
    if hits:
        others = [hit.ref for hit in hits[1:]]
        return [words.answer(hits[0], others, today, replaces=None, is_doubtful=not is_found)]
    return [words.looked_in_vain(*catalogue.size, is_counted=bool(miss_term(text)))]


def likely(ctx: Context, text: str) -> Hit | None:
    """What free text that is no answer may have asked for."""
    if len(text.split()) < FEWEST_WORDS:
        return None
    best = next(iter(search.over(ctx.library).find(text, day_of(ctx.now), limit=1)), None)
    return best if best is not None and best.is_likely else None


async def show_other(ctx: Context, action: Found) -> list[Message]:
    """Kết quả khác: the next one that the content still holds, in place."""
    today = day_of(ctx.now)
    refs = action.refs.split(",")
    for place, ref in enumerate(refs, start=1):
        hit = search.over(ctx.library).at(ref, today)
        if hit is not None:
            return [words.answer(hit, refs[place:], today, replaces=ctx.in_place())]
    return []


async def open_lesson(ctx: Context, action: OpenLesson) -> list[Message]:
    """Học bài này: learned where it is theirs to learn now, else shown to be read."""
    lesson = _served(ctx, action.lesson)
    if lesson is None:
        return []
    learned = await study.open_lesson(ctx, lesson)
    return [words.reading(lesson, 0, day_of(ctx.now), replaces=None) if learned is None else learned]


async def read(ctx: Context, action: ReadCard) -> list[Message]:
    """Another card of a lesson that is only read, in place."""
    lesson = _served(ctx, action.lesson)
    if lesson is None or action.card >= len(lesson.cards):
        return []
    return [words.reading(lesson, action.card, day_of(ctx.now), replaces=ctx.in_place())]


def _served(ctx: Context, lesson_id: str) -> Lesson | None:
    lesson = ctx.library.lessons.get(lesson_id)
    return None if lesson is None or lesson.status is LessonStatus.DRAFT else lesson
