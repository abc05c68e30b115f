"""A plan into rows: units, then persons, then posts; what was counted is closed or kept in history, never lost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from learning.roles import Role, track_of
from learning.text import fold, person_sort_key, sort_key
from roster.rows import code_key
from storage import roster as store
from storage import roster_writes as writes
from storage import units as tree

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from roster.plan import Holder, Plan, PostAddition, PostChange, UnitChange
    from roster.rows import UnitRow

_REFERENCES = {"parent": "parent_id", "manager": "manager_id"}


class Writer:
    """Carries out one plan on one connection."""

    def __init__(self, conn: AsyncConnection, plan: Plan, today: date, now: datetime) -> None:
        self.conn = conn
        self.plan = plan
        self.today = today
        self.now = now
        self.unit_ids: dict[str, int] = {}
        self.dirty: set[int] = set()

    async def run(self) -> None:
        """Write everything, then say whose figures changed."""
        self.unit_ids = {code_key(unit.code): unit.id for unit in await store.units(self.conn)}
        await self._units()
        await self._posts(await self._persons())
        await writes.mark_dirty(self.conn, self.dirty)

    async def _units(self) -> None:
        plan = self.plan
        ids = await writes.add_units(self.conn, [self._unit(row) for row in plan.units_added])
        self.unit_ids |= {code_key(row.code): key for row, key in zip(plan.units_added, ids, strict=True)}
        self.dirty.update(ids)
        updates: dict[int, dict[str, Any]] = {}
        for row, key in zip(plan.units_added, ids, strict=True):
            updates[key] = {"parent_id": self._reference(row.parent), "manager_id": self._reference(row.manager)}
        history: list[dict[str, Any]] = []
        for change in plan.units_changed:
            updates[change.record.id] = values = self._new_values(change)
            history.append(self._before(change.record, values))
            self.dirty.add(change.record.id)
            if "parent_id" in values:
                self.dirty.update(key for key in (change.record.parent_id, values["parent_id"]) if key)
        for record in plan.units_closed:
            updates[record.id] = values = {"valid_to": self.today}
            history.append(self._before(record, values))
            self.dirty.add(record.id)
        await writes.update_units(self.conn, updates)
        await writes.add_history(self.conn, history)
        await self._retrack()
        if plan.units_added or any("parent" in change.values for change in plan.units_changed):
            await tree.rebuild_closure(self.conn)

    def _reference(self, code: str) -> int | None:
        return self.unit_ids[code_key(code)] if code else None

    def _unit(self, row: UnitRow) -> dict[str, Any]:
        return {
            "code": row.code,
            "name": row.name,
            "name_fold": fold(row.name),
            "sort_name": sort_key(row.name),
            "unit_type": str(row.unit_type),
            "sector": row.sector,
            "member_count": row.member_count,
            "member_count_on": row.member_count_on,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "recorded_at": self.now,
        }

    def _new_values(self, change: UnitChange) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in change.values.items():
            if name in _REFERENCES:
                values[_REFERENCES[name]] = self._reference(value)
            else:
                values[name] = str(value) if name == "unit_type" else value
        if "name" in values:
            values |= {"name_fold": fold(values["name"]), "sort_name": sort_key(values["name"])}
        return values

    def _before(self, record: store.UnitRecord, values: dict[str, Any]) -> dict[str, Any]:
        names = [name for name in values if hasattr(record, name)]
        old = {name: getattr(record, name) for name in names}
        before = {name: value.isoformat() if isinstance(value, date) else value for name, value in old.items()}
        return {"unit_id": record.id, "before": before, "until": self.today, "recorded_at": self.now}

    async def _retrack(self) -> None:
        """Chairs learn another track where their unit became of another type."""
        moved: dict[tuple[Role, str], list[int]] = {}
        for change in self.plan.units_changed:
            for role in Role if "unit_type" in change.values else ():
                track = track_of(role, change.values["unit_type"])
                if track != track_of(role, change.record.unit_type):
                    moved.setdefault((role, str(track)), []).append(change.record.id)
        for (role, name), unit_ids in moved.items():
            await writes.set_track(self.conn, unit_ids, role, name)

    async def _persons(self) -> list[int]:
        """Write new and changed persons; return the ids of all holders, in their order."""
        holders = self.plan.holders
        new = [place for place, holder in enumerate(holders) if holder.record is None]
        ids = [holder.record.id if holder.record else 0 for holder in holders]
        added = await writes.add_persons(self.conn, [self._person(holders[place]) for place in new])
        for place, key in zip(new, added, strict=True):
            ids[place] = key
        changes: dict[int, dict[str, Any]] = {}
        for place in self.plan.holders_changed:
            known = self._person(holders[place])
            kept = {name: known[name] for name in ("code", "phone", "is_female") if known[name] is None}
            changes[ids[place]] = {name: value for name, value in known.items() if name not in {*kept, "recorded_at"}}
        # Codes are unique at every moment: where persons change theirs, the old ones go first.
        await writes.update_persons(self.conn, {key: {"code": None} for key, new in changes.items() if "code" in new})
        await writes.update_persons(self.conn, changes)
        return ids

    def _person(self, holder: Holder) -> dict[str, Any]:
        return {
            "code": holder.code,
            "full_name": holder.full_name,
            "name_fold": fold(holder.full_name),
            "sort_name": person_sort_key(holder.full_name),
            "phone": holder.phone,
            "is_female": holder.is_female,
            "recorded_at": self.now,
        }

    async def _posts(self, holder_ids: list[int]) -> None:
        plan = self.plan
        ends = {closing.record.id: closing.on for closing in plan.posts_closed}
        self.dirty.update(closing.record.unit_id for closing in plan.posts_closed)
        rows = [self._post(addition, holder_ids) for addition in plan.posts_added]
        updates: dict[int, dict[str, Any]] = {}
        for change in plan.posts_changed:
            self.dirty.add(change.record.unit_id)
            if change.new_term_from is None:
                updates[change.record.id] = dict(change.values)
            else:
                ends[change.record.id] = change.new_term_from
                rows.append(self._new_term(change, change.new_term_from))
        await writes.close_positions(self.conn, ends)
        await writes.update_positions(self.conn, updates)
        await writes.add_positions(self.conn, rows)

    def _post(self, addition: PostAddition, holder_ids: list[int]) -> dict[str, Any]:
        row = addition.row
        unit_id = self.unit_ids[code_key(row.unit)]
        self.dirty.add(unit_id)
        return {
            "person_id": None if addition.holder is None else holder_ids[addition.holder],
            "unit_id": unit_id,
            "role": str(row.role),
            "track": str(addition.track),
            "is_full_time": row.is_full_time,
            "elected_on": row.elected_on,
            "is_first_term": row.is_first_term,
            "term_ends_on": row.term_ends_on,
            "shift": row.shift,
            "receives_reports": row.receives_reports,
            "valid_from": addition.valid_from,
            "recorded_at": self.now,
        }

    def _new_term(self, change: PostChange, start: date) -> dict[str, Any]:
        old = change.record
        kept = (
            "person_id",
            "unit_id",
            "role",
            "track",
            "is_full_time",
            "elected_on",
            "is_first_term",
            "term_ends_on",
            "shift",
            "receives_reports",
        )
        return (
            {name: getattr(old, name) for name in kept}
            | dict(change.values)
            | {"valid_from": start, "recorded_at": self.now}
        )
