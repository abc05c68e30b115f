"""Questions: put, answered by a press, by several, or by typing; each decided once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from content import answers
from content.model import QuestionKind
from handlers import words
from handlers.syllabus import changed_from
from learning import grading
from learning import lesson as rules
from learning.calendar import day_of
from learning.shuffle import shuffled
from learning.text import fold
from storage import accounts, runs

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message
    from content.model import Library, Question
    from handlers.actions import Answer, Pick
    from handlers.context import Context
    from storage.runs import Asked, Run


async def put(conn: AsyncConnection, library: Library, run: Run, now: datetime, *, replaces: str | None) -> Message:
    """Put the question that a sitting is at; an answered one shows its verdict again."""
    question = library.questions[run.progress.step.ref]
    today = day_of(now)
    if run.progress.answered:
        asked = await runs.asked_at(conn, run.id, run.progress.at)
        if asked is None or asked.chosen is None or not _is_as_put(question, asked.order, asked.chosen):
            return words.answered_before(run, replaces=replaces)
        return words.verdict(run, question, asked.chosen, asked.order, today, replaces=replaces)
    order = order_of(run, question)
    attempt_id = await runs.ask(
        conn,
        run=run,
        question_id=question.id,
        version=library.lessons[question.lesson_id].version if run.kind != "test" else run.version,
        place=run.progress.at,
        is_first=run.progress.step.kind.is_first_answer,
        order=order,
        now=now,
    )
    since = changed_from(library, question)
    return words.question(run, question, attempt_id, order, today, since=since, replaces=replaces)


def _is_as_put(question: Question, order: str, kept: str | None = None) -> bool:
    """False if the content was published anew since, with other choices or as another kind."""
    if sorted(order) != sorted(choice.key for choice in question.choices):
        return False
    return kept is None or answers.is_answer(question, kept)


def order_of(run: Run, question: Question) -> str:
    """Return the keys of the choices as they are shown in this sitting; steps never begin in the right order."""
    keys = [choice.key for choice in question.choices]
    if question.kind is QuestionKind.TRUE_FALSE:
        return "".join(keys)
    order = "".join(shuffled(keys, f"{run.id}:{run.progress.at}:{run.opened_at.isoformat()}"))
    if question.kind is QuestionKind.ORDER and order == question.right_keys:
        return order[1:] + order[:1]
    return order


async def stop_awaiting(ctx: Context, run: Run) -> None:
    """What is typed next answers the question on the screen: other words that were asked for before are not awaited."""
    step = run.progress.step
    if ctx.account.awaits and step.is_question and ctx.library.questions[step.ref].kind.is_typed:
        await accounts.await_text(ctx.conn, ctx.account.id, None)


# --- by a press -------------------------------------------------------------------------------------------------------


async def answer(ctx: Context, action: Answer) -> list[Message]:
    """Take an answer by button: grade, store once, answer in place."""
    asked = await runs.asked_by_id(ctx.conn, action.attempt)
    question = _open_question(ctx, asked)
    if asked is None or question is None:
        return []
    if question.kind.is_typed and action.choice != grading.SEEN:  # no button of ours says that words were right
        return []
    return await _take(ctx, asked, question, action.choice)


async def pick(ctx: Context, action: Pick) -> list[Message]:
    """Show the question with what is picked so far; the button carries it and nothing is stored."""
    asked = await runs.asked_by_id(ctx.conn, action.attempt)
    question = _open_question(ctx, asked)
    if asked is None or question is None:
        return []
    return _picked(ctx, asked, question, action.picked, replaces=ctx.in_place())


def _picked(ctx: Context, asked: Asked, question: Question, picked: str, *, replaces: str | None) -> list[Message]:
    is_known = set(picked) <= set(asked.order) and len(set(picked)) == len(picked)
    if not is_known or question.kind not in {QuestionKind.SEVERAL, QuestionKind.ORDER}:
        return []
    today = day_of(ctx.now)
    since = changed_from(ctx.library, question)
    return [
        words.question(asked.run, question, asked.id, asked.order, today, since=since, picked=picked, replaces=replaces)
    ]


def _open_question(ctx: Context, asked: Asked | None) -> Question | None:
    """The question of an attempt if it is this person's, on the screen and not answered yet."""
    if asked is None or asked.run.person_id != ctx.person:
        return None
    run = asked.run
    if run.finished_at or run.progress.at != asked.place or run.progress.answered or asked.chosen is not None:
        return None
    question = ctx.library.questions.get(asked.question_id)
    return question if question is not None and _is_as_put(question, asked.order) else None


async def _take(ctx: Context, asked: Asked, question: Question, kept: str) -> list[Message]:
    today = day_of(ctx.now)
    if not answers.is_answer(question, kept):
        return []
    is_right = answers.is_right(question, kept, today)
    if not await runs.record_answer(ctx.conn, asked.id, kept, is_right=is_right, now=ctx.now):
        return []
    answered = replace(asked.run, progress=rules.answer(asked.run.progress, is_right=is_right))
    await runs.save(ctx.conn, answered.id, answered.progress)
    return [words.verdict(answered, question, kept, asked.order, today, replaces=ctx.in_place())]


# --- by typing --------------------------------------------------------------------------------------------------------


async def typed(ctx: Context, text: str) -> tuple[str, list[Message]] | None:
    """Take what was typed as an answer to the question on the screen, or say what could be typed; None without one."""
    asked = await _asked_now(ctx)
    question = _open_question(ctx, asked)
    if asked is None or question is None:
        return None
    kept = answers.read(question, text, asked.order)
    if kept is None:
        return "study.hint", [words.not_understood_in_question(question, asked.order)]
    if question.kind is QuestionKind.SEVERAL and len(kept) == 1:  # a first letter rather than the whole answer
        return "quiz.pick", _picked(ctx, asked, question, kept, replaces=None)
    return "quiz.answer", await _take(ctx, asked, question, kept)


async def said_true(ctx: Context, text: str) -> list[Message] | None:
    """Take "đúng" as an answer where true or false is asked; elsewhere, and for "dừng", None: it is a command."""
    if text.casefold().startswith("dừ"):
        return None
    asked = await _asked_now(ctx)
    question = _open_question(ctx, asked)
    if asked is None or question is None or question.kind is not QuestionKind.TRUE_FALSE:
        return None
    kept = answers.read(question, text, asked.order)
    return None if kept is None else await _take(ctx, asked, question, kept)


async def hint(ctx: Context) -> list[Message]:
    """Say what could be typed or pressed: a picture came, or a contact."""
    asked = await _asked_now(ctx)
    question = _open_question(ctx, asked)
    if asked is None or question is None:
        return [words.not_understood()]
    return [words.not_understood_in_question(question, asked.order)]


def looks_lettered(text: str) -> bool:
    """Whether something typed is letters of choices and nothing else."""
    return all(len(word) == 1 for word in fold(text).split()) and grading.letters(text, "abcd") is not None


async def _asked_now(ctx: Context) -> Asked | None:
    run = await runs.open_run(ctx.conn, ctx.person)
    if run is None or not run.progress.step.is_question or run.progress.answered:
        return None
    return await runs.asked_at(ctx.conn, run.id, run.progress.at)
