"""The whole program on a clock that stands still, with people at their screens; a step is a line of a transcript."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select, update

from bot.clock import AdjustableClock
from bot.program import Program, build
from bot.settings import Settings
from bot.start import CLOCK_OFFSET
from channels.messages import ContactShared, DoorClosed, DoorOpened, Sender, Started, Tap, Text, Unsupported
from content import answers
from content.model import QuestionKind
from handlers import actions
from learning import numbers
from learning.calendar import day_of, local
from storage import accounts, planning, runs, shown
from storage.database import open_database
from storage.tables import account, content_version, lesson_run, metadata
from tests.scenarios import cast as union
from tests.scenarios.doors import BrowserDoor, News, TelegramDoor, ZaloBotDoor, ZaloDoor, telegram_sender
from tests.standins.telegram import TOKEN, TelegramServer
from tests.standins.zalo import ZaloServer
from tests.standins.zalo.clock import PlatformClock
from tests.standins.zalo_bot import TOKEN as ZALO_BOT_TOKEN
from tests.standins.zalo_bot import BotServer
from tests.zalo import office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from sqlalchemy import Table

    from channels.messages import Inbound
    from content.model import Question
    from tests.scenarios.doors import Door, Seen

MOST_PRESSES = 80
STEP = timedelta(seconds=20)
FIRST_TELEGRAM_USER = 5_001
FIRST_ZALO_USER = 246_845_883_529_197_922
_LINK_CODE = re.compile(r"(?<=Mã liên kết: )[0-9A-Z-]{12}")


class StageClock(PlatformClock):
    """The platform's clock, standing where the program's stands."""

    def __init__(self, clock: AdjustableClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


@dataclass(frozen=True)
class Heard:
    """What somebody was told, and when."""

    who: str
    at: datetime
    news: News


@dataclass
class Stage:
    """`heard` is emptied by whoever reads it."""

    program: Program
    clock: AdjustableClock
    cast: union.Cast
    stack: AsyncExitStack
    telegram: TelegramServer | None
    zalo: ZaloServer | None
    zalo_bot: BotServer | None = None
    doors: dict[str, Door] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    link_code: str = ""
    _keys: count[int] = field(default_factory=lambda: count(1))

    # --- people ---

    def door(self, who: str) -> Door:
        """Somebody's screen: `lan` in the browser, `lan on telegram`."""
        if who not in self.doors:
            match who.partition(" on ")[2]:
                case "telegram":
                    self.doors[who] = self._telegram_door()
                case "zalo":
                    self.doors[who] = self._zalo_door()
                case "zalobot":
                    self.doors[who] = self._zalo_bot_door()
                case _:
                    self.doors[who] = self._browser_door(who)
        return self.doors[who]

    def _zalo_door(self) -> ZaloDoor:
        assert self.zalo is not None
        assert self.program.zalo_gate is not None
        person = self.zalo.person(str(FIRST_ZALO_USER + len(self.doors)))
        return ZaloDoor(Sender(self.program.zalo_gate.endpoint, person.user_id), person)

    def _zalo_bot_door(self) -> ZaloBotDoor:
        assert self.zalo_bot is not None
        assert self.program.zalo_bot is not None
        person = self.zalo_bot.person(len(self.doors))
        return ZaloBotDoor(Sender(self.program.zalo_bot.endpoint, person.user_id), person)

    def _browser_door(self, who: str) -> BrowserDoor:
        sender = Sender(self.program.browser, f"page-of-{who}")
        return BrowserDoor(sender, self.stack.enter_context(self.program.hub.open_page(sender.external_id)))

    def _telegram_door(self) -> TelegramDoor:
        assert self.telegram is not None
        assert self.program.telegram_endpoint is not None
        user = self.telegram.user(FIRST_TELEGRAM_USER + len(self.doors))
        return TelegramDoor(telegram_sender(self.program.telegram_endpoint, user), user)

    # --- what they do ---

    async def opens(self, who: str, payload: str) -> None:
        await self._put(who, lambda key, sender: Started(key, sender, payload))

    async def types(self, who: str, text: str) -> None:
        await self._put(who, lambda key, sender: Text(key, sender, text))

    async def taps(self, who: str, label: str, *, owner: str | None = None) -> None:
        """Press the button with that label, on what was heard last or above it, or on somebody else's message."""
        door = self.door(owner or who)
        for seen in (self.newest(owner or who), *reversed(door.screen.values())):
            if (action := seen.action(label)) is not None:
                await self._press(who, label, action, seen.ref if owner is None else None)
                return
        if owner is not None and any(said == label for said, _, _ in door.pressed):  # forwarded before it was edited
            await self._press(who, label, next(a for said, a, _ in reversed(door.pressed) if said == label), None)
            return
        raise LookupError(f"no button {label!r} on the screen of {owner or who}")

    async def taps_again(self, who: str, label: str) -> None:
        """Press once more what was pressed before, though it may be gone from the screen."""
        action, ref = next((a, r) for said, a, r in reversed(self.door(who).pressed) if said == label)
        await self._press(who, label, action, ref)

    async def taps_first(self, who: str) -> None:
        """Press the first button of the newest message, or type the first of the choices that it spells."""
        label, action = (await self._choices(who))[0][0]
        await self._choose(who, label, action)

    async def _choose(self, who: str, label: str, action: str) -> None:
        seen = self.newest(who)
        if seen.buttons:
            await self._press(who, label, action, seen.ref)
        else:
            await self.types(who, label.removesuffix(" ▸"))

    async def _choices(self, who: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The buttons of the newest message, shown or spelled."""
        seen, door = self.newest(who), self.door(who)
        if seen.buttons or not isinstance(door, ZaloDoor):
            return seen.buttons
        async with self.program.database.connect() as conn:
            account = await accounts.find(conn, door.sender.endpoint, door.sender.external_id)
            assert account is not None
            spelled = await shown.choices(conn, account.id)
        assert spelled is not None
        return tuple(tuple((button.label, button.action) for button in row) for row in spelled.buttons)

    async def _press(self, who: str, label: str, action: str, ref: str | None) -> None:
        self.door(who).pressed.append((label, action, ref or ""))
        shown = None if isinstance(self.door(who), ZaloDoor) else ref or None
        await self._put(who, lambda key, sender: Tap(key, sender, action, shown, key))

    async def answers(self, who: str, *, right: bool) -> None:
        """Press the right button, or a wrong one, of the question on the screen; type what one press does not do."""
        rows = await self._choices(who)
        question, order = await self._asked(rows)
        wanted = answers.wrong_answers(question)
        if right:
            wanted = (answers.right_answer(question, day_of(self.clock.now())),)
        for label, packed in (button for row in rows for button in row):
            action = actions.unpack(packed)
            if isinstance(action, actions.Answer) and action.choice in wanted:
                await self._choose(who, label, packed)
                return
        await self.types(who, _as_typed(question, wanted[0], order))

    async def _asked(self, rows: tuple[tuple[tuple[str, str], ...], ...]) -> tuple[Question, str]:
        """The question that a message's buttons answer, and the order of its choices."""
        packed = [actions.unpack(action) for row in rows for _, action in row]
        attempt = next((a.attempt for a in packed if isinstance(a, actions.Answer | actions.Pick)), None)
        if attempt is None:
            raise LookupError(f"no question: {rows}")
        async with self.program.database.connect() as conn:
            asked = await runs.asked_by_id(conn, attempt)
        assert asked is not None
        return self.program.library.questions[asked.question_id], asked.order

    async def studies(self, who: str, until: str, *, right: bool = True) -> None:
        """Go on, answering every question right (or wrong), until a message says `until`; only that one is heard."""
        for _ in range(MOST_PRESSES):
            self.heard.clear()
            pressed = [action for row in await self._choices(who) for _, action in row]
            is_question = any(action.startswith(("answer:", "pick:")) for action in pressed)
            await (self.answers(who, right=right) if is_question else self.taps_first(who))
            if until in self.newest(who).text:
                return
        raise LookupError(f"{who} never saw {until!r}")

    async def shares(self, who: str, phone: str, *, own: bool) -> None:
        await self._put(who, lambda key, sender: ContactShared(key, sender, phone, own))

    async def sends_picture(self, who: str) -> None:
        await self._put(who, Unsupported)

    async def blocks(self, who: str) -> None:
        await self._put(who, DoorClosed)

    async def unblocks(self, who: str) -> None:
        await self._put(who, DoorOpened)

    def newest(self, who: str) -> Seen:
        """The newest message on somebody's screen; one edited in place counts as new."""
        return self._newest[who]

    _newest: dict[str, Seen] = field(default_factory=dict)

    async def _put(self, who: str, make: Callable[[str, Sender], Inbound]) -> None:
        self.clock.hold(self.clock.now() + STEP)
        door = self.door(who)
        if isinstance(door, ZaloDoor):
            door.acts()
        await self.program.pipeline.receive(make(f"key-{next(self._keys)}", door.sender))
        await self._land(who)

    # --- what happens ---

    async def _land(self, first: str = "") -> None:
        await self.program.pipeline.drain()
        await self.program.live.drain()
        await self.program.planner.fold(self.clock.now())
        for lane in self.program.lanes:
            await lane.empty()
        for who in sorted(self.doors, key=lambda who: (who != first, who)):
            for news in await self.doors[who].news():
                self._newest[who] = news.seen
                if code := _LINK_CODE.search(news.seen.text):
                    self.link_code = code[0]
                self.heard.append(Heard(who, self.clock.now(), news))

    async def passes(self, span: timedelta) -> None:
        """Let time pass; everything that falls due happens, in order."""
        until = self.clock.now() + span
        planner = self.program.planner
        while (due := await planner.next_due(self.clock.now(), until)) is not None:
            self.clock.hold(max(due, self.clock.now()))
            await planner.tick(self.clock.now())
            await self.program.jobs.drain()
            await self._land()
        self.clock.hold(until)
        await planner.tick(until)
        await self.program.jobs.drain()
        await self._land()

    async def learned_an_old_text(self, who: str, lesson_id: str) -> None:
        """Somebody's sitting of a lesson was in the text that it corrects."""
        old = self.program.library.lessons[lesson_id].corrects[0].version
        external_id = self.door(who).sender.external_id
        whose = select(account.c.person_id).where(account.c.external_id == external_id).scalar_subquery()
        sittings = (lesson_run.c.lesson_id == lesson_id, lesson_run.c.person_id == whose)
        async with self.program.database.begin() as conn:
            await conn.execute(update(lesson_run).where(*sittings).values(version=old))

    async def until(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        await self.passes(moment - self.clock.now())

    # --- what is kept ---

    async def rows_that_hold(self, who: str) -> list[str]:
        """Names of the tables in which somebody's id on the channel is found."""
        return await self.rows_that_say(self.door(who).sender.external_id)

    async def rows_that_say(self, wanted: str) -> list[str]:
        """Names of the tables in which a text is found."""
        tables = (table for table in metadata.sorted_tables if table is not content_version)  # it holds lessons alone
        return [table.name for table in tables if wanted in await self._dump(table)]

    async def _dump(self, table: Table) -> str:
        async with self.program.database.connect() as conn:
            return repr((await conn.execute(table.select())).all())


def _as_typed(question: Question, kept: str, order: str) -> str:
    match question.kind:
        case QuestionKind.NUMBER:
            return numbers.shown(Decimal(kept))
        case QuestionKind.TEXT:
            return question.accepted[0]
        case _:
            return " ".join("abcd"[order.index(key)] for key in kept)


@asynccontextmanager
async def set_up(
    database_url: str,
    *,
    with_telegram: bool = False,
    with_zalo: str = "",
    with_zalo_bot: bool = False,
    content: Path | None = None,
    platform: ZaloServer | None = None,
    **zalo: Any,
) -> AsyncIterator[Stage]:
    """
    The program on a fresh, migrated database with the union in it; nobody has joined.

    `with_zalo`: off or on, as its buttons; empty: no Zalo. `platform` and `zalo`: the stand-in and settings of its own.
    """
    # Tracebacks without the values in them: a library in one takes minutes to print.
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TelegramServer()) if with_telegram else None
        platform = await stack.enter_async_context(platform or ZaloServer()) if with_zalo else None
        bots = await stack.enter_async_context(BotServer()) if with_zalo_bot else None
        database = open_database(database_url)
        if platform is not None:
            await office.logged_in(database, platform)
        async with database.begin() as conn:
            cast = await union.settle(conn)
            behind = union.START - timedelta(hours=1) - datetime.now(UTC)
            await planning.keep_setting(conn, CLOCK_OFFSET, behind.total_seconds())
        await database.close()
        settings = Settings(
            env="demo",
            clock="adjustable",
            database_url=database_url,
            invited_by="LĐLĐ tỉnh Sao Mai",
            document="Công văn 15/LĐLĐ",
            contact="đ/c Thu, 0900 000 006",
            telegram_token=TOKEN if server else "",
            telegram_api_base=server.url if server else Settings().telegram_api_base,
        )
        if platform is not None:
            chosen = replace(office.settings(platform, database_url), zalo_oa_buttons=with_zalo, **zalo)
            named = {item.name: getattr(chosen, item.name) for item in fields(chosen) if item.name.startswith("zalo")}
            settings = replace(settings, **named)
        if bots is not None:
            settings = replace(settings, zalo_bot_token=ZALO_BOT_TOKEN, zalo_bot_base=bots.url)
        program = await build(settings, stack, content)
        assert isinstance(program.clock, AdjustableClock)
        if platform is not None:
            platform.clock = platform.grants.clock = StageClock(program.clock)
        program.clock.hold(union.START)
        await program.planner.tick(union.START)
        await program.jobs.drain()
        await program.planner.fold(union.START)
        working = asyncio.create_task(program.jobs.run(program.stop))  # waiting for it is quicker than starting it
        yield Stage(program, program.clock, cast, stack, server, platform, bots)
        program.stop.set()
        await working
        await program.pipeline.drain()
        await program.live.drain()


def on_the_wall(moment: datetime) -> str:
    """Day and hour in Viet Nam, as a transcript shows them."""
    here = local(moment)
    return f"{here:%a %d/%m %H:%M}"
