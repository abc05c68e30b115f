"""Calls of the Official Account's OpenAPI v3 and of ZBS templates."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp

from channels.messages import RefusedError, UnknownOutcomeError
from channels.zalo.verdicts import Api, Verdict, answered, as_send_error, verdict_of

if TYPE_CHECKING:
    from channels.wire import Wire

_log = logging.getLogger(__name__)

OA_BASE = "https://openapi.zalo.me"
ZBS_BASE = "https://business.openapi.zalo.me"
PICTURES = ("jpg", "jpeg", "png")
FILES = ("pdf", "doc", "docx", "csv")
MAX_PICTURE = 1_048_576
MAX_FILE = 5 * 1_048_576
_MAX_TOLD = 160


class Tokens(Protocol):
    """Where access tokens come from."""

    async def access(self) -> str:
        """
        The token to call with.

        Raises:
            SendError: there is none now.
        """
        ...

    async def instead_of(self, dead: str) -> str:
        """
        The token to call with after the platform refused `dead`.

        Raises:
            SendError: there is none now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bases:
    """Where the platform is."""

    oa: str = OA_BASE
    zbs: str = ZBS_BASE


class ZaloClient:
    """One Official Account."""

    def __init__(self, wire: Wire, tokens: Tokens, bases: Bases | None = None) -> None:
        self._wire = wire
        self._tokens = tokens
        self._bases = bases or Bases()

    async def consult(self, user_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """
        Send a "tin Tư vấn" and return its data: `message_id`, and `quota` unless it was billed.

        Raises:
            SendError: as the subclass says.
        """
        body = {"recipient": {"user_id": user_id}, "message": message}
        return await self._call("POST", f"{self._bases.oa}/v3.0/oa/message/cs", body)

    async def template_to_user(self, user_id: str, template_id: str, data: dict[str, str]) -> dict[str, Any]:
        """
        Send an approved template, which is paid, to a user id.

        Raises:
            SendError: as the subclass says.
        """
        body = {"user_id": user_id, "template_id": template_id, "template_data": data}
        return await self._call("POST", f"{self._bases.oa}/v3.0/oa/message/template", body, api=Api.ZBS)

    async def template_to_phone(
        self, phone: str, template_id: str, data: dict[str, str], tracking_id: str
    ) -> dict[str, Any]:
        """
        Send an approved template, which is paid, to a phone (`84…`); `tracking_id` (at most 48) comes back with events.

        Raises:
            SendError: as the subclass says.
        """
        body = {"phone": phone, "template_id": template_id, "template_data": data, "tracking_id": tracking_id}
        return await self._call("POST", f"{self._bases.zbs}/message/template", body, api=Api.ZBS)

    async def upload_image(self, name: str, content: bytes) -> str:
        """
        Upload a .jpg or .png of at most 1 MB and return its id, which serves for 7 days.

        Raises:
            SendError: as the subclass says; `RefusedError` before any call for what cannot be taken.
        """
        data = await self._upload("image", name, content, PICTURES, MAX_PICTURE)
        return _told(data, "attachment_id")

    async def upload_file(self, name: str, content: bytes) -> str:
        """
        Upload a .pdf, .doc, .docx or .csv of at most 5 MB and return its token, which serves for 7 days.

        Raises:
            SendError: as the subclass says; `RefusedError` before any call for what cannot be taken.
        """
        data = await self._upload("file", name, content, FILES, MAX_FILE)
        return _told(data, "token")

    async def send_image(self, user_id: str, attachment_id: str, text: str = "") -> dict[str, Any]:
        """
        Send an uploaded picture with its caption, and return the data as `consult` does.

        Raises:
            SendError: as the subclass says; `ExpiredError` for what must be uploaded again.
        """
        element = {"media_type": "image", "attachment_id": attachment_id}
        payload = {"template_type": "media", "elements": [element]}
        message: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
        return await self.consult(user_id, ({"text": text} if text else {}) | message)

    async def send_file(self, user_id: str, token: str) -> dict[str, Any]:
        """
        Send an uploaded file, which has no caption, and return the data as `consult` does.

        Raises:
            SendError: as the subclass says; `ExpiredError` for what must be uploaded again.
        """
        return await self.consult(user_id, {"attachment": {"type": "file", "payload": {"token": token}}})

    async def _upload(
        self, what: str, name: str, content: bytes, endings: tuple[str, ...], limit: int
    ) -> dict[str, Any]:
        if not name.lower().endswith(tuple(f".{ending}" for ending in endings)):
            raise RefusedError(f"a name must end in {', '.join(endings)}")
        if not 0 < len(content) <= limit:
            raise RefusedError(f"{len(content)} bytes: from 1 to {limit} can be uploaded")
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=name)
        return await self._call("POST", f"{self._bases.oa}/v2.0/oa/upload/{what}", form=form)

    async def about(self) -> dict[str, Any]:
        """
        The Official Account's name, package and verification.

        Raises:
            SendError: as the subclass says.
        """
        return await self._call("GET", f"{self._bases.oa}/v2.0/oa/getoa")

    async def person(self, user_id: str) -> dict[str, Any]:
        """
        What the platform tells of a person.

        Raises:
            SendError: as the subclass says.
        """
        query = {"data": json.dumps({"user_id": user_id})}
        return await self._call("GET", f"{self._bases.oa}/v3.0/oa/user/detail", query=query)

    async def recent_chats(self, offset: int, count: int) -> list[dict[str, Any]]:
        """
        The newest message of each chat, the newest chat first; at most 10 at once.

        Raises:
            SendError: as the subclass says.
        """
        return await self._listed("listrecentchat", {"offset": offset, "count": count})

    async def conversation(self, user_id: str, offset: int, count: int) -> list[dict[str, Any]]:
        """
        The messages of a chat, both sides', the newest first; at most 10 at once.

        Raises:
            SendError: as the subclass says.
        """
        return await self._listed("conversation", {"user_id": user_id, "offset": offset, "count": count})

    async def _listed(self, what: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        told = await self._answer("GET", f"{self._bases.oa}/v2.0/oa/{what}", query={"data": json.dumps(asked)})
        return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _call(self, method: str, url: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        data = await self._answer(method, url, body, **more)
        return data if isinstance(data, dict) else {}

    async def _answer(
        self,
        method: str,
        url: str,
        body: dict[str, Any] | None = None,
        *,
        api: Api = Api.OA,
        form: aiohttp.FormData | None = None,
        query: dict[str, str] | None = None,
    ) -> object:
        """Call; with a dead token once more, with the next one."""
        token = await self._tokens.access()
        for is_last in (False, True):
            answer = answered(
                await self._wire.request(
                    method, url, headers={"access_token": token}, json_body=body, form=form, query=query
                )
            )
            code = answer.get("error")
            if code == 0:
                return answer.get("data")
            if type(code) is not int:
                break
            told = f"{code}: {str(answer.get('message', ''))[:_MAX_TOLD]}"
            verdict = verdict_of(code, told, api)
            if verdict is Verdict.TOKEN and not is_last and form is None:
                token = await self._tokens.instead_of(token)
                continue
            if verdict in {Verdict.CONSOLE, Verdict.TOKEN}:
                _log.error("Zalo từ chối vì thiết lập của Official Account (%s): xem docs/zalo.md, mục Mã lỗi.", told)
            raise as_send_error(verdict, told, api)
        raise UnknownOutcomeError("an answer that is not Zalo's")


def _told(data: dict[str, Any], name: str) -> str:
    match data.get(name):
        case str(told) if told:
            return told
        case _:
            raise UnknownOutcomeError(f"taken, but the answer carries no {name}")
