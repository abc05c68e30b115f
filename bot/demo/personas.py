"""The five whose chats the demo opens: a tổ trưởng, and those who see how the learning goes at four levels above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.demo.people import PERSONA_GROUP, PERSONA_UNIT, Roster
from learning.roles import Role

if TYPE_CHECKING:
    from bot.demo.people import CadreRow


@dataclass(frozen=True, slots=True)
class Persona:
    """Who a chat of the demo belongs to; `external_id` is their account's on the browser's endpoint."""

    key: str
    title: str
    name: str
    unit_code: str
    external_id: str
    person_code: str


_CAST = (
    ("to_truong", "Tổ trưởng", PERSONA_GROUP, Role.GROUP_LEADER),
    ("chu_tich", "Chủ tịch CĐCS", PERSONA_UNIT, Role.CHAIR),
    ("cap_tren", "Cán bộ công đoàn cấp trên", "T02-X001", Role.FULL_TIMER),
    ("tinh", "Cán bộ LĐLĐ tỉnh", "T02", Role.FULL_TIMER),
    ("tld", "Cán bộ Tổng Liên đoàn", "VN", Role.FULL_TIMER),
)


def personas(roster: Roster) -> tuple[Persona, ...]:
    """Return the five, the tổ trưởng first, each unit above the one before."""

    def persona(number: int, key: str, title: str, row: CadreRow) -> Persona:
        assert row.full_name is not None
        assert row.code is not None
        return Persona(key, title, row.full_name, row.unit, f"demo-{number}", row.code)

    return tuple(
        persona(number, key, title, roster.cadre(unit, role))
        for number, (key, title, unit, role) in enumerate(_CAST, 1)
    )
