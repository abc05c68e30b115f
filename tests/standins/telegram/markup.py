"""What the Bot API checks before it takes a message: text, its HTML, its keyboard."""

from __future__ import annotations

import html
import json
import re
from typing import Any

MAX_TEXT = 4_096
MAX_CAPTION = 1_024
MAX_ACTION_BYTES = 64
MAX_BUTTONS = 100
MAX_IN_ROW = 8

Entity = dict[str, Any]

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "tg-spoiler": "spoiler", "blockquote": "blockquote",
}  # fmt: skip
_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s[^<>]*)?)>"
    r"|(?P<entity>&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)"
    r"|(?P<text>[^<&]+)"
    r"|(?P<stray>[<&])"
)
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e]")


class RefusalError(Exception):
    """The call is refused with a status and, in the Bot API's words, a reason."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


def bad(description: str) -> RefusalError:
    return RefusalError(400, f"Bad Request: {description}")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_caption(source: object, parse_mode: str | None) -> tuple[str, list[Entity]]:
    """Return what stands below a file, perhaps nothing; as `checked_text`."""
    if source is None or source == "":
        return "", []
    if not isinstance(source, str):
        raise bad("caption must be a string")
    text, entities = checked_text(source, parse_mode)
    if units(text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return text, entities


def checked_text(source: str, parse_mode: str | None) -> tuple[str, list[Entity]]:
    """Return the text as shown, with its entities, offsets in UTF-16 units."""
    if any("\ud800" <= letter <= "\udfff" for letter in source):
        raise bad("strings must be encoded in UTF-8")
    match (parse_mode or "").casefold():
        case "html":
            text, entities = _parsed(source)
        case "":
            text, entities = _DROPPED.sub("", source), []
        case _:
            raise bad("unsupported parse_mode")
    lead = len(text) - len(text.lstrip())
    shift = units(text[:lead])
    text = text.strip()
    if not text:
        raise bad("message text is empty")
    if units(text) > MAX_TEXT:
        raise bad("message is too long")
    return text, [{**entity, "offset": max(0, entity["offset"] - shift)} for entity in entities if entity["length"]]


def _parsed(source: str) -> tuple[str, list[Entity]]:
    shown: list[str] = []
    length = 0
    opened: list[tuple[str, int]] = []
    entities: list[Entity] = []
    for piece in _PIECE.finditer(source):
        if piece["stray"]:
            raise bad(f"can't parse entities: unexpected character {piece['stray']!r} at offset {piece.start()}")
        if (tag := piece["tag"]) is None:
            text = _DROPPED.sub("", html.unescape(piece["entity"]) if piece["entity"] else piece["text"])
            shown.append(text)
            length += units(text)
            continue
        name = tag.casefold()
        if name not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {piece.start()}')
        if not piece["close"]:
            if name == "a" and "href=" not in piece["attributes"]:
                raise bad("can't parse entities: a link without href")
            opened.append((name, length))
            continue
        if not opened or opened[-1][0] != name:
            raise bad(f"can't parse entities: unexpected end tag at byte offset {piece.start()}")
        _, start = opened.pop()
        entities.append({"type": _TAGS[name], "offset": start, "length": length - start})
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return "".join(shown), entities


def checked_markup(value: object) -> dict[str, Any] | None:
    """Return a keyboard of one of the four kinds, as it is kept; None for none."""
    if value is None or value == "":
        return None
    markup: Any = _json(value)
    match markup:
        case {"inline_keyboard": list(rows)}:
            _check_rows(rows, _check_inline)
            return {"inline_keyboard": rows} if any(rows) else None
        case {"keyboard": list(rows)}:
            _check_rows(rows, _check_key)
            if not any(rows):
                raise bad("reply keyboard is empty")
            return dict(markup)
        case {"remove_keyboard": True} | {"force_reply": True}:
            return dict(markup)
        case _:
            raise bad("object expected as reply markup")


def _json(value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None


def _check_rows(rows: list[Any], check: Any) -> None:
    if not all(isinstance(row, list) for row in rows):
        raise bad("can't parse keyboard: rows must be arrays")
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_IN_ROW for row in rows):
        raise bad("REPLY_MARKUP_TOO_LONG")
    for row in rows:
        for button in row:
            check(button)


def _check_inline(button: object) -> None:
    match button:
        case {"text": str(label), "callback_data": str(data), **rest} if label.strip() and not rest:
            if not 1 <= len(data.encode()) <= MAX_ACTION_BYTES:
                raise bad("BUTTON_DATA_INVALID")
        case {"text": str(label), "url": str(url), **rest} if label.strip() and not rest:
            if not url.startswith(("http://", "https://", "tg://")):
                raise bad("BUTTON_URL_INVALID")
        case _:
            raise bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")


def _check_key(button: object) -> None:
    match button:
        case str(label) | {"text": str(label)} if label.strip():
            return
        case _:
            raise bad("can't parse keyboard button")
