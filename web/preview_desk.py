"""A content folder kept open for authors: read again as soon as a file changes, and whoever waits is told."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING

from content import loader
from content.figures import Figures
from content.loader import Examined, Report
from content.model import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

_log = logging.getLogger(__name__)

POLL_S = 0.5
_READ = ("courses/*/*/*", "drills/*", "tools/*", "*.yaml")

# A file's time of change in nanoseconds, and its bytes.
Stamps = dict[str, tuple[int, int]]


class Desk:
    """
    The newest reading of a folder.

    Args:
        root: the directory that holds `courses/`.
        today: the day whose figures are shown.
        poll_s: how often the files are looked at.
    """

    def __init__(self, root: Path, today: Callable[[], date], poll_s: float = POLL_S) -> None:
        self.root = root
        self._today = today
        self._poll_s = poll_s
        self._stamps: Stamps = {}
        self._begun = secrets.token_hex(4)
        self._readings = 0
        self._news = asyncio.Condition()
        self.is_open = True
        self.failed = ""
        self.on = today()
        self.read = Examined(Library((), {}, {}, {}), Figures({}), {}, Report(0, 0, 0, (), ()))

    @property
    def mark(self) -> str:
        """What a page shows that was made now: equal marks, equal pages."""
        return f"{self._begun}-{self._readings}"

    async def look(self) -> bool:
        """Read the folder if a file has changed since it was read; returns whether it was read."""
        stamps = await asyncio.to_thread(self._stamped)
        if self._readings and stamps == self._stamps:
            return False
        self.on = self._today()
        try:
            self.read = await asyncio.to_thread(loader.examine, self.root, self.on)
            self.failed = ""
        except Exception as error:  # noqa: BLE001 - an author mends the file; the page before it stays
            _log.exception("the content could not be read")
            self.failed = f"Không đọc được nội dung ({type(error).__name__})."
        self._stamps = stamps
        self._readings += 1
        async with self._news:
            self._news.notify_all()
        return True

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(self._poll_s)
            await self.look()

    async def wait(self, mark: str, at_most_s: float) -> bool:
        """Wait until a page with that mark is out of date, or the desk is closed; False when the time is over."""
        try:
            async with asyncio.timeout(at_most_s), self._news:
                await self._news.wait_for(lambda: not self.is_open or mark != self.mark)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Let everybody go who waits."""
        self.is_open = False
        async with self._news:
            self._news.notify_all()

    def _stamped(self) -> Stamps:
        stamps: Stamps = {}
        for pattern in _READ:
            for path in self.root.glob(pattern):
                try:
                    found = path.stat()
                except OSError:  # an editor is just replacing it: seen as gone now, as changed the next time
                    continue
                stamps[str(path)] = (found.st_mtime_ns, found.st_size)
        return stamps
