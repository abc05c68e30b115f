"""Files to Zalo: a picture with its words, a file without; what cannot be sent says where it can be had."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from channels.messages import FileKind, RefusedError, UnreachableError
from channels.text import cut
from channels.zalo.client import MAX_FILE, MAX_PICTURE, PICTURES
from channels.zalo.verdicts import ExpiredError

if TYPE_CHECKING:
    from channels.messages import Attachment, File, Files
    from channels.zalo.client import ZaloClient

READY_WITHIN_S = 8.0  # less than a call may take: what is late is surely not sent
MOST_AT_ONCE = 16  # made and uploaded: however slow that is, answers in words find room beside it
TOO_LARGE = "Tệp lớn hơn mức Zalo nhận ({most} MB)."
SPENT = "Tháng này Zalo không nhận thêm tệp mới."
ELSEWHERE = "Đồng chí tải ở {where}"
BROWSER = "trợ lý trên trình duyệt."
_MEGABYTE = 1_048_576


class SpentError(RefusedError):
    """No more can be uploaded this month."""


class Held(Protocol):
    """What the platform holds of ours: a content is uploaded once for everybody, while it serves."""

    async def reference(self, name: str, content: bytes) -> str:
        """
        Return the platform's reference of a content, uploaded if need be.

        Raises:
            SendError: surely not sent, as the subclass says: an upload shows nothing to anybody. `SpentError` where
                the month's uploads are used up.
        """
        ...

    async def forget(self, reference: str) -> None:
        """The platform has it no more, whatever was thought."""
        ...


class Papers:
    """
    Sends the files that messages carry.

    Args:
        client: the account's calls.
        files: makes them.
        held: what is uploaded.
        elsewhere: the address where one finds reports that cannot be sent; empty for the browser chat.
        within_s: for making and uploading together.
    """

    def __init__(
        self, client: ZaloClient, files: Files, held: Held, *, elsewhere: str = "", within_s: float = READY_WITHIN_S
    ) -> None:
        self._client = client
        self._files = files
        self._held = held
        self._elsewhere = f"Bảng theo dõi: {elsewhere}" if elsewhere else BROWSER
        self._within_s = within_s
        self._at_work = 0

    async def send(self, user_id: str, attachment: Attachment, words: str, most_words: int) -> dict[str, Any]:
        """
        Send a file, and return the platform's data of the message.

        Args:
            user_id: to whom.
            attachment: what it is made from.
            words: the caption of a picture; anything else has none.
            most_words: UTF-16 units.

        Raises:
            SendError: as the subclass says; `UnreachableError` where it was not ready in time, or is not begun yet.
        """
        if words.strip() and attachment.ending not in PICTURES:
            raise RefusedError("the words of a file go before it")
        file, reference, told = await self._ready(attachment)
        if not reference:
            where = BROWSER if attachment.kind is FileKind.TOOL else self._elsewhere
            told = f"{told} {ELSEWHERE.format(where=where)}"
            text = f"{cut(words, most_words - len(told) - 2)}\n\n{told}".lstrip()
            return await self._client.consult(user_id, {"text": text})
        try:
            return await self._show(user_id, file, reference, words)
        except ExpiredError:
            await self._held.forget(reference)
        return await self._show(user_id, file, await self._held.reference(file.name, file.content), words)

    async def _ready(self, attachment: Attachment) -> tuple[File, str, str]:
        """The file, the platform's reference of it, and what is said instead where there is none."""
        if self._at_work >= MOST_AT_ONCE:
            raise UnreachableError("enough files are being made")
        self._at_work += 1
        try:
            async with asyncio.timeout(self._within_s):
                file = await self._files.make(attachment)
                most = MAX_PICTURE if file.ending in PICTURES else MAX_FILE
                if len(file.content) > most:
                    return file, "", TOO_LARGE.format(most=most // _MEGABYTE)
                try:
                    return file, await self._held.reference(file.name, file.content), ""
                except SpentError:
                    return file, "", SPENT
        except TimeoutError as error:
            raise UnreachableError("the file is not ready yet") from error
        finally:
            self._at_work -= 1

    async def _show(self, user_id: str, file: File, reference: str, words: str) -> dict[str, Any]:
        if file.ending in PICTURES:
            return await self._client.send_image(user_id, reference, words)
        return await self._client.send_file(user_id, reference)
