"""
The plan of a bot on Zalo's Bot Platform: so many messages a day and a month, for all processes together.

Each message is taken before it is sent, answers and visitors' too, and given back if it was surely not sent. The log
says once when a tenth is left, and once a day in each process that none is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.messages import UnreachableError
from learning.calendar import day_of
from storage import zalo_costs, zalo_quota

if TYPE_CHECKING:
    from datetime import date

    from bot.clock import Clock
    from bot.settings import Settings
    from channels.messages import EndpointId
    from storage.database import Database
    from storage.zalo_quota import Used

log = structlog.get_logger()

_LEFT_OF = 10  # a tenth


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages a day and a month; 0: no limit."""

    per_day: int
    per_month: int

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """The plan that the settings name."""
        return cls(settings.zalo_bot_day, settings.zalo_bot_month)

    def is_low(self, used: Used) -> bool:
        """True while a tenth or less is left, or none."""
        return any(n >= _low(most) for n, most in self._pairs(used))

    def becomes_low(self, used: Used) -> bool:
        """True for the one message after which a tenth is left."""
        return any(n == _low(most) for n, most in self._pairs(used))

    def _pairs(self, used: Used) -> list[tuple[int, int]]:
        return [pair for pair in ((used.today, self.per_day), (used.month, self.per_month)) if pair[1]]


class PlanMeter:
    """The bot at `endpoint`; months and days by `clock`, in Viet Nam."""

    def __init__(self, database: Database, endpoint: EndpointId, clock: Clock, plan: Plan) -> None:
        self._database = database
        self._endpoint = endpoint
        self._clock = clock
        self._plan = plan
        self._told_on: date | None = None

    async def take(self) -> bool:
        """
        Take one message; False if there is none left.

        Raises:
            UnreachableError: the database is away.
        """
        today = day_of(self._clock.now())
        plan = self._plan
        try:
            async with self._database.begin() as conn:
                is_taken, used = await zalo_quota.take(
                    conn, self._endpoint, today, per_day=plan.per_day, per_month=plan.per_month
                )
        except (SQLAlchemyError, OSError) as error:
            raise UnreachableError("the plan's ledger is away") from error
        figures = {"today": used.today, "per_day": plan.per_day, "month": used.month, "per_month": plan.per_month}
        if not is_taken and self._told_on != today:
            self._told_on = today
            log.error("zalo_bot_quota_spent", **figures)
        if is_taken and plan.becomes_low(used):
            log.warning("zalo_bot_quota_low", **figures)
        return is_taken

    async def give_back(self) -> None:
        """Return one; with the database away it stays taken."""
        try:
            async with self._database.begin() as conn:
                await zalo_costs.give_back(conn, self._endpoint, day_of(self._clock.now()), 1)
        except (SQLAlchemyError, OSError) as error:
            log.warning("zalo_ledger_waits", error=type(error).__name__, waiting=1)


def told(used: Used, plan: Plan) -> str:
    """What is used, for an operator."""
    return f"hôm nay {_of(used.today, plan.per_day)}, tháng này {_of(used.month, plan.per_month)}"


def _of(number: int, most: int) -> str:
    return f"{number}/{most}" if most else f"{number} (không đặt mức)"


def _low(most: int) -> int:
    return most - most // _LEFT_OF
