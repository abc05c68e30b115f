"""A message as a chat page shows it. Pure; the templates only place what is decided here."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channels.fitting import fitted
from channels.messages import Kind
from channels.text import with_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from channels.messages import Button, Capabilities, Message
    from storage.shown import HistoryItem

_PLACE = re.compile(r".{0,40}?(?P<at>[0-9]{1,3})/(?P<of>[0-9]{1,3})")
_CHOICE = re.compile(r"(?P<letter>[A-D])\. (?P<text>.+)")
_LETTER = re.compile(r"(?P<box>[☐☑] )?(?P<letter>[A-D])")
_LINK = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)\]])")
_TONES = {"✅": "right", "❌": "wrong", "🎓": "done", "✔": "done"}
_BULLET = "• "
_LONGEST_HEADING = 90


@dataclass(frozen=True, slots=True)
class Press:
    """A button: `letter` and `text` where it is an answer that is read on the button itself."""

    label: str
    action: str
    hint: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in pieces, each with whether it is a link; `is_item` where a bullet stands before it."""

    pieces: tuple[tuple[str, bool], ...]
    is_item: bool = False

    @property
    def text(self) -> str:
        """The words."""
        return "".join(piece for piece, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a page. `mark` is the ledger id of its newest form; empty if the ledger does not have it."""

    ref: str
    mark: str
    key: str  # makes a press of one of its buttons count once
    title: str
    progress: tuple[int, int] | None
    heading: str
    lines: tuple[Line, ...]
    tone: str
    rows: tuple[tuple[Press, ...], ...]
    at: datetime | None = None
    has_file: bool = False  # found under its mark


def new_key() -> str:
    """Return a key that makes one press or text count once."""
    return secrets.token_hex(16)


def bubble(message: Message, ref: str, mark: str = "", at: datetime | None = None) -> Bubble:
    """Return how `message` looks."""
    tone = _TONES.get(message.title[:1], "")
    title = message.title[1:].lstrip() if tone else message.title  # the page draws its own sign
    place = _PLACE.fullmatch(title)
    progress = (int(place["at"]), int(place["of"])) if place and int(place["of"]) > 0 else None
    text, rows = _answers(message)
    heading, text = _heading(text) if message.title.endswith(" · 1/" + message.title.rpartition("/")[2]) else ("", text)
    return Bubble(
        ref=ref,
        mark=mark,
        key=new_key(),
        title=title,
        progress=progress,
        heading=heading,
        lines=tuple(map(_line, text.split("\n"))) if text else (),
        tone=tone or ("report" if message.kind is Kind.DIGEST else ""),
        rows=rows,
        at=at,
        has_file=message.attachment is not None and bool(mark),
    )


def written(
    message: Message, shown: Capabilities, ref: str, mark: str = "", at: datetime | None = None
) -> list[Bubble]:
    """Return the bubbles of a message where there is text alone: nothing is bold, a button, or the page's own sign."""
    bubbles = []
    for number, part in enumerate(fitted(message, shown)):
        text = with_choices(part, shown.max_text)
        lines = tuple(
            Line(tuple((piece, bool(_LINK.fullmatch(piece))) for piece in _LINK.split(line) if piece))
            for line in (text.split("\n") if text else ())
        )
        own_ref = f"{ref}.{number}" if number else ref
        has_file = part.attachment is not None and bool(mark)
        bubbles.append(Bubble(own_ref, mark, new_key(), "", None, "", lines, "", (), at, has_file))
    return bubbles


def _answers(message: Message) -> tuple[str, tuple[tuple[Press, ...], ...]]:
    """
    Put the lettered choices that end the text onto their buttons; elsewhere the buttons stay as they are.

    Letters may have a box before them, ticked or not; what stands above their row comes below it.
    """
    plain = tuple(tuple(_press(button) for button in row) for row in message.buttons)
    lines = message.text.split("\n")
    for place, row in enumerate(message.buttons):
        marks = [_LETTER.fullmatch(button.label) for button in row]
        choices = [_CHOICE.fullmatch(line) for line in lines[-len(row) :]]
        pairs = list(zip(marks, choices, plain[place], strict=False))
        if pairs and len(choices) == len(row) and all(m and c and m["letter"] == c["letter"] for m, c, _ in pairs):
            answers = tuple(
                (replace(press, label=f"{m['box'] or ''}{c['text']}", letter=m["letter"], hint=""),)
                for m, c, press in pairs
                if m and c
            )
            return "\n".join(lines[: -len(row)]).rstrip(), (*answers, *plain[:place], *plain[place + 1 :])
    return message.text, plain


def _line(words: str) -> Line:
    text = words.removeprefix(_BULLET)
    pieces = tuple((piece, bool(_LINK.fullmatch(piece))) for piece in _LINK.split(text) if piece)
    return Line(pieces, is_item=text != words)


def _press(button: Button) -> Press:
    return Press(button.label, button.action, button.hint)


def _heading(text: str) -> tuple[str, str]:
    first, gap, rest = text.partition("\n\n")
    return (first, rest) if gap and "\n" not in first and len(first) <= _LONGEST_HEADING else ("", text)


# --- the ledger, as a page --------------------------------------------------------------------------------------------


def ref_of(item: HistoryItem) -> str:
    """Return what the channel calls the message, also while it is being sent."""
    return item.message_ref or item.message.replaces or str(item.id)


def fold(items: Iterable[HistoryItem]) -> list[Bubble]:
    """Return the bubbles from the oldest: an edit takes the place, and keeps the hour, of what it replaces."""
    shown: dict[str, Bubble] = {}
    for item in items:
        ref = ref_of(item)
        before = shown.get(ref)
        at = before.at if before else item.run_at
        shown[ref] = bubble(item.message, ref, str(item.id), at)
    return list(shown.values())


def unfold(items: Iterable[HistoryItem], shown: Capabilities) -> list[Bubble]:
    """Return the bubbles from the oldest where nothing is edited: each new form is a message of its own."""
    return [each for item in items for each in written(item.message, shown, str(item.id), str(item.id), item.run_at)]


def mark_of(ids: Iterable[int], limit: int) -> str:
    """Return a short mark of what a page has: equal marks, equal pages."""
    newest: Sequence[int] = sorted(ids)[-limit:]
    return hashlib.sha256(",".join(map(str, newest)).encode()).hexdigest()[:16]
