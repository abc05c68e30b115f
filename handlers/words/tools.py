"""What is said of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from content import tool_text
from handlers.actions import OpenTool
from handlers.words.buttons import CONTINUE

if TYPE_CHECKING:
    from datetime import date

    from content.figures import Figures
    from content.tool_model import Tool


def tool_button(offered: Tool) -> Button:
    """[Mẫu: …]."""
    return Button(f"Mẫu: {offered.title}", OpenTool(offered.id).pack())


def tool(asked: Tool, on: date, figures: Figures | None = None) -> Message:
    """The page itself, as of a day; the one message that may be longer than a phone's screen."""
    return Message(tool_text.text(asked, on, figures), ((CONTINUE,),), title=asked.title, kind=Kind.LESSON_STEP)
