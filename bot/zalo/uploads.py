"""What Zalo holds of ours: each content is uploaded once in a week for everybody, and again where it was forgotten."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import time, timedelta
from typing import TYPE_CHECKING

import structlog

from channels.messages import UnknownOutcomeError, UnreachableError
from channels.zalo.client import PICTURES
from channels.zalo.papers import SpentError
from learning.calendar import at, day_of
from storage import zalo_uploads

if TYPE_CHECKING:
    from bot.clock import Clock
    from channels.messages import EndpointId
    from channels.zalo import ZaloClient
    from storage.database import Database

log = structlog.get_logger()

SERVES = timedelta(days=7) - timedelta(hours=2)


class Uploads:
    """
    What the Official Account at `endpoint` holds.

    Args:
        database: where it is remembered, for all processes together.
        endpoint: the account.
        client: its calls.
        clock: the machine's, for the platform counts by it.
        per_month: uploads the platform allows in a month; 0: no limit.
    """

    def __init__(
        self, database: Database, endpoint: EndpointId, client: ZaloClient, clock: Clock, per_month: int = 0
    ) -> None:
        self._database = database
        self._endpoint = endpoint
        self._client = client
        self._clock = clock
        self._per_month = per_month
        self._uploading: dict[bytes, asyncio.Task[str]] = {}

    async def reference(self, name: str, content: bytes) -> str:
        """
        Return the platform's reference of a picture (at most 1 MB) or a file (at most 5 MB), uploaded if need be.

        Who asks for a content that is being uploaded waits for that upload, which goes on when nobody waits any more.

        Raises:
            SendError: surely not sent, as the subclass says; `SpentError` when the month's uploads are used up.
        """
        digest = (await asyncio.to_thread(hashlib.sha256, content)).digest()
        if (uploading := self._uploading.get(digest)) is None:
            uploading = self._uploading[digest] = asyncio.create_task(self._known_or_uploaded(digest, name, content))
            uploading.add_done_callback(_retrieved)
        return await asyncio.shield(uploading)

    async def forget(self, reference: str) -> None:
        """The platform has it no more, whatever was thought."""
        async with self._database.begin() as conn:
            await zalo_uploads.forget(conn, self._endpoint, reference)

    async def drain(self) -> None:
        """Wait until nothing is being uploaded."""
        while self._uploading:
            await asyncio.wait(self._uploading.values())

    async def _known_or_uploaded(self, digest: bytes, name: str, content: bytes) -> str:
        try:
            async with self._database.connect() as conn:
                began = self._clock.now()
                reference = await zalo_uploads.known(conn, self._endpoint, digest, began)
                first = at(day_of(began).replace(day=1), time.min)
                used = await zalo_uploads.number_since(conn, self._endpoint, first + SERVES)
            if reference is not None:
                return reference
            if self._per_month and used >= self._per_month:
                log.error("zalo_uploads_spent", used=used)
                raise SpentError("the month's uploads are used up")
            reference = await self._upload(name, content)
            async with self._database.begin() as conn:
                await zalo_uploads.keep(conn, self._endpoint, digest, reference, began + SERVES)
            return reference
        finally:
            del self._uploading[digest]

    async def _upload(self, name: str, content: bytes) -> str:
        is_picture = name.rpartition(".")[2].lower() in PICTURES
        try:
            return await (self._client.upload_image if is_picture else self._client.upload_file)(name, content)
        except UnknownOutcomeError as error:
            raise UnreachableError(f"the upload was not answered ({error})") from error


def _retrieved(task: asyncio.Task[str]) -> None:
    """Who waited for it may have gone, and then nobody would look at its error: they ask again."""
    if not task.cancelled():
        task.exception()
