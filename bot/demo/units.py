"""
The demo's units: one confederation, three provinces and a sector, with every shape that real unions have.

One province runs its CĐCS below the CĐ xã, the others directly; the CĐ xã then manages what is not below it. Sizes
follow the skew of real unions: most are small, one is very large.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

ROOT = "VN"
MERGED_DAYS_AGO = 140


class Place(StrEnum):
    """Where people of a grassroots union work; decides their shifts."""

    FACTORY = "xuong"
    OFFICE = "van_phong"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as the roster's sheet has it. Parent and manager are codes."""

    code: str
    name: str
    unit_type: str
    parent: str | None
    manager: str | None = None
    sector: str | None = None
    member_count: int | None = None
    member_count_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    place: Place = Place.OFFICE


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What was true of a unit until a day. A code under `parent` or `manager`, plain values otherwise."""

    unit: str
    before: Mapping[str, Any]
    until: date


@dataclass(frozen=True, slots=True)
class _Grassroots:
    """A CĐCS to make: below `parent`, managed by `manager`, with members between the two numbers."""

    code: str
    name: str
    parent: str
    manager: str | None
    members: tuple[int, int]
    groups: int
    place: Place = Place.FACTORY
    sector: str = "ngoai_nha_nuoc"
    unit_type: str = "CDCS"
    sections: tuple[str, ...] = field(default=())


_UPPER = (
    (ROOT, "Tổng Liên đoàn Lao động Việt Nam", "TLD", None),
    ("T01", "Liên đoàn Lao động tỉnh Sông Lam", "LDLD_TINH", ROOT),
    ("T02", "Liên đoàn Lao động tỉnh Đồi Chè", "LDLD_TINH", ROOT),
    ("T03", "Liên đoàn Lao động tỉnh Biển Ngọc", "LDLD_TINH", ROOT),
    ("N01", "Công đoàn ngành Sợi và Thủ công", "CD_NGANH", ROOT),
    ("T01-X001", "Công đoàn cụm phường Bến Gió, Bến Trăng, Hàng Me", "CD_XA", "T01"),
    ("T01-X002", "Công đoàn phường Cầu Vồng", "CD_XA", "T01"),
    ("T01-X003", "Công đoàn xã Đồng Sen", "CD_XA", "T01"),
    ("T01-K01", "Công đoàn các khu công nghiệp tỉnh Sông Lam", "CD_KCN", "T01"),
    ("T02-X001", "Công đoàn phường Suối Trúc", "CD_XA", "T02"),
    ("T02-X002", "Công đoàn xã Làng Gió", "CD_XA", "T02"),
    ("T03-X001", "Công đoàn phường Cồn Cát", "CD_XA", "T03"),
)
_SHOPS = ("Xưởng cắt", "Xưởng may mũ", "Xưởng đế", "Xưởng gò ráp", "Xưởng hoàn thành", "Kho và phục vụ")
_LARGE, _MIDDLE, _SMALL = (1_000, 2_400), (150, 900), (14, 100)
_OFFICE = Place.OFFICE
_GRASSROOTS = (
    _Grassroots("T01-C000001", "Công ty TNHH Giày Ngàn Hoa", "T01", "T01-K01", (18_000, 18_000), 66, sections=_SHOPS),
    _Grassroots("T01-C000002", "Công ty TNHH Điện tử Sao Hôm", "T01", "T01-K01", _LARGE, 16),
    _Grassroots("T01-C000003", "Công ty CP Bao bì Trăng Non", "T01", "T01-K01", _MIDDLE, 8),
    _Grassroots("T01-C000004", "Công ty CP Thực phẩm Bếp Nhà", "T01", "T01-X001", _MIDDLE, 6),
    _Grassroots("T01-C000005", "Trường Tiểu học Hoa Nắng", "T01", "T01-X001", _SMALL, 2, _OFFICE, "su_nghiep"),
    _Grassroots("T01-C000006", "Công ty TNHH Vận tải Cánh Cò", "T01", "T01-X001", _SMALL, 1),
    _Grassroots("T01-C000007", "Công ty TNHH Gỗ Rừng Xanh", "T01", "T01-X002", _MIDDLE, 7),
    _Grassroots("T01-C000008", "Hợp tác xã Gốm Lửa Hồng", "T01", "T01-X003", (12, 12), 0),
    _Grassroots("T01-C000009", "Công ty TNHH Kho bãi Cánh Cò", "T01", "T01-X001", _SMALL, 1),
    _Grassroots("T01-C000010", "Cơ quan LĐLĐ tỉnh Sông Lam", "T01", None, _SMALL, 2, _OFFICE, "nha_nuoc"),
    _Grassroots("T02-C000001", "Công ty TNHH May Hoa Sen Vàng", "T02-X001", None, (340, 420), 12),
    _Grassroots("T02-C000002", "Công ty TNHH Thêu Cánh Bướm", "T02-X001", None, _SMALL, 2),
    _Grassroots("T02-C000003", "Trường Mầm non Chim Én", "T02-X001", None, _SMALL, 1, _OFFICE, "su_nghiep"),
    _Grassroots("T02-C000004", "Công ty CP Nhựa Cầu Vồng", "T02-X001", None, _MIDDLE, 6),
    _Grassroots("T02-C000005", "Công ty TNHH May Áo Lụa Xanh", "T02-X002", None, (2_250, 2_400), 18),
    _Grassroots("T02-C000006", "Công ty TNHH Mây tre Làng Gió", "T02-X002", None, _SMALL, 2),
    _Grassroots("T02-C000007", "Xe ba gác Bến Đá", "T02-X002", None, _SMALL, 2, unit_type="NDCS"),
    _Grassroots("T03-C000001", "Công ty CP Thủy sản Sóng Bạc", "T03", "T03-X001", (3_000, 3_000), 24),
    _Grassroots("T03-C000002", "Công ty TNHH Du lịch Cát Trắng", "T03", "T03-X001", _SMALL, 2, _OFFICE),
    _Grassroots("T03-C000003", "Công ty TNHH Nước mắm Ghe Bầu", "T03", "T03-X001", _SMALL, 1),
    _Grassroots("T03-C000004", "Bệnh viện Biển Ngọc", "T03", None, _MIDDLE, 9, _OFFICE, "su_nghiep"),
    _Grassroots("N01-C000001", "Công ty CP Dệt Ánh Ban Mai", "N01", "T01-X002", _LARGE, 15),
    _Grassroots("N01-C000002", "Xí nghiệp Sợi Mây Trời", "N01", "T03-X001", _MIDDLE, 6),
    _Grassroots("N01-C000003", "Viện Mẫu thêu Tơ Tằm", "N01", None, _SMALL, 1, _OFFICE, "nha_nuoc"),
)
_GROUPS = {
    Place.FACTORY: ("Chuyền", "Chuyền", "Chuyền", "Kho", "Cơ điện", "Hoàn thiện", "Kiểm hàng"),
    Place.OFFICE: ("Phòng", "Khối", "Bộ phận"),
}


def build(rng: Random, today: date) -> tuple[UnitRow, ...]:
    """Return the units, parents first; `today` is the day on which the roster is drawn up."""
    counted_on = today.replace(month=1, day=1)
    rows = [UnitRow(code, name, kind, parent) for code, name, kind, parent in _UPPER]
    rows += (
        # The former district union, and a CĐCS that went into another one: closed, kept, counted no more.
        UnitRow("T01-H001", "Liên đoàn Lao động huyện Lam Hạ", "CD_CTTTCS", "T01", valid_to=_moved_on(today)),
        UnitRow(
            "T01-C000011",
            _full_name("CDCS", "Công ty TNHH Giấy Trăng Rằm"),
            "CDCS",
            "T01",
            "T01-K01",
            "ngoai_nha_nuoc",
            64,
            counted_on,
            valid_to=today - timedelta(days=MERGED_DAYS_AGO),
        ),
    )
    for spec in _GRASSROOTS:
        rows += _grassroots(spec, rng, counted_on)
    return tuple(rows)


def changes(today: date) -> tuple[UnitChange, ...]:
    """Return what was otherwise before: one was under a district, one took another in, one fell below a threshold."""
    counted_on = today.replace(month=1, day=1)
    return (
        UnitChange("T01-C000007", {"parent": "T01-H001", "manager": None}, _moved_on(today)),
        UnitChange("T01-C000003", {"member_count": 318}, today - timedelta(days=MERGED_DAYS_AGO)),
        UnitChange(
            "T02-C000005",
            {"member_count": 2_610, "member_count_on": counted_on.replace(year=counted_on.year - 1).isoformat()},
            counted_on,
        ),
    )


def _moved_on(today: date) -> date:
    return today - timedelta(days=200)


def _full_name(unit_type: str, name: str) -> str:
    return f"{'Nghiệp đoàn cơ sở' if unit_type == 'NDCS' else 'Công đoàn cơ sở'} {name}"


def _grassroots(spec: _Grassroots, rng: Random, counted_on: date) -> list[UnitRow]:
    members = rng.randint(*spec.members)
    top = UnitRow(
        spec.code,
        _full_name(spec.unit_type, spec.name),
        spec.unit_type,
        spec.parent,
        spec.manager,
        spec.sector,
        members,
        counted_on,
        place=spec.place,
    )
    rows = [top]
    sections = [
        UnitRow(f"{spec.code}-B{number:02}", f"Công đoàn {name}", "CDBP", spec.code, place=spec.place)
        for number, name in enumerate(spec.sections, 1)
    ]
    rows += sections
    kind, title = ("TO_ND", "Tổ nghiệp đoàn") if spec.unit_type == "NDCS" else ("TO_CD", "Tổ công đoàn")
    for number in range(1, spec.groups + 1):
        above = sections[(number - 1) * len(sections) // spec.groups].code if sections else spec.code
        words = f"{rng.choice(_GROUPS[spec.place])} {number}"
        rows.append(
            UnitRow(
                f"{above}-G{number:02}",
                f"{title} {words}",
                kind,
                above,
                member_count=max(5, members // spec.groups),
                member_count_on=counted_on,
                place=spec.place,
            )
        )
    return rows
