"""What an import would do: additions, changes, closings, and what is wrong. Nothing here touches a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roster.rows import code_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from learning.roles import Track
    from roster.faults import Fault
    from roster.rows import PersonRow, UnitRow
    from storage.roster import PersonRecord, PositionRecord, UnitRecord


@dataclass(frozen=True, slots=True)
class UnitChange:
    """New values of a unit's columns; `parent` and `manager` are code keys ("" for none), other names are columns."""

    record: UnitRecord
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person as the file has them; without a record they are new. None in `is_female` and `phone`: left as it is."""

    record: PersonRecord | None
    code: str | None
    full_name: str
    phone: str | None
    is_female: bool | None

    @property
    def differs(self) -> bool:
        """Whether a known person's row changes; what the file leaves blank stays."""
        old = self.record
        return old is not None and (
            (self.code is not None and code_key(self.code) != code_key(old.code or ""))
            or self.full_name != old.full_name
            or (self.phone is not None and self.phone != old.phone)
            or (self.is_female is not None and self.is_female != bool(old.is_female))
        )


@dataclass(frozen=True, slots=True)
class PostAddition:
    """A post to open; `holder` is its place in `Plan.holders`, None for a vacant one."""

    row: PersonRow
    holder: int | None
    track: Track
    valid_from: date


@dataclass(frozen=True, slots=True)
class PostChange:
    """New values of a post's columns; a later election closes the post on that day and opens it anew."""

    record: PositionRecord
    row: PersonRow
    values: Mapping[str, Any]
    new_term_from: date | None


@dataclass(frozen=True, slots=True)
class PostClosing:
    """A post that nobody holds any more from `on`; `who` is empty for a vacant one."""

    record: PositionRecord
    unit_code: str
    who: str
    on: date


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of an import or a dry run; people are counted in posts."""

    units_added: int
    units_changed: int
    units_closed: int
    people_added: int
    people_changed: int
    people_closed: int
    set_aside: tuple[Fault, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """The summary as scripts read it."""
        return {
            "units": {"added": self.units_added, "changed": self.units_changed, "closed": self.units_closed},
            "people": {"added": self.people_added, "changed": self.people_changed, "closed": self.people_closed},
            "set_aside": [fault.as_json() for fault in self.set_aside],
            "errors": [fault.as_json() for fault in self.errors],
            "warnings": [fault.as_json() for fault in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; with `errors` it would do nothing."""

    units_added: tuple[UnitRow, ...] = ()
    units_changed: tuple[UnitChange, ...] = ()
    units_closed: tuple[UnitRecord, ...] = ()
    holders: tuple[Holder, ...] = ()
    holders_changed: frozenset[int] = frozenset()
    posts_added: tuple[PostAddition, ...] = ()
    posts_changed: tuple[PostChange, ...] = ()
    posts_closed: tuple[PostClosing, ...] = ()
    people_changed: int = 0
    set_aside: tuple[Fault, ...] = ()
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def summary(self) -> Summary:
        """What would be done, in numbers; nothing if there are errors."""
        if self.errors:
            return Summary(0, 0, 0, 0, 0, 0, self.set_aside, self.errors, self.warnings)
        return Summary(
            units_added=len(self.units_added),
            units_changed=len(self.units_changed),
            units_closed=len(self.units_closed),
            people_added=len(self.posts_added),
            people_changed=self.people_changed,
            people_closed=len(self.posts_closed),
            set_aside=self.set_aside,
            errors=self.errors,
            warnings=self.warnings,
        )
