"""Making one-time codes for those of a unit who have not joined."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from learning import codes
from learning.calendar import day_of
from storage import joining

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.joining import Invitee


async def make(
    conn: AsyncConnection, unit_id: UnitId, now: datetime, *, only_direct: bool = False
) -> Sequence[tuple[str, Invitee]]:
    """
    Make a code for everybody in or below a unit who has not joined; earlier unused ones stop working.

    Args:
        conn: a connection in a transaction.
        unit_id: the unit.
        now: the moment.
        only_direct: only for the unit's own cadres and the chairs of the units directly below.
    """
    invitees = await joining.not_joined(conn, unit_id, day_of(now), only_direct=only_direct)
    made = [(codes.from_bits(secrets.randbits(codes.BITS)), invitee) for invitee in invitees]
    hashed = [(codes.digest(codes.normal(code) or ""), invitee) for code, invitee in made]
    await joining.add_codes(conn, hashed, expires_at=now + joining.INVITE_LASTS, now=now)
    return made
