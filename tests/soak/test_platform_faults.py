"""A platform that fails in every way it can: each message comes to an end, and the end is true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bench.platform import BULK_FROM, TOKEN
from bench.rig import prepare, queue_notices
from bot.clock import SystemClock
from bot.sender import BulkLane, Pace, Post
from channels.messages import EndpointId, Message
from channels.telegram import TelegramChannel, open_bot
from storage.tables import account, delivery, endpoint
from tests.soak.stage import ENDS, IS_LONG
from tests.standins.telegram import TelegramServer, faults

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database
    from storage.outbox import Outgoing

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600 if IS_LONG else 120)]
NUMBER = 3_000 if IS_LONG else 120
SHARE = 0.05
SURELY_NOT_TAKEN = [faults.throttle(0.2), faults.fail(500), faults.blocked()]
PERHAPS_TAKEN = [faults.fail(502), faults.page(504), faults.hang(), faults.cut_before(), faults.cut_after()]


async def test_each_message_comes_to_a_true_end(database: Database, database_url: str) -> None:
    await prepare(database_url, 1)
    await queue_notices(database_url, 1, NUMBER)
    async with TelegramServer(token=TOKEN, any_chat=True) as server:
        for fault in SURELY_NOT_TAKEN + PERHAPS_TAKEN:
            server.faults.add(fault, call="sendMessage", share=SHARE)
        channel = TelegramChannel(open_bot(TOKEN, server.url, read_timeout_s=0.5))
        lane = await _lane(database, channel)
        while await _unsettled(database):
            async with database.begin() as conn:  # what was put off is due now
                await conn.execute(update(delivery).values(run_at=SystemClock().now()))
                await conn.execute(update(endpoint).values(blocked_until=None))
            await lane.empty()
        await channel.close()
        copies = Counter(call.chat_id for call in server.sent())

    async with database.connect() as conn:
        query = select(delivery.c.state, delivery.c.reason, account.c.external_id)
        rows = (await conn.execute(query.join(account, account.c.id == delivery.c.account_id))).all()
    ended = Counter(row.state for row in rows)
    print(f"{NUMBER} messages, {SHARE:.0%} each of 8 faults: {dict(ended)}")
    assert len(rows) == NUMBER
    assert {row.state for row in rows} <= ENDS
    assert {"sent", "failed", "unknown"} <= set(ended)
    for row in rows:
        number = copies[int(row.external_id)]
        match row.state:
            case "sent":
                assert number == 1
            case "failed":
                assert number == 0
                assert row.reason in {"door_closed", "unreachable"}  # the latter after the last attempt
            case _:
                assert number <= 1
    taken_in_doubt = sum(copies[int(row.external_id)] for row in rows if row.state == "unknown")
    assert 0 < taken_in_doubt < ended["unknown"]  # both happen, thus neither may be assumed
    assert all((chat_id or 0) >= BULK_FROM for chat_id in copies)


async def _lane(database: Database, channel: TelegramChannel) -> BulkLane:
    async with database.connect() as conn:
        at = EndpointId((await conn.execute(select(endpoint.c.id))).scalar_one())

    async def render(_conn: AsyncConnection, _outgoing: Outgoing) -> Message | str:
        return "not_now"

    post = Post(database, {at: channel}, SystemClock(), SystemClock(), lambda *_: None)
    return BulkLane(post, at, render, pace=Pace.under(400))


async def _unsettled(database: Database) -> bool:
    async with database.connect() as conn:
        return (await conn.execute(select(delivery.c.id).where(delivery.c.state.not_in(ENDS)))).first() is not None
