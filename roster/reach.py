"""Whether a plan stays within the units of whoever sent the list in. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roster.faults import HINT, PERSON_SHEET, UNIT_SHEET, Fault
from roster.headings import Col
from roster.rows import code_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roster.plan import Plan
    from storage.roster import PositionRecord, UnitRecord

_OF_THOSE_ABOVE = frozenset({"parent", "manager", "unit_type", "valid_from", "valid_to"})
_MOST = 50


def outside(
    plan: Plan, own: int, records: Sequence[UnitRecord], positions: Sequence[PositionRecord]
) -> tuple[Fault, ...]:
    """
    Return what the plan would do outside of a unit and what is below it; nothing if it stays within.

    Args:
        plan: what an import would do.
        own: the stored unit for which the list was sent in; of its own row, place and kind are for those above.
        records: all stored units.
        positions: what the persons hold whose own rows the plan changes.
    """
    return tuple(_Reach(plan, own, records).faults(positions))[:_MOST]


class _Reach:
    def __init__(self, plan: Plan, own: int, records: Sequence[UnitRecord]) -> None:
        self.plan = plan
        self.keys = {record.id: code_key(record.code) for record in records}
        self.own = self.keys[own]
        self.parents = {code_key(record.code): self.keys.get(record.parent_id or 0, "") for record in records}
        self.moved = self.parents | {code_key(row.code): code_key(row.parent) for row in plan.units_added}
        self.moved |= {
            code_key(one.record.code): one.values["parent"] for one in plan.units_changed if "parent" in one.values
        }

    def _within(self, key: str, parents: dict[str, str]) -> bool:
        seen: set[str] = set()
        while key and key not in seen:
            if key == self.own:
                return True
            seen.add(key)
            key = parents.get(key, "")
        return False

    def faults(self, positions: Sequence[PositionRecord]) -> Iterator[Fault]:
        yield from self._units()
        for addition in self.plan.posts_added:
            yield from self._post(addition.row.unit, addition.row.row)
        for change in self.plan.posts_changed:
            yield from self._post(change.row.unit, change.row.row)
        for closing in self.plan.posts_closed:
            yield from self._post(closing.unit_code, None)
        changed = {record.id for place in self.plan.holders_changed if (record := self.plan.holders[place].record)}
        theirs = {
            post.person_id
            for post in positions
            if post.valid_to is None and not self._within(self.keys[post.unit_id], self.parents)
        }
        if changed & theirs:
            message = f"{len(changed & theirs)} người còn giữ chức danh ở đơn vị khác: họ tên, mã, điện thoại của họ"
            yield Fault(PERSON_SHEET, None, None, f"{message} do đơn vị trên sửa.{HINT}để nguyên các ô ấy.")

    def _units(self) -> Iterator[Fault]:
        for row in self.plan.units_added:
            manager = code_key(row.manager)
            if not self._within(code_key(row.parent), self.moved) or not self._may_manage(manager):
                yield self._unit_fault(row.code, row.row)
        for one in self.plan.units_changed:
            key = code_key(one.record.code)
            is_fine = self._within(key, self.parents) and self._within(key, self.moved)
            if key == self.own:
                is_fine = not _OF_THOSE_ABOVE & one.values.keys()
            if not is_fine or not self._may_manage(one.values.get("manager", "")):
                yield self._unit_fault(one.record.code, None)
        for record in self.plan.units_closed:
            key = code_key(record.code)
            if key == self.own or not self._within(key, self.parents):
                yield self._unit_fault(record.code, None)

    def _may_manage(self, manager: str) -> bool:
        return not manager or self._within(manager, self.moved)

    def _post(self, unit: str, row: int | None) -> Iterator[Fault]:
        if not self._within(code_key(unit), self.moved):
            yield Fault(PERSON_SHEET, row, Col.UNIT_CODE, self._words(unit))

    def _unit_fault(self, code: str, row: int | None) -> Fault:
        return Fault(UNIT_SHEET, row, Col.UNIT_CODE, self._words(code))

    @staticmethod
    def _words(code: str) -> str:
        return f"«{code[:40]}» ngoài phạm vi của đơn vị đồng chí.{HINT}bỏ dòng này, hoặc nhờ công đoàn cấp trên nhập."
