"""What a call carries: a form, JSON, or a query, read as the Bot API reads it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.standins.telegram.intake import BY_DEFAULT
from tests.standins.telegram.markup import RefusalError, bad

if TYPE_CHECKING:
    from aiohttp import web


async def read(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    match request.content_type:
        case "application/json":
            try:
                body = json.loads(await request.read() or b"{}")
            except ValueError:
                raise bad("can't parse request JSON object") from None
            if not isinstance(body, dict):
                raise bad("object expected")
            return given | body
        case "multipart/form-data":
            return given | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        case _:
            try:
                return given | dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
            except UnicodeDecodeError:
                raise bad("strings must be encoded in UTF-8") from None


def integer(parameters: dict[str, Any], name: str, default: int | None = None) -> int:
    value = parameters.get(name, default)
    if type(value) is str and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if type(value) is not int:
        raise bad(f"{name} is empty or not an integer")
    return value


def is_true(parameters: dict[str, Any], name: str) -> bool:
    return parameters.get(name) in {True, "true", "True", "1"}


def chat_of(parameters: dict[str, Any]) -> int | None:
    try:
        return integer(parameters, "chat_id")
    except RefusalError:
        return None


def text_of(parameters: dict[str, Any]) -> str:
    text = parameters.get("text")
    if not isinstance(text, str):
        raise bad("message text is empty")
    return text


def allowed_updates(parameters: dict[str, Any]) -> frozenset[str] | None:
    value = parameters.get("allowed_updates")
    if isinstance(value, str):
        value = json.loads(value)
    if value is None:
        return None
    if not isinstance(value, list):
        raise bad("can't parse allowed_updates")
    return frozenset(value) or BY_DEFAULT
