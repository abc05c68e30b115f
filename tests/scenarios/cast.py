"""The small union in which every scenario plays, as it stands before anybody has joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from learning import codes
from learning.roles import Role
from storage import joining
from tests.builders import human, post, unit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId

START = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)  # a Monday, 09:00 in Viet Nam
UNITS = (
    ("VN", "TLD", None, "Tổng Liên đoàn"),
    ("T01", "LDLD_TINH", "VN", "Liên đoàn Lao động tỉnh Sao Mai"),
    ("P01", "CD_PHUONG", "T01", "Công đoàn phường Bến Thử"),
    ("CS01", "CDCS", "P01", "CĐCS Công ty May Sao Mai"),
    ("TO1", "TO_CD", "CS01", "Tổ may 1"),
    ("TO2", "TO_CD", "CS01", "Tổ may 2"),
    ("CS02", "CDCS", "P01", "CĐCS Trường Hoa Sen"),
)
# Who they are, their phone, their posts, and the code on their paper.
PEOPLE: dict[str, tuple[str, str, tuple[tuple[str, Role], ...], str]] = {
    "lan": ("Nguyễn Thị Lan", "+84900000001", (("TO1", Role.GROUP_LEADER),), "7AAA-AAAA-AA"),
    "an": ("Trần Văn An", "+84900000002", (("TO2", Role.GROUP_LEADER),), "7BBB-BBBB-BB"),
    "hoa": ("Lê Thị Hoa", "+84900000003", (("CS01", Role.CHAIR),), "7CCC-CCCC-CC"),
    "mai": (
        "Phạm Thị Mai",
        "+84900000004",
        (("TO1", Role.GROUP_DEPUTY), ("CS01", Role.COMMITTEE_MEMBER)),
        "7DDD-DDDD-DD",
    ),
    "dung": ("Hoàng Văn Dũng", "+84900000005", (("CS02", Role.CHAIR),), "7EEE-EEEE-EE"),
    "thu": ("Đỗ Minh Thu", "+84900000006", (("T01", Role.CHAIR),), "7FFF-FFFF-FF"),
}


@dataclass
class Cast:
    """Ids of the union's units and people, by code and by short name."""

    units: dict[str, UnitId] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)


async def settle(conn: AsyncConnection) -> Cast:
    """Write the union, its cadres, and an invitation for each."""
    cast = Cast()
    for code, unit_type, parent, name in UNITS:
        cast.units[code] = await unit(conn, code, unit_type, cast.units[parent] if parent else None, name=name)
    for short, (full_name, phone, posts, code) in PEOPLE.items():
        cast.people[short] = await human(conn, full_name, phone=phone)
        for unit_code, role in posts:
            await post(conn, cast.people[short], cast.units[unit_code], role, receives_reports=role is Role.CHAIR)
        await invite(conn, cast, short, code, START)
    return cast


async def invite(conn: AsyncConnection, cast: Cast, short: str, code: str, now: datetime) -> None:
    """Invite somebody with that code, for 14 days."""
    await joining.add_code(
        conn,
        code_hash=codes.digest(codes.normal(code) or ""),
        purpose="join",
        person_id=cast.people[short],
        unit_id=cast.units[PEOPLE[short][2][0][0]],
        expires_at=now + joining.INVITE_LASTS,
        now=now,
    )
