"""The files of a digest, Word, Excel or a picture, made from the figures of their period when they are sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.messages import Attachment, File, FileKind, Files, RefusedError, UnreachableError
from reports import attached
from storage.database import read_as_one

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.clock import Clock
    from storage.database import Database

MADE_WITHIN_S = 20.0


class ReportFiles:
    """Made anew for everybody who asks; `compulsory` are the modules in which full-timers must be recognised."""

    def __init__(self, database: Database, clock: Clock, compulsory: Collection[str]) -> None:
        self._database = database
        self._clock = clock
        self._compulsory = compulsory

    async def make(self, attachment: Attachment) -> File:
        """
        Return the file that a reference of `reports.attached` names.

        Raises:
            RefusedError: there is no such unit or period any more.
            UnreachableError: it took too long.
        """
        try:
            wanted = attached.reference(attachment.id)
            async with asyncio.timeout(MADE_WITHIN_S), self._database.connect() as conn:
                await read_as_one(conn)
                made = await attached.make(conn, wanted, self._clock.now(), self._compulsory)
        except attached.NoSuchFileError as error:
            raise RefusedError("no such file any more") from error
        except TimeoutError as error:
            raise UnreachableError("the file is not made yet") from error
        return File(made.name, made.media_type, made.content)


class FilesByKind:
    """Each kind of file by what makes it."""

    def __init__(self, makers: Mapping[FileKind, Files]) -> None:
        self._makers = makers

    async def make(self, attachment: Attachment) -> File:
        """
        Return the file.

        Raises:
            RefusedError: nothing can be made of that.
            UnreachableError: not made in time.
        """
        return await self._makers[attachment.kind].make(attachment)
