"""
What authors are told: where a file is wrong, and how, in Vietnamese.

ContentError
    the content is refused whole; `faults` holds everything to mend, in the order of the files
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

# Told a line (from 1) and what is wrong there; the file is already known.
Complain: TypeAlias = Callable[[int, str], None]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend. `file` is relative to the content's root; `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return the fault as one line, the way compilers write it."""
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(Exception):
    """The content is refused: mend every fault, one a line, then load again."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class FaultList:
    """Gathers the faults of many files."""

    def __init__(self) -> None:
        self._faults: set[Fault] = set()

    def of(self, file: str) -> Complain:
        """Return the ear that files its complaints under that file."""

        def complain(line: int, message: str) -> None:
            self._faults.add(Fault(file, line, message))

        return complain

    def sorted(self) -> tuple[Fault, ...]:
        """Everything gathered, by file and line."""
        return tuple(sorted(self._faults))
