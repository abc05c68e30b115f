"""A file and the roster as it stands, to a plan. Pure: everything stored comes in as an argument."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roster import headings
from roster.faults import UNIT_SHEET, Fault
from roster.identity import identify
from roster.known import Known
from roster.plan import Plan
from roster.post_plan import PostPlanner
from roster.progress import Progress, silent
from roster.read_people import PeopleRead, Units, read_people
from roster.read_units import read_units
from roster.rows import code_key
from roster.unit_plan import UnitPlan, plan_units

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from roster.sheets import RawSheet, Workbook
    from storage.roster import PersonRecord, PositionRecord, UnitRecord

_EVERY = 500


@dataclass(frozen=True, slots=True)
class Understood:
    """A file read against the stored units; without errors, `units` and `people` tell which persons to load."""

    units: UnitPlan
    people: PeopleRead
    person_columns: Collection[headings.Col]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    @property
    def codes(self) -> set[str]:
        """Codes of persons that the file names, as written."""
        named = {row.code for row in self.people.rows} | {doubt.code for doubt in self.people.doubts}
        return named - {""}

    @property
    def phones(self) -> set[str]:
        """Phones that the file names."""
        return {row.phone for row in self.people.rows if row.phone}

    @property
    def unit_ids(self) -> set[int]:
        """Stored units whose posts the plan must see: with rows, about to end, or spoken for by the file."""
        keys = {code_key(row.unit) for row in self.people.rows} | self.units.ended
        return {self.units.records[key].id for key in keys if key in self.units.records} | self.units.scope


def understand(
    workbook: Workbook, records: Sequence[UnitRecord], today: date, *, replace: bool, progress: Progress = silent
) -> Understood:
    """Read both sheets' rows and settle the tree of units."""
    unit_heads, person_heads = _heads(workbook.units), _heads(workbook.people)
    errors = [*unit_heads.faults, *person_heads.faults]
    warnings = [*unit_heads.warnings, *person_heads.warnings]
    if errors:
        return Understood(UnitPlan(), PeopleRead(), (), tuple(errors), tuple(warnings))
    rows, unit_faults = read_units(workbook.units, unit_heads, today)
    units = plan_units(rows, unit_heads.places, records, today, replace=replace)
    broken = {fault.row for fault in unit_faults}
    lost: set[str] = set()
    if broken:  # a row that was not understood may be the parent that another misses
        lost = {
            code_key(unit_heads.text(raw, headings.Col.UNIT_CODE))
            for raw in workbook.units.rows
            if raw.number in broken
        }
        units.errors = [fault for fault in units.errors if not _is_about(fault, workbook.units, unit_heads, lost)]
    total = len(workbook.people.rows)

    def tell(done: int) -> None:
        if done % _EVERY == 0 or done == total - 1:
            progress("Kiểm tra", done, total)

    types = units.types or {key: record.unit_type for key, record in units.records.items()} | {
        code_key(row.code): str(row.unit_type) for row in rows
    }
    known = Units({**dict.fromkeys(lost, "CDCS"), **types}, frozenset(units.ended))
    people = read_people(workbook.people, person_heads, known, today, tell)
    found = [*unit_faults, *units.errors, *people.errors]
    found.sort(key=lambda fault: (fault.sheet != UNIT_SHEET, fault.row or 0))
    return Understood(units, people, frozenset(person_heads.places), tuple(found), (*warnings, *units.warnings))


def _heads(sheet: RawSheet) -> headings.Headings:
    return headings.find(sheet.title, sheet.rows[0] if sheet.rows else None)


def _is_about(fault: Fault, sheet: RawSheet, heads: headings.Headings, lost: set[str]) -> bool:
    raw = next((raw for raw in sheet.rows if raw.number == fault.row), None)
    return (
        raw is not None
        and fault.column == headings.Col.PARENT
        and code_key(heads.text(raw, headings.Col.PARENT)) in lost
    )


def make_plan(
    understood: Understood,
    persons: Sequence[PersonRecord],
    positions: Sequence[PositionRecord],
    today: date,
    *,
    replace: bool,
) -> Plan:
    """
    Decide what an import does.

    Args:
        understood: the file.
        persons: who has a code or a phone of the file, or a post in one of `understood.unit_ids`.
        positions: posts as of now in those units, and all that these persons hold or held.
        today: the day in Viet Nam.
        replace: whether those absent from the file are closed.
    """
    units, people = understood.units, understood.people
    if understood.errors:
        return Plan(
            errors=understood.errors,
            warnings=(*understood.warnings, *people.warnings),
            set_aside=tuple(people.set_aside),
        )
    keys = {record.id: key for key, record in units.records.items()}
    units_of: dict[int, set[str]] = defaultdict(set)
    staying: set[int] = set()
    for post in positions:
        if post.person_id and post.valid_to is None:
            units_of[post.person_id].add(keys[post.unit_id])
            if not (replace and post.unit_id in units.scope) and keys[post.unit_id] not in units.ended:
                staying.add(post.person_id)
    groups = identify(people, Known(persons, units_of, units_of.keys() - staying))
    posts = PostPlanner(units, understood.person_columns, persons, positions, today).run(
        groups, people, replace=replace
    )
    people.set_aside.sort(key=lambda fault: fault.row or 0)
    return Plan(
        units_added=tuple(units.added),
        units_changed=tuple(units.changed),
        units_closed=tuple(units.closed),
        holders=tuple(posts.holders),
        holders_changed=frozenset(posts.holders_changed),
        posts_added=tuple(posts.added),
        posts_changed=tuple(posts.changed),
        posts_closed=tuple(posts.closed),
        people_changed=posts.rows_changed,
        set_aside=tuple(people.set_aside),
        warnings=(*understood.warnings, *people.warnings),
    )
