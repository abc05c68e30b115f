"""The Bot API over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.serving import Standin
from tests.standins.telegram.chats import Chat
from tests.standins.telegram.intake import Intake, Webhook
from tests.standins.telegram.markup import RefusalError, bad, checked_caption, checked_markup, checked_text
from tests.standins.telegram.parameters import (
    MAX_FILE_BYTES,
    allowed_updates,
    chat_of,
    document_of,
    integer,
    is_true,
    read,
    text_of,
)
from tests.standins.telegram.user import User

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Method = Callable[[dict[str, Any]], Awaitable[Any]]

TOKEN = "7000000001:AAstandinstandinstandinstandinstan0"
USERNAME = "taphuan_bot"
MAX_BODY = MAX_FILE_BYTES + 2 * 1_048_576
_QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True)
class Accepted:
    """A call that had its effect. `at` is monotonic, seconds."""

    method: str
    chat_id: int | None
    message_id: int | None
    parameters: dict[str, Any]
    at: float


class TelegramServer(Standin):
    """
    One bot's server.

    Args:
        token: the only one that is let in; None lets any in.
        latency_s: a call takes that long, half of it before it has its effect.
        limit_per_s: sendMessage calls in any one second, beyond which it answers 429; None for no limit.
        any_chat: a chat exists as soon as it is written to.
        is_minimal: answers carry nothing but the message's number.
    """

    def __init__(
        self,
        *,
        token: str | None = TOKEN,
        latency_s: float = 0.0,
        limit_per_s: int | None = None,
        any_chat: bool = False,
        is_minimal: bool = False,
    ) -> None:
        super().__init__()
        self.token = token or TOKEN
        self.is_open = token is None
        self.latency_s = latency_s
        self.limit_per_s = limit_per_s
        self.any_chat = any_chat
        self.is_minimal = is_minimal
        self.intake = Intake()
        self.accepted: list[Accepted] = []
        self.refused: list[tuple[str, int, str]] = []
        self.answered_callbacks: list[str] = []
        self.commands: list[dict[str, str]] = []
        self.me = {
            "id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Tập huấn", "username": USERNAME,
            "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False,
        }  # fmt: skip
        self._users: dict[int, User] = {}
        self._callbacks: set[str] = set()
        self._last_callback = 10**17
        self._sent_at: deque[float] = deque()
        self._called_at = 0.0
        self._methods: dict[str, Method] = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback_query,
            "sendChatAction": self._send_chat_action,
            "setMyCommands": self._set_my_commands,
            "getMyCommands": self._get_my_commands,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
        }

    # --- running ---

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._handle)
        self.extend(app)
        return app

    def extend(self, app: web.Application) -> None:
        """Add routes of one's own."""

    async def close(self) -> None:
        await self.intake.close()

    # --- what tests use ---

    def user(self, number: int, first_name: str = "Lan") -> User:
        """Return the person with that id; their chat with the bot exists from now on."""
        if number not in self._users:
            person = {"id": number, "is_bot": False, "first_name": first_name, "language_code": "vi"}
            self._users[number] = User(self, Chat(person, self.me))
        return self._users[number]

    def issue_callback(self) -> str:
        """Return an id that answerCallbackQuery will take."""
        self._last_callback += 1
        self._callbacks.add(str(self._last_callback))
        return str(self._last_callback)

    def expire_callbacks(self) -> None:
        """Make all taps so far too old to be answered."""
        self._callbacks.clear()

    def sent(self, chat_id: int | None = None, method: str = "sendMessage") -> list[Accepted]:
        """Return the accepted calls of a method, to one chat or all."""
        return [a for a in self.accepted if a.method == method and chat_id in {None, a.chat_id}]

    async def settled(self, quiet_s: float = 0.05, timeout_s: float = 5.0) -> None:
        """Wait until every update is acknowledged and nothing was called for `quiet_s`."""
        async with asyncio.timeout(timeout_s):
            while self.intake.pending or time.monotonic() - self._called_at < quiet_s:  # noqa: ASYNC110 - quiet is no event
                await asyncio.sleep(quiet_s / 5)

    # --- one call ---

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method != "getUpdates":
            self._called_at = time.monotonic()
        try:
            known = self._known(request.match_info["token"], method)
            parameters = await read(request)
            fault = self.faults.due(method, chat_of(parameters))
            if self.latency_s:
                await asyncio.sleep(self.latency_s / 2)
            if fault and not fault.is_accepted:
                return await self.fail(request, fault)
            result = await self._apply(method, known, parameters)
            if self.latency_s:
                await asyncio.sleep(self.latency_s / 2)
            if fault:
                return await self.fail(request, fault)
        except RefusalError as refusal:
            self.refused.append((method, refusal.status, refusal.description))
            return _json(
                {"ok": False, "error_code": refusal.status, "description": refusal.description}, refusal.status
            )
        except FloodWaitError as wait:
            self.refused.append((method, 429, str(wait)))
            said = {
                "ok": False,
                "error_code": 429,
                "description": str(wait),
                "parameters": {"retry_after": wait.seconds},
            }
            return _json(said, 429)
        return _json({"ok": True, "result": result})

    def _known(self, token: str, method: str) -> Method:
        if not self.is_open and token != self.token:
            raise RefusalError(401, "Unauthorized")
        if method not in self._methods:
            raise RefusalError(404, "Not Found: method not found")
        return self._methods[method]

    async def _apply(self, method: str, known: Method, parameters: dict[str, Any]) -> Any:
        result = await known(parameters)
        number = result.get("message_id") if isinstance(result, dict) else None
        if method != "getUpdates":
            self.accepted.append(Accepted(method, chat_of(parameters), number, parameters, time.monotonic()))
        return {"message_id": number} if number is not None and self.is_minimal else result

    # --- methods ---

    async def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.me

    async def _send_message(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(parameters)
        text, entities = checked_text(text_of(parameters), parameters.get("parse_mode"))
        markup = checked_markup(parameters.get("reply_markup"))
        chat.check_open()
        self._check_flood()
        return chat.as_json(chat.add(by_bot=True, text=text, entities=entities, markup=markup))

    async def _send_document(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(parameters)
        document = document_of(parameters)
        caption, entities = checked_caption(parameters.get("caption"), parameters.get("parse_mode"))
        markup = checked_markup(parameters.get("reply_markup"))
        chat.check_open()
        self._check_flood()
        parameters["document"] = document.as_json()  # what was accepted is looked at as JSON
        held = chat.add(by_bot=True, text=caption, entities=entities, markup=markup, document=document)
        return chat.as_json(held)

    async def _edit_message_text(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(parameters)
        number = integer(parameters, "message_id")
        text, entities = checked_text(text_of(parameters), parameters.get("parse_mode"))
        markup = checked_markup(parameters.get("reply_markup"))
        chat.check_open()
        return chat.as_json(chat.edit(number, text, entities, markup))

    async def _edit_message_reply_markup(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(parameters)
        markup = checked_markup(parameters.get("reply_markup"))
        chat.check_open()
        return chat.as_json(chat.edit(integer(parameters, "message_id"), None, [], markup))

    async def _delete_message(self, parameters: dict[str, Any]) -> bool:
        chat = self._chat(parameters)
        chat.check_open()
        chat.delete(integer(parameters, "message_id"))
        return True

    async def _answer_callback_query(self, parameters: dict[str, Any]) -> bool:
        query = parameters.get("callback_query_id")
        if query not in self._callbacks:
            raise bad(_QUERY_TOO_OLD)
        if len(str(parameters.get("text", ""))) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.answered_callbacks.append(str(query))
        return True

    async def _send_chat_action(self, parameters: dict[str, Any]) -> bool:
        self._chat(parameters).check_open()
        return True

    async def _set_my_commands(self, parameters: dict[str, Any]) -> bool:
        given = parameters.get("commands")
        commands: Any = json.loads(given) if isinstance(given, str) else given
        for command in commands if isinstance(commands, list) else [None]:
            match command:
                case {"command": str(name), "description": str(shown)}:
                    if not re.fullmatch(r"[a-z0-9_]{1,32}", name) or not 1 <= len(shown) <= 256:
                        raise bad("BOT_COMMAND_INVALID")
                case _:
                    raise bad("can't parse BotCommand")
        self.commands = commands
        return True

    async def _get_my_commands(self, _: dict[str, Any]) -> list[dict[str, str]]:
        return self.commands

    async def _get_updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        limit = integer(parameters, "limit", 100)
        wait = integer(parameters, "timeout", 0)
        if not 1 <= limit <= 100 or not 0 <= wait <= 50:
            raise bad("limit is 1 to 100, timeout 0 to 50")
        return await self.intake.get(integer(parameters, "offset", 0), limit, wait, allowed_updates(parameters))

    async def _set_webhook(self, parameters: dict[str, Any]) -> bool:
        url = parameters.get("url")
        secret = parameters.get("secret_token", "")
        if not isinstance(url, str) or (url and not url.startswith(("https://", "http://127.0.0.1:"))):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        webhook = Webhook(url, secret, integer(parameters, "max_connections", 40)) if url else None
        await self.intake.set_webhook(
            webhook, allowed_updates(parameters), drop=is_true(parameters, "drop_pending_updates")
        )
        return True

    async def _delete_webhook(self, parameters: dict[str, Any]) -> bool:
        await self.intake.set_webhook(None, None, drop=is_true(parameters, "drop_pending_updates"))
        return True

    async def _get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        url = self.intake.webhook.url if self.intake.webhook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.intake.pending)}

    # --- checks ---

    def _chat(self, parameters: dict[str, Any]) -> Chat:
        number = integer(parameters, "chat_id")
        if number not in self._users and not self.any_chat:
            raise bad("chat not found")
        return self.user(number).chat

    def _check_flood(self) -> None:
        if self.limit_per_s is None:
            return
        now = time.monotonic()
        while self._sent_at and self._sent_at[0] <= now - 1:
            self._sent_at.popleft()
        if len(self._sent_at) >= self.limit_per_s:
            raise FloodWaitError(1)
        self._sent_at.append(now)


class FloodWaitError(Exception):
    """429."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too Many Requests: retry after {seconds}")
        self.seconds = seconds


def _json(said: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(status=status, body=json.dumps(said).encode(), content_type="application/json")
