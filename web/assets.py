"""Our own style sheets, scripts and pictures: read once, served under names that carry their hash, kept for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

PREFIX = "/static/"
_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The files of `web/static`, by name and by hashed name."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._urls: dict[str, str] = {}
        self._served: dict[str, tuple[bytes, str]] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in _TYPES:
                body = path.read_bytes()
                hashed = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}"
                self._urls[path.name] = PREFIX + hashed
                self._served[hashed] = (body, _TYPES[path.suffix])

    def url(self, name: str) -> str:
        """
        Return where the file is served.

        Raises:
            KeyError: there is no such file.
        """
        return self._urls[name]

    def routes(self) -> list[web.RouteDef]:
        """Return the route that serves them."""
        return [web.get(PREFIX + "{name}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        found = self._served.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        body, content_type = found
        response = web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": _FOR_EVER})
        response.enable_compression()
        return response
