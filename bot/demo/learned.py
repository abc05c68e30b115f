"""What joining and learning leave behind, for a great many learners: drawn, not played through."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers.syllabus import lessons_of
from handlers.words import CONSENT_VERSION
from learning.calendar import DayPart
from storage.tables import account, consent, learner, learner_course

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from bot.demo.bulk import Rows
    from bot.demo.people import CadreRow
    from channels.messages import EndpointId
    from content.model import Library
    from learning.roles import Track

DUE_DAYS = 7
_SHARE_STARTED, _SHARE_DONE = 0.6, 0.3


class Learned:
    """Draws doors, consents, learners and enrolments of cadres, and lets them wait in `rows`."""

    def __init__(self, rows: Rows, rng: Random, library: Library, endpoint: EndpointId, now: datetime) -> None:
        self._rows = rows
        self._rng = rng
        self._library = library
        self._endpoint = endpoint
        self._now = now

    def join(self, person_id: int, row: CadreRow, track: Track) -> None:
        """Let all rows wait that a cadre who has joined has."""
        rng, rows = self._rng, self._rows
        joined = self._now - timedelta(minutes=rng.randint(60, 60 * 24 * 60))
        account_id = rows.next_id(account)
        rows.add(
            account,
            id=account_id,
            endpoint_id=self._endpoint,
            external_id=f"scale-{person_id}",
            person_id=person_id,
            is_open=True,
            opened_at=joined,
            last_word_at=joined,
        )
        rows.add(
            consent,
            id=rows.next_id(consent),
            account_id=account_id,
            person_id=person_id,
            text_version=CONSENT_VERSION,
            given_at=joined,
        )
        rows.add(
            learner,
            person_id=person_id,
            joined_at=joined,
            hour=rng.choice(tuple(DayPart)).value,
            shift=row.shift.value if row.shift else None,
            rotates=False,
            rhythm="mwf",
            reminders_off=False,
            ladder=0,
            last_word_at=joined,
            last_lesson_at=None,
            next_due_at=self._now + timedelta(seconds=rng.randint(0, DUE_DAYS * 86_400)),
            reply_account_id=account_id,
        )
        for values in self._courses(track, joined):
            rows.add(learner_course, person_id=person_id, **values)

    def _courses(self, track: Track, joined: datetime) -> Iterator[dict[str, object]]:
        """The enrolment in the track's first module, for those who have started."""
        rng = self._rng
        drawn = rng.random()
        modules = self._library.modules_for(track)
        if drawn >= _SHARE_STARTED or not modules:
            return
        total = len(lessons_of(modules[0], (track,)))
        is_done = drawn < _SHARE_DONE
        yield {
            "module_id": modules[0].id,
            "cycle": 1,
            "version": modules[0].version,
            "started_at": joined,
            "lessons_done": total if is_done else rng.randrange(total),
            "lessons_total": total,
            "best_percent": rng.choice((80, 90, 100)) if is_done else None,
            "completed_at": joined + (self._now - joined) * rng.random() if is_done else None,
        }
