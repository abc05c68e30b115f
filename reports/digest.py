"""
The digest of a week or a half-year: who is written to, and what it says.

Nothing new since what it is compared with: no message; but after two silent weeks one that says so. What was decided is
kept, so that planning again writes to nobody twice. A month or quarter that ended meanwhile is a line of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from channels.messages import Kind, Message, PersonId
from learning.calendar import day_of
from learning.periods import PeriodKind, of_day, parse, week_ending
from reports import buttons, few, section, spans, words
from reports.figures import Section, quiet_weeks
from reports.figures import section as gather
from reports.shared import Shared
from storage import cut_offs, digests, outbox, reporting
from storage.posts import Counts
from storage.unit_figures import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Button, UnitId
    from learning.periods import Period
    from storage.digests import Receiver
    from storage.reporting import Unit

PAGE = 50  # people decided for at once
MAX_TEXT = 1_500  # code points, title included
SILENT_WEEKS = 2
_WEEK = timedelta(days=7)
_LOOKED_BACK = timedelta(days=70)
_MORE_BUTTONS = 8
_ROOM_FOR_END = 120
_FILES = (("Hình", "png"), ("Tải Excel", "xlsx"), ("Tải Word", "docx"))
_THANKS = "Trân trọng cảm ơn đồng chí!"


# --- planning ---------------------------------------------------------------------------------------------------------


async def plan_digests(conn: AsyncConnection, cut_off: datetime, now: datetime, periods: Sequence[Period] = ()) -> int:
    """
    Decide for everybody who receives reports, and queue a message where there is something to say.

    Args:
        conn: a write transaction; the snapshot of `cut_off` has been taken.
        cut_off: the moment of the figures.
        now: when the messages go out.
        periods: what is told, the one it is named by first; the week without any.

    Returns:
        The number of messages queued.
    """
    queued, after = 0, PersonId(0)
    while True:
        some, last = await plan_page(conn, cut_off, now, after, periods)
        queued += some
        if last is None:
            return queued
        after = last


async def plan_page(
    conn: AsyncConnection, cut_off: datetime, now: datetime, after: PersonId, periods: Sequence[Period] = ()
) -> tuple[int, PersonId | None]:
    """
    Do a part of `plan_digests` that is short enough for a transaction of its own.

    Args:
        conn: a write transaction.
        cut_off: the moment of the figures.
        now: when the messages go out.
        after: the last person of the part before; 0 at first.
        periods: what is told, the one it is named by first; the week without any.

    Returns:
        The number of messages queued, and the last person decided for; None when nobody was left.
    """
    page = await digests.receivers(conn, day_of(now), after=after, limit=PAGE)
    if not page:
        return 0, None
    persons = [receiver.person_id for receiver in page]
    news = await _units_with_news(conn, page, cut_off, min((period.begins for period in periods), default=None))
    past = await digests.decisions(conn, persons, since=cut_off - _LOOKED_BACK, before=cut_off)
    doors = await digests.doors(conn, persons)
    is_due = any(period.kind is PeriodKind.HALF for period in periods)  # a report is made of it in any case
    is_silent: dict[PersonId, bool] = {}
    for receiver in page:
        said = past.get(receiver.person_id, ())
        was_silent = len(said) >= SILENT_WEEKS and all(said[:SILENT_WEEKS])
        is_silent[receiver.person_id] = bool(said) and not was_silent and not is_due and news.isdisjoint(receiver.units)
    queued = 0
    for person_id in sorted(await digests.decide(conn, is_silent, cut_off, now)):
        if not is_silent[person_id]:
            queued += await outbox.queue(
                conn,
                account_id=doors[person_id],
                kind=Kind.DIGEST,
                key=f"digest:{person_id}:{cut_off.astimezone(UTC):%Y%m%d}",
                subject={
                    "person": person_id,
                    "cut_off": cut_off.isoformat(),
                    "periods": [period.code for period in periods],
                },
                run_at=now,
            )
    return queued, persons[-1]


async def _units_with_news(
    conn: AsyncConnection, page: Sequence[Receiver], cut_off: datetime, since: datetime | None
) -> set[UnitId]:
    """The units whose figures, or those of a unit they manage, differ from those compared with."""
    units = {unit for receiver in page for unit in receiver.units}
    before = await cut_offs.compared_with(conn, cut_off, since)
    if before is None:
        return units
    managed = await reporting.managed_below(conn, sorted(units))
    watched = sorted(units.union(*managed.values()))
    now_then: list[Mapping[UnitId, Counts]] = [
        await reporting.totals(conn, watched, moment) for moment in (cut_off, before)
    ]
    nothing = Counts()
    changed = {unit for unit in watched if now_then[0].get(unit, nothing) != now_then[1].get(unit, nothing)}
    return {unit for unit in units if unit in changed or not changed.isdisjoint(managed.get(unit, ()))}


# --- writing ----------------------------------------------------------------------------------------------------------


async def render_queued(
    conn: AsyncConnection,
    subject: Mapping[str, Any],
    now: datetime,
    *,
    with_files: bool = False,
    shared: Shared | None = None,
) -> Message | str:
    """Write a queued digest when its turn comes; if it is no longer due, the reason instead."""
    cut_off = datetime.fromisoformat(subject["cut_off"])
    told = [parse(code) for code in subject.get("periods", ())]
    message = await render_digest(
        conn, PersonId(subject["person"]), cut_off, now, periods=told, with_files=with_files, shared=shared
    )
    return message or "no_longer_receives"


async def keep_waiting(conn: AsyncConnection, subject: Mapping[str, Any]) -> None:
    """A queued digest could not be sent: it is shown when its reader next writes."""
    await digests.keep_waiting(conn, PersonId(subject["person"]), datetime.fromisoformat(subject["cut_off"]))


async def few_figures(conn: AsyncConnection, subject: Mapping[str, Any], now: datetime) -> Mapping[str, str] | None:
    """
    Return a queued digest as few values, for where no text can be sent; None if it is no longer due.

    Args:
        conn: a connection.
        subject: of the queued digest.
        now: the present.

    Returns:
        The values of the highest unit by their names in `reports.few.FIGURES`.
    """
    cut_off = datetime.fromisoformat(subject["cut_off"])
    units = await reporting.units_of(conn, PersonId(subject["person"]), day_of(now), only_receiving=True)
    if not units:
        return None
    return few.values(units[0].name, cut_off, (await read(conn, units[0].id, cut_off)).total)


async def render_digest(
    conn: AsyncConnection,
    person_id: PersonId,
    cut_off: datetime | None,
    now: datetime,
    *,
    name: str = "",
    periods: Sequence[Period] = (),
    with_files: bool = False,
    shared: Shared | None = None,
) -> Message | None:
    """
    Write one message for all units whose reports a person receives, the highest first.

    Args:
        conn: a connection.
        person_id: who reads it.
        cut_off: the moment of the figures; None for live ones, which chairs see too.
        now: the present.
        name: their name, where it is known already.
        periods: what is told, the one it is named by first; the week without any.
        with_files: whether the chat can send files, so that they are offered.
        shared: keeps what was gathered at a cut-off for the next who reads of the same unit.

    Returns:
        The message; None if there is no unit to report on.
    """
    units = await reporting.units_of(conn, person_id, day_of(now), only_receiving=cut_off is not None)
    if not units:
        return None
    since = periods[0].begins if periods else cut_off - _WEEK if cut_off else None
    shared = shared if shared is not None and cut_off is not None else Shared()

    async def gathered(unit: Unit) -> Section:
        return await gather(conn, unit, cut_off, now, is_within=True, since=since)

    shown = units[: _MORE_BUTTONS + 1]
    parts = [await shared.get((cut_off, since, unit), now, partial(gathered, unit)) for unit in shown]
    lines = [f"Kính gửi đồng chí {name or await reporting.full_name(conn, person_id)}."]
    if cut_off is None:
        title = "Số liệu học tập"
        lines.append(f"Đến {words.moment(now)}, tính theo chức danh; hoàn thành là trên trợ lý.")
    else:
        is_week = not periods or periods[0].kind is PeriodKind.WEEK
        title = f"Báo cáo học tập {f'tuần {words.week(cut_off)}' if is_week else periods[0].label}"
        lines.append(f"Đến hết {words.day(words.last_day(cut_off))}, tính theo chức danh; hoàn thành là trên trợ lý.")
        ids = tuple(unit.id for unit in units)
        weeks = await shared.get((cut_off, ids), now, partial(quiet_weeks, conn, ids, cut_off))
        if weeks > SILENT_WEEKS:
            lines.append(f"{weeks} tuần chưa có thêm người học.")
        lines += [line for period in periods[1:] if (line := await spans.told(conn, units[0], period))]
    text, left_over = _fit(title, "\n".join(lines), parts)
    rows = _buttons(parts, left_over, cut_off)
    if with_files:
        named = periods[0] if periods else week_ending(words.last_day(cut_off)) if cut_off else of_day(day_of(now))
        rows += (tuple(buttons.file(label, units[0].id, named.code, shape) for label, shape in _FILES),)
    return Message(text, title=title, kind=Kind.DIGEST, buttons=rows)


def _fit(title: str, head: str, parts: Sequence[Section]) -> tuple[str, list[Section]]:
    """The text within its limit, and the parts that only fit as buttons."""
    said, left_over = head, []
    for part in parts:
        for in_full in (True, False):
            longer = f"{said}\n\n{section.write(part, in_full=in_full)}"
            if len(title) + len(longer) + _ROOM_FOR_END <= MAX_TEXT:
                said = longer
                break
        else:
            left_over.append(part)
    ending = [_THANKS]
    since = next((part.before_on for part in parts if part.before_on), None)
    if since and any(mark in said for mark in ("(thêm ", "(bớt ", ", thêm ", ", bớt ")):
        ending.insert(0, f"Thêm, bớt: so với hết {words.day(since)}.")
    return "\n\n".join([said, "\n".join(ending)]), left_over


def _buttons(
    parts: Sequence[Section], left_over: Sequence[Section], cut_off: datetime | None
) -> tuple[tuple[Button, ...], ...]:
    first = parts[0]
    by_unit = buttons.drill("Theo đơn vị", first.unit.id, cut_off)
    if first.unit.is_grassroots:
        rows = [
            (buttons.names("Danh sách", first.unit.id), *((by_unit,) if first.has_lines else ())),
            (*((buttons.silent("Cần giúp", first.unit.id),) if first.stalled else ()), buttons.CHANGES),
        ]
    else:
        needy = first.needy[:1]
        rows = [(by_unit, *(buttons.ask_attention("Đề nghị quan tâm", line.id) for line in needy))]
    others = [part for part in parts[1:] if part not in left_over] + list(left_over)
    rows += [(buttons.drill(part.unit.name, part.unit.id, cut_off),) for part in others[:_MORE_BUTTONS]]
    return tuple(rows)
