"""Persons: the rows that mean one, and the stored ones in the three ways of finding them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roster.rows import code_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from roster.rows import PersonRow
    from storage.roster import PersonRecord


@dataclass(slots=True)
class Group:
    """Rows of one person, and the stored person they mean."""

    rows: list[PersonRow] = field(default_factory=list)
    record: PersonRecord | None = None

    @property
    def code(self) -> str:
        """The person's code, empty when no row has it."""
        return next((row.code for row in self.rows if row.code), "")

    @property
    def phone(self) -> str | None:
        """The person's phone, None when no row has it."""
        return next((row.phone for row in self.rows if row.phone), None)

    @property
    def fold(self) -> str:
        """The folded name."""
        return self.rows[0].fold


class Known:
    """The stored persons, found in three ways; `units_of` gives the keys of the units where each is in office."""

    def __init__(
        self, persons: Sequence[PersonRecord], units_of: dict[int, set[str]], leaving: Collection[int]
    ) -> None:
        self.by_code = {code_key(person.code): person for person in persons if person.code}
        self.by_phone: dict[str, list[PersonRecord]] = defaultdict(list)
        self.in_unit: dict[tuple[str, str], list[PersonRecord]] = defaultdict(list)
        self.units_of = units_of
        self.leaving = leaving
        for person in sorted(persons, key=lambda one: one.id):
            if person.phone:
                self.by_phone[person.phone].append(person)
            for unit in units_of.get(person.id, ()):
                self.in_unit[unit, person.name_fold].append(person)

    def is_staying(self, person: PersonRecord) -> bool:
        """Whether a person who is not in the file keeps a post all the same."""
        return person.id in self.units_of and person.id not in self.leaving
