"""Chức danh and the track each of them learns. Source: Nghị quyết Hội nghị lần thứ Bảy khoá XII, II.3.1."""

from __future__ import annotations

from enum import StrEnum


class Track(StrEnum):
    """A path through the curriculum."""

    GROUP_LEADER = "T"
    CHAIR = "C"
    COMMITTEE = "B"
    STAFF = "S"


class Role(StrEnum):
    """Chức danh, as stored."""

    CHAIR = "chu_tich"
    VICE_CHAIR = "pho_chu_tich"
    COMMITTEE_MEMBER = "uy_vien_bch"
    GROUP_LEADER = "to_truong"
    GROUP_DEPUTY = "to_pho"
    FULL_TIMER = "chuyen_trach"
    LECTURER = "giang_vien"

    @property
    def label(self) -> str:
        """The chức danh as a union office writes it."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.CHAIR: "Chủ tịch",
    Role.VICE_CHAIR: "Phó chủ tịch",
    Role.COMMITTEE_MEMBER: "Ủy viên BCH",
    Role.GROUP_LEADER: "Tổ trưởng",
    Role.GROUP_DEPUTY: "Tổ phó",
    Role.FULL_TIMER: "Cán bộ chuyên trách",
    Role.LECTURER: "Giảng viên kiêm chức",
}

# Types of unit whose heads are "chủ tịch CĐCS" and nghiệp đoàn; the heads of every other type are staff (track S).
GRASSROOTS_TYPES = frozenset({"CDCS", "NDCS", "CDCS_TV", "CDBP"})
GROUP_TYPES = frozenset({"TO_CD", "TO_ND"})
BELOW_PROVINCE_TYPES = GRASSROOTS_TYPES | GROUP_TYPES


def track_of(role: Role, unit_type: str) -> Track:
    """Return the track that a chức danh in a unit of that type learns."""
    match role:
        case Role.CHAIR | Role.VICE_CHAIR:
            return Track.CHAIR if unit_type in BELOW_PROVINCE_TYPES else Track.STAFF
        case Role.COMMITTEE_MEMBER:
            return Track.COMMITTEE
        case Role.GROUP_LEADER | Role.GROUP_DEPUTY:
            return Track.GROUP_LEADER
        case Role.FULL_TIMER | Role.LECTURER:
            return Track.STAFF
