"""What `taphuan doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `mend` says what to do when it is not well."""

    name: str
    is_well: bool
    found: str
    mend: str = ""
