"""Zalo's platform over HTTP: every error comes with HTTP 200."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.serving import Standin
from tests.standins.zalo.bodies import RefusalError, content_of, recipient_of
from tests.standins.zalo.clock import PlatformClock
from tests.standins.zalo.oauth import Grants
from tests.standins.zalo.people import Person, Shown
from tests.standins.zalo.push import Pusher

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Call = Callable[[web.Request, dict[str, Any]], Awaitable[Any]]

APP_ID = "360846524940903967"
APP_SECRET = "app-secret-of-the-stand-in"
OA_ID = "388613280878808645"
OA_SECRET_KEY = "test-oa-secret-key"
CS = "/v3.0/oa/message/cs"
FREE_S = 48 * 3_600
OPEN_S = 7 * 86_400
UPLOAD_LASTS_S = 7 * 86_400
MAX_VALUE = 30
MAX_LISTED = 10
PICTURES = (".jpg", ".jpeg", ".png")
FILES = (".pdf", ".doc", ".docx", ".csv")
MAX_PICTURE = 1_048_576
MAX_FILE = 5 * 1_048_576


@dataclass(frozen=True)
class Counted:
    """A message that was taken, and what it counted as: a quota_type, or "billed"."""

    user_id: str
    ref: str
    as_what: str
    at: float  # monotonic, seconds


class ZaloServer(Standin):
    """
    One app and one Official Account.

    Args:
        sub_quota: messages of the package, used after 48 hours.
        bills: after those, messages are billed; else the answer is -211.
        limit_per_min: calls in any one minute, beyond which the answer is -32; None for no limit.
        templates: ids of approved templates, with the names of their parameters.
        template_price: đồng, told with each template that was taken; None for not telling.
    """

    def __init__(
        self,
        *,
        sub_quota: int = 0,
        bills: bool = True,
        limit_per_min: int | None = None,
        templates: dict[str, set[str]] | None = None,
        template_price: int | None = None,
    ) -> None:
        super().__init__()
        self.app_id, self.oa_id = APP_ID, OA_ID
        self.clock = PlatformClock()
        self.grants = Grants(self.clock, APP_ID, APP_SECRET)
        self.pusher = Pusher(APP_ID, OA_SECRET_KEY)
        self.sub_quota, self.bills, self.limit_per_min = sub_quota, bills, limit_per_min
        self.sub_quota_total = sub_quota
        self.templates = templates or {}
        self.template_price = template_price
        self.sent_by_phone: list[tuple[str, dict[str, str]]] = []
        self.echoes = True
        self.token_latency_s = 0.0
        self.upload_began, self.upload_may_end = asyncio.Event(), asyncio.Event()
        self.upload_may_end.set()
        self.counted: list[Counted] = []
        self.refused: list[tuple[str, int, str]] = []
        self.uploads = 0
        self._written: list[dict[str, Any]] = []
        self._uploads: dict[str, float] = {}
        self._names: dict[str, str] = {}
        self._people: dict[str, Person] = {}
        self._called_at: deque[float] = deque()
        self._last_id = 0
        self._calls: dict[tuple[str, str], Call] = {
            ("POST", CS): self._cs,
            ("POST", "/v3.0/oa/message/template"): self._template_by_user,
            ("POST", "/message/template"): self._template_by_phone,
            ("POST", "/v2.0/oa/upload/image"): self._upload_image,
            ("POST", "/v2.0/oa/upload/file"): self._upload_file,
            ("GET", "/v2.0/oa/getoa"): self._get_oa,
            ("GET", "/v2.0/oa/listrecentchat"): self._recent_chats,
            ("GET", "/v2.0/oa/conversation"): self._conversation,
            ("GET", "/v3.0/oa/user/detail"): self._user_detail,
        }

    # --- running ---

    def application(self) -> web.Application:
        app = web.Application(client_max_size=8 * 1_048_576)
        app.router.add_post("/v4/oa/access_token", self._token)
        self.extend(app)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    def extend(self, app: web.Application) -> None:
        """Add routes of one's own."""

    async def close(self) -> None:
        await self.pusher.close()

    def person(self, user_id: str) -> Person:
        return self._people.setdefault(user_id, Person(self, user_id))

    def next_id(self) -> str:
        self._last_id += 1
        return f"{self._last_id:08x}a1b2c3d4e5f6"

    # --- a call ---

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/x-www-form-urlencoded":
            return _json({"error": -14004, "error_name": "Invalid content type"})
        form = {name: str(value) for name, value in (await request.post()).items()}
        fault = self.faults.due(request.path, None)
        if fault and not fault.is_accepted:
            return await self.fail(request, fault)
        said = self.grants.exchange(request.headers.get("secret_key"), form)
        await asyncio.sleep(self.token_latency_s)
        return await self.fail(request, fault) if fault else _json(said)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = self._calls.get((request.method, request.path))
        if call is None:
            return web.Response(status=404, text="404 page not found")
        try:
            self._check_pace()
            self._check_token(request.headers.get("access_token"))
            body = await _body(request)
            fault = self.faults.due(request.path, _user_of(body))
            if fault and not fault.is_accepted:
                return await self.fail(request, fault)
            data = await call(request, body)
        except RefusalError as refusal:
            self.refused.append((request.path, refusal.code, str(refusal)))
            return _json({"error": refusal.code, "message": str(refusal)})
        if fault:
            return await self.fail(request, fault)
        return _json({"data": data, "error": 0, "message": "Success"}, self._pace())

    def _check_token(self, shown: str | None) -> None:
        if (told := self.grants.refusal(shown)) is not None:
            raise RefusalError(told["error"], told["message"])

    def _check_pace(self) -> None:
        now = time.monotonic()
        while self._called_at and self._called_at[0] <= now - 60:
            self._called_at.popleft()
        if self.limit_per_min is not None and len(self._called_at) >= self.limit_per_min:
            raise RefusalError(-32, "Your app has been limited by request per minute")
        self._called_at.append(now)

    def _pace(self) -> dict[str, str]:
        limit = self.limit_per_min or 4_000
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": str(max(0, limit - len(self._called_at)))}

    # --- what can be called ---

    async def _cs(self, _: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        person = self._reached(recipient_of(body))
        content = content_of(body)
        for held, is_of in ((content.attachment_id, PICTURES), (content.file_token, FILES)):
            if held and self._uploads.get(held, 0.0) <= self.clock.now():
                raise RefusalError(-100, "Attachment has expired")
            if held and not self._names[held].lower().endswith(is_of):
                raise RefusalError(-201, "a picture is no file, and a file no picture")
        quota = self._quota(person)
        ref = self.next_id()
        self.counted.append(Counted(person.user_id, ref, quota["quota_type"] if quota else "billed", time.monotonic()))
        name = self._names.get(content.attachment_id or content.file_token, "")
        person.shows(Shown(ref, True, content.text, content.buttons, content.card, name))
        self.keep(OA_ID, person.user_id, ref, content.text)
        if self.echoes:
            self._echo(person, ref, content.text)
        data: dict[str, Any] = {
            "message_id": ref,
            "user_id": person.user_id,
            "sent_time": str(self.clock.now_ms()),
        }
        return data | ({"quota": quota} if quota else {})

    def _reached(self, user_id: str) -> Person:
        person = self._people.get(user_id)
        if person is None:
            raise RefusalError(-201, "user_id is invalid")
        if person.has_blocked:
            raise RefusalError(-217, "User has blocked the invite")
        if not person.is_follower and person.spoke_at is None:
            raise RefusalError(-213, "User has not followed OA")
        return person

    def _quota(self, person: Person) -> dict[str, Any] | None:
        age = self.clock.now() - (person.spoke_at or 0.0)
        if age <= FREE_S:
            return {"quota_type": "reply"}
        if age > OPEN_S:
            raise RefusalError(-230, "User has not interacted with the OA in the past 7 days")
        if self.sub_quota:
            self.sub_quota -= 1
            return {
                "quota_type": "sub_quota",
                "remain": str(self.sub_quota),
                "total": str(self.sub_quota_total),
                "expired_date": "31/12/2026",
            }
        if not self.bills:
            raise RefusalError(-211, "Out of quota")
        return None

    def _echo(self, person: Person, ref: str, text: str) -> None:
        self.pusher.push(
            {
                "app_id": APP_ID,
                "sender": {"id": OA_ID},
                "user_id_by_app": f"9{person.user_id}",
                "recipient": {"id": person.user_id},
                "event_name": "oa_send_text",
                "message": {"text": text, "msg_id": ref},
                "timestamp": str(self.clock.now_ms()),
            }
        )

    async def _template_by_user(self, _: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        match body:
            case {"user_id": str(user_id), "template_id": str(known), "template_data": dict(data), **rest} if not rest:
                self._check_template(known, data)
                person = self._reached(user_id)
                ref = self.next_id()
                person.shows(Shown(ref, True, json.dumps(data, ensure_ascii=False)))
                return {"message_id": ref, "sent_time": str(self.clock.now_ms()), **self._price("price_uid")}
        raise RefusalError(-201, "Params is invalid")

    async def _template_by_phone(self, _: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        match body:
            case {
                "phone": str(phone),
                "template_id": str(known),
                "template_data": dict(data),
                "tracking_id": str(track),
            }:
                if not (phone.isdigit() and phone.startswith("84")):
                    raise RefusalError(-108, "Phone number is invalid")
                if not 0 < len(track) <= 48:
                    raise RefusalError(-1124, "tracking_id is invalid")
                self._check_template(known, data)
                self.sent_by_phone.append((phone, data))
                quota = {"dailyQuota": "500", "remainingQuota": "499"}
                return {"msg_id": self.next_id(), "quota": quota, **self._price("price_sdt")}
        raise RefusalError(-109, "Template data is invalid")

    def forget_uploads(self) -> None:
        """Let all that was uploaded expire at once."""
        self._uploads.clear()

    def _price(self, name: str) -> dict[str, str]:
        return {} if self.template_price is None else {name: str(self.template_price)}

    def _check_template(self, known: str, data: dict[str, Any]) -> None:
        if known not in self.templates:
            raise RefusalError(-109, "Template not found")
        if set(data) != self.templates[known] or any(not value or len(value) > MAX_VALUE for value in data.values()):
            raise RefusalError(-1121, "Template data is missing or unknown")

    async def _upload_image(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"attachment_id": await self._upload(request, PICTURES, MAX_PICTURE)}

    async def _upload_file(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"token": await self._upload(request, FILES, MAX_FILE)}

    async def _upload(self, request: web.Request, endings: tuple[str, ...], limit: int) -> str:
        form = await request.post()
        given = form.get("file")
        if not isinstance(given, web.FileField) or not given.filename.lower().endswith(endings):
            raise RefusalError(-201, "file is invalid")
        if len(given.file.read()) > limit:
            raise RefusalError(-210, "file is too large")
        self.upload_began.set()
        await self.upload_may_end.wait()
        self.uploads += 1
        known = f"upload-{self.next_id()}"
        self._uploads[known] = self.clock.now() + UPLOAD_LASTS_S
        self._names[known] = given.filename
        return known

    async def _get_oa(self, _: web.Request, __: dict[str, Any]) -> dict[str, Any]:
        return {"oa_id": OA_ID, "name": "Tập huấn công đoàn", "is_verified": True, "package_name": "Nâng cao"}

    def keep(self, sender: str, to: str, ref: str, text: str) -> None:
        """Remember a message of a chat."""
        self._written.append(
            {
                "src": int(sender != OA_ID),
                "time": self.clock.now_ms(),
                "type": "text",
                "message": text,
                "message_id": ref,
                "from_id": sender,
                "to_id": to,
            }
        )

    async def _recent_chats(self, request: web.Request, _: dict[str, Any]) -> list[dict[str, Any]]:
        offset, count = _page(request)
        newest: dict[str, dict[str, Any]] = {}
        for each in reversed(self._written):
            newest.setdefault(each["from_id"] if each["src"] else each["to_id"], each)
        return list(newest.values())[offset : offset + count]

    async def _conversation(self, request: web.Request, _: dict[str, Any]) -> list[dict[str, Any]]:
        offset, count = _page(request)
        user_id = json.loads(request.query["data"]).get("user_id")
        if user_id not in self._people:
            raise RefusalError(-201, "user_id is invalid")
        chat = [each for each in reversed(self._written) if user_id in (each["from_id"], each["to_id"])]
        return chat[offset : offset + count]

    async def _user_detail(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        try:
            asked = json.loads(request.query["data"])
            person = self._people[asked["user_id"]]
        except (KeyError, TypeError, ValueError) as error:
            raise RefusalError(-201, "user_id is invalid") from error
        return {"user_id": person.user_id, "user_is_follower": person.is_follower, "is_sensitive": False}


def _page(request: web.Request) -> tuple[int, int]:
    try:
        asked = json.loads(request.query["data"])
        offset, count = asked["offset"], asked["count"]
    except (KeyError, TypeError, ValueError) as error:
        raise RefusalError(-201, "data is invalid") from error
    if type(offset) is not int or type(count) is not int or offset < 0:
        raise RefusalError(-201, "data is invalid")
    if not 0 < count <= MAX_LISTED:
        raise RefusalError(-210, "count is larger than 10")
    return offset, count


async def _body(request: web.Request) -> dict[str, Any]:
    if request.method != "POST" or request.content_type != "application/json":
        return {}
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise RefusalError(-201, "body is not JSON") from error
    if not isinstance(body, dict):
        raise RefusalError(-201, "body is not an object")
    return body


def _user_of(body: dict[str, Any]) -> str | None:
    match body:
        case {"recipient": {"user_id": str(user_id)}} | {"user_id": str(user_id)}:
            return user_id
        case _:
            return None


def _json(said: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=json.dumps(said, ensure_ascii=False).encode(), content_type="application/json", headers=headers
    )
