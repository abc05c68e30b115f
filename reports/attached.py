"""
The files that go with a digest in the chat, made from what a ledger can keep: unit, period and form.

A reference is `unit:period:form`, such as `12:2026-W47:png`; whether somebody may see the unit is asked before.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning import periods
from learning.roles import GROUP_TYPES
from reports import card, files, period, targets, words
from reports.files import Form
from storage import period_figures, reporting

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from learning.periods import Period
    from storage.reporting import Unit


class Shape(StrEnum):
    """What is sent; the value is the file's suffix."""

    PICTURE = "png"
    WORD = "docx"
    WORKBOOK = "xlsx"


PICTURE_TYPE = "image/png"
FORM_TYPES = {
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
}


class NoSuchFileError(ValueError):
    """There is nothing, or nothing any more, that this reference names."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which file; `str` is what a ledger keeps."""

    unit_id: UnitId
    period: Period
    shape: Shape

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.period.code}:{self.shape}"


@dataclass(frozen=True, slots=True)
class Made:
    """A file's name (ASCII), media type and content."""

    name: str
    media_type: str
    content: bytes


def reference(text: str) -> Reference:
    """
    Return the reference that `str` wrote.

    Raises:
        NoSuchFileError: it is none.
    """
    try:
        unit, code, shape = text.split(":")
        return Reference(UnitId(int(unit)), periods.parse(code), Shape(shape))
    except ValueError as error:
        raise NoSuchFileError(text) from error


async def make(conn: AsyncConnection, wanted: Reference, now: datetime, compulsory: Collection[str]) -> Made:
    """
    Make a file off the event loop; `compulsory` are the modules in which full-timers must be recognised.

    Raises:
        NoSuchFileError: there is no such unit, or it is a tổ, or the period has not begun.
    """
    unit = await reporting.unit_by_id(conn, wanted.unit_id)
    if unit is None or unit.unit_type in GROUP_TYPES or now < wanted.period.begins:
        raise NoSuchFileError(str(wanted))
    match wanted.shape:
        case Shape.PICTURE:
            return await _picture(conn, unit, wanted.period, now)
        case Shape.WORD | Shape.WORKBOOK:
            return await report(conn, unit, wanted.period, Form(wanted.shape.value), now, compulsory)


async def report(
    conn: AsyncConnection, unit: Unit, when: Period, form: Form, now: datetime, compulsory: Collection[str]
) -> Made:
    """
    Make a unit's report for a period that has begun, off the event loop.

    The figures are those of the roll-up as it stands; a connection that reads as one gives them of one moment.
    """
    measured = await targets.measures(conn, unit.id, min(now, when.cut_off), compulsory)
    gathered = await period.make(conn, unit, when, now, targets.as_rows(measured))
    file = io.BytesIO()
    await files.write(conn, gathered, form, file)
    return Made(files.name(gathered, form), FORM_TYPES[form], file.getvalue())


async def _picture(conn: AsyncConnection, unit: Unit, told: Period, now: datetime) -> Made:
    cut_off = await period_figures.kept(conn, unit.id, told.cut_off, after=told.begins)
    is_week = told.kind is periods.PeriodKind.WEEK
    title = f"Báo cáo học tập {f'tuần {words.week(told.cut_off)}' if is_week else told.label}"
    gathered = await card.gather(conn, unit, cut_off, now, title)
    content = await asyncio.to_thread(card.png, gathered)
    code = files.plain_code(unit.code)
    return Made(f"bao-cao-{code}-{told.code}.png", PICTURE_TYPE, content)
