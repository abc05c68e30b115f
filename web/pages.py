"""HTML from our templates, escaped by default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from web.assets import Assets
from web.bubbles import new_key
from web.dates import day, hour

if TYPE_CHECKING:
    from web.bubbles import Bubble


def json_answer(data: dict[str, Any], status: int = 200) -> web.Response:
    """Return JSON that people can read too, and no cache keeps."""
    return web.Response(
        text=json.dumps(data, ensure_ascii=False),
        content_type="application/json",
        status=status,
        headers={"Cache-Control": "no-store"},
    )


class Pages:
    """The templates, and the addresses of what they include."""

    def __init__(self, assets: Assets | None = None) -> None:
        self.assets = assets or Assets()
        self._templates = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(asset=self.assets.url, new_key=new_key)
        self._templates.filters.update(hour=hour, day=day)

    def html(self, template: str, **values: Any) -> str:
        """Return a template filled in."""
        return self._templates.get_template(template).render(**values)

    def response(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """Return a page that no cache keeps."""
        response = web.Response(
            text=self.html(template, **values),
            content_type="text/html",
            status=status,
            headers={"Cache-Control": "no-store"},
        )
        response.enable_compression()
        return response

    def bubble(self, bubble: Bubble, base: str) -> str:
        """Return one message; its forms post below `base`."""
        return self.html("bubble.html", bubble=bubble, base=base).strip()
