"""What is sent unasked: decided by the rules at planning, and asked again when its turn to be sent has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from channels.messages import AccountId, Kind, PersonId
from handlers import study, words
from handlers.syllabus import next_item
from learning.calendar import day_of
from learning.rhythm import Nudge, Standing, is_still_allowed, midnight_after, next_nudge
from storage import accounts, learners, outbox, pauses

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message
    from content.model import Library
    from learning.calendar import Holidays
    from storage.learners import Learner
    from storage.standing import Studies

_KINDS = {Nudge.NEW_LESSON: Kind.NEW_LESSON, Nudge.REMINDER: Kind.REMINDER, Nudge.REVIEW: Kind.REVIEW}


def _standing(learner: Learner, studies: Studies, library: Library, unasked: frozenset[date]) -> Standing:
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
    )


async def plan(conn: AsyncConnection, library: Library, learner: Learner, holidays: Holidays, now: datetime) -> bool:
    """
    Look at one learner whose time has come: queue what is due, and set when to look again.

    Returns:
        True if something was queued.
    """
    studies = await study.where(conn, learner.person_id, now)
    doors = await accounts.open_doors(conn, learner.person_id)
    if not doors or not studies.tracks:
        await learners.change(conn, learner.person_id, next_due_at=None)
        return False
    unasked = await learners.unasked_days(conn, learner.person_id, now)
    standing = _standing(learner, studies, library, unasked)
    found = next_nudge(standing, now, holidays)
    queued = False
    if found is not None and found.at <= now:
        door = learner.reply_account_id if learner.reply_account_id in doors else doors[0]
        queued = await outbox.queue(
            conn,
            account_id=AccountId(door or doors[0]),
            kind=_KINDS[found.nudge],
            key=f"nudge:{learner.person_id}:{day_of(now):%Y%m%d}",
            subject={"person": learner.person_id},
            run_at=now,
        )
        after = midnight_after(now)
        standing = replace(
            standing,
            unasked=standing.unasked | {day_of(now)},
            ladder=standing.ladder + (found.nudge is Nudge.REMINDER),
        )
        if found.nudge is not Nudge.REMINDER:
            standing = replace(standing, open_since=now, ladder=0, last_lesson_on=day_of(now))
        found = next_nudge(standing, after, holidays)
    await learners.change(conn, learner.person_id, next_due_at=found.at if found else None)
    return queued


async def render(
    conn: AsyncConnection, library: Library, holidays: Holidays, delivery: outbox.Outgoing, now: datetime
) -> Message | str:
    """
    Make the message of a queued nudge, if it is still due.

    Returns:
        The message, or the reason why it is not sent.
    """
    person_id = PersonId((delivery.subject or {}).get("person", 0))
    learner = await learners.by_id(conn, person_id)
    if learner is None:
        return "not_a_learner"
    if await pauses.is_paused(conn, person_id, day_of(now)):
        return pauses.PAUSED
    studies = await study.where(conn, person_id, now)
    if not studies.tracks:
        return "no_position"
    standing = _standing(learner, studies, library, frozenset())
    if not is_still_allowed(standing, now, holidays):
        return "not_now"
    if delivery.kind is Kind.REMINDER:
        if studies.open_run is None:
            return "done_meanwhile"
        await learners.change(conn, person_id, ladder=learner.ladder + 1)
        return words.reminder(learner.full_name, studies.open_run, library.lessons.get(studies.open_run.lesson_id))
    if studies.open_run is not None:
        return "one_is_open"
    if delivery.kind is Kind.REVIEW:
        opened = await study.open_review(conn, library, studies, now)
    else:
        opened = await study.open_next(conn, library, studies, now, is_pushed=True)
        await learners.change(conn, person_id, last_lesson_at=now)
    if opened is None:
        return "nothing_next"
    shown = await study.show(conn, library, opened, now, replaces=None)
    return replace(shown, kind=delivery.kind)
