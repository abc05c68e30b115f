"""What a page posts: a few short fields, as a form or as JSON, read within a limit and checked before anything else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from channels.messages import MAX_ACTION_BYTES
from learning.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BODY_BYTES = 64 * 1024
MOST_FIELDS = 16
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_REF = re.compile(r"[A-Za-z0-9:_-]{1,64}")


class BadFieldError(ValueError):
    """A field is missing or not what our own page would send; the message names it."""


async def read_fields(request: web.Request, most: int = MOST_FIELDS) -> dict[str, str]:
    """
    Return the fields of a form, or of a flat JSON object; at most `most` of them.

    Raises:
        HTTPRequestEntityTooLarge: more than `MAX_BODY_BYTES`.
        HTTPUnsupportedMediaType: neither a form nor JSON.
        BadFieldError: it cannot be read.
    """
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=len(body))
    try:
        match request.content_type:
            case "application/x-www-form-urlencoded":
                pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most)
                return dict(pairs)
            case "application/json":
                data = json.loads(body)
            case _:
                raise web.HTTPUnsupportedMediaType
    except (ValueError, RecursionError) as error:
        raise BadFieldError("body") from error
    if not isinstance(data, dict) or len(data) > most:
        raise BadFieldError("body")
    return {name: str(value) for name, value in data.items() if type(value) in {str, int}}


def key_of(fields: Mapping[str, str], external_id: str) -> str:
    """Return the update's key: the page's own, within the sender's, so that nobody can use up another's."""
    key = fields.get("key", "")
    if not _KEY.fullmatch(key):
        raise BadFieldError("key")
    return f"{external_id[:12]}-{key}"


def action_of(fields: Mapping[str, str]) -> str:
    """Return a button's action."""
    action = clean(fields.get("action", ""), MAX_ACTION_BYTES)
    if not action or len(action.encode()) > MAX_ACTION_BYTES:
        raise BadFieldError("action")
    return action


def ref_of(fields: Mapping[str, str]) -> str | None:
    """Return the message a button sits on; None for none."""
    ref = fields.get("ref", "")
    if ref and not _REF.fullmatch(ref):
        raise BadFieldError("ref")
    return ref or None


def text_of(fields: Mapping[str, str]) -> str:
    """Return what was typed, cleaned; perhaps nothing."""
    return clean(fields.get("text", ""))
