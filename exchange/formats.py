"""The forms that lessons and questions come and go in, and what each is called."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from exchange.faults import refused

if TYPE_CHECKING:
    from pathlib import Path


class Format(StrEnum):
    """A form; the value is what the command line takes."""

    XLSX = "xlsx"
    GIFT = "gift"
    MOODLE_XML = "moodle-xml"
    PDF = "pdf"


_BY_ENDING = {".xlsx": Format.XLSX, ".gift": Format.GIFT, ".xml": Format.MOODLE_XML, ".pdf": Format.PDF}


def of_file(path: Path) -> Format:
    """
    Return the form that a file's name tells.

    Raises:
        ExchangeError: its ending tells none.
    """
    if (found := _BY_ENDING.get(path.suffix.casefold())) is None:
        raise refused(f"Không đoán được định dạng của «{path.name}»; thêm --format {'|'.join(Format)}.")
    return found
