"""Tools (mẫu): a page to fill in at work, sent when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import words
from learning.calendar import day_of

if TYPE_CHECKING:
    from channels.messages import Message
    from handlers.actions import OpenTool, ToolFile
    from handlers.context import Context


async def show(ctx: Context, action: OpenTool) -> list[Message]:
    """Send a tool below what is on the screen; one that is not served any more is not sent."""
    tool = ctx.library.tool(action.tool)
    if tool is None:
        return []
    return [words.tool(tool, day_of(ctx.now), is_printed="pdf" in ctx.capabilities.files)]


async def send_file(ctx: Context, action: ToolFile) -> list[Message]:
    """Send a tool as a page to print; where the channel shows no files, say where it can be had."""
    tool = ctx.library.tool(action.tool)
    if tool is None:
        return []
    return [words.tool_file(tool) if "pdf" in ctx.capabilities.files else words.tool_file_elsewhere(tool)]
