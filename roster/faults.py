"""What is wrong with a file: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

UNIT_SHEET = "Đơn vị"
PERSON_SHEET = "Cán bộ"
CLASS_SHEET = "Kết quả ĐTBD"
HINT = " Gợi ý: "


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One fault, in Vietnamese.

    `sheet` is None for the file as a whole; `row` counts as Excel does (the heading is row 1); `column` is a heading.
    """

    sheet: str | None
    row: int | None
    column: str | None
    message: str

    def line(self) -> str:
        """The fault on one line, with its place: «Cán bộ, dòng 7, cột «Điện thoại»: …»."""
        place = [part for part in (self.sheet, f"dòng {self.row}" if self.row else None) if part]
        if self.column:
            place.append(f"cột «{self.column}»")
        text = " ".join(self.message.split())
        return f"{', '.join(place)}: {text}" if place else text

    def as_json(self) -> dict[str, str | int | None]:
        """The fault as the command line's JSON shows it."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message}


class FileRefusedError(Exception):
    """The file cannot be read at all: show `faults` and change nothing."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.line() for fault in faults))
        self.faults = faults


def refused(message: str, hint: str, *, sheet: str | None = None, row: int | None = None) -> FileRefusedError:
    """An error about the whole file (or one place in it) with what to do."""
    return FileRefusedError(Fault(sheet, row, None, message + HINT + hint))
