"""Checking a file against the database, and carrying a plan out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roster import check, files
from roster.faults import FileRefusedError
from roster.plan import Plan, Summary
from roster.progress import Progress, silent
from roster.writing import Writer
from storage import roster as store

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from roster.sheets import Workbook


async def read_file(path: Path, progress: Progress = silent) -> Workbook:
    """
    Read a file in a child process, off the loop.

    Raises:
        FileRefusedError: it cannot be read.
    """
    return await asyncio.to_thread(files.read, path, progress)


async def check_file(
    path: Path, conn: AsyncConnection, today: date, *, replace: bool, progress: Progress = silent
) -> Plan:
    """
    Read a file and say what importing it would do. Nothing is written.

    Reading takes seconds for a large file: to hold no transaction meanwhile, call `read_file`, then `check_workbook`.
    """
    try:
        workbook = await read_file(path, progress)
    except FileRefusedError as error:
        return Plan(errors=error.faults)
    return await check_workbook(workbook, conn, today, replace=replace, progress=progress)


async def check_workbook(
    workbook: Workbook, conn: AsyncConnection, today: date, *, replace: bool, progress: Progress = silent
) -> Plan:
    """Say what importing a file that has been read would do, `today` being the day in Viet Nam. Nothing is written."""
    records = await store.units(conn)
    understood = await asyncio.to_thread(check.understand, workbook, records, today, replace=replace, progress=progress)
    if understood.errors:
        return check.make_plan(understood, [], [], today, replace=replace)
    here = await store.held_in(conn, understood.unit_ids)
    persons = await store.persons(
        conn, understood.codes, understood.phones, {post.person_id for post in here if post.person_id}
    )
    theirs = await store.held_by(conn, [person.id for person in persons])
    positions = list({post.id: post for post in (*here, *theirs)}.values())
    return await asyncio.to_thread(check.make_plan, understood, persons, positions, today, replace=replace)


async def apply(conn: AsyncConnection, plan: Plan, today: date, now: datetime) -> Summary:
    """
    Carry out a plan in the caller's transaction, the one it was made in; a plan with errors does nothing.

    Args:
        conn: a write transaction.
        plan: from `check_file` or `check_workbook`.
        today: the day in Viet Nam that the plan was made for.
        now: when this is recorded.
    """
    if not plan.errors:
        await Writer(conn, plan, today, now).run()
    return plan.summary
