"""What every answer carries and every unsafe request must show: headers, same origin, errors that tell nothing."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from web.forms import BadFieldError
from web.pages import json_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Handler, Middleware

    from web.pages import Pages

_log = logging.getLogger(__name__)

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send "Origin: null" on our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Scripts and platforms send no Origin; a browser always does on a POST.
_DRIVEN_BY_SCRIPTS = {"/telegram/webhook", "/zalo/webhook", "/zalo-bot/webhook", "/demo/clock"}

_WORDS = {
    400: "Yêu cầu chưa đúng. Mời đồng chí quay lại và thử lần nữa.",
    403: "Trang này không nhận yêu cầu từ nơi khác. Mời đồng chí mở lại trang.",
    404: "Không tìm thấy trang này.",
    405: "Trang này không dùng theo cách đó.",
    413: "Nội dung gửi lên quá dài.",
    429: "Có quá nhiều lần thử. Mời đồng chí đợi 10 phút rồi thử lại.",
    415: "Trang này không nhận loại dữ liệu đó.",
    503: "Trợ lý đang bận. Mời đồng chí thử lại sau ít phút.",
}
_FAILED = "Trợ lý vừa gặp trục trặc. Mời đồng chí thử lại sau ít phút."


def wants_json(request: web.Request) -> bool:
    """Tell our own script, and others' scripts that post JSON, from a page without script."""
    return "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json"


def put_headers(public_url: str) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return a signal for `on_response_prepare` that puts the headers on every answer, streams and errors included."""
    headers = {**HEADERS, "Strict-Transport-Security": _HSTS} if public_url.startswith("https://") else HEADERS

    async def on_prepare(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "taphuan"

    return on_prepare


def same_origin(public_url: str) -> Middleware:
    """
    Return a middleware that answers 403 to an unsafe request unless a browser vouches that our own page made it.

    Args:
        public_url: where the program is reached from outside; its host is ours besides the one asked for.
    """
    public_host = urlsplit(public_url).netloc

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in _SAFE_METHODS and not _is_ours(request, {request.host, public_host}):
            _log.warning("refused a %s of %s from another origin", request.method, request.path)
            raise web.HTTPForbidden
        return await handler(request)

    return check


def _is_ours(request: web.Request, hosts: set[str]) -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return request.path in _DRIVEN_BY_SCRIPTS
    if site is not None and site not in {"same-origin", "none"}:
        return False
    return origin is None or urlsplit(origin).netloc in hosts - {""}


def short_errors(pages: Pages) -> Middleware:
    """Return a middleware that turns errors into a short Vietnamese page, or JSON; the log has the rest."""

    @web.middleware
    async def catch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
            return _short(pages, request, error.status, kept)
        except BadFieldError as error:
            _log.info("a bad field in a %s of %s: %s", request.method, request.path, error)
            return _short(pages, request, 400, {})
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001 - the last resort of a request
            _log.exception("%s %s failed", request.method, request.path)
            return _short(pages, request, 500, {})

    return catch


def _short(pages: Pages, request: web.Request, status: int, headers: dict[str, str]) -> web.Response:
    words = _WORDS.get(status, _FAILED)
    if wants_json(request):
        response = json_answer({"error": words}, status)
    else:
        response = pages.response("error.html", status=status, words=words)
    response.headers.update(headers)
    return response
