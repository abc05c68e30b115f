"""
Transcripts: plain text that a union officer can read, run against the whole program, and written anew with UPDATE=1.

A line is a comment (`#`), a step, or what a step is expected to bring, indented or beginning with `bot` or `(`.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from learning.calendar import at, day_of
from tests.scenarios.cast import invite
from tests.scenarios.stage import Heard, Stage, on_the_wall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_WHO = r"(?P<who>[a-z]+(?: on (?:telegram|zalo|zalobot))?)"
_STEPS: list[tuple[re.Pattern[str], Callable[[Stage, re.Match[str]], Awaitable[list[str] | None]]]] = []
_OUTPUT = re.compile(r"(  |bot (says|edits)|\()")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_MASKED = (
    (re.compile(r"(?<=Mã liên kết: )[0-9A-Z-]{12}"), "<code>"),
    (re.compile(r"(?<=start=)[0-9A-Z-]{12}"), "<code>"),
)


def step(pattern: str) -> Callable[..., Callable[[Stage, re.Match[str]], Awaitable[list[str] | None]]]:
    """Mark what a line does."""

    def mark(
        does: Callable[[Stage, re.Match[str]], Awaitable[list[str] | None]],
    ) -> Callable[[Stage, re.Match[str]], Awaitable[list[str] | None]]:
        _STEPS.append((re.compile(pattern.replace("WHO", _WHO)), does))
        return does

    return mark


@step(r"WHO opens the QR of (?P<unit>\w+)")
async def _opens_qr(stage: Stage, said: re.Match[str]) -> None:
    await stage.opens(said["who"], f"unit-{stage.cast.units[said['unit']]}")


@step(r"WHO opens the chat")
async def _opens_chat(stage: Stage, said: re.Match[str]) -> None:
    await stage.opens(said["who"], "")


@step(r"WHO opens (?P<payload>\S+)")
async def _opens(stage: Stage, said: re.Match[str]) -> None:
    await stage.opens(said["who"], said["payload"])


@step(r"WHO types the link code")
async def _types_link_code(stage: Stage, said: re.Match[str]) -> None:
    await stage.types(said["who"], stage.link_code)


@step(r'WHO types "(?P<text>.*)"')
async def _types(stage: Stage, said: re.Match[str]) -> None:
    await stage.types(said["who"], said["text"].replace(r"\u202e", "\u202e"))


@step(r'WHO taps again "(?P<label>.*)"')
async def _taps_again(stage: Stage, said: re.Match[str]) -> None:
    await stage.taps_again(said["who"], said["label"])


@step(r"WHO taps (?P<owner>[a-z]+(?: on (?:telegram|zalo|zalobot))?)'s \"(?P<label>.*)\"")
async def _taps_foreign(stage: Stage, said: re.Match[str]) -> None:
    await stage.taps(said["who"], said["label"], owner=said["owner"])


@step(r'WHO taps "(?P<label>.*)"')
async def _taps(stage: Stage, said: re.Match[str]) -> None:
    await stage.taps(said["who"], said["label"])


@step(r"WHO answers (?P<how>right|wrong)")
async def _answers(stage: Stage, said: re.Match[str]) -> None:
    await stage.answers(said["who"], right=said["how"] == "right")


@step(r'WHO studies(?P<wrong>, all wrong,)? until "(?P<until>.*)"')
async def _studies(stage: Stage, said: re.Match[str]) -> None:
    await stage.studies(said["who"], said["until"], right=not said["wrong"])


@step(r"WHO joins with (?P<code>\S+)")
async def _joins(stage: Stage, said: re.Match[str]) -> None:
    await stage.opens(said["who"], said["code"])
    stage.heard.clear()
    await stage.taps(said["who"], "Đồng ý và học")


@step(r"(?P<who>[a-z]+) is invited with (?P<code>\S+)")
async def _is_invited(stage: Stage, said: re.Match[str]) -> None:
    async with stage.program.database.begin() as conn:
        await invite(conn, stage.cast, said["who"], said["code"], stage.clock.now())


@step(r"WHO shares (?P<other>another's )?contact (?P<phone>\S+)")
async def _shares(stage: Stage, said: re.Match[str]) -> None:
    await stage.shares(said["who"], said["phone"], own=not said["other"])


@step(r"WHO sends a picture")
async def _sends_picture(stage: Stage, said: re.Match[str]) -> None:
    await stage.sends_picture(said["who"])


@step(r"WHO blocks the bot")
async def _blocks(stage: Stage, said: re.Match[str]) -> None:
    await stage.blocks(said["who"])


@step(r"WHO lets the bot write again")
async def _unblocks(stage: Stage, said: re.Match[str]) -> None:
    await stage.unblocks(said["who"])


@step(r"WHO learned (?P<lesson>\S+) in its old text")
async def _learned_an_old_text(stage: Stage, said: re.Match[str]) -> None:
    await stage.learned_an_old_text(said["who"], said["lesson"])


@step(r"no row holds WHO")
async def _no_row_holds(stage: Stage, said: re.Match[str]) -> list[str]:
    found = await stage.rows_that_hold(said["who"])
    return [f"  held by {', '.join(found)}"] if found else ["(true)"]


@step(r'no row says "(?P<text>.*)"')
async def _no_row_says(stage: Stage, said: re.Match[str]) -> list[str]:
    found = await stage.rows_that_say(said["text"])
    return [f"  said by {', '.join(found)}"] if found else ["(true)"]


@step(r"time passes (?P<number>\d+) (?P<span>second|minute|hour|day)s?")
async def _passes(stage: Stage, said: re.Match[str]) -> None:
    await stage.passes(int(said["number"]) * _SPANS[said["span"]])


@step(r"it is (?P<day>[A-Z][a-z]+)(?: (?P<date>\d\d/\d\d/\d{4}))? (?P<clock>\d\d:\d\d)")
async def _it_is(stage: Stage, said: re.Match[str]) -> None:
    clock = time.fromisoformat(said["clock"])
    if said["date"]:
        day = datetime.strptime(said["date"], "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
        assert _DAYS[day.weekday()] == said["day"], f"{said['date']} is a {_DAYS[day.weekday()]}"
    else:
        day = day_of(stage.clock.now())
        while _DAYS[day.weekday()] != said["day"] or at(day, clock) < stage.clock.now():
            day += timedelta(days=1)
    await stage.until(at(day, clock))


async def play(stage: Stage, text: str) -> str:
    """Run the steps of a transcript, and return it as it should read."""
    written: list[str] = []
    for line in text.splitlines():
        if _OUTPUT.match(line):
            continue
        written.append(line)
        if line and not line.startswith("#"):
            try:
                written += await _run(stage, line)
            except Exception as error:
                error.add_note("\n".join(written))
                raise
    return "\n".join(written).rstrip() + "\n"


async def _run(stage: Stage, line: str) -> list[str]:
    for pattern, does in _STEPS:
        if said := pattern.fullmatch(line):
            stage.heard.clear()
            shown = await does(stage, said)
            return shown if shown is not None else _written(stage.heard, said.groupdict().get("who"))
    raise ValueError(f"no such step: {line}")


def _written(heard: list[Heard], actor: str | None) -> list[str]:
    lines: list[str] = []
    for one in heard:
        verb = "edits" if one.news.is_edit else "says"
        to = "" if one.who == actor else f" to {one.who}"
        when = "" if actor else f", {on_the_wall(one.at)}"
        lines.append(f"bot {verb}{to}{when}")
        text = one.news.seen.text
        for pattern, mask in _MASKED:
            text = pattern.sub(mask, text)
        lines += [f"  | {part}".rstrip() for part in text.split("\n")]
        lines += ["  " + " ".join(f"[{label}]" for label, _ in row) for row in one.news.seen.buttons]
        if one.news.seen.asks_contact:
            lines.append("  (share my contact)")
    return lines or ["(nothing)"]
