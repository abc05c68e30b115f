"""
What is wrong with a file of lessons or questions: where, and what to do about it, in Vietnamese.

ExchangeError
    the file is refused whole and nothing was written; `faults` holds everything to mend, in the order of the file
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `place` is a line, a cell or a question's name; "" is the file as a whole."""

    place: str
    message: str

    def __str__(self) -> str:
        """Return the fault on one line."""
        return f"{self.place}: {self.message}" if self.place else self.message

    def as_json(self) -> dict[str, str]:
        """Return the fault as the command line's JSON shows it."""
        return {"place": self.place, "message": self.message}


class ExchangeError(Exception):
    """The file is refused: mend every fault, then try again."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def refused(message: str, place: str = "") -> ExchangeError:
    """Return an error of one fault."""
    return ExchangeError(Fault(place, message))
