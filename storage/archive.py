"""
Backup and restore of every table, the same for SQLite and PostgreSQL, from either to either.

One consistent read while the program runs; one transaction into an empty database of the same revision. Values keep
exactly: instants to the microsecond, bytes, JSON to the letter. Memory holds one page of rows. Jobs are left out: where
they are kept differs between the databases, and the clock leaves anew what is still to be done. So is what passes: who
is signed in to the dashboard, and lists that were sent in and not imported.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Date,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    false,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from storage import bulk, schema
from storage.archive_file import ArchiveError, Manifest, Reader, TableEntry, Writer
from storage.tables import Instant, job, metadata, roster_upload, sign_in, web_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

__all__ = ["ArchiveError", "Manifest", "backup", "restore"]

PAGE = 1_000
_PASSING = (job, sign_in, web_session, roster_upload)


@dataclass(frozen=True, slots=True)
class _Codec:
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


_INSTANT = _Codec(datetime.isoformat, datetime.fromisoformat)
_DATE = _Codec(date.isoformat, date.fromisoformat)
_BYTES = _Codec(lambda value: base64.b64encode(value).decode(), base64.b64decode)


def _codec(column: Column[Any]) -> _Codec | None:
    match column.type:
        case Instant():
            return _INSTANT
        case Date():
            return _DATE
        case LargeBinary():
            return _BYTES
        case _:
            return None  # JSON's own values; JSON columns travel as their text


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _self_references(table: Table) -> list[str]:
    """Columns that refer to rows of their own table: filled in when all rows are there."""
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


async def backup(database: Database, path: Path, made_at: datetime) -> Manifest:
    """
    Write all tables to a new file at `path` while the program may go on writing.

    Raises:
        ArchiveError: `path` exists or cannot be written, or the database is not of this program's revision.
    """
    revision = await _revision(database)
    with await asyncio.to_thread(Writer, path) as writer:
        async with database.connect() as conn:
            if database.dialect == "postgresql":
                await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            entries = {table.name: await _write(conn, table, writer) for table in metadata.sorted_tables}
            manifest = Manifest(revision, made_at.isoformat(), entries, await bulk.last_ids(conn))
        await asyncio.to_thread(writer.finish, manifest)
    return manifest


async def _write(conn: AsyncConnection, table: Table, writer: Writer) -> TableEntry:
    columns = list(table.columns)
    codecs = [(place, codec.encode) for place, column in enumerate(columns) if (codec := _codec(column))]
    chosen = [cast(column, Text).label(column.name) if _is_json(column) else column for column in columns]
    query = select(*chosen).order_by(*table.primary_key.columns).execution_options(yield_per=PAGE)
    if table in _PASSING:
        query = query.where(false())
    writer.begin(table.name, tuple(column.name for column in columns))

    def add(page: list[Any]) -> None:
        writer.add(_converted(page, codecs))

    async with conn.stream(query) as result:
        async for page in result.partitions():
            await asyncio.to_thread(add, list(page))
    return writer.end()


def _converted(page: list[Any], codecs: list[tuple[int, Callable[[Any], Any]]]) -> list[list[Any]]:
    rows = [list(row) for row in page]
    for row in rows:
        for place, convert in codecs:
            if row[place] is not None:
                row[place] = convert(row[place])
    return rows


async def restore(database: Database, path: Path) -> Manifest:
    """
    Put a backup into an empty, migrated database: all of it or nothing.

    Raises:
        ArchiveError: the file is not whole or of another revision, the database is not empty, or refused a row.
    """
    revision = await _revision(database)
    with await asyncio.to_thread(Reader, path) as reader:
        manifest = reader.manifest
        if manifest.revision != revision:
            raise ArchiveError(
                f"Tệp sao lưu thuộc phiên bản dữ liệu {manifest.revision}, chương trình này dùng {revision}: "
                "hãy khôi phục bằng đúng bản đã sao lưu rồi nâng cấp."
            )
        if {name: entry.columns for name, entry in manifest.tables.items()} != {
            table.name: tuple(column.name for column in table.columns) for table in metadata.sorted_tables
        }:
            raise ArchiveError("Tệp sao lưu không đủ các bảng của chương trình này: không khôi phục gì.")
        async with database.begin() as conn:
            await _refuse_full(conn)
            for table in metadata.sorted_tables:
                try:
                    await _read(conn, table, reader)
                except DBAPIError as error:
                    if error.connection_invalidated:
                        raise
                    raise ArchiveError(
                        f"Cơ sở dữ liệu không nhận một dòng của bảng {table.name}: không khôi phục gì."
                    ) from error
            await bulk.settle_ids(conn, manifest.last_ids)
    return manifest


async def _revision(database: Database) -> str:
    revision = await schema.current(database)
    if revision != schema.newest():
        raise ArchiveError("Cơ sở dữ liệu chưa ở phiên bản của chương trình này: hãy chạy «taphuan db upgrade» trước.")
    return revision


async def _refuse_full(conn: AsyncConnection) -> None:
    if conn.dialect.name == "postgresql":
        names = ", ".join(table.name for table in metadata.sorted_tables)
        await conn.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    for table in metadata.sorted_tables:
        if (await conn.execute(select(literal(1)).select_from(table).limit(1))).first() is not None:
            raise ArchiveError(
                f"Cơ sở dữ liệu đã có dữ liệu (bảng {table.name}): chỉ khôi phục vào cơ sở dữ liệu trống, mới khởi tạo."
            )


async def _read(conn: AsyncConnection, table: Table, reader: Reader) -> None:
    columns = list(table.columns)
    names = [_parameter(column) for column in columns]
    codecs = [(place, codec.decode) for place, column in enumerate(columns) if (codec := _codec(column))]
    references = _self_references(table)
    adding = insert(table).values({column.name: _value(column, conn.dialect.name) for column in columns})
    pages = reader.pages(table.name, PAGE)
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        rows = [dict(zip(names, row, strict=True)) for row in _converted(page, codecs)]
        blank = dict.fromkeys((f"v_{name}" for name in references), None)
        await conn.execute(adding, [row | blank for row in rows])
    if references:
        await _refer(conn, table, references, reader)


async def _refer(conn: AsyncConnection, table: Table, references: list[str], reader: Reader) -> None:
    columns = list(table.columns)
    names = [_parameter(column) for column in columns]
    wanted = {"v_id", *(f"v_{name}" for name in references)}
    changing = update(table).where(table.c.id == bindparam("v_id"))
    changing = changing.values({name: bindparam(f"v_{name}") for name in references})
    pages = reader.pages(table.name, PAGE)
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        rows = [{name: value for name, value in zip(names, row, strict=True) if name in wanted} for row in page]
        if referring := [row for row in rows if any(row[f"v_{name}"] is not None for name in references)]:
            await conn.execute(changing, referring)


def _parameter(column: Column[Any]) -> str:
    return f"v_{column.name}"


def _value(column: Column[Any], dialect: str) -> Any:
    if not _is_json(column):
        return bindparam(_parameter(column), type_=column.type)
    written = bindparam(_parameter(column), type_=Text())
    return cast(written, JSON) if dialect == "postgresql" else written
