"""Lessons and questions in the forms of other programs."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from exchange import book, book_writer, gift, gift_writer, library, moodle, moodle_writer, paper_rows
from exchange.book import Sheet
from exchange.faults import refused
from exchange.formats import Format
from exchange.tags import OWNER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from content.drill_model import Drill
    from content.figures import Figures
    from content.tools import ToolFile
    from content.tree import ReadModule
    from exchange.items import Item


def read_items(raw: bytes, form: Format) -> list[Item]:
    """
    Return the questions of a GIFT or Moodle XML file.

    Raises:
        ExchangeError: with every fault of the file; or the form holds no questions that can be read.
    """
    match form:
        case Format.GIFT:
            return gift.read(raw)
        case Format.MOODLE_XML:
            return moodle.read(raw)
        case _:
            raise refused(f"Không nhập được từ {form}.")


def items(
    found: Sequence[ReadModule], lesson: str | None, on: date, values: Figures, *, keep_figures: bool
) -> list[Item]:
    """
    Return the questions of modules as items, of one lesson or final test where `lesson` names it.

    Raises:
        ExchangeError: there is no such lesson.
    """
    if lesson is not None and not OWNER.fullmatch(lesson):
        raise refused(f"Mã bài «{lesson[:20]}» sai; mẫu: M1.3 hoặc M1.T.")
    made = [
        library.item(question, objective, on, values, keep_figures=keep_figures)
        for question, objective in library.questions(found)
        if lesson is None or question.id.rpartition("-")[0] == lesson
    ]
    if not made:
        raise refused(f"Không có câu hỏi nào của bài {lesson}.")
    return made


def write_items(some: Sequence[Item], found: Sequence[ReadModule], form: Format) -> bytes:
    """
    Return a GIFT or Moodle XML file.

    Raises:
        ExchangeError: the form cannot hold some question; every such is named.
    """
    paths = library.categories(found)
    return gift_writer.write(some, paths) if form is Format.GIFT else moodle_writer.write(some, paths)


def write_book(found: Sequence[ReadModule], tools: Sequence[ToolFile] = (), drills: Sequence[Drill] = ()) -> bytes:
    """Return a workbook of modules, lessons, questions, tools and drills; the empty form when there are none."""
    laid = book.rows(found)
    named = [(read.tool, PurePosixPath(read.file).stem) for read in tools]
    laid |= paper_rows.rows(named, drills)
    owners = [(tool.id, tool.legal) for tool, _ in named] + [(drill.id, drill.legal) for drill in drills]
    for owner, legal in owners:
        laid[Sheet.LEGAL] += book.legal_rows(owner, legal)
    return book_writer.workbook(laid)
