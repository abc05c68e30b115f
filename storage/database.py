"""
Opening a database, SQLite or PostgreSQL, and what differs between them.

SQLite: WAL, synchronous FULL, one writer connection that begins IMMEDIATE (several would fight for the lock and
answer taps late), separate readers. PostgreSQL: asyncpg, UTC, bounded statements.
"""

from __future__ import annotations

import asyncio
import contextvars
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, func, make_url, select, text, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from sqlalchemy import Table

# One statement must not carry more bind parameters than SQLite takes (32,766).
MAX_BINDS = 30_000
BUSY_TIMEOUT_MS = 30_000
GIVEN_BACK_WITHIN_S = 3.0
STATEMENT_TIMEOUT_S = 30.0  # a tap's take milliseconds; who knows of longer ones asks for patience
PATIENCE = "15min"
ROOM = "64MB"  # for each sort and hash of such a statement, before PostgreSQL takes to files

# INSERT with ON CONFLICT, by dialect; statements of the hot path are built from it once, at import.
INSERTS: Mapping[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

_statements: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("statements", default=None)


# PostgreSQL's errors that pass: connection, resources, stopping or starting, too slow, lost against another.
_PASSING = ("08", "53", "57P", "57014", "40", "55P03")


class DatabaseUrlError(ValueError):
    """The database's address is not one of sqlite:///file or postgresql://…"""


class Database:
    """
    Connections to one database.

    `begin` is a write transaction, committed when the block ends and rolled back when it raises; `connect` reads.
    """

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader
        self.dialect = writer.dialect.name
        self._single = writer.execution_options(isolation_level="AUTOCOMMIT") if self.dialect != "sqlite" else None

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes."""
        return self._writer

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One write transaction."""
        async with self._writer.begin() as conn:
            yield conn

    @asynccontextmanager
    async def single(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction of one statement: on PostgreSQL it needs no BEGIN and COMMIT of its own."""
        if self._single is None:
            async with self._writer.begin() as conn:
                yield conn
        else:
            async with self._single.connect() as conn:
                yield conn

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """One consistent read."""
        async with self._reader.connect() as conn:
            yield conn

    async def ping(self) -> None:
        """Raise if the database does not answer."""
        async with self.connect() as conn:
            await conn.execute(text("SELECT 1"))

    async def close(self) -> None:
        """
        Close all connections; what still uses one is waited for, a few seconds at most.

        Whoever was cancelled gives its connection back a little later, and a pool that has been closed would keep it.
        """
        for engine in {self._writer, self._reader}:
            with suppress(TimeoutError):
                async with asyncio.timeout(GIVEN_BACK_WITHIN_S):
                    while isinstance(engine.pool, QueuePool) and engine.pool.checkedout():  # noqa: ASYNC110 - no bell
                        await asyncio.sleep(0.005)
            await engine.dispose()


def open_database(url: str, *, pool_size: int = 16, statement_timeout_s: float = STATEMENT_TIMEOUT_S) -> Database:
    """
    Open the database at `url` without connecting yet.

    Args:
        url: `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.
        pool_size: connections kept on PostgreSQL.
        statement_timeout_s: how long a statement may take on PostgreSQL; 0 for ever, as in commands, whose user waits.

    Raises:
        DatabaseUrlError: `url` is neither.
    """
    quiet: dict[str, Any] = {"hide_parameters": True}  # an error's text goes to the log: values of people must not
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except Exception as error:
        raise DatabaseUrlError("the database's address cannot be read") from error
    match backend:
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise DatabaseUrlError("SQLite needs a file: sqlite:///taphuan.db")
            parsed = parsed.set(drivername="sqlite+aiosqlite")
            writer = create_async_engine(
                parsed, pool_size=1, max_overflow=0, connect_args={"isolation_level": None}, **quiet
            )
            reader = create_async_engine(parsed, pool_size=4, connect_args={"isolation_level": None}, **quiet)
            _prepare_sqlite(writer, "BEGIN IMMEDIATE")
            _prepare_sqlite(reader, "BEGIN")
        case "postgresql":
            parsed = parsed.set(drivername="postgresql+asyncpg")
            writer = reader = create_async_engine(
                parsed,
                pool_size=pool_size,
                max_overflow=0,
                pool_pre_ping=False,
                **quiet,
                connect_args={
                    "server_settings": {
                        "application_name": "taphuan",
                        "timezone": "UTC",
                        "jit": "off",
                        "lock_timeout": "10s",
                        "statement_timeout": f"{1_000 * statement_timeout_s:.0f}ms",
                        "idle_in_transaction_session_timeout": "60s",
                    }
                },
            )
        case _:
            raise DatabaseUrlError(f"{backend} is not supported: use sqlite:///file or postgresql://…")
    for engine in {writer, reader}:
        event.listen(engine.sync_engine, "before_cursor_execute", _count)
    return Database(writer, reader)


async def allow_long(conn: AsyncConnection) -> None:
    """Let this transaction's statements take minutes, and room: they read or write what belongs to very many people."""
    if conn.dialect.name == "postgresql":
        allowed = {"statement_timeout": PATIENCE, "work_mem": ROOM}
        await conn.execute(select(*(func.set_config(name, value, true()) for name, value in allowed.items())))


async def read_as_one(conn: AsyncConnection) -> None:
    """Let all that this connection reads be of one moment; before its first statement."""
    if conn.dialect.name == "postgresql":
        await conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def is_away(error: BaseException) -> bool:
    """True if it was the fault of the database, which may do better later: the same may be tried again."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError | OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or str(getattr(error.orig, "sqlstate", None) or "").startswith(_PASSING)


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(conn: Any) -> None:
        conn.exec_driver_sql(begin)


def _count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    counter = _statements.get()
    if counter is not None and not statement.startswith("BEGIN"):
        counter[0] += 1


@asynccontextmanager
async def counted_statements() -> AsyncIterator[list[int]]:
    """Count the SQL statements of the block, BEGIN and COMMIT apart; the list's one item is the count so far."""
    counter = [0]
    token = _statements.set(counter)
    try:
        yield counter
    finally:
        _statements.reset(token)


def insert(conn: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return INSERTS[conn.dialect.name](table)
