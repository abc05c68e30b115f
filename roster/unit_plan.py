"""The tree of units after an import: whether it holds, and what of it is new, changed or closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roster.faults import HINT, UNIT_SHEET, Fault
from roster.headings import Col
from roster.plan import UnitChange
from roster.rows import UnitRow, code_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from storage.roster import UnitRecord

_COLUMNS = {
    Col.UNIT_NAME: "name",
    Col.UNIT_TYPE: "unit_type",
    Col.SECTOR: "sector",
    Col.MEMBERS: "member_count",
    Col.MEMBERS_ON: "member_count_on",
    Col.VALID_FROM: "valid_from",
    Col.VALID_TO: "valid_to",
}


@dataclass(slots=True)
class UnitPlan:
    """
    What happens to units, and what the posts' plan needs to know of them.

    `types` gives every unit's type after the import by code key; `ended` the keys that are closed by then; `scope` the
    stored units that the file speaks for (at its units or below); `protected` those kept for the sake of others.
    """

    added: list[UnitRow] = field(default_factory=list)
    changed: list[UnitChange] = field(default_factory=list)
    closed: list[UnitRecord] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    scope: set[int] = field(default_factory=set)
    records: dict[str, UnitRecord] = field(default_factory=dict)


def plan_units(
    rows: Sequence[UnitRow], columns: Collection[Col], records: Sequence[UnitRecord], today: date, *, replace: bool
) -> UnitPlan:
    """Compare the file's units with the stored ones; `columns` are those that the file has."""
    return _Planner(rows, columns, records, today, replace).plan()


class _Planner:
    def __init__(
        self,
        rows: Sequence[UnitRow],
        columns: Collection[Col],
        records: Sequence[UnitRecord],
        today: date,
        replace: bool,
    ) -> None:
        self.columns = columns
        self.today = today
        self.replace = replace
        self.result = UnitPlan(records={code_key(record.code): record for record in records})
        self.stored = self.result.records
        self.key_of_id = {record.id: key for key, record in self.stored.items()}
        self.rows: dict[str, UnitRow] = {}
        for row in rows:
            self._take(row)
        self.parents = {key: self.key_of_id.get(record.parent_id or 0, "") for key, record in self.stored.items()}
        self.parents |= {key: code_key(row.parent) for key, row in self.rows.items()}

    def plan(self) -> UnitPlan:
        result = self.result
        self._check_references()
        self._check_cycles()
        if result.errors:
            return result
        result.types = {key: record.unit_type for key, record in self.stored.items()}
        result.types |= {key: str(row.unit_type) for key, row in self.rows.items()}
        self._compare()
        self._find_scope()
        result.ended |= {key for key in self.parents if self._has_ended(key)}
        self._check_roots()
        self._check_ended_parents()
        return result

    def _fail(self, row: UnitRow, column: Col, message: str) -> None:
        self.result.errors.append(Fault(UNIT_SHEET, row.row, column, message))

    def _take(self, row: UnitRow) -> None:
        first = self.rows.setdefault(code_key(row.code), row)
        if first is not row:
            self._fail(
                row,
                Col.UNIT_CODE,
                f"mã «{row.code}» đã có ở dòng {first.row}.{HINT}mỗi đơn vị một mã; xóa hoặc sửa một dòng.",
            )

    def _check_references(self) -> None:
        for row in self.rows.values():
            for column, code in ((Col.PARENT, row.parent), (Col.MANAGER, row.manager)):
                key = code_key(code)
                if key and key not in self.rows and key not in self.stored:
                    self._fail(row, column, f"không có đơn vị mã «{code[:40]}».{HINT}thêm đơn vị đó hoặc sửa mã.")

    def _check_cycles(self) -> None:
        sound: set[str] = {""}
        for start in self.rows:
            path: dict[str, None] = {}
            key = start
            while key not in sound and key not in path:
                path[key] = None
                key = self.parents.get(key, "")
            if key in path:
                ring = list(path)[list(path).index(key) :]
                told = next((self.rows[member] for member in ring if member in self.rows), self.rows[start])
                self._fail(
                    told,
                    Col.PARENT,
                    f"vòng lặp cấp trên: {' → '.join(self._code(one) for one in [*ring, key])}.{HINT}sửa mã cấp trên.",
                )
            sound.update(path)

    def _code(self, key: str) -> str:
        return self.rows[key].code if key in self.rows else self.stored[key].code

    def _above(self, key: str) -> Iterator[str]:
        while key := self.parents.get(key, ""):
            yield key

    def _compare(self) -> None:
        for key, row in self.rows.items():
            record = self.stored.get(key)
            if record is None:
                self.result.added.append(row)
            elif values := self._changes(row, record):
                self.result.changed.append(UnitChange(record, values))

    def _changes(self, row: UnitRow, record: UnitRecord) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for column, name in _COLUMNS.items():
            new = getattr(row, name)
            if column in self.columns and new != getattr(record, name):
                values[name] = new
        if Col.VALID_TO not in self.columns and record.valid_to is not None and record.valid_to <= self.today:
            values["valid_to"] = None
        if code_key(row.parent) != self.key_of_id.get(record.parent_id or 0, ""):
            values["parent"] = code_key(row.parent)
        if Col.MANAGER in self.columns and code_key(row.manager) != self.key_of_id.get(record.manager_id or 0, ""):
            values["manager"] = code_key(row.manager)
        return values

    def _find_scope(self) -> None:
        needed = {above for key in self.rows for above in self._above(key)}
        within = {"": False}
        for key, record in self.stored.items():
            if not self._within(key, within):
                continue
            self.result.scope.add(record.id)
            if not self.replace or key in self.rows or (record.valid_to is not None and record.valid_to <= self.today):
                continue
            if key in needed:
                message = f"đơn vị «{record.code}» không có trong tệp nhưng là cấp trên của đơn vị trong tệp: giữ lại."
                self.result.warnings.append(Fault(UNIT_SHEET, None, Col.UNIT_CODE, message))
            else:
                self.result.closed.append(record)
                self.result.ended.add(key)

    def _within(self, key: str, known: dict[str, bool]) -> bool:
        path: list[str] = []
        while key not in known and key not in self.rows:
            path.append(key)
            key = self.parents.get(key, "")
        answer = known.get(key, key in self.rows)
        known.update(dict.fromkeys(path, answer))
        return answer

    def _has_ended(self, key: str) -> bool:
        valid_to = (self.rows.get(key) or self.stored[key]).valid_to
        return valid_to is not None and valid_to <= self.today

    def _check_roots(self) -> None:
        roots = [key for key, parent in self.parents.items() if not parent and key not in self.result.ended]
        first = next((key for key in roots if key in self.stored), roots[0] if roots else "")
        for key in roots:
            if key == first:
                continue
            row = self.rows.get(key) or self.rows.get(first)
            message = f"«{self._code(key)}» là đơn vị gốc thứ hai, đã có «{self._code(first)}»."
            hint = f"{HINT}ghi mã cấp trên; chỉ một đơn vị để trống."
            self.result.errors.append(Fault(UNIT_SHEET, row.row if row else None, Col.PARENT, message + hint))

    def _check_ended_parents(self) -> None:
        for key, parent in self.parents.items():
            if parent not in self.result.ended or key in self.result.ended:
                continue
            if row := self.rows.get(key):
                self._fail(row, Col.PARENT, f"cấp trên «{row.parent}» đã hết hiệu lực.{HINT}ghi cấp trên mới.")
            elif upper := self.rows.get(parent):
                message = f"còn đơn vị cấp dưới «{self._code(key)}» đang hoạt động."
                self._fail(upper, Col.VALID_TO, f"{message}{HINT}chuyển hoặc kết thúc đơn vị đó trước.")
