"""A small union for tests of reports, and somebody to look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from channels.messages import Capabilities, PersonId, UnitId
from content.model import Library
from handlers.context import Context, Installation
from learning.calendar import Holidays
from learning.roles import Role, Track
from storage import accounts, rollup
from tests.builders import agreed, cadre, enrolled, unit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message
    from storage.database import Database

CUT_OFF = datetime(2026, 11, 22, 17, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
ASSIGNED = dict.fromkeys(Track, "M0")


@dataclass
class Union:
    """TLĐ > tỉnh > CĐCS A (4 tổ), CĐCS B; a phường manages B. Everybody but B's people is connected."""

    conn: AsyncConnection
    units: dict[str, UnitId] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)

    async def found(self) -> None:
        conn, units, people = self.conn, self.units, self.people
        units["VN"] = await unit(conn, "VN", "TLD", name="Tổng Liên đoàn")
        units["T01"] = await unit(conn, "T01", "LDLD_TINH", units["VN"], name="LĐLĐ tỉnh Sông Lam")
        units["X1"] = await unit(conn, "T01-X1", "CD_XA", units["T01"], name="CĐ phường Bến Sen")
        units["A"] = await unit(conn, "T01-A", "CDCS", units["T01"], name="CĐCS May Hoa Sen")
        units["B"] = await unit(conn, "T01-B", "CDCS", units["T01"], name="CĐCS Giày Vàng", manager_id=units["X1"])
        for n in range(1, 5):
            units[f"G{n}"] = await unit(conn, f"T01-A-G{n}", "TO_CD", units["A"], name=f"Tổ {n}")
        receives = {"receives_reports": True}
        people["quốc"] = await cadre(conn, "Ngô Văn Quốc", units["VN"], Role.FULL_TIMER, **receives)
        people["tỉnh"] = await cadre(conn, "Vũ Thị Tâm", units["T01"], Role.FULL_TIMER, **receives)
        people["phường"] = await cadre(conn, "Đỗ Văn Phong", units["X1"], Role.FULL_TIMER, **receives)
        people["chủ tịch"] = await cadre(conn, "Lê Thị Chung", units["A"], Role.CHAIR, **receives)
        people["chủ tịch B"] = await cadre(conn, "Trần Văn Bách", units["B"], Role.CHAIR, **receives)
        for n in range(1, 4):
            people[f"tổ {n}"] = await cadre(conn, f"Phạm Thị Nụ{n}", units[f"G{n}"], Role.GROUP_LEADER)
        for who in ("quốc", "tỉnh", "phường", "chủ tịch", "tổ 1", "tổ 2"):
            await agreed(conn, people[who], at=CUT_OFF - timedelta(days=30))
        await enrolled(conn, people["tổ 1"], "M0", at=CUT_OFF - timedelta(days=30))
        await rollup.rebuild(conn, ASSIGNED, date(2026, 11, 22))

    async def snapshot(self, cut_off: datetime) -> None:
        while await rollup.fold(self.conn, ASSIGNED, date(2026, 11, 22)):
            pass
        await rollup.take_snapshot(self.conn, cut_off, cut_off)

    async def complete(self, who: str) -> None:
        await enrolled(self.conn, self.people[who], "M0", completed_at=CUT_OFF)
        await rollup.mark_person(self.conn, self.people[who])

    async def context(self, who: str, *, now: datetime = MONDAY, is_tap: bool = True) -> Context:
        doors = await accounts.open_doors(self.conn, self.people[who])
        account = await accounts.by_id(self.conn, doors[0])
        assert account is not None
        return Context(
            conn=self.conn,
            now=now,
            library=Library((), {}, {}, {}),
            installation=Installation("LĐLĐ tỉnh Sông Lam", "01/KH", "đ/c Tâm"),
            holidays=Holidays(),
            account=account,
            capabilities=Capabilities(edits=True, asks_contact=False),
            message_ref="m1",
            is_tap=is_tap,
        )


def labels(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]


@pytest.fixture
async def union(database: Database) -> AsyncIterator[Union]:
    async with database.begin() as conn:
        founded = Union(conn)
        await founded.found()
        yield founded
