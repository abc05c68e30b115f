"""What the methods take: unknown names, wrong types and wrong lengths are refused."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.standins.zalo_bot.refusals import RefusalError

if TYPE_CHECKING:
    from aiohttp import web

MAX_TEXT = 2_000
SHORTEST_SECRET, LONGEST_SECRET = 8, 256
TAKES: dict[str, tuple[set[str], set[str]]] = {  # needed, allowed besides
    "getMe": (set(), set()),
    "getUpdates": (set(), {"timeout"}),
    "setWebhook": ({"url", "secret_token"}, set()),
    "deleteWebhook": (set(), set()),
    "getWebhookInfo": (set(), set()),
    "sendMessage": ({"chat_id", "text"}, {"parse_mode", "text_styles"}),
    "sendPhoto": ({"chat_id", "photo"}, {"caption"}),
    "sendChatAction": ({"chat_id", "action"}, set()),
}


async def parameters_of(request: web.Request, method: str) -> dict[str, Any]:
    """Read query, form or JSON; check the names."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = json.loads(await request.read())
        except ValueError as error:
            raise RefusalError(400, "body is not JSON") from error
        if not isinstance(body, dict):
            raise RefusalError(400, "body is not an object")
        given |= body
    elif request.method == "POST":
        given |= {name: str(value) for name, value in (await request.post()).items()}
    needed, more = TAKES[method]
    if missing := needed - set(given):
        raise RefusalError(400, f"missing {sorted(missing)}")
    if unknown := set(given) - needed - more:
        raise RefusalError(400, f"unknown {sorted(unknown)}")
    return given


def text_of(value: object, name: str) -> str:
    """1 to 2,000, counted in UTF-16 units, the strictest way; nothing that cannot be shown."""
    if not isinstance(value, str) or not value.strip():
        raise RefusalError(400, f"{name} is empty")
    if any("\ud800" <= letter <= "\udfff" or (letter < " " and letter not in "\n\t") for letter in value):
        raise RefusalError(400, f"{name} is not text")
    if len(value.encode("utf-16-le")) // 2 > MAX_TEXT:
        raise RefusalError(400, f"{name} is too long")
    return value


def timeout_of(value: object) -> float:
    """Seconds, as a string or a number."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise RefusalError(400, "timeout is not a number") from error
    if not 0 <= seconds <= 60:
        raise RefusalError(400, "timeout is out of range")
    return seconds


def secret_of(value: object) -> str:
    if not isinstance(value, str) or not SHORTEST_SECRET <= len(value) <= LONGEST_SECRET:
        raise RefusalError(400, "secret_token is invalid")
    return value


def public_url(value: object, *, also_plain: bool = False) -> str:
    """An address that the platform can reach: HTTPS, and no machine of a private network."""
    parts = urlsplit(value if isinstance(value, str) else "")
    host = parts.hostname or ""
    if parts.scheme not in ({"http", "https"} if also_plain else {"https"}) or "." not in host:
        raise RefusalError(400, "url is invalid")
    try:
        is_private = ip_address(host).is_private
    except ValueError:
        is_private = host == "localhost"
    if is_private:
        raise RefusalError(400, "url is not public")
    return str(value)
