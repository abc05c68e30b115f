"""
One request to Zalo over one aiohttp session, and what it means that it did not come through.

No exception of aiohttp's leaves this module: the token is in a header of the request it may name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp

from channels.messages import SendError, ThrottledError, UnknownOutcomeError, UnreachableError
from channels.zalo.verdicts import RATE_WAIT_S

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CONNECTIONS = 64
MAX_ANSWER = 1_048_576
_OK, _TOO_MANY = 200, 429
_HEADERS = {"User-Agent": "taphuan", "Accept-Encoding": "identity"}


class Wire:
    """
    Connections to the platform, opened at the first request.

    Args:
        connect_timeout_s: to get a connection, the wait for a free one included.
        read_timeout_s: to wait for an answer.
    """

    def __init__(self, *, connect_timeout_s: float = 5.0, read_timeout_s: float = 8.0) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_timeout_s, sock_connect=connect_timeout_s, sock_read=read_timeout_s
        )
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        json_body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | aiohttp.FormData | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """
        Return the JSON object of an answer with HTTP 200.

        Raises:
            SendError: there was none; `UnreachableError` only where nothing can have been taken.
        """
        if self._is_shut:
            raise UnreachableError("the connection to Zalo was closed")
        sent = dict(headers)
        body: Any = form
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
            sent["Content-Type"] = "application/json"
        try:
            async with self._opened().request(
                method, url, data=body, params=query, headers=sent, timeout=self._timeout, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.content.read(MAX_ANSWER)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure: SendError = _broken(error)
        else:
            decoded = _decoded(answer) if status == _OK else None
            if decoded is not None:
                return decoded
            failure = (
                ThrottledError(RATE_WAIT_S)
                if status == _TOO_MANY
                else UnknownOutcomeError(f"HTTP {status} that is not Zalo's")
            )
        raise failure

    async def close(self) -> None:
        """Close the connections; requests fail from now on."""
        self._is_shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
            )
        return self._session


def _broken(error: Exception) -> SendError:
    kind = type(error).__name__
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientHttpProxyError():
            return UnreachableError(f"no connection ({kind})")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return UnreachableError(f"the address of Zalo cannot be used ({kind})")
        case _:
            return UnknownOutcomeError(f"no answer ({kind})")


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
