"""
An invented union as large as the country's, for measuring: `generate` fills an empty, migrated database.

Sizes of CĐCS are log-normal (median 45 members, sigma 1.4: most are small, a few are very large). Everything is
drawn and written a few hundred CĐCS at a time, so memory does not grow with the number of learners.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.demo import names
from bot.demo.bulk import Rows
from bot.demo.learned import Learned
from bot.demo.people import DEFAULT_SEED, STAFF, TERM_DAYS, CadreRow
from bot.demo.units import ROOT, UnitRow
from content.loader import load
from learning.calendar import Shift, day_of
from learning.roles import Role, track_of
from storage import accounts, bulk
from storage.database import open_database

if TYPE_CHECKING:
    from datetime import date

    from storage.database import Database

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MEDIAN_MEMBERS, SIGMA = 45, 1.4
FEWEST_MEMBERS, MOST_MEMBERS = 5, 30_000
MEMBERS_A_GROUP = 30
PROVINCES, SECTORS = 34, 17
CDCS_A_COMMUNE = 100
FEWEST_UNITS = 2 * (1 + PROVINCES + SECTORS)
CHUNK = 500  # CĐCS written at a time
_NAMES = 20_000
_COMMITTEE_SHARE = 0.25  # of the posts beside the chairs', at least this part are in committees
_SHARE_OF_PHONES = 0.95
_SHARE_UNDER_SECTORS = 0.05


@dataclass(frozen=True, slots=True)
class Made:
    """How much was made; `units` counts down to the CĐCS, `groups` are the tổ below them."""

    units: int
    groups: int
    learners: int


async def generate(
    database_url: str,
    learners: int = 1_000_000,
    units: int = 120_000,
    seed: int = DEFAULT_SEED,
    now: datetime | None = None,
) -> Made:
    """
    Fill an empty, migrated database: units, cadres, doors, consents, learners, enrolments.

    Args:
        database_url: where.
        learners: cadres in all, every one of whom has joined; one post each.
        units: units from TLĐ down to the CĐCS; tổ come on top, one a tổ trưởng.
        seed: of everything drawn.
        now: the moment at which it stands so (`NOW` when None); the clock's looks are spread over the week after it.

    Raises:
        ValueError: too few units for the levels above, or too few learners for a chair in every CĐCS.
    """
    database = open_database(database_url, statement_timeout_s=0)
    try:
        return await _Country(database, learners, units, seed, now or NOW).make()
    finally:
        await database.close()


class _Country:
    def __init__(self, database: Database, learners: int, units: int, seed: int, now: datetime) -> None:
        self._database = database
        self._rng = Random(seed)  # noqa: S311 - not a secret
        self._now = now
        self._today: date = day_of(now)
        self._rows = Rows(now, self._today)
        self._learners = 0
        self._wanted, self._units = learners, units
        self._pool = [names.person(self._rng, is_female=number % 2 == 0) for number in range(_NAMES)]
        self._grassroots = 0

    async def make(self) -> Made:
        async with self._database.begin() as conn:
            endpoint = await accounts.ensure_endpoint(conn, "browser", "scale", None)
        self._learned = Learned(self._rows, self._rng, load(), endpoint, self._now)
        parents = self._above()
        self._grassroots = self._units - len(parents)
        sizes, groups, committee = self._plan()
        await self._write()
        made = 0
        for number, size in enumerate(sizes):
            extra = committee // self._grassroots + (number < committee % self._grassroots)
            self._cdcs(number, size, groups[number], extra, self._rng.choice(parents[1:]))
            made += groups[number]
            if number % CHUNK == CHUNK - 1:
                await self._write()
        await self._write()
        async with self._database.begin() as conn:
            await bulk.settle_ids(conn)
        return Made(self._units, made, self._learners)

    async def _write(self) -> None:
        async with self._database.begin() as conn:
            await self._rows.write(conn)

    def _above(self) -> list[UnitRow]:
        """Make the unions above the CĐCS and their staff; what CĐCS may stand below, the root first."""
        if self._units < FEWEST_UNITS:
            raise ValueError(f"at least {FEWEST_UNITS} units are needed for the levels above the CĐCS")
        rows = [UnitRow(ROOT, "Tổng Liên đoàn Lao động Việt Nam", "TLD", None)]
        for number in range(1, PROVINCES + 1):
            name = f"Liên đoàn Lao động tỉnh {names.place(self._rng)} {number}"
            rows.append(UnitRow(f"T{number:02}", name, "LDLD_TINH", ROOT))
        rows += [
            UnitRow(f"N{number:02}", f"Công đoàn ngành {names.place(self._rng)} {number}", "CD_NGANH", ROOT)
            for number in range(1, SECTORS + 1)
        ]
        for number in range(1, self._units // CDCS_A_COMMUNE + 1):
            province = f"T{self._rng.randint(1, PROVINCES):02}"
            name = f"Công đoàn xã {names.place(self._rng)}"
            rows.append(UnitRow(f"{province}-X{number:04}", name, "CD_XA", province))
        for row in rows:
            unit_id = self._rows.unit(row)
            for role, receives in STAFF[row.unit_type]:
                self._cadre(row, unit_id, role, receives=receives, full_time=True)
        return rows

    def _plan(self) -> tuple[array[int], array[int], int]:
        """Draw members of each CĐCS, and how many tổ; the rest of the learners are committee members."""
        drawn = (self._rng.lognormvariate(math.log(MEDIAN_MEMBERS), SIGMA) for _ in range(self._grassroots))
        sizes = array("l", (min(MOST_MEMBERS, max(FEWEST_MEMBERS, round(size))) for size in drawn))
        groups = array("l", (size // MEMBERS_A_GROUP for size in sizes))
        left = self._wanted - self._learners - self._grassroots
        if left < 0:
            raise ValueError(f"at least {self._learners + self._grassroots} learners are needed: one chair a CĐCS")
        share = min(1.0, left * (1 - _COMMITTEE_SHARE) / max(1, sum(groups)))
        for number, wanted in enumerate(groups):
            groups[number] = int(wanted * share)
        return sizes, groups, left - sum(groups)

    def _cdcs(self, number: int, members: int, groups: int, committee: int, near: UnitRow) -> None:
        """Make one CĐCS near a union: below it, or below its province and managed by it."""
        rng = self._rng
        top = near.code.split("-")[0]
        code = f"{top}-C{number + 1:06}"
        is_managed = near.unit_type == "CD_XA" and rng.random() < 0.5  # noqa: PLR2004 - one of two
        row = UnitRow(
            code,
            f"Công đoàn cơ sở {names.company(rng)}",
            "CDCS",
            top if is_managed else near.code,
            near.code if is_managed else None,
            rng.choices(("ngoai_nha_nuoc", "su_nghiep", "nha_nuoc"), (80, 14, 6))[0],
            members,
            self._today.replace(month=1, day=1),
        )
        unit_id = self._rows.unit(row)
        self._cadre(row, unit_id, Role.CHAIR, receives=True)
        for place in range(committee):
            self._cadre(row, unit_id, Role.COMMITTEE_MEMBER if place else Role.VICE_CHAIR)
        for place in range(1, groups + 1):
            group = UnitRow(f"{code}-G{place:03}", f"Tổ công đoàn số {place}", "TO_CD", code)
            self._cadre(group, self._rows.unit(group), Role.GROUP_LEADER)
        self._rows.forget(code)

    def _cadre(
        self, unit: UnitRow, unit_id: int, role: Role, *, receives: bool = False, full_time: bool = False
    ) -> None:
        rng = self._rng
        self._learners += 1
        elected = self._today - timedelta(days=rng.randint(60, TERM_DAYS))
        row = CadreRow(
            code=f"CB{self._learners:07}",
            full_name=rng.choice(self._pool),
            phone=names.phone(self._learners) if rng.random() < _SHARE_OF_PHONES else None,
            unit=unit.code,
            role=role,
            is_full_time=full_time,
            elected_on=elected,
            is_first_term=rng.random() < 0.5,  # noqa: PLR2004 - one of two
            term_ends_on=elected + timedelta(days=TERM_DAYS),
            is_female=rng.random() < 0.5,  # noqa: PLR2004 - one of two
            shift=rng.choice((Shift.OFFICE, Shift.OFFICE, Shift.FIRST, Shift.SECOND, Shift.THIRD)),
            receives_reports=receives,
        )
        person_id = self._rows.cadre(row, unit_id, unit.unit_type)
        self._rows.forget(f"CB{self._learners:07}")
        assert person_id is not None
        self._learned.join(person_id, row, track_of(role, unit.unit_type))
