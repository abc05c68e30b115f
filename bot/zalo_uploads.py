"""Pictures and files to Zalo: uploaded once in a week for everybody, and once more where the platform forgot one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from channels.zalo import ExpiredError
from storage import zalo_uploads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from channels.messages import EndpointId
    from channels.zalo import ZaloClient
    from storage.database import Database

SERVES = timedelta(days=7) - timedelta(hours=2)


class Uploads:
    """What the Official Account at `endpoint` holds; `clock` is the machine's, for the platform counts by it."""

    def __init__(self, database: Database, endpoint: EndpointId, client: ZaloClient, clock: Clock) -> None:
        self._database = database
        self._endpoint = endpoint
        self._client = client
        self._clock = clock

    async def send_image(self, user_id: str, name: str, content: bytes, text: str = "") -> dict[str, Any]:
        """
        Send a picture (.jpg or .png, at most 1 MB) with its caption; returns the platform's data.

        Raises:
            SendError: as the subclass says.
        """

        async def send(reference: str) -> dict[str, Any]:
            return await self._client.send_image(user_id, reference, text)

        return await self._send(name, content, self._client.upload_image, send)

    async def send_file(self, user_id: str, name: str, content: bytes) -> dict[str, Any]:
        """
        Send a file (.pdf, .doc, .docx or .csv, at most 5 MB); returns the platform's data.

        Raises:
            SendError: as the subclass says.
        """

        async def send(reference: str) -> dict[str, Any]:
            return await self._client.send_file(user_id, reference)

        return await self._send(name, content, self._client.upload_file, send)

    async def _send(
        self,
        name: str,
        content: bytes,
        upload: Callable[[str, bytes], Awaitable[str]],
        send: Callable[[str], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any]:
        digest = hashlib.sha256(content).digest()
        async with self._database.connect() as conn:
            reference = await zalo_uploads.known(conn, self._endpoint, digest, self._clock.now())
        if reference is not None:
            try:
                return await send(reference)
            except ExpiredError:
                async with self._database.begin() as conn:
                    await zalo_uploads.forget(conn, self._endpoint, reference)
        began = self._clock.now()
        reference = await upload(name, content)
        async with self._database.begin() as conn:
            await zalo_uploads.keep(conn, self._endpoint, digest, reference, began + SERVES)
        return await send(reference)
