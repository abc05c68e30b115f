"""Opening a bot, and what is asked of the Bot API when the program starts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import telegram
from telegram.error import TelegramError

from channels.messages import SendError, UnknownOutcomeError
from channels.telegram.calls import as_send_error, call
from channels.telegram.transport import AiohttpRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)

API_BASE = "https://api.telegram.org"
COMMANDS = {
    "hoc": "Học bài tiếp theo",
    "tracuu": "Tra cứu luật, con số trong bài học",
    "baocao": "Xem kết quả, báo cáo",
    "lich": "Chọn giờ học, giờ nhắc",
    "baothaydoi": "Báo thay đổi: thôi chức, người mới, sai đơn vị",
    "lienket": "Liên kết với trang web hoặc máy khác",
    "toi": "Thông tin và lựa chọn của tôi",
    "trogiup": "Trợ giúp",
}


class Bot(telegram.Bot):
    """A bot whose `repr` keeps its token to itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the bot's id alone."""
        return f"Bot[{self.token.partition(':')[0]}]"


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who the bot is: its id, and its name without the @."""

    external_id: str
    username: str


def open_bot(
    token: str,
    api_base: str = API_BASE,
    *,
    connect_timeout_s: float = 5.0,
    read_timeout_s: float = 20.0,
    proxy: str | None = None,
) -> Bot:
    """
    Return a bot that has not connected yet. `TelegramChannel.close` closes it.

    Args:
        token: as @BotFather gave it.
        api_base: `https://api.telegram.org`, or one's own Bot API server.
        connect_timeout_s: to get a connection.
        read_timeout_s: to wait for an answer.
        proxy: `http://[user:password@]host:port`, or none.
    """
    # At DEBUG python-telegram-bot writes the address with the token, and the text of every message.
    logging.getLogger("telegram").setLevel(logging.WARNING)
    request = AiohttpRequest(connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s, proxy=proxy)
    base = api_base.rstrip("/")
    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def introduce(bot: telegram.Bot) -> BotIdentity:
    """
    Ask who the bot is.

    Raises:
        SendError: `UnreachableError` where the token is refused or there is no network.
    """
    match await _asked(bot, "getMe"):
        case {"id": int(number), "username": str(username)}:
            return BotIdentity(str(number), username)
        case _:
            raise UnknownOutcomeError("getMe does not say who the bot is")


async def set_commands(bot: telegram.Bot) -> None:
    """Show the commands in the chat's menu. Nothing rests on it: a failure is logged."""
    commands = [{"command": name, "description": shown} for name, shown in COMMANDS.items()]
    try:
        await call(bot, "setMyCommands", commands=commands)
    except TelegramError as error:
        _log.warning("Chưa đặt được trình đơn lệnh của bot (%s); bot vẫn chạy.", type(error).__name__)


async def set_webhook(bot: telegram.Bot, url: str, secret: str, allowed_updates: Sequence[str]) -> None:
    """
    Have updates sent to `url` with `secret` in a header; what waits is kept.

    Raises:
        SendError: it was not set.
    """
    await _asked(bot, "setWebhook", url=url, secret_token=secret, allowed_updates=list(allowed_updates))


async def delete_webhook(bot: telegram.Bot) -> None:
    """
    Stop sending updates, so that they can be fetched; what waits is kept.

    Raises:
        SendError: it was not deleted.
    """
    await _asked(bot, "deleteWebhook")


async def _asked(bot: telegram.Bot, method: str, **parameters: Any) -> Any:
    try:
        return await call(bot, method, **parameters)
    except TelegramError as error:
        failure: SendError = as_send_error(error)
    raise failure
