"""Zalo chưa cho nhắn: counted once a week for the units above, the same as a CĐCS counts for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from learning.window import CLOSED_FROM
from reports.digest import render_digest
from reports.figures import closed, closed_above
from storage import accounts, closed_snapshots, zalo_costs
from storage.tables import account
from tests.reports.conftest import CUT_OFF, MONDAY, WEEK, Union

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

ABOVE = ("VN", "T01", "X1")


async def moved_to_zalo(union: Union, who: str, silent: timedelta, *, keeps_browser: bool = False) -> None:
    endpoint = await accounts.ensure_endpoint(union.conn, zalo_costs.CHANNEL, "388613280878808645", None)
    person = union.people[who]
    if not keeps_browser:
        await union.conn.execute(account.update().where(account.c.person_id == person).values(is_open=False))
    await union.conn.execute(
        account.insert().values(
            endpoint_id=endpoint,
            external_id=f"24684588352919{person}",
            person_id=person,
            is_open=True,
            opened_at=CUT_OFF - timedelta(days=40),
            last_word_at=CUT_OFF - silent,
        )
    )


@pytest.fixture
async def silent(union: Union) -> Union:
    """Nụ1 (tổ 1) and the chair of A are closed; Nụ2 wrote within the week; the province's has a browser too."""
    await moved_to_zalo(union, "tổ 1", timedelta(days=9))
    await moved_to_zalo(union, "chủ tịch", CLOSED_FROM + timedelta(seconds=1))
    await moved_to_zalo(union, "tổ 2", timedelta(days=3))
    await moved_to_zalo(union, "tỉnh", timedelta(days=9), keeps_browser=True)
    return union


async def kept(conn: AsyncConnection) -> dict[int, int]:
    found = await closed_above(conn, CUT_OFF)
    assert found is not None
    await closed_snapshots.write(conn, CUT_OFF, MONDAY, found)
    return dict(found)


async def test_what_is_kept_is_what_each_unit_counts_for_itself(silent: Union) -> None:
    found = await kept(silent.conn)

    own = {name: await closed(silent.conn, silent.units[name], CUT_OFF) for name in ABOVE}
    assert own == {"VN": 2, "T01": 2, "X1": 0}
    assert {name: found.get(silent.units[name], 0) for name in ABOVE} == own
    assert silent.units["A"] not in found


async def test_a_cut_off_is_counted_once(silent: Union) -> None:
    await kept(silent.conn)

    assert await closed_above(silent.conn, CUT_OFF) is None
    assert await closed_above(silent.conn, CUT_OFF + WEEK) is not None


async def test_without_zalo_nothing_is_counted(union: Union) -> None:
    assert await closed_above(union.conn, CUT_OFF) is None
    assert await closed_snapshots.latest(union.conn, union.units["VN"], MONDAY) is None


async def test_the_digest_of_a_union_above_tells_it(silent: Union) -> None:
    await silent.snapshot(CUT_OFF)
    await kept(silent.conn)

    weekly = await render_digest(silent.conn, silent.people["tỉnh"], CUT_OFF, MONDAY)
    asked = await render_digest(silent.conn, silent.people["tỉnh"], None, MONDAY)
    ward = await render_digest(silent.conn, silent.people["phường"], CUT_OFF, MONDAY)

    assert weekly is not None
    assert "\nZalo chưa cho nhắn: 2 chức danh.\n" in weekly.text
    assert asked is not None
    assert "\nZalo chưa cho nhắn (đến hết 22/11/2026): 2 chức danh.\n" in asked.text
    assert ward is not None
    assert "Zalo chưa cho nhắn" not in ward.text
