"""
Access tokens for the Official Account: read, renewed ahead of time, never spent twice.

Kill it wherever you like: before the call nothing was spent, and the lease runs out; after the commit the new pair is
there. Between the platform's answer and the commit the pair is gone, which no client can prevent: the next refresh is
refused, and that is an alarm that names the way out.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.fault import reached
from channels.messages import SendError, ThrottledError, UnreachableError
from channels.zalo import GrantLostError
from storage import zalo_tokens

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from datetime import datetime
    from typing import Any

    from bot.clock import Clock
    from channels.zalo import Pair, ZaloOAuth
    from storage.database import Database
    from storage.zalo_tokens import Safe, Stored

log = structlog.get_logger()

AHEAD = timedelta(hours=5)  # an access token lives 25 hours
CHECK_EVERY_S = 600.0
ASK_AGAIN_AFTER = timedelta(minutes=10)  # a refusal may be for the app's secret, which can be mended
RETRY_S = 1.0
LOGIN = "Đăng nhập lại Official Account: taphuan zalo login (docs/zalo.md, mục Mất quyền truy cập)."
_WAIT_FOR_OTHER_S = 0.2
_WAITS = 25
_NO_TOKEN_WAIT_S = 60.0
_LEAST_LEFT = timedelta(seconds=30)


class Keyring:
    """One Official Account's tokens, shared by all processes through the database."""

    def __init__(self, database: Database, oauth: ZaloOAuth, safe: Safe, oa_id: str, clock: Clock) -> None:
        self._database = database
        self._oauth = oauth
        self._safe = safe
        self._oa_id = oa_id
        self._clock = clock
        self._holder = secrets.token_hex(16)
        self._known: Stored | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[str]] = set()
        self._unkept: tuple[int, Pair, datetime] | None = None  # got, and the database did not take it yet

    async def access(self) -> str:
        """
        The token to call with.

        Raises:
            SendError: there is none: `ThrottledError` until an admin has consented anew.
        """
        known = self._known
        if known is not None and self._clock.now() < known.expires_at - AHEAD:
            return known.access
        return await self._to_its_end(self._living())

    async def instead_of(self, dead: str) -> str:
        """
        The token to call with after the platform refused `dead`.

        Raises:
            SendError: there is none.
        """
        return await self._to_its_end(self._next(dead))

    async def drain(self) -> None:
        """Wait until what was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stored(self) -> Stored | None:
        """
        The pair that is kept and serves, None for none: for whoever examines.

        Raises:
            KeyMismatchError: the key is another one.
        """
        async with self._database.connect() as conn:
            found = await zalo_tokens.read(conn, self._safe, self._oa_id)
        return found if found is not None and found.lost_at is None else None

    async def watch(self, stop: asyncio.Event) -> None:
        """Renew ahead of time, also when nothing is sent, until `stop`."""
        while not stop.is_set():
            try:
                await self.access()
            except SendError as error:
                log.warning("zalo_token_away", error=type(error).__name__)
            try:
                async with asyncio.timeout(RETRY_S if self._unkept else CHECK_EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _to_its_end(self, work: Coroutine[Any, Any, str]) -> str:
        """Whoever asks may be cancelled, for he waited too long; a token that is being spent must be kept."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _living(self) -> str:
        async with self._in_turn():
            stored = await self._read()
            now = self._clock.now()
            if now < stored.expires_at - AHEAD:
                return stored.access
            try:
                return (await self._renewed(stored)).access
            except SendError:
                if now < stored.expires_at - _LEAST_LEFT:
                    return stored.access  # it still serves; the next call tries again
                raise

    async def _next(self, dead: str) -> str:
        async with self._in_turn():
            stored = await self._read()
            return stored.access if stored.access != dead else (await self._renewed(stored)).access

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """One at a time in this process; without the database there is no token, and surely nothing was sent."""
        async with self._turn:
            try:
                yield
            except (SQLAlchemyError, OSError) as error:
                raise UnreachableError("the tokens cannot be read") from error

    async def _read(self) -> Stored:
        await self._keep()
        try:
            async with self._database.connect() as conn:
                stored = await zalo_tokens.read(conn, self._safe, self._oa_id)
        except zalo_tokens.KeyMismatchError:
            log.error("zalo_key_mismatch", hint="TAPHUAN_ZALO_KEY không phải khóa đã dùng khi đăng nhập.")
            stored = None
        if stored is None:
            raise self._lost()
        self._known = stored
        return stored

    @staticmethod
    def _lost() -> ThrottledError:
        log.error("zalo_token_lost", hint=LOGIN)
        return ThrottledError(_NO_TOKEN_WAIT_S)

    async def _renewed(self, stale: Stored) -> Stored:
        """Spend the refresh token of `stale`, or wait for the process that does."""
        if stale.lost_at is not None and self._clock.now() < stale.lost_at + ASK_AGAIN_AFTER:
            raise self._lost()
        for _ in range(_WAITS):
            if await self._leased(stale):
                return await self._spend(stale)
            await asyncio.sleep(_WAIT_FOR_OTHER_S)
            stored = await self._read()
            if stored.generation != stale.generation:
                return stored
        raise UnreachableError("another process is renewing the token")

    async def _leased(self, stale: Stored) -> bool:
        async with self._database.begin() as conn:
            return await zalo_tokens.lease(conn, self._oa_id, self._holder, stale.generation, self._clock.now())

    async def _spend(self, stale: Stored) -> Stored:
        reached("zalo-leased")
        try:
            pair = await self._oauth.refresh(stale.refresh)
        except GrantLostError as error:
            log.error("zalo_refused", told=str(error))
            async with self._database.begin() as conn:
                is_newest = await zalo_tokens.lose(conn, self._oa_id, stale.generation, self._clock.now())
            if is_newest:
                raise self._lost() from error
            return await self._read()
        except UnreachableError:
            async with self._database.begin() as conn:
                await zalo_tokens.release(conn, self._oa_id, self._holder)
            raise
        reached("zalo-answered")
        self._unkept = stale.generation, pair, self._clock.now()
        stored = await self._read()
        log.info("zalo_token_renewed")
        return stored

    async def _keep(self) -> None:
        """Commit the pair that was got; until then nobody may use it."""
        if self._unkept is None:
            return
        generation, pair, at = self._unkept
        async with self._database.begin() as conn:
            await zalo_tokens.keep(
                conn,
                self._safe,
                self._oa_id,
                pair.access,
                pair.refresh,
                generation=generation,
                expires_at=at + timedelta(seconds=pair.lasts_s),
                now=at,
            )
        self._unkept = None
        reached("zalo-kept")
