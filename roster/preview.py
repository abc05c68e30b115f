"""A plan as an officer reads it before, and after, the import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roster.faults import Fault
    from roster.plan import Plan

_SHOWN = 20
_CLOSED_SHOWN = 200
_FAULTS_SHOWN = 200


def preview(plan: Plan, *, is_done: bool = False) -> str:
    """Return the plan as text: counts, then who and what, then what was set aside."""
    summary = plan.summary
    verb = "Đã" if is_done else "Sẽ"
    lines = [
        _counts(f"{verb} nhập đơn vị", summary.units_added, summary.units_changed, summary.units_closed),
        _counts(f"{verb} nhập chức danh", summary.people_added, summary.people_changed, summary.people_closed),
    ]
    lines += _part("Đơn vị thêm", [f"{row.code} {row.name}" for row in plan.units_added], _SHOWN)
    lines += _part("Đơn vị sửa", [f"{one.record.code} {one.record.name}" for one in plan.units_changed], _SHOWN)
    lines += _part("Đơn vị kết thúc", [f"{one.code} {one.name}" for one in plan.units_closed], _CLOSED_SHOWN)
    added = [f"{one.row.name or '(khuyết)'}, {one.row.role.label}, {one.row.unit}" for one in plan.posts_added]
    lines += _part("Chức danh thêm", added, _SHOWN)
    changed = [f"{one.row.name or '(khuyết)'}, {one.row.role.label}, {one.row.unit}" for one in plan.posts_changed]
    lines += _part("Chức danh sửa", changed, _SHOWN)
    renewed = [plan.holders[place].full_name for place in sorted(plan.holders_changed)]
    lines += _part("Người sửa thông tin", renewed, _SHOWN)
    closed = [f"{one.who or '(khuyết)'}, {Role(one.record.role).label}, {one.unit_code}" for one in plan.posts_closed]
    lines += _part("Chức danh kết thúc", closed, _CLOSED_SHOWN)
    lines += _faults("Để riêng, sửa rồi nhập lại", plan.set_aside)
    lines += _faults("Lưu ý", plan.warnings)
    return "\n".join(lines)


def _counts(what: str, added: int, changed: int, closed: int) -> str:
    return f"{what}: thêm {added}, sửa {changed}, kết thúc {closed}."


def _faults(title: str, faults: Sequence[Fault]) -> list[str]:
    return _part(title, [fault.line() for fault in faults], _FAULTS_SHOWN)


def _part(title: str, items: Sequence[str], shown: int) -> list[str]:
    if not items:
        return []
    rest = [f"  … và {len(items) - shown} dòng khác"] if len(items) > shown else []
    return [f"{title} ({len(items)}):", *(f"  {item}" for item in items[:shown]), *rest]
