"""`taphuan demo`: a fictional union with a plausible past, five chats in the browser, and a clock to push."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import webbrowser
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot import log
from bot.assigned import assigned_modules
from bot.demo import past, people, personas, sheet
from bot.doors import BROWSER
from bot.program import Program, build
from bot.serving import run as serve
from bot.start import CLOCK_OFFSET, StartError, prepare_folder
from channels import zalo
from channels.messages import Kind, PersonId
from content import loader
from handlers import nudge, study
from learning.calendar import DayPart, day_of, learner_hour, next_allowed_at
from learning.roles import Track
from reports import target_keeping
from roster import imports
from scheduler import holidays
from storage import accounts, learners, outbox, planning, rollup, schema, shown, target_snapshots, units
from storage.database import open_database
from web.demo import DemoParts
from web.demo import Persona as Tab

if TYPE_CHECKING:
    from argparse import Namespace

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings
    from storage.database import Database

SEED = people.DEFAULT_SEED
DEMO_URL = "sqlite:///data/demo.db"
PORT = 8080
BEGUN = "demo_begun"
_LEARNER = "to_truong"


async def run(args: Namespace, chosen: Settings) -> int:
    """Make the union if it is not there, and serve it."""
    log.configure(
        as_json=chosen.log_format == "json", level="WARNING" if chosen.log_level == "INFO" else chosen.log_level
    )
    is_default = chosen.database_url == type(chosen)().database_url
    url = DEMO_URL if is_default else chosen.database_url
    port = args.port if args.port is not None else _free(chosen.host, chosen.port)
    chosen = replace(chosen, env="demo", clock="adjustable", database_url=url, port=port)
    chosen = replace(chosen, document=chosen.document or "Kế hoạch số 12/KH-TLĐ (minh họa)")
    prepare_folder(url)
    if is_default and not args.keep:
        _remove(url)
    database = open_database(url, statement_timeout_s=0)
    try:
        await schema.prepare(database)
        async with database.connect() as conn:
            begun = await planning.read_setting(conn, BEGUN)
        if begun is None:
            print("Đang dựng công đoàn minh họa…", flush=True)
            begun = await _make(database)
    finally:
        await database.close()
    async with AsyncExitStack() as stack:
        program = await build(chosen, stack)
        if not await _has_lesson(program):
            await _lesson_waiting(program)
        if not args.no_open:
            asyncio.get_running_loop().call_later(1.0, webbrowser.open, f"http://{chosen.host}:{port}/demo")
        await serve(program, DemoParts(await _tabs(program), program.clock.now, program.advance, zalo.CAPABILITIES))
    return 0


def _free(host: str, port: int) -> int:
    """The port if nobody listens there, else another that is free."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError(f"Không mở được cổng nào ở {host}.")


def _remove(url: str) -> None:
    path = Path(make_url(url).database or "")
    for leftover in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        leftover.unlink(missing_ok=True)


async def _make(database: Database) -> str:
    """The roster by the same door as anybody's, then its past; the demo begins at an hour at which lessons may come."""
    library = loader.load()
    assigned = assigned_modules(library, "")
    compulsory = [module.id for module in library.modules_for(Track.STAFF)]
    now = datetime.now(UTC)
    async with database.begin() as conn:
        off = await holidays.load(conn, day_of(now))
    begins = next_allowed_at(now, None)
    while day_of(begins) in off:
        begins = learner_hour(day_of(begins) + timedelta(days=1), DayPart.MORNING, None)
    today = day_of(begins)
    invented = people.make(today, SEED)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cong_doan_minh_hoa.xlsx"
        await asyncio.to_thread(sheet.write_roster, file, invented)
        async with database.begin() as conn:
            plan = await imports.check_file(file, conn, today, replace=False)
            if plan.errors:
                raise StartError("\n".join(fault.message for fault in plan.errors))
            await imports.apply(conn, plan, today, begins)

    async def snapshot(conn: AsyncConnection, cut_off: datetime) -> None:
        await rollup.rebuild(conn, assigned, day_of(cut_off))
        await rollup.take_snapshot(conn, cut_off, cut_off)
        measured = await target_keeping.figures(conn, cut_off, compulsory)
        await target_snapshots.write(conn, cut_off, cut_off, measured or {})

    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, BROWSER, "web", None)
        await past.make(conn, library, begins, SEED, endpoint, snapshot)
        await rollup.rebuild(conn, assigned, today)
        await planning.keep_setting(conn, CLOCK_OFFSET, (begins - now).total_seconds())
        await planning.keep_setting(conn, BEGUN, begins.isoformat())
    return begins.isoformat()


async def _cast(program: Program) -> tuple[personas.Persona, ...]:
    async with program.database.connect() as conn:
        begun = await planning.read_setting(conn, BEGUN)
    return personas.personas(people.make(day_of(datetime.fromisoformat(begun)), SEED))


async def _tabs(program: Program) -> list[Tab]:
    tabs = []
    async with program.database.connect() as conn:
        for persona in await _cast(program):
            unit = await units.unit_by_code(conn, persona.unit_code)
            name = unit.name if unit else persona.unit_code
            sees_board = persona.key != _LEARNER
            tabs.append(Tab(persona.key, persona.title, persona.name, name, persona.external_id, sees_board))
    return tabs


async def _learner(program: Program) -> accounts.Account:
    """The tổ trưởng's door."""
    first = (await _cast(program))[0]
    async with program.database.connect() as conn:
        door = await accounts.find(conn, program.browser, first.external_id)
    if door is None or door.person_id is None:
        raise StartError("Dữ liệu minh họa không đủ: xóa tệp data/demo.db rồi chạy lại.")
    return door


async def _has_lesson(program: Program) -> bool:
    door = await _learner(program)
    async with program.database.connect() as conn:
        return bool(await shown.history(conn, door.id, 1))


async def _lesson_waiting(program: Program) -> None:
    """A first lesson lies in the tổ trưởng's chat whatever day it is; the rules decide what follows."""
    door = await _learner(program)
    person_id = PersonId(door.person_id or 0)
    now = program.clock.now()
    async with program.database.begin() as conn:
        studies = await study.where(conn, program.library, person_id, now)
        opened = await study.open_next(conn, program.library, studies, now, is_pushed=True)
        if opened is None:
            raise StartError("Dữ liệu minh họa không đủ: xóa tệp data/demo.db rồi chạy lại.")
        message = await study.show(conn, program.library, opened, now, replaces=None)
        await outbox.queue(
            conn,
            account_id=door.id,
            kind=Kind.NEW_LESSON,
            key=f"nudge:{person_id}:{day_of(now):%Y%m%d}",
            subject={"person": person_id},
            run_at=now,
            message=replace(message, kind=Kind.NEW_LESSON),
        )
        await learners.change(conn, person_id, shift=None, last_lesson_at=now)
        learner = await learners.by_id(conn, person_id)
        if learner is not None:
            await nudge.look(conn, program.library, learner, await holidays.load(conn, day_of(now)), now)
    for lane in program.lanes:
        await lane.empty()
