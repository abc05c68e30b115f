"""Plan and spending of a unit's training in a calendar year: classes, people, money in đồng."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.database import insert
from storage.tables import training_year

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

_MOST_DONG = 10**15


class SpendingError(ValueError):
    """The numbers cannot be; the message says how to mend them, in Vietnamese."""


class ChangedMeanwhileError(Exception):
    """Somebody else has changed it since: show what is there now and ask again."""


@dataclass(frozen=True, slots=True)
class TrainingYear:
    """
    What a unit planned and did; None where nothing was entered.

    `spent_in_all` is the unit's total spending on activities, `spent_on_training` the part of it that trained cadres.
    """

    planned_classes: int | None = None
    planned_people: int | None = None
    planned_cost: int | None = None
    held_classes: int | None = None
    held_people: int | None = None
    spent_on_training: int | None = None
    spent_in_all: int | None = None

    def check(self) -> None:
        """Raise SpendingError for numbers that cannot be."""
        for value in asdict(self).values():
            if value is not None and not 0 <= value <= _MOST_DONG:
                raise SpendingError("Số không được âm hay quá lớn. Gợi ý: ghi số lớp, số người; tiền ghi bằng đồng.")
        if self.spent_on_training is not None and self.spent_in_all is None:
            raise SpendingError("Thiếu tổng chi cho hoạt động. Gợi ý: ghi cả hai số, bằng đồng.")
        if (self.spent_on_training or 0) > (self.spent_in_all or 0):
            raise SpendingError("Chi đào tạo lớn hơn tổng chi cho hoạt động. Gợi ý: kiểm tra lại hai số, cùng là đồng.")


COLUMNS = tuple(training_year.c[field.name] for field in fields(TrainingYear))


async def write(conn: AsyncConnection, unit_id: int, year: int, values: TrainingYear, now: datetime) -> None:
    """
    Write what a unit entered for a year, in the place of what it entered before.

    Raises:
        SpendingError: the numbers cannot be.
    """
    values.check()
    row = {**asdict(values), "recorded_at": now}
    statement = insert(conn, training_year).values(unit_id=unit_id, year=year, **row)
    await conn.execute(statement.on_conflict_do_update(index_elements=["unit_id", "year"], set_=row))


async def change(
    conn: AsyncConnection, unit_id: int, year: int, values: TrainingYear, now: datetime, *, was: TrainingYear
) -> None:
    """
    Write what a unit entered for a year, unless somebody has changed it since it was `was`.

    Args:
        conn: a write transaction; what it holds must be rolled back if this raises.
        unit_id: the unit.
        year: a calendar year.
        values: what to write.
        now: when.
        was: what the form was filled from.

    Raises:
        ChangedMeanwhileError: it is no longer that.
        SpendingError: the numbers cannot be.
    """
    values.check()
    empty = insert(conn, training_year).values(unit_id=unit_id, year=year, recorded_at=now)
    await conn.execute(empty.on_conflict_do_nothing())  # so that there is a row to lock
    mine = (training_year.c.unit_id == unit_id, training_year.c.year == year)
    row = (await conn.execute(select(*COLUMNS).where(*mine).with_for_update())).one()
    if TrainingYear(*row) != was:
        raise ChangedMeanwhileError
    await conn.execute(update(training_year).where(*mine).values(**asdict(values), recorded_at=now))


async def read(conn: AsyncConnection, unit_id: int, year: int) -> TrainingYear:
    """What a unit entered for a year; empty if nothing."""
    query = select(*COLUMNS).where(training_year.c.unit_id == unit_id, training_year.c.year == year)
    row = (await conn.execute(query)).first()
    return TrainingYear(*row) if row else TrainingYear()


async def years(conn: AsyncConnection, unit_id: int) -> Sequence[int]:
    """The years for which a unit entered something, the latest first."""
    query = select(training_year.c.year).where(training_year.c.unit_id == unit_id).order_by(training_year.c.year.desc())
    return list((await conn.execute(query)).scalars())
