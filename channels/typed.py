"""Choices where there are no buttons: spelled below the text, and typed. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from channels.messages import Button, Message

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ANSWER = re.compile(r"[A-Z]")


def spelled(message: Message) -> str:
    """
    What a person reads below the text instead of buttons; empty where there are none.

    The letters of a question stand in its text already: beside them other choices are typed by their words. Without
    such letters each choice gets one.
    """
    answers, others = _parted(message)
    if not others:
        return ""
    if answers:
        return "Hoặc nhắn: " + ", ".join(_plain(button.label) for button in others) + "."
    lines = [f"{letter}. {_plain(button.label)}" for letter, button in zip(_LETTERS, others, strict=False)]
    return "Nhắn chữ cái để chọn:\n" + "\n".join(lines)


def chosen(message: Message, typed: str) -> str | None:
    """The action of the choice that was typed in answer to `message`: by its letter or its words; None for none."""
    folded = fold(typed)
    answers, others = _parted(message)
    if len(folded) == 1 and (letter := folded.upper()) in _LETTERS:
        lettered = {button.label: button for button in answers} or dict(zip(_LETTERS, others, strict=False))
        return lettered[letter].action if letter in lettered else None
    for button in others:
        if folded and folded == fold(button.label):
            return button.action
    return None


def _parted(message: Message) -> tuple[list[Button], list[Button]]:
    buttons = [button for row in message.buttons for button in row]
    answers = [button for button in buttons if _ANSWER.fullmatch(button.label)]
    return answers, [button for button in buttons if button not in answers]


def _plain(label: str) -> str:
    return label.removesuffix("▸").rstrip()
