"""
A platform that only counts: it takes sendMessage over HTTP/1.1 at the least cost, so that it is not what is measured.

Every call is answered after `latency_s`; `bulk` keeps when it came, and for which chat.
"""

from __future__ import annotations

import asyncio
import re
from typing import Self

from bench.platform import Bulk

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb'chat_id"?[=:] ?"?(\d+)')
_OTHER = b'{"ok":true,"result":true}'


class Counter:
    """`async with Counter(0.03, limit=1000) as platform`: listens on `url`."""

    def __init__(self, latency_s: float, *, limit: int | None = None) -> None:
        self.latency_s = latency_s
        self.bulk = Bulk(limit)
        self.url = ""
        self._server: asyncio.Server | None = None
        self._awaited, self._have_come = 0, asyncio.Event()

    async def come(self, chats: int) -> None:
        """Wait until messages have come for so many chats."""
        self._awaited = chats
        await self._have_come.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def answer(self, body: bytes) -> tuple[bytes, bytes]:
        """Status line and body of the answer to a call."""
        chat = _CHAT.search(body)
        if chat is None:
            return b"200 OK", _OTHER
        if not self.bulk.takes(int(chat[1])):
            return b"429 Too Many Requests", b'{"ok":false,"error_code":429,"parameters":{"retry_after":1}}'
        if len(self.bulk.copies) == self._awaited:
            self._have_come.set()
        return b"200 OK", b'{"ok":true,"result":{"message_id":%d}}' % len(self.bulk.at)


class _Connection(asyncio.Protocol):
    """One connection, one call at a time."""

    def __init__(self, platform: Counter) -> None:
        self._platform = platform
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not found or len(rest) < size:
            return
        self._read = rest[size:]
        status, body = self._platform.answer(rest[:size])
        said = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        asyncio.get_running_loop().call_later(self._platform.latency_s, self._write, said + body)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None:
            self._transport.write(answer)
