"""Supervisors who are signed in and each open a page of the dashboard every so often, over HTTP."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import func, or_, select

from bench.rig import percentile
from storage import web_sessions
from storage.tables import org_unit, position
from storage.unit_lines import Order
from web.board import cookies
from web.board.access import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from storage.database import Database

# Of two hundred: at which levels they sit. There are few at the top, but they look at most.
LEVELS = {"TLD": 30, "LDLD_TINH": 60, "CD_NGANH": 20, "CD_XA": 50, "CDCS": 40}
_LINK = re.compile(rf'href="{HOME}/([0-9]+)">')
_NEXT = re.compile(r'href="([^"]*[?&;]sau=[^"]*)"')
_BROAD = ("cong doan", "xa", "cong ty")
_TIMEOUT_S = 30.0
_LOOK_S = 0.05  # how often a page is looked at that is waited for
_OPENED = ("tổng quan", "đơn vị", "đơn vị, trang sau", "tìm", "đơn vị bên dưới", "người học", "tin đã gửi", "câu hỏi")
_WEIGHTS = (30, 20, 10, 12, 10, 8, 5, 5)
_IN_BASE = (45, 5, 0, 0, 0, 40, 10, 0)  # a CĐCS has no units to look at, and questions are for those above


@dataclass(slots=True)
class Supervisor:
    """Somebody who is signed in: at which level, at which unit, and what they saw last."""

    level: str
    unit_id: int
    token: str
    rng: random.Random
    below: list[str] = field(default_factory=list)
    next_page: str = ""

    def chooses(self, searches: Sequence[str]) -> tuple[str, str]:
        """What they open next, and its address."""
        weights = _IN_BASE if self.level == "CDCS" else _WEIGHTS
        what = self.rng.choices(_OPENED, weights)[0]
        base = f"{HOME}/{self.unit_id}"
        order = self.rng.choice(list(Order)).value
        match what:
            case "đơn vị, trang sau" if self.next_page:
                return what, self.next_page
            case "đơn vị" | "đơn vị, trang sau":
                return "đơn vị", f"{base}/don-vi?xep={order}"
            case "tìm":
                words = self.rng.choice(_BROAD) if self.rng.random() < 0.2 else self.rng.choice(searches)
                return what, f"{base}/don-vi?{urlencode({'xep': order, 'tim': words})}"
            case "đơn vị bên dưới" if self.below:
                return what, f"{HOME}/{self.rng.choice(self.below)}"
            case "người học":
                return what, f"{base}/nguoi-hoc"
            case "tin đã gửi":
                return what, f"{base}/tin"
            case "câu hỏi":
                return what, f"{base}/cau-hoi"
        return "tổng quan", base

    def saw(self, page: str) -> None:
        """Remember where one can go on from a page."""
        self.below = _LINK.findall(page) or self.below
        found = _NEXT.search(page)
        self.next_page = found[1].replace("&amp;", "&") if found else ""


@dataclass(slots=True)
class Seen:
    """How long pages took, in seconds, by what was opened and by level; and what was no page."""

    by_page: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_level: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)

    def joined(self, other: Seen) -> Seen:
        """Both together."""
        for mine, theirs in ((self.by_page, other.by_page), (self.by_level, other.by_level)):
            for name, waits in theirs.items():
                mine[name] += waits
        self.wrong += other.wrong
        return self

    def figures(self) -> dict[str, Any]:
        """Milliseconds, at the 50th, 95th and 99th of a hundred."""
        waits = [wait for each in self.by_page.values() for wait in each]
        return {
            "pages": len(waits),
            "wrong": dict(self.wrong),
            **{f"p{percent}_ms": round(percentile(waits, percent), 1) for percent in (50, 95, 99)},
            "p95_ms_by_page": _p95(self.by_page),
            "p95_ms_by_level": _p95(self.by_level),
        }


def _p95(waits: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: round(percentile(found, 95), 1) for name, found in sorted(waits.items())}


async def sign_in(database: Database, number: int, seed: int = 7) -> list[Supervisor]:
    """So many supervisors, spread over the levels as `LEVELS` says, each in a browser of their own."""
    rng = random.Random(seed)
    now = datetime.now(UTC)
    found: list[Supervisor] = []
    whole = sum(LEVELS.values())
    async with database.begin() as conn:
        for level, share in LEVELS.items():
            query = (
                select(position.c.person_id, position.c.unit_id)
                .join(org_unit, org_unit.c.id == position.c.unit_id)
                .where(
                    org_unit.c.unit_type == level,
                    or_(position.c.receives_reports, position.c.role == "chu_tich"),
                    position.c.person_id.is_not(None),
                )
                .order_by(func.random())
                .limit(max(1, number * share // whole))
            )
            seats = (await conn.execute(query)).all()
            for turn in range(max(1, number * share // whole)):
                seat = seats[turn % len(seats)]
                token = cookies.new_token()
                await web_sessions.add(
                    conn, token_hash=cookies.digest(token), person_id=seat.person_id, agent="bench", now=now
                )
                found.append(Supervisor(level, seat.unit_id, token, random.Random(rng.random())))
    rng.shuffle(found)
    return found[:number]


async def searched_for(database: Database, number: int = 200, seed: int = 7) -> list[str]:
    """What people look for: codes, and the last words of units' names."""
    rng = random.Random(seed)
    query = select(org_unit.c.code, org_unit.c.name_fold).where(org_unit.c.unit_type.in_(("CD_XA", "CDCS")))
    async with database.connect() as conn:
        rows = (await conn.execute(query.order_by(func.random()).limit(number))).all()
    return [row.code if rng.random() < 0.4 else " ".join(row.name_fold.split()[-2:]) for row in rows]


async def open_pages(
    url: str, people: Sequence[Supervisor], searches: Sequence[str], *, every_s: float, seconds: float
) -> Seen:
    """Each opens a page every `every_s`, whatever the answers do; a wait counts from when the page was wanted."""
    seen = Seen()
    ends = time.perf_counter() + seconds
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def one(person: Supervisor) -> None:
            wanted = time.perf_counter() + person.rng.random() * every_s
            while wanted < ends:
                await asyncio.sleep(max(0.0, wanted - time.perf_counter()))
                what, path = person.chooses(searches)
                page = await _get(session, url + path, person, seen.wrong)
                wait = time.perf_counter() - wanted
                seen.by_page[what].append(wait)
                seen.by_level[person.level].append(wait)
                person.saw(page)
                wanted += every_s

        await asyncio.gather(*(one(person) for person in people))
    return seen


async def _get(session: aiohttp.ClientSession, address: str, person: Supervisor, wrong: Counter[str]) -> str:
    try:
        cookie = {"Cookie": f"{cookies.SESSION}={person.token}"}
        async with session.get(address, headers=cookie, allow_redirects=False) as answer:
            page = await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        wrong[type(error).__name__] += 1
        return ""
    if answer.status != 200:
        wrong[str(answer.status)] += 1
        return ""
    return page


async def until(is_so: Callable[[str], bool], url: str, path: str, person: Supervisor, *, timeout_s: float) -> float:
    """Look at a page again and again until it says so; returns after how many seconds that was."""
    started = time.perf_counter()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, asyncio.timeout(timeout_s):
        while True:
            if is_so(await _get(session, url + path, person, Counter())):
                return time.perf_counter() - started
            await asyncio.sleep(_LOOK_S)
