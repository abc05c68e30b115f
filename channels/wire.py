"""
One request over one aiohttp session, for adapters that speak JSON over HTTP themselves.

A token may be in the address or in a header, so no exception of aiohttp's leaves this module, nor stays as the context
of one that does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from channels.messages import SendError, UnknownOutcomeError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CONNECTIONS = 64
MAX_ANSWER = 1_048_576  # bytes
_HEADERS = {"User-Agent": "taphuan", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status, and the JSON object that came with it; None for anything else."""

    status: int
    body: dict[str, Any] | None


class Wire:
    """
    Connections to a platform, opened at the first request.

    Args:
        connect_timeout_s: to get a connection, the wait for a free one included.
        read_timeout_s: to wait for an answer, where a request does not say otherwise.
    """

    def __init__(self, *, connect_timeout_s: float = 5.0, read_timeout_s: float = 8.0) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | aiohttp.FormData | None = None,
        query: Mapping[str, str] | None = None,
        read_timeout_s: float | None = None,
    ) -> Answer:
        """
        Return the answer, whatever its status.

        Raises:
            SendError: there was none; `UnreachableError` only where nothing can have been taken.
        """
        if self._is_shut:
            raise UnreachableError("the connection was closed")
        sent = dict(headers or {})
        body: Any = form
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
            sent["Content-Type"] = "application/json"
        try:
            async with self._opened().request(
                method,
                url,
                data=body,
                params=query,
                headers=sent,
                timeout=self._timeout(read_timeout_s),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, _decoded(await _read(response)))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _broken(error)
        raise failure

    async def close(self) -> None:
        """Close the connections; requests fail from now on."""
        self._is_shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _timeout(self, read_timeout_s: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=None,
            connect=self._connect_timeout_s,
            sock_connect=self._connect_timeout_s,
            sock_read=read_timeout_s or self._read_timeout_s,
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
            )
        return self._session


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer, up to one byte more than may be."""
    answer = bytearray()
    async for piece in response.content.iter_chunked(MAX_ANSWER):
        answer += piece
        if len(answer) > MAX_ANSWER:
            break
    return bytes(answer)


def _broken(error: Exception) -> SendError:
    kind = type(error).__name__
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientHttpProxyError():
            return UnreachableError(f"no connection ({kind})")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return UnreachableError(f"the address cannot be used ({kind})")
        case _:
            return UnknownOutcomeError(f"no answer ({kind})")


def _decoded(body: bytes) -> dict[str, Any] | None:
    if len(body) > MAX_ANSWER:
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
