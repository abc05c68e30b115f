"""Every message of a drill, for authors: each turn once, and what follows each of its replies. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from content.present import LETTERS
from handlers import words
from handlers.rehearsal import ON_SCREEN, Step
from learning import drill as rules
from learning.shuffle import shuffled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from content.drill_model import Drill

RUN = 1


def drill_steps(drill: Drill) -> Iterator[Step]:
    """Return the opening, then by turn what follows each reply, and at last the model answer."""
    opening = words.scene_opened(drill, RUN, _order(drill, drill.start), replaces=None)
    yield Step(f"Mở đầu ({drill.start})", opening)
    for turn, picks in _ways(drill).items():
        yield from _replies(drill, turn, picks)
    yield Step("Sau kết quả", words.scene_model(drill))


def _replies(drill: Drill, turn: str, picks: tuple[str, ...]) -> Iterator[Step]:
    order = _order(drill, turn)
    for letter, key in zip(LETTERS, order, strict=False):
        reply = drill.turns[turn].reply(key)
        if reply is None:
            continue
        walk = rules.replay(drill.graph, drill.start, (*picks, key))
        was_best = rules.is_best(drill.graph, turn, key)
        points = sum(reply.branch.points.values())
        if walk.at is None:
            shown = words.scene_done(drill, walk.points, reply.note, was_best=was_best, replaces=ON_SCREEN)
        else:
            place = (RUN, len(walk.picks))
            shown = words.scene_turn(
                drill.turns[walk.at], place, _order(drill, walk.at), reply.note, was_best=was_best, replaces=ON_SCREEN
            )
        yield Step(f"Ở {turn} bấm {letter} ({points} điểm) → {walk.at or 'hết'}", shown)


def _ways(drill: Drill) -> Mapping[str, tuple[str, ...]]:
    """Every turn that can be reached, the nearest first, each with the replies of a shortest way to it."""
    found: dict[str, tuple[str, ...]] = {drill.start: ()}
    waiting = deque([drill.start])
    while waiting:
        turn = waiting.popleft()
        for reply in drill.turns[turn].replies:
            following = reply.branch.next
            if following is not None and following not in found:
                found[following] = (*found[turn], reply.key)
                waiting.append(following)
    return found


def _order(drill: Drill, turn: str) -> str:
    return "".join(shuffled([reply.key for reply in drill.turns[turn].replies], f"{drill.id}:{turn}"))
