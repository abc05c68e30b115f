"""A pipeline for pages that writes down what it was given, and sends through the real ledger."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from channels import zalo
from channels.browser import BrowserChannel
from channels.hub import Hub
from channels.messages import (
    AccountId,
    Address,
    Button,
    EndpointId,
    File,
    Message,
    Receipt,
    RefusedError,
    Tap,
    UnreachableError,
)
from storage import accounts, outbox
from web import sessions
from web.app import make_app
from web.demo import DemoParts, Persona

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp
    from aiohttp import web
    from aiohttp.test_utils import TestClient

    from channels.messages import Attachment, Inbound
    from storage.database import Database
    from web.board.parts import BoardParts

WELCOME = Message(
    "Mời đồng chí học.", ((Button("Đồng ý và học", "agree"),), (Button("Để sau", "later"),)), title="Trợ lý"
)
QUESTION = Message(
    "Chị Hoa bị tính thiếu công. Đồng chí làm gì?\n\nA. Ghi rõ rồi báo BCH\nB. Hứa công ty sẽ trả",
    ((Button("A", "answer:1:a", hint="Ghi rõ rồi báo BCH"), Button("B", "answer:1:b")), (Button("Học sau", "later"),)),
    title="Câu hỏi 1/3",
)
VERDICT = Message(
    "Việc chính của tổ trưởng.", ((Button("Tiếp ▸", "next:1:1"), Button("Học sau", "later")),), title="✅ Đúng."
)


class OneFile:
    """Every file is there, but for `gone` and `slow`."""

    async def make(self, attachment: Attachment) -> File:
        match attachment.id:
            case "gone":
                raise RefusedError("no such file any more")
            case "slow":
                raise UnreachableError("the file is not made yet")
            case _:
                return File(f"{attachment.id}.pdf", "application/pdf", b"%PDF-1.7 trang")


@dataclass
class Stage:
    """The application over a real ledger, and what its pipeline was given."""

    database: Database
    endpoint: EndpointId
    hub: Hub = field(default_factory=Hub)
    taken: list[Inbound] = field(default_factory=list)
    answer: Receipt = field(default_factory=lambda: Receipt("ok"))
    fault: Exception | None = None
    now: datetime = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
    pushes: list[int] = field(default_factory=list)

    @property
    def channel(self) -> BrowserChannel:
        return BrowserChannel(self.hub)

    async def receive(self, inbound: Inbound, *, at: datetime | None = None) -> Receipt:
        del at
        if self.fault is not None:
            raise self.fault
        self.taken.append(inbound)
        if isinstance(inbound, Tap):
            await self.channel.acknowledge(inbound)
        return self.answer

    async def join(self, external_id: str) -> AccountId:
        """Let somebody have agreed."""
        async with self.database.begin() as conn:
            return await accounts.open_door(conn, self.endpoint, external_id, unit_id=None, now=self.now)

    async def send(self, external_id: str, message: Message) -> str:
        """Send through the ledger, as the live lane does."""
        account_id = await self.join(external_id)
        async with self.database.begin() as conn:
            [outgoing] = await outbox.insert_live(
                conn,
                endpoint_id=self.endpoint,
                account_id=account_id,
                external_id=external_id,
                messages=[message],
                now=self.now,
                real_now=self.now,
            )
        ref = await self.channel.send(Address(external_id, str(outgoing.id)), message)
        async with self.database.begin() as conn:
            await outbox.mark_sent(conn, outgoing.id, ref, self.now)
        return ref

    async def advance(self, seconds: int) -> datetime:
        self.pushes.append(seconds)
        self.now += timedelta(seconds=seconds)
        return self.now

    def app(
        self,
        *,
        public_url: str = "",
        demo: bool = False,
        heartbeat_s: float = 15.0,
        board: BoardParts | None = None,
    ) -> web.Application:
        return make_app(
            pipeline=self,
            database=self.database,
            hub=self.hub,
            endpoint=self.endpoint,
            public_url=public_url,
            files=OneFile(),
            demo=DemoParts(PERSONAS, lambda: self.now, self.advance, zalo.CAPABILITIES) if demo else None,
            heartbeat_s=heartbeat_s,
            now=lambda: self.now,
            board=board,
        )


PERSONAS = (
    Persona("to_truong", "Tổ trưởng", "Trần Thị Thử Một", "Tổ may 3, Công ty TNHH May Hoa Sen Vàng", "demo-1"),
    Persona("chu_tich", "Chủ tịch CĐCS", "Lê Văn Thử Hai", "CĐCS Công ty TNHH May Hoa Sen Vàng", "demo-2"),
    Persona("cap_tren", "Cán bộ công đoàn cấp trên", "Phạm Thử Ba", "Công đoàn xã Bến Sông", "demo-3"),
    Persona("tinh", "Cán bộ LĐLĐ tỉnh", "Võ Thử Bốn", "LĐLĐ tỉnh Sông Lam", "demo-4"),
    Persona("tld", "Cán bộ Tổng Liên đoàn", "Đỗ Thử Năm", "Tổng Liên đoàn Lao động Việt Nam", "demo-5"),
)


async def open_stage(database: Database) -> Stage:
    """Return a stage over an empty ledger."""
    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, "browser", "here", None)
    return Stage(database, endpoint)


@dataclass
class Browser:
    """A browser without JavaScript, on one application."""

    client: TestClient[web.Request, web.Application]

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def opens(self, path: str, **headers: str) -> Answer:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return Answer(response.status, await response.text(errors="replace"), response.headers)

    async def posts(
        self,
        path: str,
        *,
        as_json: bool = False,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        **more: str,
    ) -> Answer:
        """Post a form; its key is made up where none is given."""
        sent = {"Origin": self.origin, **({"Accept": "application/json"} if as_json else {}), **(headers or {})}
        data = {"key": "0123456789abcdef", **(fields or {}), **more}
        async with self.client.post(path, data=data, headers=sent, allow_redirects=False) as response:
            return Answer(response.status, await response.text(), response.headers)

    @property
    def external_id(self) -> str:
        cookies = self.client.session.cookie_jar.filter_cookies(self.client.make_url("/"))
        return sessions.external_id(cookies[sessions.COOKIE].value)

    async def hears(self, path: str, mark: str = "", **headers: str) -> Listener:
        response = await self.client.get(path, params={"mark": mark}, headers=headers)
        listener = Listener(response)
        assert await listener.block() == {"retry": "2000"}
        return listener


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    def hidden(self, name: str) -> list[str]:
        return re.findall(rf'name="{name}" value="([^"]*)"', self.text)

    @property
    def mark(self) -> str:
        mark: str = re.findall(r'data-chat data-base="[^"]*" data-mark="([^"]*)"', self.text)[0]
        return mark


@dataclass
class Listener:
    """Server-Sent Events as they come."""

    response: aiohttp.ClientResponse

    async def block(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        async with asyncio.timeout(5):
            while line := (await self.response.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                fields[name] = value
        return fields

    async def next(self, *names: str) -> dict[str, Any]:
        """Return the data of the next event with one of these names."""
        while True:
            fields = await self.block()
            if not fields:
                raise EOFError
            if fields.get("event") in names:
                data: dict[str, Any] = json.loads(fields["data"])
                return {**data, "id": fields["id"]}

    async def shown(self) -> dict[str, Any]:
        """Return the next message, whether it came by itself or was found in the ledger."""
        return await self.next("message", "missed")
