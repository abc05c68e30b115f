from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from playwright.async_api import Page

    OpensPage = Callable[..., Awaitable[Page]]

# `make test` does not install what only the browser tests need; without it they are not even collected.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

CHROMIUM = "/usr/bin/chromium"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}


@pytest.fixture
def demo_url(tmp_path: Path) -> Iterator[str]:
    """`taphuan demo` as its own process, over a database of its own."""
    with subprocess.Popen(
        [Path(sys.executable).with_name("taphuan"), "demo", "--port", "0", "--no-open"],
        env={**os.environ, "TAPHUAN_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.db'}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        said = []
        for line in started.stdout:
            said.append(line)
            if line.startswith("ready "):
                break
        else:
            pytest.fail(f"the demo did not start: {said}")
        yield said[-1].split()[1]
        started.terminate()
        assert started.wait(timeout=30) == 0


@dataclass
class Screen:
    """Chromium in one size, and what its console said."""

    size: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def shoot(self, name: str) -> None:
        """Keep a picture for the documentation, when asked to."""
        if os.environ.get("UPDATE_SCREENSHOTS") == "1":
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.size}.png")


@pytest.fixture
async def opens_screen() -> AsyncIterator[Callable[..., Awaitable[Screen]]]:
    """Open Chromium; at the end nothing may have gone wrong in any page, the content security policy included."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - see above

    screens: list[Screen] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        async def opens(size: str = "desktop", *, script: bool = True) -> Screen:
            width, height = SIZES[size]
            context = await chromium.new_context(
                viewport={"width": width, "height": height},
                locale="vi-VN",
                reduced_motion="reduce",
                java_script_enabled=script,
            )
            context.set_default_timeout(10_000)
            screen = Screen(size, await context.new_page())
            screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
            screen.page.on(
                "console",
                lambda said: screen.complaints.append(said.text) if said.type in {"error", "warning"} else None,
            )
            screens.append(screen)
            return screen

        yield opens
        await chromium.close()
    assert [complaint for screen in screens for complaint in screen.complaints] == []
