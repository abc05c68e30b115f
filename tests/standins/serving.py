"""A stand-in of a platform: a server on loopback that may fail as it is told."""

from __future__ import annotations

import asyncio
import signal
from abc import ABC, abstractmethod
from typing import Self

from aiohttp import web

from tests.standins.faults import End, Fault, Faults


class Standin(ABC):
    """`async with` it; `url` says where it listens, `faults` what goes wrong."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.url = ""
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @abstractmethod
    def application(self) -> web.Application:
        """What is served."""

    @abstractmethod
    async def close(self) -> None:
        """End what runs beside the server."""

    async def start(self, port: int = 0) -> None:
        self._runner = web.AppRunner(
            self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._stopping.set()
        await self.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.end:
            case End.HANG:
                await self._stopping.wait()
                return web.Response()
            case End.CUT:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case End.ANSWER:
                return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)


async def serve(server: Standin, port: int, *told: str) -> None:
    """Say on stdout where it listens, and what is `told`; serve until a signal."""
    await server.start(port)
    print(server.url, *told, flush=True)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await server.stop()
