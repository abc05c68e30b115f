"""
Who may be written to on Zalo now, what a day may cost, and what each message counted as.

What may cost something is reserved before it is sent, in the database and so for all processes together: the budget of
a day is never passed. A process that dies leaves its reservations taken.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.zalo.templates import Templates
from channels.messages import Kind
from channels.zalo import Window, sendable
from channels.zalo.verdicts import WINDOW
from learning.calendar import day_of
from reports import digest
from storage import accounts, zalo_costs

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from bot.settings import Settings
    from channels.messages import Address, EndpointId
    from channels.zalo import Approved
    from content.model import Library
    from storage.database import Database
    from storage.outbox import Outgoing

log = structlog.get_logger()

BUDGET = "zalo_budget"
GATHER_S = 0.2


class ZaloGate:
    """
    The Official Account at `endpoint`.

    `budget`: messages a day that may cost something; `templates`: what may be sent after a week.
    """

    def __init__(
        self,
        database: Database,
        endpoint: EndpointId,
        clock: Clock,
        budget: int,
        templates: Templates | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._database = database
        self._clock = clock
        self._budget = budget
        self._templates = templates
        self._reserved: dict[int, date] = {}
        self._approved: dict[int, Approved] = {}
        self._charges: list[tuple[date, int | None, str, int | None]] = []
        self._freed: list[date] = []
        self._writer: asyncio.Task[None] | None = None

    @classmethod
    def of(
        cls, settings: Settings, database: Database, endpoint: EndpointId, clock: Clock, library: Library
    ) -> ZaloGate:
        """The gate that the settings ask for."""
        return cls(database, endpoint, clock, settings.zalo_oa_budget, Templates.of(settings, library, clock.now))

    async def stops(self, conn: AsyncConnection, outgoing: Outgoing) -> str | None:
        """Why it is not to be sent now; None if it may be. A digest then waits for its reader."""
        reason = await self._reason(conn, outgoing)
        if reason is not None and outgoing.kind is Kind.DIGEST:
            await digest.keep_waiting(conn, outgoing.subject or {})
        return reason

    async def _reason(self, conn: AsyncConnection, outgoing: Outgoing) -> str | None:
        now = self._clock.now()
        window = sendable(await accounts.last_word_at(conn, outgoing.account_id), now)
        if window is Window.FREE:
            return None
        approved = None
        if window is Window.CLOSED:
            approved = await self._templates.fill(conn, outgoing) if self._templates else None
            if approved is None:
                return WINDOW
        today = day_of(now)
        if not await zalo_costs.reserve(conn, self.endpoint, today, self._budget):
            return BUDGET
        self._reserved[outgoing.id] = today
        if approved is not None:
            self._approved[outgoing.id] = approved
        return None

    def approved(self, to: Address) -> Approved | None:
        """The template that a delivery is to be sent as."""
        return self._approved.get(int(to.tag)) if to.tag.isdecimal() else None

    async def tried(self, outgoing: Outgoing, *, is_settled: bool) -> None:
        """Return what was reserved for a call that surely had no effect: the next one reserves again."""
        self._approved.pop(outgoing.id, None)
        day = self._reserved.pop(outgoing.id, None)
        if day is not None and not is_settled and not outgoing.kind.is_resent_once:
            self._freed.append(day)
            self._write_soon()

    def count(self, to: Address, counted_as: str, price: int | None = None) -> None:
        """The platform took a message and said what it counted as, and perhaps its price in đồng."""
        delivery_id = int(to.tag) if to.tag.isdecimal() else None
        self._charges.append((day_of(self._clock.now()), delivery_id, counted_as, price))
        if counted_as in zalo_costs.FREE and (day := self._reserved.pop(delivery_id or 0, None)) is not None:
            self._freed.append(day)
        self._write_soon()

    async def flush(self) -> None:
        """Write what waits; with the database away it goes on waiting."""
        if not self._charges and not self._freed:
            return
        charges, self._charges = self._charges, []
        freed, self._freed = self._freed, []
        try:
            async with self._database.begin() as conn:
                for day in sorted({day for day, *_ in charges}):
                    mine = [(each, what, price) for on, each, what, price in charges if on == day]
                    await zalo_costs.charge(conn, self.endpoint, day, mine)
                for day in sorted(set(freed)):
                    await zalo_costs.give_back(conn, self.endpoint, day, freed.count(day))
        except (SQLAlchemyError, OSError) as error:
            log.warning("zalo_ledger_waits", error=type(error).__name__, waiting=len(charges))
            self._charges = charges + self._charges
            self._freed = freed + self._freed

    def _write_soon(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._charges or self._freed:
            await asyncio.sleep(GATHER_S)
            await self.flush()
