"""The documentation says what the program does: nothing is left out, nothing is named that is not there."""

from __future__ import annotations

import argparse
import re
import tomllib
import unicodedata
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli.main import parser
from bot.settings import PREFIX, Settings
from web.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
ADRS = sorted((DOCS / "adr").glob("*.md"))
ROOMS = ("bot", "channels", "exchange", "handlers", "reports", "roster", "scheduler", "storage", "web")

_PARTS = ["Context", "Decision", "Consequences"]
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_EVENT = re.compile(r"\blog\.(?:info|warning|error|exception)\(\s*\"(?P<event>[a-z_]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _rows(name: str) -> dict[str, str]:
    """A page's table rows by what stands in their first cell."""
    lines = [line for line in _text(name).splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {row[0].strip("`"): " | ".join(row[1:]) for row in cells}


def _commands(top: argparse.ArgumentParser, path: str = "taphuan") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    below = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield path, top
    for action in below:
        for name, command in action.choices.items():
            yield from _commands(command, f"{path} {name}")


COMMANDS = dict(_commands(parser()))


def test_every_setting_is_described_with_its_default() -> None:
    rows = {name: row for name, row in _rows("settings.md").items() if name.startswith(PREFIX)}

    assert set(rows) == {PREFIX + item.name.upper() for item in fields(Settings)}
    for item in fields(Settings):
        default, _, about = rows[PREFIX + item.name.upper()].partition(" | ")
        assert default == (f"`{item.default}`" if item.default != "" else "none"), item.name
        assert about.startswith("*Secret.*") == item.metadata["secret"], item.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_setting_is_named_that_is_not_there(page: Path) -> None:
    known = {PREFIX + item.name.upper() for item in fields(Settings)} | {
        "TAPHUAN_DB_PASSWORD",
        "TAPHUAN_PUBLISHED_PORT",
    }

    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", page.read_text(encoding="utf-8"))) <= known


def test_compose_hands_on_only_settings_that_are_there() -> None:
    named = set(
        re.findall(rf"^\s+({PREFIX}[A-Z_]+):", (ROOT / "compose.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert named
    assert named <= {PREFIX + item.name.upper() for item in fields(Settings)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described_with_its_options(command: str) -> None:
    page = _text("cli.md")
    described = [line for line in page.splitlines() if f"`{command} " in line or f"`{command}`" in line]

    assert described, command
    for action in COMMANDS[command]._actions:
        for option in action.option_strings:
            if option.startswith("--") and option != "--help":
                assert any(option in line for line in described), option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_command_is_named_that_is_not_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    first_words = {command.split()[1] for command in COMMANDS}

    for words in re.findall(r"(?:bin/|`|^|&& )taphuan ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE):
        named = words.split()
        assert named[0] in first_words, words
        pairs = {
            command.split()[2] for command in COMMANDS if command.split()[1] == named[0] and len(command.split()) > 2
        }
        assert len(named) == 1 or not pairs or named[1] in pairs, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_named_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|&& )make (?:-C \S+ )?([a-z-]+)", text, re.MULTILINE)

    assert set(named) <= targets


def test_the_script_of_the_checks_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    for target in ("test", "lint", "test-browser"):
        assert f"make {target}\n" in script


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        led_to = (page.parent / path).resolve() if path else page
        assert led_to.exists(), target
        assert led_to.is_relative_to(ROOT), target
        if anchor:
            assert anchor in _anchors(led_to), target


def _anchors(page: Path) -> set[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = [target.partition("#")[0] for target in _LINK.findall(page.read_text(encoding="utf-8"))]
        waiting += [(page.parent / target).resolve() for target in targets if not target.startswith("http") and target]

    assert [str(page) for page in PAGES if page.resolve() not in reached] == []


def test_every_event_of_the_log_is_described() -> None:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    events = {event for file in files for event in _EVENT.findall(file.read_text(encoding="utf-8"))}

    assert "update" in events
    assert {event for event in events if f"`{event}`" not in _text("operations.md")} == set()


def test_every_metric_is_described() -> None:
    names = re.findall(r"^# TYPE (taphuan_\w+) (\w+)$", Metrics().text().decode(), re.MULTILINE)
    described = _text("operations.md")

    assert names
    assert [name for name, _ in names if f"`{name}`" not in described] == []


def test_every_direct_dependency_is_described() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, development = _text("dependencies.md").split("## Development")
    names = {"runtime": set(project["project"]["dependencies"]), "development": set()}
    for group in project["dependency-groups"].values():
        names["development"] |= set(group)
    plain = {kind: {re.split(r"[\[<>=,]", name)[0] for name in found} for kind, found in names.items()}

    def listed(text: str) -> set[str]:
        return set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", text, re.MULTILINE))

    assert listed(runtime) == plain["runtime"]
    assert listed(development) == plain["development"] - plain["runtime"]


def test_every_import_of_the_program_is_a_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {re.split(r"[\[<>=,]", name)[0] for name in project["project"]["dependencies"]}
    imported_as = {
        "pyyaml": "yaml",
        "python-docx": "docx",
        "python-telegram-bot": "telegram",
        "prometheus-client": "prometheus_client",
    }
    modules = {imported_as.get(name, name.replace("-", "_")) for name in packages}
    text = "\n".join(
        file.read_text(encoding="utf-8")
        for room in (*ROOMS, "content", "learning")
        for file in (ROOT / room).rglob("*.py")
    )

    # aiosqlite and asyncpg are named in the database's address, tzdata is read by zoneinfo.
    unused = {name for name in modules if not re.search(rf"^\s*(?:import|from) {name}\b", text, re.MULTILINE)}
    assert unused <= {"aiosqlite", "asyncpg", "tzdata"}


@pytest.mark.parametrize("page", ADRS, ids=lambda page: page.name)
def test_a_decision_is_short_and_has_its_three_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 60
    assert re.match(rf"# {int(page.name[:4])}\. ", text)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [name for name in headings if name in _PARTS] == _PARTS


def test_decisions_are_numbered_one_by_one() -> None:
    assert [int(page.name[:4]) for page in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_composed_unicode(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text == unicodedata.normalize("NFC", text)
