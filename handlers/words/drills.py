"""What is said of drills (tình huống)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from content import drill_text
from content.present import LETTERS
from handlers.actions import LeaveScene, Say, Scene, Scenes
from handlers.words.buttons import CONTINUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from content.drill_model import Drill, Turn
    from storage.drills import Standing

A_PAGE = 6
OTHERS = Button("Tình huống khác", Scenes(0).pack())


def scenes(drills: Sequence[Drill], standings: Mapping[str, Standing], page: int, *, replaces: str | None) -> Message:
    """A page of the drills, each with what somebody has made of it; a page that is not there is the first."""
    if not drills:
        return Message("Chưa có tình huống nào cho chức danh của đồng chí.", ((CONTINUE,),), replaces=replaces)
    pages = range(0, len(drills), A_PAGE)
    first = pages[page] if page < len(pages) else 0
    shown = drills[first : first + A_PAGE]
    lines = [
        f"{number}. {drill.title} ({drill.skill.value}){_made(standings.get(drill.id))}"
        for number, drill in enumerate(shown, start=first + 1)
    ]
    buttons = [
        Button(str(number), Scene(drill.id).pack(), hint=drill.title)
        for number, drill in enumerate(shown, start=first + 1)
    ]
    rows = [tuple(buttons[:3]), tuple(buttons[3:])]
    if len(pages) > 1:
        following = (first // A_PAGE + 1) % len(pages)
        rows.append((Button("Xem tiếp ▸" if following else "Về đầu", Scenes(following).pack()),))
    return Message(
        "Mỗi tình huống khoảng 4 phút. Đồng chí chọn một số.\n\n" + "\n".join(lines),
        tuple(row for row in rows if row),
        title="Tập xử lý tình huống",
        replaces=replaces,
    )


def _made(standing: Standing | None) -> str:
    if standing is None:
        return ""
    best = "" if standing.best_percent is None else f" ✔ {standing.best_percent}%"
    return f"{best} · đang dở" if standing.is_open else best


def scene_opened(drill: Drill, run_id: int, order: str, *, replaces: str | None) -> Message:
    """The first turn, below the setting."""
    return _turn(drill_text.opening_text(drill, order), drill.turns[drill.start], (run_id, 0), order, replaces)


def scene_turn(
    turn: Turn, place: tuple[int, int], order: str, note: str, *, was_best: bool, replaces: str | None
) -> Message:
    """A later turn; `place` is the talk and how many replies were given in it."""
    text = drill_text.turn_text(turn, order, place[1] + 1, note, was_best=was_best)
    return _turn(text, turn, place, order, replaces)


def _turn(text: str, turn: Turn, place: tuple[int, int], order: str, replaces: str | None) -> Message:
    title, _, body = text.partition("\n")
    replies = {reply.key: reply.text for reply in turn.replies}
    letters = tuple(
        Button(letter, Say(*place, key).pack(), hint=replies[key]) for letter, key in zip(LETTERS, order, strict=False)
    )
    leave = Button("Để sau", LeaveScene(place[0]).pack())
    return Message(body, (letters, (leave,)), title=title, kind=Kind.LESSON_STEP, replaces=replaces)


def scene_done(drill: Drill, points: Mapping[str, int], note: str, *, was_best: bool, replaces: str | None) -> Message:
    """What the talk came to."""
    title, _, body = drill_text.result_text(drill, points, note, was_best=was_best).partition("\n")
    return Message(body, (), title=title, kind=Kind.LESSON_STEP, replaces=replaces)


def scene_model(drill: Drill) -> Message:
    """What a good cadre would have said, and what to do next."""
    title, _, body = drill_text.model_text(drill).partition("\n")
    rows = ((Button("Thử lại ▸", Scene(drill.id).pack()), OTHERS), (CONTINUE,))
    return Message(body, rows, title=title, kind=Kind.LESSON_STEP)


def scene_kept(drill: Drill, number: int) -> Message:
    """Để sau."""
    return Message(
        f"Đã giữ chỗ cho đồng chí ở lượt {number}, “{drill.title}”. "
        "Khi nào rảnh, đồng chí bấm [Làm tiếp] hoặc nhắn “tinhhuong”.",
        ((Button("Làm tiếp ▸", Scene(drill.id).pack()), CONTINUE),),
        kind=Kind.LESSON_STEP,
    )
