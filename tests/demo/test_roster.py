from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.demo import bulk, past, people, sheet
from bot.demo.personas import personas
from content.loader import load
from learning.calendar import Shift, at
from learning.roles import Role
from roster import imports
from storage import accounts
from storage.tables import org_unit, person, position, unit_closure
from storage.units import rebuild_closure

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from storage.database import Database

TODAY = date(2026, 11, 21)
NOW = at(TODAY, time(14))
ROSTER = people.make(TODAY)
ACTIVE = [unit for unit in ROSTER.units if unit.valid_to is None]


def test_the_country_has_its_shape() -> None:
    kinds = Counter(unit.unit_type for unit in ACTIVE)
    sizes = sorted(unit.member_count or 0 for unit in ACTIVE if unit.unit_type in {"CDCS", "NDCS"})

    assert (kinds["TLD"], kinds["LDLD_TINH"], kinds["CD_NGANH"], kinds["CD_XA"], kinds["CD_KCN"]) == (1, 3, 1, 6, 1)
    assert len(sizes) == 24
    assert kinds["TO_CD"] + kinds["TO_ND"] == 210
    assert sizes[-2:] == [3_000, 18_000]
    assert all(1_000 <= size <= 2_400 for size in sizes[-5:-2])
    assert all(150 <= size <= 900 for size in sizes[12:19])
    assert all(10 <= size <= 100 for size in sizes[:12])
    assert 285 <= len({row.code for row in ROSTER.cadres if row.code}) <= 305


def test_units_come_after_those_above_and_managing_them() -> None:
    seen: set[str] = set()
    for unit in ROSTER.units:
        assert unit.parent is None or unit.parent in seen
        assert unit.manager is None or unit.manager in seen
        assert unit.code not in seen
        seen.add(unit.code)
    below_communes = {unit.parent for unit in ACTIVE if unit.unit_type in {"CDCS", "NDCS"}}
    assert {"T02-X001", "T02-X002"} <= below_communes


def test_the_situations_are_there() -> None:
    closed = {unit.unit_type for unit in ROSTER.units if unit.valid_to is not None}
    by_person: dict[str, list[people.CadreRow]] = {}
    for row in ROSTER.cadres:
        if row.code:
            by_person.setdefault(row.code, []).append(row)
    twice = [rows for rows in by_person.values() if len(rows) > 1]
    units = {unit.code: unit for unit in ROSTER.units}
    with_groups = {unit.parent for unit in ACTIVE if unit.unit_type in {"TO_CD", "TO_ND"}}

    assert closed == {"CD_CTTTCS", "CDCS"}  # moved up from a district, merged
    assert any(unit.unit_type == "CD_XA" and "," in unit.name for unit in ACTIVE)  # one for three wards
    assert any(unit.member_count == 12 and unit.code not in with_groups for unit in ACTIVE)
    assert any(unit.parent == "T01-C000001" and unit.unit_type == "CDBP" for unit in ACTIVE)
    assert any({row.role for row in rows} == {Role.CHAIR, Role.GROUP_LEADER} for rows in twice)
    assert any({row.role for row in rows} == {Role.CHAIR} for rows in twice)
    assert any(
        row.role is Role.CHAIR and not row.is_full_time and units[row.unit].unit_type == "CD_XA"
        for row in ROSTER.cadres
    )
    assert any((unit.parent or "") == "N01" and (unit.manager or "").startswith("T") for unit in ACTIVE)
    assert any(row.term_ends_on and row.term_ends_on < TODAY for row in ROSTER.cadres)
    assert any(row.code is None and row.role is Role.CHAIR for row in ROSTER.cadres)
    assert any(
        change.before.get("member_count") == 2_610 and (units[change.unit].member_count or 0) < 2_500
        for change in ROSTER.changes
    )
    assert any(row.code and row.phone is None for row in ROSTER.cadres)


def test_telephones_are_invented_and_nobodys_twice() -> None:
    phones = {row.code: row.phone for row in ROSTER.cadres if row.phone}

    assert len(set(phones.values())) == len(phones)
    assert all(re.fullmatch(r"\+84900000\d{3}", phone) for phone in phones.values())


def test_a_seed_makes_the_same_people_on_any_day() -> None:
    later = people.make(TODAY + timedelta(days=100))

    assert [(row.code, row.full_name, row.unit) for row in later.cadres] == [
        (row.code, row.full_name, row.unit) for row in ROSTER.cadres
    ]
    assert people.make(TODAY, 1) != people.make(TODAY, 2)
    assert all(row.elected_on is None or row.elected_on <= TODAY for row in ROSTER.cadres)


def test_the_five_stand_above_one_another() -> None:
    cast = personas(ROSTER)
    units = {unit.code: unit for unit in ROSTER.units}
    rows = {row.code: row for row in ROSTER.cadres}

    assert [persona.unit_code for persona in cast] == ["T02-C000001-G03", "T02-C000001", "T02-X001", "T02", "VN"]
    for below, above in itertools.pairwise(cast):
        assert units[below.unit_code].parent == above.unit_code
    assert [rows[persona.person_code].receives_reports for persona in cast] == [False, True, True, True, True]
    assert rows[cast[0].person_code].shift is Shift.OFFICE
    assert len({persona.external_id for persona in cast}) == 5


async def _counts(conn: Any) -> list[int]:
    tables = (org_unit, unit_closure, person, position)
    return [(await conn.execute(select(func.count()).select_from(table))).scalar_one() for table in tables]


async def test_it_comes_in_by_the_door_for_all_as_it_does_in_bulk(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "danh_sach.xlsx"
    sheet.write_roster(path, ROSTER)

    async with database.begin() as conn:
        plan = await imports.check_file(path, conn, TODAY, replace=False)
        assert (*plan.errors, *plan.set_aside, *plan.warnings) == ()
        await imports.apply(conn, plan, TODAY, NOW)
        imported = await _counts(conn)
        shifts = set((await conn.execute(select(position.c.shift).distinct())).scalars())
        known = select(person.c.code, person.c.full_name, person.c.phone)
        persons = {tuple(row) for row in await conn.execute(known)}
        again = await imports.check_file(path, conn, TODAY, replace=True)
        endpoint = await accounts.ensure_endpoint(conn, "browser", "browser", None)
        assert await past.make(conn, load(), NOW, people.DEFAULT_SEED, endpoint) > 150

    assert imported[0] == len(ROSTER.units)
    assert imported[3] == len(ROSTER.cadres)
    assert persons == {(row.code, row.full_name, row.phone) for row in ROSTER.cadres if row.code}
    assert shifts <= {*Shift, None}
    counts = again.summary.as_json()
    assert [sum(counts[kind].values()) for kind in ("units", "people")] == [0, 0]


async def test_bulk_writes_the_tree_and_the_posts(database: Database) -> None:
    async with database.begin() as conn:
        await bulk.insert(conn, ROSTER, NOW, TODAY)
        columns = (unit_closure.c.ancestor_id, unit_closure.c.unit_id, unit_closure.c.depth)
        written = (await conn.execute(select(*columns).order_by(*columns))).all()
        await rebuild_closure(conn)
        assert (await conn.execute(select(*columns).order_by(*columns))).all() == written
        counts = await _counts(conn)

    assert counts[0] == len(ROSTER.units)
    assert counts[2] == len({row.code for row in ROSTER.cadres if row.code})
    assert counts[3] == len(ROSTER.cadres)


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_any_seed_will_do(seed: int) -> None:
    made = people.make(TODAY, seed)

    assert len({row.full_name for row in made.cadres if row.code}) == len({row.code for row in made.cadres if row.code})
    assert len(personas(made)) == 5
