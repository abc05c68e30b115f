"""What an approved template is filled with: a nudge or a digest to somebody who has been silent for a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.zalo.template_names import DIGEST, NUDGE, parameters
from channels.messages import Kind, PersonId
from channels.zalo import Approved
from handlers import study
from reports import digest
from storage import accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from content.model import Library
    from storage.outbox import Outgoing

MAX_VALUE = 30  # code points of a parameter
NUDGES = frozenset({Kind.NEW_LESSON, Kind.REMINDER, Kind.REVIEW})
BY_PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template, and its parameter of each value."""

    id: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Templates:
    """The installation's approved templates; None for none."""

    nudge: Template | None
    digest: Template | None
    by_phone: bool
    library: Library
    now: Callable[[], datetime]

    @classmethod
    def of(cls, settings: Settings, library: Library, now: Callable[[], datetime]) -> Templates:
        """Those of the settings."""
        nudge, weekly = settings.zalo_template_nudge, settings.zalo_template_digest
        return cls(
            Template(nudge, parameters(settings.zalo_template_nudge_params, NUDGE)) if nudge else None,
            Template(weekly, parameters(settings.zalo_template_digest_params, DIGEST)) if weekly else None,
            settings.zalo_template_by == BY_PHONE,
            library,
            now,
        )

    async def fill(self, conn: AsyncConnection, outgoing: Outgoing) -> Approved | None:
        """Return the template for a delivery; None where there is none, or it is no longer due."""
        person_id = PersonId((outgoing.subject or {}).get("person", 0))
        template = self.digest if outgoing.kind is Kind.DIGEST else self.nudge
        if template is None or not person_id or outgoing.kind not in {Kind.DIGEST, *NUDGES}:
            return None
        name, phone = await accounts.owner(conn, outgoing.account_id)
        if self.by_phone and not phone:
            return None
        if outgoing.kind is Kind.DIGEST:
            found = await digest.few_figures(conn, outgoing.subject or {}, self.now())
        else:
            found = await self._lesson(conn, person_id)
        if found is None:
            return None
        values = {"name": name, **found}
        data = {
            parameter: values[value][:MAX_VALUE].rstrip() or "-" for value, parameter in template.parameters.items()
        }
        return Approved(template.id, data, phone.removeprefix("+") if self.by_phone else "")

    async def _lesson(self, conn: AsyncConnection, person_id: PersonId) -> Mapping[str, str] | None:
        studies = await study.where(conn, self.library, person_id, self.now())
        run = studies.open_run
        lesson = self.library.lessons.get(run.lesson_id) if run is not None else None
        return {"lesson": lesson.title} if lesson is not None else None
