"""
The channels that keep the contract, each with its platform beside it.

A new channel is one entry more in `RIGS`: how its rig is opened, and which faults its platform knows.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from channels.browser import BrowserChannel
from channels.hub import Hub, Shown
from channels.messages import Address, Channel, EndpointId, File, RefusedError, Sender, Tap, UnreachableError
from channels.telegram import TelegramChannel, open_bot
from channels.wire import Wire
from channels.zalo import Bases, Papers, ZaloChannel, ZaloClient
from channels.zalo_bot import ZaloBot, ZaloBotChannel
from tests.standins.telegram import TOKEN, TelegramServer, faults
from tests.standins.zalo import ZaloServer
from tests.standins.zalo import faults as zalo_faults
from tests.standins.zalo_bot import TOKEN as ZALO_BOT_TOKEN
from tests.standins.zalo_bot import BotServer, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from channels.hub import Page
    from channels.messages import Attachment, Message

LEARNER = 1_001
SHORT_WAIT_S = 0.3


class Fault(StrEnum):
    THROTTLED = "throttled"
    CLOSED_DOOR = "closed door"
    GONE = "gone"
    REFUSED = "refused"
    NO_CONNECTION = "no connection"
    SERVER_FAILED = "500"
    BAD_GATEWAY = "502"
    PROXY_PAGE = "a page instead of an answer"
    HANG = "hang"
    CUT_AFTER = "cut after it was taken"
    NO_ACCOUNT = "not an account of the platform"


@dataclass(frozen=True)
class Seen:
    """A message as the learner sees it: title and text, and the rows of labels with what they send."""

    ref: str
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    has_file: bool = False


class OnePage:
    """Files without a content behind them: what is asked for is there, but for `gone` and `slow`."""

    async def make(self, attachment: Attachment) -> File:
        match attachment.id:
            case "gone":
                raise RefusedError("no such file any more")
            case "slow":
                raise UnreachableError("the file is not made yet")
            case _:
                return File(f"bien-ban.{attachment.ending}", "application/octet-stream", b"%PDF-1.7 trang")


class Rig(Protocol):
    """A channel, its platform, and a learner who looks."""

    @property
    def channel(self) -> Channel: ...

    @property
    def learner(self) -> Address: ...

    async def seen(self) -> list[Seen]:
        """Return the channel's messages as they look now, oldest first."""
        ...

    async def lose(self, ref: str) -> None:
        """Let the message disappear on the platform."""
        ...

    async def fail(self, fault: Fault, *, retry_after_s: float = 0.0) -> None:
        """From now on, every call ends so."""
        ...

    async def tap(self) -> Tap:
        """Return a tap as the platform reports it, with what it wants acknowledged."""
        ...


HAPPENS = {
    Fault.CLOSED_DOOR: faults.blocked(),
    Fault.GONE: faults.refuse("Bad Request: chat not found"),
    Fault.REFUSED: faults.refuse(),
    Fault.SERVER_FAILED: faults.fail(500),
    Fault.BAD_GATEWAY: faults.fail(502),
    Fault.PROXY_PAGE: faults.page(502),
    Fault.HANG: faults.hang(),
    Fault.CUT_AFTER: faults.cut_after(),
}


@dataclass
class TelegramRig:
    server: TelegramServer
    channel: TelegramChannel
    learner: Address

    async def seen(self) -> list[Seen]:
        return [
            Seen(
                str(m.number),
                m.text,
                tuple(tuple(zip(*row, strict=True)) for row in zip(m.buttons, m.actions, strict=True)),
                bool(m.file_name),
            )
            for m in self.server.user(LEARNER).screen
            if m.by_bot
        ]

    async def lose(self, ref: str) -> None:
        del self.server.user(LEARNER).chat.messages[int(ref)]

    async def fail(self, fault: Fault, *, retry_after_s: float = 0.0) -> None:
        if fault is Fault.NO_ACCOUNT:
            return
        if fault is Fault.NO_CONNECTION:
            await self.server.stop()
            await asyncio.sleep(0.05)  # until the kept connection is seen to be closed: before, nobody could know
            return
        happens = faults.throttle(retry_after_s) if fault is Fault.THROTTLED else HAPPENS[fault]
        self.server.faults.add(happens)

    async def tap(self) -> Tap:
        return Tap("1", Sender(EndpointId(1), str(LEARNER)), "a:1", "1", self.server.issue_callback())


@asynccontextmanager
async def open_telegram() -> AsyncIterator[Rig]:
    async with TelegramServer() as server:
        server.user(LEARNER)
        bot = open_bot(TOKEN, server.url, connect_timeout_s=2.0, read_timeout_s=SHORT_WAIT_S)
        channel = TelegramChannel(bot, files=OnePage())
        try:
            yield TelegramRig(server, channel, Address(str(LEARNER), tag="1"))
        finally:
            await channel.close()


@dataclass
class BrowserRig:
    """One open page, which folds edits into what it shows."""

    channel: BrowserChannel
    learner: Address
    page: Page
    _shown: dict[str, Message] = field(default_factory=dict)

    async def seen(self) -> list[Seen]:
        for event in await self.page.wait(0.01):
            if isinstance(event, Shown):
                self._shown[event.ref] = event.message
        return [
            Seen(
                ref,
                m.full_text,
                tuple(tuple((b.label, b.action) for b in row) for row in m.buttons),
                m.attachment is not None,
            )
            for ref, m in self._shown.items()
        ]

    async def lose(self, ref: str) -> None:
        await self.seen()
        del self._shown[ref]

    async def fail(self, fault: Fault, *, retry_after_s: float = 0.0) -> None:
        raise NotImplementedError(f"{fault} cannot happen to a page ({retry_after_s:g} s)")

    async def tap(self) -> Tap:
        return Tap("1", Sender(EndpointId(2), self.learner.external_id), "a:1", "1", "tap-1")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Rig]:
    hub = Hub()
    with hub.open_page("lan") as page:
        yield BrowserRig(BrowserChannel(hub), Address("lan", tag="1"), page)


class OneToken:
    """The token of a grant that lives as long as the test."""

    def __init__(self, server: ZaloServer) -> None:
        server.grants.first_refresh_token()
        self._token = server.grants.living

    async def access(self) -> str:
        return self._token

    async def instead_of(self, dead: str) -> str:
        return dead


class Shelf:
    """What was uploaded in this test; nothing expires."""

    def __init__(self, client: ZaloClient) -> None:
        self._client = client
        self._held: dict[bytes, str] = {}

    async def reference(self, name: str, content: bytes) -> str:
        if content not in self._held:
            upload = self._client.upload_image if name.endswith(".png") else self._client.upload_file
            self._held[content] = await upload(name, content)
        return self._held[content]

    async def forget(self, reference: str) -> None:
        self._held = {content: held for content, held in self._held.items() if held != reference}


ZALO_HAPPENS = {
    Fault.CLOSED_DOOR: zalo_faults.error(-213, "User has not followed OA"),
    Fault.GONE: zalo_faults.error(-227, "User is banned or has been inactive for more than 45 days"),
    Fault.REFUSED: zalo_faults.error(-201, "Params is invalid"),
    Fault.SERVER_FAILED: zalo_faults.error(-200, "Send message failed"),
    Fault.BAD_GATEWAY: zalo_faults.page(502),
    Fault.PROXY_PAGE: zalo_faults.page(200),
    Fault.HANG: zalo_faults.hang(),
    Fault.CUT_AFTER: zalo_faults.cut_after(),
}


@dataclass
class ZaloRig:
    server: ZaloServer
    channel: ZaloChannel
    learner: Address

    async def seen(self) -> list[Seen]:
        shown = [m for m in self.server.person(self.learner.external_id).screen if m.by_oa]
        return [
            Seen(m.ref, m.text, tuple(((title, action[1:]),) for title, action in m.buttons), bool(m.file_name))
            for m in shown
        ]

    async def lose(self, ref: str) -> None:
        person = self.server.person(self.learner.external_id)
        person.screen = [m for m in person.screen if m.ref != ref]

    async def fail(self, fault: Fault, *, retry_after_s: float = 0.0) -> None:
        assert not retry_after_s or fault in ZALO_FAULTS
        if fault is Fault.NO_CONNECTION:
            await self.server.stop()
            await asyncio.sleep(0.05)  # until the kept connection is seen to be closed
        elif fault is not Fault.NO_ACCOUNT:
            self.server.faults.add(ZALO_HAPPENS[fault])

    async def tap(self) -> Tap:
        return Tap("1", Sender(EndpointId(3), self.learner.external_id), "a:1")


# The platform never says how long to wait.
ZALO_FAULTS = frozenset(Fault) - {Fault.THROTTLED}


def opens_zalo(*, buttons: bool) -> Callable[[], AbstractAsyncContextManager[Rig]]:
    @asynccontextmanager
    async def open_zalo() -> AsyncIterator[Rig]:
        async with ZaloServer() as server:
            person = server.person("246845883529197922")
            person.is_follower, person.spoke_at = True, server.clock.now()
            wire = Wire(connect_timeout_s=2.0, read_timeout_s=SHORT_WAIT_S)
            client = ZaloClient(wire, OneToken(server), Bases(server.url, server.url))
            papers = Papers(client, OnePage(), Shelf(client))
            channel = ZaloChannel(client, buttons=buttons, papers=papers)
            try:
                yield ZaloRig(server, channel, Address(person.user_id, tag="1"))
            finally:
                await channel.close()

    return open_zalo


ZALO_BOT_HAPPENS = {
    Fault.REFUSED: refuse(400),
    Fault.SERVER_FAILED: refuse(403),
    Fault.BAD_GATEWAY: zalo_faults.page(502),
    Fault.PROXY_PAGE: zalo_faults.page(200),
    Fault.HANG: zalo_faults.hang(),
    Fault.CUT_AFTER: zalo_faults.cut_after(),
}
# Nor does this platform say how long to wait; and it has no word for a person who is gone.
ZALO_BOT_FAULTS = frozenset({*ZALO_BOT_HAPPENS, Fault.NO_CONNECTION, Fault.NO_ACCOUNT})


@dataclass
class ZaloBotRig:
    server: BotServer
    channel: ZaloBotChannel
    learner: Address

    async def seen(self) -> list[Seen]:
        return [Seen(m.ref, m.text, ()) for m in self.server.person().screen if m.by_bot]

    async def lose(self, ref: str) -> None:
        person = self.server.person()
        person.screen = [m for m in person.screen if m.ref != ref]

    async def fail(self, fault: Fault, *, retry_after_s: float = 0.0) -> None:
        assert not retry_after_s or fault in ZALO_BOT_FAULTS
        if fault is Fault.NO_CONNECTION:
            await self.server.stop()
            await asyncio.sleep(0.05)  # until the kept connection is seen to be closed
        elif fault is not Fault.NO_ACCOUNT:
            self.server.faults.add(ZALO_BOT_HAPPENS[fault])

    async def tap(self) -> Tap:
        return Tap("1", Sender(EndpointId(4), self.learner.external_id), "a:1")


@asynccontextmanager
async def open_zalo_bot() -> AsyncIterator[Rig]:
    async with BotServer() as server:
        wire = Wire(connect_timeout_s=2.0, read_timeout_s=SHORT_WAIT_S)
        channel = ZaloBotChannel(ZaloBot(ZALO_BOT_TOKEN, wire, server.url))
        try:
            yield ZaloBotRig(server, channel, Address(server.person().user_id, tag="1"))
        finally:
            await channel.close()


@dataclass(frozen=True)
class RigKind:
    """How a rig is opened, and the faults its platform knows."""

    open: Callable[[], AbstractAsyncContextManager[Rig]]
    faults: frozenset[Fault] = frozenset()
    shows_files: bool = False


RIGS: dict[str, RigKind] = {
    "telegram": RigKind(open_telegram, frozenset(Fault), shows_files=True),
    "browser": RigKind(open_browser, shows_files=True),
    "zalo": RigKind(opens_zalo(buttons=False), ZALO_FAULTS, shows_files=True),
    "zalo with buttons": RigKind(opens_zalo(buttons=True), ZALO_FAULTS, shows_files=True),
    "zalo bot": RigKind(open_zalo_bot, ZALO_BOT_FAULTS),
}


def with_files() -> list[str]:
    """Names of the rigs whose channel shows files."""
    return [name for name, kind in RIGS.items() if kind.shows_files]


def with_fault(fault: Fault) -> list[str]:
    """Names of the rigs whose platform knows `fault`."""
    return [name for name, kind in RIGS.items() if fault in kind.faults]
