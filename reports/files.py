"""The files of a period's report: each form written from the one model, off the event loop."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING

from storage import period_figures

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from reports.period import PeriodReport


class Form(StrEnum):
    """A form of file; the value is its suffix."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"


def name(report: PeriodReport, form: Form) -> str:
    """Return the file's name: bao-cao-T01-2026-H2.docx."""
    return f"bao-cao-{plain_code(report.unit.code)}-{report.period.code}.{form}"


def plain_code(code: str) -> str:
    """Return a unit's code as a file's name may hold it: ASCII letters, digits, hyphens."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in code)


async def write(conn: AsyncConnection, report: PeriodReport, form: Form, to: Path | io.BytesIO) -> None:
    """
    Write a report's file.

    Args:
        conn: the connection that the report was read by; a workbook's detail is read by it, page by page.
        report: the report.
        form: which form.
        to: a path, or a file in memory.

    Raises:
        OSError: the path cannot be written to.
    """
    match form:
        case Form.XLSX:
            await _workbook(conn, report, to)
        case Form.DOCX:
            from reports import word  # noqa: PLC0415 - slow to load, seldom needed

            await asyncio.to_thread(_put, to, await asyncio.to_thread(word.docx, report))
        case Form.PDF:
            from reports import page  # noqa: PLC0415 - slow to load, seldom needed

            await asyncio.to_thread(_put, to, await asyncio.to_thread(page.pdf, report))


async def _workbook(conn: AsyncConnection, report: PeriodReport, to: Path | io.BytesIO) -> None:
    from reports.sheets import Book  # noqa: PLC0415 - slow to load, seldom needed

    if not hasattr(to, "write"):
        await asyncio.to_thread(_put, to, b"")  # whether it can be written to is known before the work
    book = await asyncio.to_thread(Book, to, report)
    pages = period_figures.detail(conn, report.unit.id, report.kept_at, report.period, report.last_counted)
    async for some in pages:
        await asyncio.to_thread(book.add, some)
    await asyncio.to_thread(book.close)


def _put(to: Path | io.BytesIO, content: bytes) -> None:
    if hasattr(to, "write"):
        to.write(content)
    else:
        to.write_bytes(content)
