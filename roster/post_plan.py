"""The posts after an import: opened, changed, closed; vacant ones are counted, held ones are matched by person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learning.roles import Role, track_of
from roster.doubts import Doubt, Doubts
from roster.faults import PERSON_SHEET, Fault
from roster.headings import Col
from roster.plan import Holder, PostAddition, PostChange, PostClosing
from roster.rows import code_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from roster.known import Group
    from roster.read_people import PeopleRead
    from roster.rows import PersonRow
    from roster.unit_plan import UnitPlan
    from storage.roster import PersonRecord, PositionRecord

_COLUMNS = {
    Col.FULL_TIME: "is_full_time",
    Col.ELECTED_ON: "elected_on",
    Col.FIRST_TERM: "is_first_term",
    Col.TERM_ENDS: "term_ends_on",
    Col.SHIFT: "shift",
    Col.RECEIVES: "receives_reports",
}


@dataclass(slots=True)
class PostPlan:
    """What happens to persons and their posts."""

    holders: list[Holder] = field(default_factory=list)
    holders_changed: set[int] = field(default_factory=set)
    added: list[PostAddition] = field(default_factory=list)
    changed: list[PostChange] = field(default_factory=list)
    closed: list[PostClosing] = field(default_factory=list)
    rows_changed: int = 0


class PostPlanner:
    """Compares the file's posts with the stored ones."""

    def __init__(
        self,
        units: UnitPlan,
        columns: Collection[Col],
        persons: Sequence[PersonRecord],
        positions: Sequence[PositionRecord],
        today: date,
    ) -> None:
        self.units = units
        self.columns = columns
        self.today = today
        self.plan = PostPlan()
        self.persons = {person.id: person for person in persons}
        self.held = {post.id: post for post in positions if post.valid_to is None}
        self.unit_keys = {record.id: key for key, record in units.records.items()}
        self.matched: set[int] = set()
        self.groups: dict[int, Group] = {}
        self.by_seat = {
            (post.person_id, post.unit_id, post.role): post for post in self.held.values() if post.person_id
        }
        self.vacant: dict[tuple[int, str], list[PositionRecord]] = defaultdict(list)
        for post in self.held.values():
            if post.person_id is None:
                self.vacant[post.unit_id, post.role].append(post)
        self.last_end: dict[tuple[int, int, str], date] = {}
        for post in positions:
            if post.person_id and post.valid_to:
                seat = (post.person_id, post.unit_id, post.role)
                self.last_end[seat] = max(post.valid_to, self.last_end.get(seat, post.valid_to))

    def run(self, groups: Sequence[Group], read: PeopleRead, *, replace: bool) -> PostPlan:
        """Plan everything; duplicate rows are warned of in `read`."""
        self.groups = {group.record.id: group for group in groups if group.record}
        for group in groups:
            self._person(group, read)
        self._vacancies([row for row in read.rows if row.is_vacant])
        self._close_ended()
        if replace:
            self._close_absent(read.doubts)
        return self.plan

    def _unit_id(self, row: PersonRow) -> int:
        """The stored unit's id, 0 for one that the file adds."""
        record = self.units.records.get(code_key(row.unit))
        return record.id if record else 0

    def _person(self, group: Group, read: PeopleRead) -> None:
        holder = Holder(
            group.record,
            group.code or None,
            group.rows[0].name,
            group.phone,
            any(row.is_female for row in group.rows) if Col.FEMALE in self.columns else None,
        )
        place = len(self.plan.holders)
        self.plan.holders.append(holder)
        is_changed = holder.differs
        if is_changed:
            self.plan.holders_changed.add(place)
        seats: dict[tuple[str, Role], PersonRow] = {}
        for row in group.rows:
            first = seats.setdefault((code_key(row.unit), row.role), row)
            if first is not row:
                read.warnings.append(
                    Fault(
                        PERSON_SHEET,
                        row.row,
                        None,
                        f"trùng dòng {first.row} (cùng người, đơn vị, chức danh) nên bỏ qua.",
                    )
                )
                continue
            record = self.by_seat.get((group.record.id, self._unit_id(row), row.role)) if group.record else None
            if record is None:
                self._open(row, place, group.record)
                continue
            self.matched.add(record.id)
            if self._change(row, record) or is_changed:
                self.plan.rows_changed += 1

    def _open(self, row: PersonRow, place: int | None, person: PersonRecord | None) -> None:
        start = row.elected_on or self.today
        if person and self.last_end.get((person.id, self._unit_id(row), row.role), start) > start:
            start = self.today
        track = track_of(row.role, self.units.types[code_key(row.unit)])
        self.plan.added.append(PostAddition(row, place, track, start))

    def _change(self, row: PersonRow, record: PositionRecord) -> bool:
        values: dict[str, Any] = {
            name: getattr(row, name)
            for column, name in _COLUMNS.items()
            if column in self.columns and getattr(row, name) != getattr(record, name)
        }
        if not values:
            return False
        elected = values.get("elected_on")
        is_new_term = (
            elected is not None
            and record.elected_on is not None
            and elected > max(record.elected_on, record.valid_from)
        )
        self.plan.changed.append(PostChange(record, row, values, elected if is_new_term else None))
        return True

    def _vacancies(self, rows: Sequence[PersonRow]) -> None:
        """Vacant posts named again stay; others are filled when somebody takes that chức danh in that unit."""
        for row in rows:
            same = self.vacant.get((self._unit_id(row), row.role))
            if same:
                self.matched.add(same.pop().id)
            else:
                self._open(row, None, None)
        for addition in self.plan.added:
            same = self.vacant.get((self._unit_id(addition.row), addition.row.role))
            if same and addition.holder is not None:
                self._close(same.pop(), self.today)

    def _close(self, record: PositionRecord, on: date) -> None:
        self.matched.add(record.id)
        person = self.persons.get(record.person_id or 0)
        key = self.unit_keys[record.unit_id]
        self.plan.closed.append(
            PostClosing(record, self.units.records[key].code, person.full_name if person else "", on)
        )

    def _close_ended(self) -> None:
        """Nobody holds a post in a unit that has ended."""
        for record in self.held.values():
            if record.id not in self.matched and self.unit_keys[record.unit_id] in self.units.ended:
                self._close(record, self.today)

    def _close_absent(self, doubts: Sequence[Doubt]) -> None:
        known = Doubts(doubts, self.units.types)
        for record in self.held.values():
            if record.id in self.matched or record.unit_id not in self.units.scope:
                continue
            if not known.cover(self._described(record)):
                self._close(record, self.today)

    def _described(self, record: PositionRecord) -> Doubt:
        """A stored post by who holds it, as the file now calls them."""
        unit = self.unit_keys[record.unit_id]
        person = self.persons.get(record.person_id or 0)
        if person is None:
            return Doubt("", None, "", unit)
        group = self.groups.get(person.id)
        code, phone, fold = (group.code, group.phone, group.fold) if group else ("", None, person.name_fold)
        return Doubt(code_key(code or person.code or ""), phone or person.phone, fold, unit)
