"""
An Official Account's tokens, encrypted at rest.

A refresh token serves once, at one process: who wants to spend it takes a lease first, which is committed before the
platform is asked, and a new pair is committed before anybody uses it. A lease that a stopped process left runs out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import or_, select, update

from storage.database import insert
from storage.tables import zalo_token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

LEASE = timedelta(seconds=30)  # longer than a refresh may take


class KeyMismatchError(Exception):
    """TAPHUAN_ZALO_KEY is not the key that the tokens were written with."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The pair as it stands. `generation` tells one pair from the next."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    obtained_at: datetime
    generation: int
    lost_at: datetime | None


class Safe:
    """
    Encrypts and decrypts with Fernet (AES-128-CBC with HMAC-SHA256).

    Raises:
        ValueError: `key` is not 32 bytes in URL-safe Base64.
    """

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key.encode())

    def lock(self, secret: str) -> bytes:
        """Encrypt."""
        return self._fernet.encrypt(secret.encode())

    def unlock(self, locked: bytes) -> str:
        """
        Decrypt.

        Raises:
            KeyMismatchError: it was encrypted with another key, or changed.
        """
        try:
            return self._fernet.decrypt(locked).decode()
        except InvalidToken as error:
            raise KeyMismatchError from error


def new_key() -> str:
    """A key for TAPHUAN_ZALO_KEY."""
    return Fernet.generate_key().decode()


async def read(conn: AsyncConnection, safe: Safe, oa_id: str) -> Stored | None:
    """
    The pair, None before the first login.

    Raises:
        KeyMismatchError: the key is another one.
    """
    row = (await conn.execute(select(zalo_token).where(zalo_token.c.oa_id == oa_id))).first()
    if row is None:
        return None
    return Stored(
        safe.unlock(row.access),
        safe.unlock(row.refresh),
        row.expires_at,
        row.obtained_at,
        row.generation,
        row.lost_at,
    )


async def lease(conn: AsyncConnection, oa_id: str, holder: str, generation: int, now: datetime) -> bool:
    """Take the right to spend the refresh token of that generation; False if another has it or spent it."""
    done = await conn.execute(
        update(zalo_token)
        .where(
            zalo_token.c.oa_id == oa_id,
            zalo_token.c.generation == generation,
            or_(zalo_token.c.leased_until.is_(None), zalo_token.c.leased_until < now),
        )
        .values(leased_until=now + LEASE, lease=holder)
    )
    return bool(done.rowcount)


async def release(conn: AsyncConnection, oa_id: str, holder: str) -> None:
    """The refresh token was surely not spent."""
    await conn.execute(
        update(zalo_token)
        .where(zalo_token.c.oa_id == oa_id, zalo_token.c.lease == holder)
        .values(leased_until=None, lease=None)
    )


def _values(safe: Safe, access: str, refresh: str, expires_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "access": safe.lock(access),
        "refresh": safe.lock(refresh),
        "expires_at": expires_at,
        "obtained_at": now,
        "leased_until": None,
        "lease": None,
        "lost_at": None,
    }


async def keep(
    conn: AsyncConnection,
    safe: Safe,
    oa_id: str,
    access: str,
    refresh: str,
    *,
    generation: int,
    expires_at: datetime,
    now: datetime,
) -> bool:
    """Write the pair that follows `generation`; the lease ends. False if there is a newer one, from a login."""
    done = await conn.execute(
        update(zalo_token)
        .where(zalo_token.c.oa_id == oa_id, zalo_token.c.generation == generation)
        .values(generation=generation + 1, **_values(safe, access, refresh, expires_at, now))
    )
    return bool(done.rowcount)


async def log_in(
    conn: AsyncConnection, safe: Safe, oa_id: str, access: str, refresh: str, *, expires_at: datetime, now: datetime
) -> None:
    """Write the pair that an admin's consent gave, whatever was there."""
    values = _values(safe, access, refresh, expires_at, now)
    await conn.execute(
        insert(conn, zalo_token)
        .values(oa_id=oa_id, generation=1, **values)
        .on_conflict_do_update(index_elements=["oa_id"], set_={**values, "generation": zalo_token.c.generation + 1})
    )


async def lose(conn: AsyncConnection, oa_id: str, generation: int, now: datetime) -> bool:
    """The platform refused that refresh token; False if there is a newer pair."""
    done = await conn.execute(
        update(zalo_token)
        .where(zalo_token.c.oa_id == oa_id, zalo_token.c.generation == generation)
        .values(lost_at=now, leased_until=None, lease=None)
    )
    return bool(done.rowcount)
