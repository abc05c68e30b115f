"""What a call carries: a form, JSON, or a query, read as the Bot API reads it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.standins.telegram.intake import BY_DEFAULT
from tests.standins.telegram.markup import RefusalError, bad

MAX_FILE_BYTES = 50_000_000


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content_type: str
    content: bytes

    def as_json(self) -> dict[str, Any]:
        known = hashlib.sha256(self.content).hexdigest()
        return {
            "file_id": known,
            "file_unique_id": known[:16],
            "file_name": self.name,
            "mime_type": self.content_type,
            "file_size": len(self.content),
        }


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
            return given | {name: _field(value) for name, value in (await request.post()).items()}
        case _:
            try:
                return given | dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
            except UnicodeDecodeError:
                raise bad("strings must be encoded in UTF-8") from None


def _field(value: str | bytes | bytearray | web.FileField) -> object:
    if not isinstance(value, web.FileField):
        return value
    return Upload(value.filename, value.content_type, value.file.read())


def document_of(parameters: dict[str, Any]) -> Upload:
    """Return the file of sendDocument; one sent as text would be an id or an address."""
    given = parameters.get("document")
    if not isinstance(given, Upload):
        raise bad("there is no document in the request")
    if not given.content:
        raise bad("file must be non-empty")
    if len(given.content) > MAX_FILE_BYTES:
        raise RefusalError(413, "Request Entity Too Large")
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,60}\.[a-z0-9]{1,8}", given.name):  # what every phone keeps as it is
        raise bad("wrong file name")
    return given


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
