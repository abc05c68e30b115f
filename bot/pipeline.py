"""
The way of an update: one transaction, then the network.

A handler that fails is rolled back, the update is parked for the operator, and the platform still hears that it was
taken (else it would block that chat, and in the end the whole bot). With the database away the platform keeps it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.fault import reached
from channels.fitting import fitted
from channels.messages import (
    Address,
    Capabilities,
    Channel,
    DoorClosed,
    DoorOpened,
    EndpointId,
    Inbound,
    Kind,
    Message,
    PersonId,
    Receipt,
    SendError,
    Tap,
    Text,
)
from channels.typed import chosen
from handlers import digest, router, words
from handlers.context import Context, Installation, Visitor
from learning.calendar import day_of
from storage import accounts, learners, outbox, parking, rollup, shown
from storage.database import counted_statements, is_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from bot.sender import LiveLane
    from content.model import Library
    from learning.calendar import Holidays
    from storage.database import Database
    from storage.outbox import Outgoing

log = structlog.get_logger()


@dataclass(slots=True)
class Parts:
    """What the pipeline works with."""

    database: Database
    library: Library
    installation: Installation
    holidays: Holidays
    channels: Mapping[EndpointId, Channel]
    channel_names: Mapping[EndpointId, str]
    clock: Clock
    real_clock: Clock
    live: LiveLane
    observe: Callable[[str, str, str, float], None]


@dataclass(slots=True)
class _Outcome:
    handler: str
    outgoing: list[Outgoing]
    unkept: list[Message]


def _fitted(messages: Sequence[Message], shown: Capabilities) -> list[Message]:
    return [part for message in messages for part in fitted(message, shown)]


class TapPipeline:
    """Takes updates, once each, and answers them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def bot_link(self) -> str:
        """The bot's address, once it is known; empty without a bot."""
        return self._parts.installation.bot_link

    def introduce(self, bot_link: str) -> None:
        """The bot has said who it is: its link may be shown from now on."""
        self._parts.installation = replace(self._parts.installation, bot_link=bot_link)

    async def receive(self, inbound: Inbound, *, at: datetime | None = None) -> Receipt:
        """Take one update. Returns after the commit; what it produced is sent by then or right after."""
        parts = self._parts
        now = at or parts.clock.now()
        started = time.perf_counter()
        endpoint = inbound.sender.endpoint
        channel = parts.channels[endpoint]
        handler, outcome, receipt = "", "ok", Receipt("ok")
        async with counted_statements() as statements:
            try:
                done = await self._in_transaction(inbound, channel.capabilities, now)
            except Exception as error:
                if is_away(error):
                    outcome, receipt = "database_away", Receipt("database_away", retry_later=True)
                    log.error("database_away", error=type(error).__name__)
                else:
                    outcome = "parked"
                    log.exception("handler_failed", kind=type(inbound).__name__)
                    receipt = await self._park(inbound, error, now)
            else:
                if done is None:
                    outcome = "duplicate"
                    receipt = Receipt(outcome)
                else:
                    handler = done.handler
                    outcome = "ok" if done.outgoing or done.unkept else "nothing"
                    receipt = Receipt(outcome, replies=tuple(done.unkept))
                    reached("after-commit")
                    self._answer(inbound, channel, done)
        if isinstance(inbound, Tap) and not receipt.retry_later:
            self._spawn(channel.acknowledge(inbound))
        elapsed = time.perf_counter() - started
        name = parts.channel_names[endpoint]
        parts.observe(name, type(inbound).__name__, outcome, elapsed)
        log.info(
            "update",
            channel=name,
            kind=type(inbound).__name__,
            handler=handler,
            outcome=outcome,
            ms=round(elapsed * 1000, 1),
            statements=statements[0],
        )
        return receipt

    async def drain(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _in_transaction(self, inbound: Inbound, shown: Capabilities, now: datetime) -> _Outcome | None:
        parts = self._parts
        sender = inbound.sender
        async with parts.database.begin() as conn:
            if not await accounts.record_update(conn, sender.endpoint, inbound.key, now):
                return None
            account = await accounts.find(conn, sender.endpoint, sender.external_id)
            message_ref = inbound.message_ref if isinstance(inbound, Tap) else None
            if account is None or (account.person_id is None and not account.is_open):
                who = Visitor(conn, now, parts.library, parts.installation, parts.holidays, sender, shown, message_ref)
                handler, said = await router.visit(who, inbound)
                messages = _fitted(said, shown)
                if who.joined is None:
                    return _Outcome(handler, [], messages)
                return _Outcome(handler, await self._keep(conn, who.joined, messages, now), [])
            if shown.has_window and not isinstance(inbound, DoorClosed):
                await accounts.note_word(conn, account.id, now)
            if shown.max_buttons is not None:
                inbound = await self._as_tap(conn, account, inbound)
            ctx = Context(
                conn,
                now,
                parts.library,
                parts.installation,
                parts.holidays,
                account,
                shown,
                message_ref,
                is_tap=isinstance(inbound, Tap),
            )
            handler, messages = await self._decide(ctx, inbound)
            if ctx.forgotten:
                return _Outcome(handler, [], _fitted(messages, shown))
            if messages and ctx.account.digest_waits is not None:
                messages = [*await digest.waiting(ctx), *messages]
            await self._flush(ctx)
            kept = await self._keep(conn, ctx.account, _fitted(messages, shown), now)
            reached("before-commit")
            return _Outcome(handler, kept, [])

    @staticmethod
    async def _as_tap(conn: AsyncConnection, account: accounts.Account, inbound: Inbound) -> Inbound:
        """A choice that was spelled and typed is the tap it stands for."""
        if not isinstance(inbound, Text) or (asked := await shown.choices(conn, account.id)) is None:
            return inbound
        action = chosen(asked, inbound.text)
        return Tap(inbound.key, inbound.sender, action) if action is not None else inbound

    async def _decide(self, ctx: Context, inbound: Inbound) -> tuple[str, list[Message]]:
        account = ctx.account
        if isinstance(inbound, DoorClosed):
            await accounts.close_door(ctx.conn, account.id, "blocked")
            await outbox.drop_account(ctx.conn, account.id, "door_closed")
            await self._follow_figures(ctx)
            return "door.closed", []
        if not account.is_open:
            await accounts.reopen_door(ctx.conn, account.id, ctx.now)
            await self._follow_figures(ctx)
            ctx.changes["next_due_at"] = ctx.now
            if isinstance(inbound, DoorOpened):
                return "door.opened", []
        if account.person_id is None:
            return await router.await_match(ctx, inbound)
        return await router.route(ctx, inbound)

    @staticmethod
    async def _follow_figures(ctx: Context) -> None:
        if ctx.account.person_id is not None:
            await rollup.mark_person(ctx.conn, ctx.account.person_id)

    @staticmethod
    async def _flush(ctx: Context) -> None:
        """Write the learner's row once: its changes, and that they spoke (once a day, or when it resets the ladder)."""
        account = ctx.account
        if account.person_id is not None:
            await TapPipeline._keep_word(ctx, account, account.person_id)
        for notice in ctx.notices:
            for door in await accounts.open_doors(ctx.conn, notice.person_id):
                await outbox.queue(
                    ctx.conn,
                    account_id=door,
                    kind=Kind.NOTICE,
                    key=f"{notice.key}:{door}",
                    subject=None,
                    run_at=ctx.now,
                    message=notice.message,
                )

    @staticmethod
    async def _keep_word(ctx: Context, account: accounts.Account, person_id: PersonId) -> None:
        word_at = account.learner_word_at
        if (
            word_at is None
            or account.ladder
            or day_of(word_at) != day_of(ctx.now)
            or (account.reply_account_id != account.id)
        ):
            ctx.changes |= {"last_word_at": ctx.now, "ladder": 0}
            ctx.changes.setdefault("reply_account_id", account.id)
            ctx.changes.setdefault("next_due_at", ctx.now)
        if ctx.changes:
            await learners.change(ctx.conn, person_id, **ctx.changes)

    async def _keep(
        self, conn: AsyncConnection, account: accounts.Account, messages: list[Message], now: datetime
    ) -> list[Outgoing]:
        return await outbox.insert_live(
            conn,
            endpoint_id=account.endpoint_id,
            account_id=account.id,
            external_id=account.external_id,
            messages=messages,
            now=now,
            real_now=self._parts.real_clock.now(),
        )

    def _answer(self, inbound: Inbound, channel: Channel, done: _Outcome) -> None:
        for outgoing in done.outgoing:
            self._parts.live.send(outgoing)
        if done.unkept:
            self._spawn(self._send_unkept(channel, inbound.sender.external_id, done.unkept))

    async def _send_unkept(self, channel: Channel, external_id: str, messages: list[Message]) -> None:
        """Answer somebody of whom nothing is kept; if it is lost, they write again."""
        for message in messages:
            try:
                await channel.send(Address(external_id), message)
            except SendError as error:
                log.warning("reply_lost", error=type(error).__name__)
                return

    async def _park(self, inbound: Inbound, error: Exception, now: datetime) -> Receipt:
        sender = inbound.sender
        try:
            async with self._parts.database.begin() as conn:
                await accounts.record_update(conn, sender.endpoint, inbound.key, now)
                await parking.park(
                    conn,
                    endpoint_id=sender.endpoint,
                    key=inbound.key,
                    kind=type(inbound).__name__,
                    action=inbound.action.partition(":")[0]
                    if isinstance(inbound, Tap)
                    else None,  # never what it carries
                    error=type(error).__name__,
                    now=now,
                )
        except (SQLAlchemyError, OSError) as failure:
            log.error("database_away", error=type(failure).__name__)
            return Receipt("database_away", retry_later=True)
        channel = self._parts.channels[sender.endpoint]
        self._spawn(self._send_unkept(channel, sender.external_id, [words.try_again()]))
        return Receipt("parked", replies=(words.try_again(),))

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
