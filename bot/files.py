"""The files that messages carry, made when they are sent: off the event loop, one at a time, and kept for the next."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog

from channels.messages import Attachment, File, FileKind, RefusedError, UnreachableError
from learning.calendar import day_of

if TYPE_CHECKING:
    from bot.clock import Clock
    from content.model import Library
    from content.tool_model import Tool

log = structlog.get_logger()

KEPT = 64  # files of some 50 KB
MADE_WITHIN_S = 8.0
PDF = "application/pdf"


class ToolFiles:
    """Tools as PDFs; one is kept by all that its page says, so that neither an old version nor an old figure is."""

    def __init__(self, library: Library, clock: Clock, *, kept: int = KEPT, within_s: float = MADE_WITHIN_S) -> None:
        self._library = library
        self._clock = clock
        self._most = kept
        self._within_s = within_s
        self._kept: OrderedDict[str, File] = OrderedDict()
        self._making: dict[str, asyncio.Task[File]] = {}
        self._turn = asyncio.Lock()

    async def make(self, attachment: Attachment) -> File:
        """
        Return the PDF of a tool with the figures of today.

        Raises:
            RefusedError: the tool is not served any more, or does not fit a page.
            UnreachableError: not made in time; it is made on, and will be there soon.
        """
        tool = self._library.tool(attachment.id) if attachment.kind is FileKind.TOOL else None
        if tool is None:
            raise RefusedError("no such file any more")
        from exchange import tool_page  # noqa: PLC0415 - typesetting takes a while to load

        page = tool_page.page(tool, day_of(self._clock.now()))
        if (file := self._kept.get(page)) is not None:
            self._kept.move_to_end(page)
            return file
        if (making := self._making.get(page)) is None:
            making = self._making[page] = asyncio.create_task(self._make(tool, page))
            making.add_done_callback(_retrieved)
        try:
            async with asyncio.timeout(self._within_s):
                return await asyncio.shield(making)
        except TimeoutError as error:
            raise UnreachableError("the file is not made yet") from error

    async def drain(self) -> None:
        """Wait until nothing is being made."""
        while self._making:
            await asyncio.wait(self._making.values())

    async def _make(self, tool: Tool, page: str) -> File:
        from exchange import tool_page  # noqa: PLC0415 - typst is loaded in the child process alone

        try:
            async with self._turn:
                content = await asyncio.to_thread(tool_page.printed_apart, page)
        except RuntimeError as error:
            log.exception("file_failed", tool=tool.id)
            raise RefusedError("the file cannot be made") from error
        finally:
            del self._making[page]
        file = self._kept[page] = File(tool_page.file_name(tool), PDF, content)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return file


def _retrieved(task: asyncio.Task[File]) -> None:
    """Who waited for it may have gone, and then nobody would look at its error, which is logged."""
    if not task.cancelled():
        task.exception()
