"""Choices where there are no buttons: spelled below the text, and typed. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from channels.messages import Button, Message

_ANSWER = re.compile(r"[A-Z]")
_NUMBER = re.compile(r"\d{1,2}")


def spelled(message: Message) -> str:
    """
    What a person reads below the text instead of buttons; empty where there are none.

    Letters belong to questions, in whose text they stand; other choices get numbers. One alone, or beside letters, is
    typed by its words.
    """
    answers, others = _parted(message)
    labels = [_plain(button.label) for button in others]
    if not labels:
        return ""
    if answers:
        return f"Hoặc nhắn: {', '.join(labels)}."
    if len(labels) == 1:
        return f"Nhắn: {labels[0]}."
    return "Nhắn số để chọn:\n" + "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def chosen(message: Message, typed: str) -> str | None:
    """The action of the choice that was typed in answer to `message`; None for none."""
    folded = fold(typed)
    answers, others = _parted(message)
    for button in (*answers, *others):
        if folded and folded == fold(button.label):
            return button.action
    if _NUMBER.fullmatch(folded) and not answers and 1 < len(others) >= int(folded) > 0:
        return others[int(folded) - 1].action
    return None


def _parted(message: Message) -> tuple[list[Button], list[Button]]:
    """The letters of a question, and the rest."""
    buttons = [button for row in message.buttons for button in row]
    answers = [button for button in buttons if _ANSWER.fullmatch(button.label)]
    return answers, [button for button in buttons if button not in answers]


def _plain(label: str) -> str:
    return label.removesuffix("▸").rstrip()
