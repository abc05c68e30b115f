"""What is sent unasked: decided by the rules at planning, and asked again when its turn to be sent has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from channels.messages import Kind, PersonId
from handlers import drill, study, words
from handlers.syllabus import next_item
from learning.calendar import day_of
from learning.rhythm import Nudge, Standing, midnight_after, next_nudge
from learning.window import Silence
from storage import accounts, learners, outbox, pauses

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import AccountId, Message
    from content.model import Library
    from learning.calendar import Holidays
    from learning.rhythm import Plan
    from storage.learners import Learner
    from storage.runs import Run
    from storage.standing import Studies

_KINDS = {Nudge.NEW_LESSON: Kind.NEW_LESSON, Nudge.REMINDER: Kind.REMINDER, Nudge.REVIEW: Kind.REVIEW}


@dataclass(frozen=True, slots=True)
class Reach:
    """
    On which channels one may not write for ever, and what is set aside for writing after a while.

    `pays`: some messages a day may cost something; `has_template`: one is approved for after a week.
    """

    windowed: frozenset[str] = frozenset()
    pays: bool = False
    has_template: bool = False

    async def silence(self, conn: AsyncConnection, door: AccountId) -> Silence | None:
        """Since when nobody spoke through that door; None where it does not matter."""
        if not self.windowed:
            return None
        channel, spoke_at = await accounts.channel_and_word(conn, door)
        if channel not in self.windowed:
            return None
        return Silence(spoke_at or _LONG_AGO, self.pays, self.has_template)


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def _standing(
    learner: Learner, studies: Studies, library: Library, unasked: frozenset[date], silence: Silence | None
) -> Standing:
    run = studies.open_run
    open_since = None
    if run is not None:
        open_since = max(run.opened_at, learner.last_word_at) if learner.last_word_at else run.opened_at
    review_from = None
    if studies.review_since is not None:
        review_from = day_of(studies.review_since) + timedelta(days=1)
    return Standing(
        part=learner.part,
        shift=learner.shift,
        pace=learner.pace,
        reminders_off=learner.reminders_off,
        paused_until=learner.paused_until,
        open_since=open_since,
        ladder=learner.ladder,
        has_next=next_item(library, studies) is not None,
        spoke_on=day_of(learner.last_word_at) if learner.last_word_at else None,
        last_lesson_on=day_of(learner.last_lesson_at) if learner.last_lesson_at else None,
        review_from=review_from,
        unasked=unasked,
        silence=silence,
    )


async def look(
    conn: AsyncConnection,
    library: Library,
    learner: Learner,
    holidays: Holidays,
    now: datetime,
    reach: Reach | None = None,
) -> None:
    """Decide what a learner gets next, and when; the planner queues it when its day has come."""
    studies = await study.where(conn, library, learner.person_id, now)
    doors = await accounts.open_doors(conn, learner.person_id)
    if not doors or not studies.tracks:
        await learners.change(conn, learner.person_id, next_due_at=None)
        return
    unasked, _ = await learners.unasked_days(conn, learner.person_id, now)
    door = doors[0]
    if learner.reply_account_id is not None and learner.reply_account_id in doors:
        door = learner.reply_account_id
    silence = await reach.silence(conn, door) if reach else None
    found = next_nudge(_standing(learner, studies, library, unasked, silence), now, holidays)
    await learners.change(conn, learner.person_id, reply_account_id=door, **_next(found))


def _next(found: Plan | None) -> dict[str, Any]:
    """What a learner's row says of the decision."""
    if found is None:
        return {"next_due_at": None}
    return {"next_due_at": found.at, "next_kind": _KINDS[found.nudge].value}


async def render(
    conn: AsyncConnection,
    library: Library,
    holidays: Holidays,
    delivery: outbox.Outgoing,
    now: datetime,
    reach: Reach | None = None,
) -> Message | str | datetime:
    """
    Decide about a queued nudge once more, make its message, and write down what comes after it.

    Returns:
        The message; or the reason why it is not sent; or the moment, later today, to which it is put off.
    """
    person_id = PersonId((delivery.subject or {}).get("person", 0))
    learner = await learners.by_id(conn, person_id)
    if learner is None:
        return "not_a_learner"
    if await pauses.is_paused(conn, person_id, day_of(now)):
        return pauses.PAUSED
    studies = await study.where(conn, library, person_id, now)
    if not studies.tracks:
        await learners.change(conn, person_id, next_due_at=None)
        return "no_position"
    unasked, meant_for = await learners.unasked_days(conn, person_id, now, besides=delivery.id)
    silence = await reach.silence(conn, delivery.account_id) if reach else None
    standing = _standing(learner, studies, library, unasked, silence)
    found = next_nudge(standing, now, holidays)
    is_same = found is not None and _KINDS[found.nudge] is delivery.kind
    if found is None or not is_same or found.at > now or meant_for != day_of(now):
        if found is not None and is_same and day_of(found.at) == meant_for:
            return found.at
        await learners.change(conn, person_id, **_next(found))
        return _reason(delivery.kind, studies)
    changes: dict[str, Any] = {}
    if delivery.kind is Kind.REMINDER:
        run = studies.open_run
        if run is None:
            return "done_meanwhile"
        message = words.reminder(learner.full_name, run, library.lessons.get(run.lesson_id))
        changes["ladder"] = learner.ladder + 1
        standing = replace(standing, ladder=standing.ladder + 1)
    else:
        opened = await _open(conn, library, studies, delivery.kind, now)
        if opened is None:
            return "nothing_next"
        message = replace(await study.show(conn, library, opened, now, replaces=None), kind=delivery.kind)
        standing = replace(standing, open_since=now, ladder=0)
        if delivery.kind is Kind.NEW_LESSON:
            changes["last_lesson_at"] = now
            standing = replace(standing, last_lesson_on=day_of(now))
    standing = replace(standing, unasked=standing.unasked | {day_of(now)})
    after = next_nudge(standing, midnight_after(now), holidays)
    await learners.change(conn, person_id, **changes, **_next(after))
    return message


async def _open(conn: AsyncConnection, library: Library, studies: Studies, kind: Kind, now: datetime) -> Run | None:
    if kind is Kind.REVIEW:
        opened = await study.open_review(conn, library, studies, now)
    else:
        opened = await study.open_next(conn, library, studies, now, is_pushed=True)
    if opened is not None and opened.progress.step.is_question:
        await accounts.await_no_more(conn, studies.person_id, drill.AWAITS)  # a letter now answers this question
    return opened


def _reason(kind: Kind, studies: Studies) -> str:
    if kind is Kind.REMINDER and studies.open_run is None:
        return "done_meanwhile"
    if kind is not Kind.REMINDER and studies.open_run is not None:
        return "one_is_open"
    return "not_now"
