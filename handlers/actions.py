"""Buttons' actions: at most 64 bytes, packed and unpacked by one typed class each. The first word names the class."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar, Self

from channels.messages import MAX_ACTION_BYTES

_REGISTRY: dict[str, type[Action]] = {}
_MAX_INT_DIGITS = 18


class BadActionError(ValueError):
    """A button's action that this program did not make, or no longer knows."""


@dataclass(frozen=True, slots=True)
class Action:
    """Fields are int or str (without a colon); packed as `word:field:field`."""

    word: ClassVar[str] = ""

    def __init_subclass__(cls, **options: object) -> None:
        super(Action, cls).__init_subclass__(**options)
        _REGISTRY[cls.word] = cls  # dataclass(slots=True) makes the class twice; the second one stays

    def pack(self) -> str:
        """The action as a button carries it."""
        packed = ":".join([self.word, *(str(getattr(self, item.name)) for item in fields(self))])
        if len(packed.encode()) > MAX_ACTION_BYTES:
            raise BadActionError(f"{self.word}: {len(packed.encode())} bytes")
        return packed

    @classmethod
    def _from_parts(cls, parts: list[str]) -> Self:
        items = fields(cls)
        if len(items) != len(parts):
            raise BadActionError(cls.word)
        values: list[int | str] = []
        for item, part in zip(items, parts, strict=True):
            if item.type == "int":
                if not (part.isascii() and part.isdigit() and len(part) <= _MAX_INT_DIGITS):
                    raise BadActionError(cls.word)
                values.append(int(part))
            else:
                values.append(part)
        return cls(*values)


def unpack(packed: str) -> Action:
    """
    Return the action that a button carried.

    Raises:
        BadActionError: it is none of ours.
    """
    word, *parts = packed.split(":")
    kind = _REGISTRY.get(word)
    if kind is None:
        raise BadActionError("unknown")
    return kind._from_parts(parts)  # noqa: SLF001 - the registry's own


@dataclass(frozen=True, slots=True)
class Agree(Action):
    """Agree to what is kept. `by` is c (code), u (unit) or p (phone), `ref` the code, the unit's id or nothing."""

    word: ClassVar[str] = "agree"
    version: str
    by: str
    ref: str


@dataclass(frozen=True, slots=True)
class Decline(Action):
    """Not now: nothing is kept."""

    word: ClassVar[str] = "decline"


@dataclass(frozen=True, slots=True)
class Next(Action):
    """Leave step `at` of a run."""

    word: ClassVar[str] = "next"
    run: int
    at: int


@dataclass(frozen=True, slots=True)
class Answer(Action):
    """Answer an attempt with `choice`, in the form it is kept in: a stable key, several of them, "-" to look it up."""

    word: ClassVar[str] = "answer"
    attempt: int
    choice: str


@dataclass(frozen=True, slots=True)
class Pick(Action):
    """Show an attempt's question with these choices picked, in the order picked; nothing is stored."""

    word: ClassVar[str] = "pick"
    attempt: int
    picked: str


@dataclass(frozen=True, slots=True)
class Later(Action):
    """Học sau: keep the place in a run."""

    word: ClassVar[str] = "later"
    run: int


@dataclass(frozen=True, slots=True)
class Resume(Action):
    """Học tiếp: to the very card, or the next lesson."""

    word: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class SetHour(Action):
    """Choose when to be written to."""

    word: ClassVar[str] = "hour"
    part: str


@dataclass(frozen=True, slots=True)
class SetShift(Action):
    """Say which shift it is."""

    word: ClassVar[str] = "shift"
    shift: str


@dataclass(frozen=True, slots=True)
class SetPace(Action):
    """Choose how often new lessons come."""

    word: ClassVar[str] = "pace"
    pace: str


@dataclass(frozen=True, slots=True)
class Snooze(Action):
    """Để sau ca, nghỉ 1 tuần, ngừng nhắc, nhắc lại: sau_ca | tuan | ngung | nhac."""

    word: ClassVar[str] = "snooze"
    how: str


@dataclass(frozen=True, slots=True)
class Screen(Action):
    """Show one of the assistant's screens: help, settings, report, me, changes, lookup, sessions."""

    word: ClassVar[str] = "show"
    name: str


@dataclass(frozen=True, slots=True)
class Scenes(Action):
    """List the drills (tình huống) that are meant for one; `page` from 0."""

    word: ClassVar[str] = "scenes"
    page: int


@dataclass(frozen=True, slots=True)
class Scene(Action):
    """Go on with a drill, or begin it."""

    word: ClassVar[str] = "scene"
    drill: str


@dataclass(frozen=True, slots=True)
class Say(Action):
    """Give a reply (a stable key) in the talk `run`, as the one after `at` others."""

    word: ClassVar[str] = "say"
    run: int
    at: int
    choice: str


@dataclass(frozen=True, slots=True)
class LeaveScene(Action):
    """Để sau: keep the place in a talk."""

    word: ClassVar[str] = "sceneleave"
    run: int


@dataclass(frozen=True, slots=True)
class OpenTool(Action):
    """Send a tool (mẫu)."""

    word: ClassVar[str] = "tool"
    tool: str


@dataclass(frozen=True, slots=True)
class ToolFile(Action):
    """Tải PDF: a tool as a page to print."""

    word: ClassVar[str] = "toolfile"
    tool: str


@dataclass(frozen=True, slots=True)
class Drill(Action):
    """Show a unit of a report: `cut` is 0 for live figures, else the cut-off (seconds); `page` of its children."""

    word: ClassVar[str] = "drill"
    unit: int
    cut: int
    page: int


@dataclass(frozen=True, slots=True)
class Names(Action):
    """List the people of one's own direct level."""

    word: ClassVar[str] = "names"
    unit: int
    page: int


@dataclass(frozen=True, slots=True)
class GetFile(Action):
    """Tải Word, tải Excel: a unit's report for a period (its code); `shape` is the file's suffix."""

    word: ClassVar[str] = "file"
    unit: int
    period: str
    shape: str


@dataclass(frozen=True, slots=True)
class SilentOnes(Action):
    """Cần giúp: list the silent learners of one's own CĐCS."""

    word: ClassVar[str] = "silent"
    unit: int


@dataclass(frozen=True, slots=True)
class Settle(Action):
    """Đã xử lý: of one person of one's own CĐCS; `person` 0: of all whom the union directly above is told of."""

    word: ClassVar[str] = "settle"
    unit: int
    person: int


@dataclass(frozen=True, slots=True)
class AskAttention(Action):
    """Đề nghị quan tâm to a unit's chairs; asked first with `sure` 0."""

    word: ClassVar[str] = "attend"
    unit: int
    sure: int


@dataclass(frozen=True, slots=True)
class Recognise(Action):
    """The chair says who a newcomer is: `person` 0 for nobody of the unit."""

    word: ClassVar[str] = "known"
    request: int
    person: int


@dataclass(frozen=True, slots=True)
class Change(Action):
    """Báo thay đổi: what kind, about which position (0: none)."""

    word: ClassVar[str] = "change"
    kind: str
    position: int


@dataclass(frozen=True, slots=True)
class DecideChange(Action):
    """The roster officer accepts a change, or not."""

    word: ClassVar[str] = "decide"
    request: int
    accepted: int


@dataclass(frozen=True, slots=True)
class LinkDoor(Action):
    """Link another channel, or unlink this one: them | go | go_that."""

    word: ClassVar[str] = "door"
    what: str


@dataclass(frozen=True, slots=True)
class Erase(Action):
    """Withdraw consent and erase; asked first with `sure` 0."""

    word: ClassVar[str] = "erase"
    sure: int


@dataclass(frozen=True, slots=True)
class Pause(Action):
    """Tạm dừng gửi to a unit and all below it; asked first with `sure` 0."""

    word: ClassVar[str] = "pause"
    unit: int
    sure: int


@dataclass(frozen=True, slots=True)
class Unpause(Action):
    """Gửi lại: the unit is written to again."""

    word: ClassVar[str] = "unpause"
    unit: int


@dataclass(frozen=True, slots=True)
class CastUnit(Action):
    """Gửi tin: to this unit, or to one of those below it (`page` of them)."""

    word: ClassVar[str] = "cast"
    unit: int
    page: int


@dataclass(frozen=True, slots=True)
class CastRoles(Action):
    """Choose chức danh: `roles` is a sum of 1, 2, 4… in the order of `Role`; 0 for all."""

    word: ClassVar[str] = "castto"
    unit: int
    roles: int


@dataclass(frozen=True, slots=True)
class CastWrite(Action):
    """Write the message, or write it anew."""

    word: ClassVar[str] = "castwrite"
    unit: int
    roles: int


@dataclass(frozen=True, slots=True)
class CastSend(Action):
    """Send what was shown: `draft` is a digest of its text, so that an older preview sends nothing."""

    word: ClassVar[str] = "castgo"
    unit: int
    roles: int
    draft: str


@dataclass(frozen=True, slots=True)
class CastDrop(Action):
    """Thôi: the draft is thrown away."""

    word: ClassVar[str] = "castdrop"


@dataclass(frozen=True, slots=True)
class CastSee(Action):
    """How far a broadcast has come."""

    word: ClassVar[str] = "castsee"
    broadcast: int


@dataclass(frozen=True, slots=True)
class CastStop(Action):
    """Send no more of a broadcast."""

    word: ClassVar[str] = "caststop"
    broadcast: int


@dataclass(frozen=True, slots=True)
class Found(Action):
    """Kết quả khác: `refs` are the answers not shown yet, the next one first, parted by commas."""

    word: ClassVar[str] = "found"
    refs: str


@dataclass(frozen=True, slots=True)
class OpenLesson(Action):
    """Học bài này, from an answer that is a card of it."""

    word: ClassVar[str] = "open"
    lesson: str


@dataclass(frozen=True, slots=True)
class ReadCard(Action):
    """Read a lesson without learning it: `card` from 0."""

    word: ClassVar[str] = "read"
    lesson: str
    card: int


@dataclass(frozen=True, slots=True)
class SignIn(Action):
    """[Đúng là tôi] or not: a browser asks to be signed in to the dashboard."""

    word: ClassVar[str] = "signin"
    request: int
    accepted: int


@dataclass(frozen=True, slots=True)
class EndSession(Action):
    """End one of one's own sessions on the dashboard; 0 for all."""

    word: ClassVar[str] = "signout"
    session: int
