"""
The wire to the Bot API: python-telegram-bot's `BaseRequest` over one aiohttp session.

aiohttp's own exceptions carry the address, and the address carries the token: none of them leaves this module,
not even as the cause of another.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from telegram.request import BaseRequest

from channels.telegram.failures import AnswerLostError, NotConnectedError, broken, decoded, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram.error import TelegramError
    from telegram.request import RequestData

    from channels.messages import File

MAX_CONNECTIONS = 64
_HEADERS = {"User-Agent": "taphuan", "Accept-Encoding": "identity"}
_FORM: Mapping[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """
    One session for all calls of a bot, opened at the first of them.

    Args:
        connect_timeout_s: to get a connection, the wait for a free one included.
        read_timeout_s: between two pieces of the answer, where a call does not say otherwise.
        proxy: `http://[user:password@]host:port`, or none.
    """

    __slots__ = ("_connect_timeout_s", "_is_shut", "_proxy", "_read_timeout_s", "_session")

    def __init__(
        self, *, connect_timeout_s: float = 5.0, read_timeout_s: float = 20.0, proxy: str | None = None
    ) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Allow calls (again)."""
        self._is_shut = False

    async def shutdown(self) -> None:
        """Close the connections; calls fail until `initialize`."""
        self._is_shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        url: str,
        parameters: Mapping[str, Any],
        read_timeout_s: float | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Any:
        """
        Post plain `parameters`, and `files` by the parameter each is; return the plain result.

        Raises:
            TelegramError: see `failures`.
        """
        seconds = self._read_timeout_s if read_timeout_s is None else read_timeout_s
        if files:
            _, answer = await self._exchange("POST", url, _form(parameters, files), seconds)
        else:
            # As JSON: to percent-encode Vietnamese takes longer than all else of a call.
            _, answer = await self._exchange("POST", url, _plain(parameters), seconds, _JSON)
        return self.parse_json_payload(answer)["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the base's signature
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the base class's signature
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the base class's signature
    ) -> tuple[int, bytes]:
        """
        Do what python-telegram-bot's typed methods ask; return status and body of an answer in the 200s.

        Raises:
            TelegramError: see `failures`.
        """
        match read_timeout:
            case None | int() | float():
                seconds: float | None = read_timeout
            case _:
                seconds = self._read_timeout_s
        return await self._exchange(method, url, _body(request_data), seconds)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """
        Return an answer that carries a result.

        Raises:
            TelegramError: it says that the call failed, or is not the Bot API's.
        """
        answer = decoded(payload)
        if answer is not None and answer.get("ok") is False and type(answer.get("error_code")) is int:
            raise refusal(answer["error_code"], answer)
        if answer is None or "result" not in answer:
            raise AnswerLostError("an answer that is not the Bot API's")
        return answer

    async def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | aiohttp.FormData | None,
        read_timeout_s: float | None,
        content: Mapping[str, str] = _FORM,
    ) -> tuple[int, bytes]:
        if self._is_shut:
            raise NotConnectedError("the connection to Telegram was closed")
        try:
            async with self._opened().request(
                method,
                url,
                data=body,
                headers=content if isinstance(body, bytes) else None,
                timeout=self._timeout(read_timeout_s),
                allow_redirects=False,
            ) as response:
                status, answer = response.status, await response.read()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure: TelegramError = broken(error)
        else:
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return status, answer
            failure = refusal(status, decoded(answer))
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                proxy=self._proxy,
            )
        return self._session

    def _timeout(self, read_timeout_s: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=None, connect=self._connect_timeout_s, sock_connect=self._connect_timeout_s, sock_read=read_timeout_s
        )


def _plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _form(parameters: Mapping[str, Any], files: Mapping[str, File]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in parameters.items():
        form.add_field(name, value if isinstance(value, str) else _plain(value).decode())
    for name, file in files.items():
        form.add_field(name, file.content, filename=file.name, content_type=file.media_type)
    return form


def _body(request_data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return urlencode(request_data.json_parameters, errors="replace").encode()
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form
