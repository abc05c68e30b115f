"""Bodies of messages, read as strictly as the platform does: whatever it does not know is an error."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 2_000
MAX_BUTTONS = 5
MAX_TITLE = 100
MAX_PAYLOAD = 1_000
MAX_SUBTITLE = 500


class RefusalError(Exception):
    """An error of the platform's, told with HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Content:
    """A message that may be shown. `buttons`: title and payload; `card`: it asks for name and phone."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    card: bool = False
    attachment_id: str = ""
    file_token: str = ""


def _bad(message: str) -> RefusalError:
    return RefusalError(-201, f"Params is invalid: {message}")


def recipient_of(body: Any) -> str:
    match body:
        case {"recipient": {"user_id": str(user_id)}} if user_id.isdigit():
            return user_id
        case _:
            raise _bad("recipient.user_id")


def content_of(body: dict[str, Any]) -> Content:
    message = body.get("message")
    if not isinstance(message, dict) or set(body) != {"recipient", "message"}:
        raise _bad("message")
    if unknown := set(message) - {"text", "attachment", "quote_message_id"}:
        raise _bad(f"unknown {sorted(unknown)}")
    text = message.get("text", "")
    if not isinstance(text, str):
        raise _bad("text")
    if len(unicodedata.normalize("NFC", text)) > MAX_TEXT:
        raise RefusalError(-210, "Text is longer than 2000 characters")
    attachment = message.get("attachment")
    if attachment is None:
        if not text.strip():
            raise _bad("text is empty")
        return Content(text)
    match attachment:
        case {"type": "file", "payload": {"token": str(token), **rest}, **more} if not (rest or more or text):
            return Content("", file_token=token)
        case {"type": "template", "payload": dict(payload)}:
            return _template(text, payload)
        case _:
            raise _bad("attachment")


def _template(text: str, payload: dict[str, Any]) -> Content:
    match payload.get("template_type"):
        case None:
            if not text.strip() or set(payload) != {"buttons"}:
                raise _bad("a text with buttons")
            return Content(text, _buttons(payload["buttons"]))
        case "request_user_info":
            match payload.get("elements"):
                case [{"title": str(title), "subtitle": str(subtitle), **rest}] if not text and set(rest) <= {
                    "image_url"
                }:
                    if not title or len(title) > MAX_TITLE or len(subtitle) > MAX_SUBTITLE:
                        raise _bad("title or subtitle is too long")
                    return Content(f"{title}\n{subtitle}", card=True)
            raise _bad("request_user_info takes one element")
        case "media":
            match payload.get("elements"):
                case [{"media_type": "image", "attachment_id": str(known), **rest}] if not rest:
                    return Content(text, _buttons(payload.get("buttons", [])), attachment_id=known)
                case [{"media_type": "image", "url": str(), **rest}] if not rest:
                    return Content(text, _buttons(payload.get("buttons", [])))
            raise _bad("media takes one element, a url or an attachment_id")
        case _:
            raise _bad("template_type")


def _buttons(buttons: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(buttons, list) or len(buttons) > MAX_BUTTONS:
        raise _bad("at most 5 buttons")
    found = []
    for button in buttons:
        match button:
            case {"title": str(title), "type": "oa.query.show" | "oa.query.hide", "payload": str(payload), **rest}:
                if rest or not title.strip() or len(title) > MAX_TITLE or not payload or len(payload) > MAX_PAYLOAD:
                    raise _bad("button")
                found.append((title, payload))
            case _:
                raise _bad("button")
    return tuple(found)
