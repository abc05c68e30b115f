"""What is said of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Attachment, Button, FileKind, Kind, Message
from content import tool_text
from handlers.actions import OpenTool, ToolFile
from handlers.words.buttons import CONTINUE

if TYPE_CHECKING:
    from datetime import date

    from content.figures import Figures
    from content.tool_model import Tool


_ELSEWHERE = "Cần bản in (PDF): đồng chí mở trợ lý trên trình duyệt, bấm vào mẫu này rồi bấm [Tải PDF]."


def tool_button(offered: Tool) -> Button:
    """[Mẫu: …]."""
    return Button(f"Mẫu: {offered.title}", OpenTool(offered.id).pack())


def tool(asked: Tool, on: date, figures: Figures | None = None, *, is_printed: bool = True) -> Message:
    """The page itself, as of a day, the one message that may be longer than a phone's screen; and where to print it."""
    text = tool_text.text(asked, on, figures)
    rows = ((Button("Tải PDF", ToolFile(asked.id).pack(), file="pdf"), CONTINUE),)
    return Message(text if is_printed else f"{text}\n\n{_ELSEWHERE}", rows, title=asked.title, kind=Kind.LESSON_STEP)


def tool_file(asked: Tool) -> Message:
    """The page to print. Without a button: what it leads to would take the file's place on the screen."""
    return Message(
        "Một trang A4, in ra là điền được. Đồng chí lưu lại để dùng nhiều lần.",
        title=asked.title,
        attachment=Attachment(FileKind.TOOL, asked.id),
    )


def tool_file_elsewhere(asked: Tool) -> Message:
    """The channel shows no files."""
    return Message(
        "Kênh này chưa nhận được tệp. Đồng chí mở trợ lý trên trình duyệt, bấm vào mẫu này rồi bấm [Tải PDF].",
        ((CONTINUE,),),
        title=asked.title,
    )
