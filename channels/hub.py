"""The chat pages that are open in this process, and what they are told. Nothing is kept here: the ledger keeps."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.messages import Message

DEPTH = 64
PAGES_OF_ONE = 32
PAGES = 5_000


class FullHouseError(Exception):
    """No further page can be opened in this process; try again in a while."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, or the new form of the one called `ref`. `tag` is its ledger id; empty for a visitor's."""

    ref: str
    message: Message
    tag: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A tap was taken."""

    callback_id: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Something for the page itself, such as the demo's clock; `data` goes out as JSON."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


Event = Shown | Acknowledged | Signal


class Page:
    """One open page: at most `depth` events wait for it, then it is dropped and catches up when it connects again."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._events: deque[Event] = deque()
        self._wake = asyncio.Event()
        self.is_open = True

    def put(self, event: Event) -> None:
        """Hand over one event."""
        if len(self._events) >= self._depth:
            self.drop()
        else:
            self._events.append(event)
            self._wake.set()

    def drop(self) -> None:
        """End the page; what waited is left to the ledger."""
        self.is_open = False
        self._events.clear()
        self._wake.set()

    async def wait(self, timeout_s: float) -> list[Event]:
        """Return what has come, after at most `timeout_s`; nothing if nothing came or the page was dropped."""
        if not self._events and self.is_open:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._wake.wait()
        self._wake.clear()
        taken = list(self._events)
        self._events.clear()
        return taken


class Hub:
    """Open pages by topic: an external id, or a name of the page's own."""

    def __init__(self, *, depth: int = DEPTH, pages_of_one: int = PAGES_OF_ONE, pages: int = PAGES) -> None:
        self._depth = depth
        self._pages_of_one = pages_of_one
        self._most = pages
        self._count = 0
        self._by_topic: defaultdict[str, list[Page]] = defaultdict(list)
        self._by_owner: defaultdict[str, list[Page]] = defaultdict(list)

    @property
    def open_pages(self) -> int:
        """How many pages are open."""
        return self._count

    @contextmanager
    def open_page(self, owner: str, *topics: str) -> Iterator[Page]:
        """
        Open a page that hears what is published to `owner` and `topics`; an owner's oldest is dropped for one too many.

        Raises:
            FullHouseError: this process has as many pages as it can serve.
        """
        if self._count >= self._most:
            raise FullHouseError
        page = Page(self._depth)
        self._count += 1
        own = self._by_owner[owner]
        own.append(page)
        if len(own) > self._pages_of_one:
            own.pop(0).drop()
        for topic in (owner, *topics):
            self._by_topic[topic].append(page)
        try:
            yield page
        finally:
            page.drop()
            self._count -= 1
            _leave(self._by_owner, owner, page)
            for topic in (owner, *topics):
                _leave(self._by_topic, topic, page)

    def publish(self, topic: str, event: Event) -> None:
        """Tell the open pages of a topic; nobody listening is no fault."""
        for page in self._by_topic.get(topic, ()):
            page.put(event)

    def close(self) -> None:
        """End all pages, so that the process can stop."""
        for pages in list(self._by_topic.values()):
            for page in pages:
                page.drop()


def _leave(pages_by_name: defaultdict[str, list[Page]], name: str, page: Page) -> None:
    pages = pages_by_name[name]
    if page in pages:
        pages.remove(page)
    if not pages:
        del pages_by_name[name]
