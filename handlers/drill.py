"""Drills (tình huống): a talk that somebody walks through reply by reply, and what it came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from content.present import LETTERS
from handlers import words
from handlers.actions import Scenes
from learning import drill as rules
from learning.calendar import day_of
from learning.shuffle import shuffled
from storage import accounts, drills, learners

if TYPE_CHECKING:
    from channels.messages import Message
    from content.drill_model import Drill, Reply
    from handlers.actions import LeaveScene, Say, Scene
    from handlers.context import Context
    from storage.drills import DrillRun

AWAITS = "scene"  # a talk is on the screen: a typed letter is a reply in it


async def show(ctx: Context) -> list[Message]:
    """List what can be trained: the word was typed."""
    return await listed(ctx, Scenes(0))


async def listed(ctx: Context, action: Scenes) -> list[Message]:
    """List the drills of somebody's tracks, a page at a time, with what they have made of each."""
    posts = await learners.posts(ctx.conn, ctx.person, day_of(ctx.now))
    meant = ctx.library.drills_for({post.track for post in posts})
    standings = await drills.standings(ctx.conn, ctx.person)
    return [words.scenes(meant, standings, action.page, replaces=ctx.in_place())]


async def begin(ctx: Context, action: Scene) -> list[Message]:
    """Go on where somebody stopped, or begin."""
    drill = ctx.library.drill(action.drill)
    if drill is None:
        return []
    run = await drills.open_or_begin(
        ctx.conn, person_id=ctx.person, drill_id=drill.id, version=drill.version, now=ctx.now
    )
    return await _show(ctx, drill, await _as_published(ctx, drill, run), replaces=None)


async def say(ctx: Context, action: Say) -> list[Message]:
    """Give a reply by button; an old button, or somebody else's, changes nothing."""
    run, drill = await _opened(ctx, action.run)
    if run is None or drill is None or len(run.picks) != action.at:
        return []
    return await _say(ctx, drill, run, action.choice)


async def say_by_letter(ctx: Context, letter: str) -> list[Message]:
    """Give a reply typed as a letter in the talk on the screen; any other letter shows the turn again."""
    run, drill = await _opened(ctx, _on_screen(ctx))
    if run is None or drill is None:
        return [words.not_understood()]
    order = _order(drill, run) if run.version == drill.version else ""
    place = LETTERS.find(letter)
    if not 0 <= place < len(order):
        return await _show(ctx, drill, await _as_published(ctx, drill, run), replaces=None)
    return await _say(ctx, drill, run, order[place])


async def again(ctx: Context) -> list[Message]:
    """Show the turn again: words were typed that are no reply."""
    return await say_by_letter(ctx, " ")


async def leave(ctx: Context, action: LeaveScene) -> list[Message]:
    """Để sau: the place is kept anyway; say so."""
    run, drill = await _opened(ctx, action.run)
    if run is None or drill is None:
        return []
    return [words.scene_kept(drill, len(run.picks) + 1)]


async def _say(ctx: Context, drill: Drill, run: DrillRun, choice: str) -> list[Message]:
    if run.version != drill.version:
        return await _show(ctx, drill, await _as_published(ctx, drill, run), replaces=ctx.in_place())
    graph = drill.graph
    before = rules.replay(graph, drill.start, run.picks)
    if before.at is None or drill.turns[before.at].reply(choice) is None:
        return []
    walk = rules.take(graph, before, choice)
    if walk.at is not None:
        await drills.save(ctx.conn, run.id, run.version, walk.picks)
        return await _show(ctx, drill, replace(run, picks=walk.picks), replaces=ctx.in_place())
    full = sum(drill.full.values())
    await drills.finish(ctx.conn, run.id, walk.picks, points=walk.total, full=full, now=ctx.now)
    if ctx.account.awaits == AWAITS:
        await accounts.await_text(ctx.conn, ctx.account.id, None)
    reply, was_best = _last(drill, walk.picks)
    return [
        words.scene_done(drill, walk.points, reply.note, was_best=was_best, replaces=ctx.in_place()),
        words.scene_model(drill),
    ]


async def _show(ctx: Context, drill: Drill, run: DrillRun, *, replaces: str | None) -> list[Message]:
    """Show the turn that a talk is at; from now on a typed letter is a reply in it."""
    if _on_screen(ctx) != run.id:
        await accounts.await_text(ctx.conn, ctx.account.id, AWAITS, {"run": run.id})
    order = _order(drill, run)
    if not run.picks:
        return [words.scene_opened(drill, run.id, order, replaces=replaces)]
    turn = rules.replay(drill.graph, drill.start, run.picks).at
    reply, was_best = _last(drill, run.picks)
    return [
        words.scene_turn(
            drill.turns[turn or drill.start],
            (run.id, len(run.picks)),
            order,
            reply.note,
            was_best=was_best,
            replaces=replaces,
        )
    ]


async def _opened(ctx: Context, run_id: int) -> tuple[DrillRun | None, Drill | None]:
    """The talk, if it is one's own and not over, and its drill, if it is still served."""
    run = await drills.by_id(ctx.conn, run_id)
    if run is None or run.person_id != ctx.person or run.is_finished:
        return None, None
    return run, ctx.library.drill(run.drill_id)


async def _as_published(ctx: Context, drill: Drill, run: DrillRun) -> DrillRun:
    """The talk, put back to its beginning if the drill was published anew meanwhile."""
    if run.version == drill.version:
        return run
    await drills.save(ctx.conn, run.id, drill.version, ())
    return replace(run, version=drill.version, picks=())


def _on_screen(ctx: Context) -> int:
    """The talk that typed letters belong to; 0 for none."""
    return int((ctx.account.awaits_data or {}).get("run", 0)) if ctx.account.awaits == AWAITS else 0


def _order(drill: Drill, run: DrillRun) -> str:
    """The replies' keys as shown in this talk at this turn."""
    turn = rules.replay(drill.graph, drill.start, run.picks).at or drill.start
    seed = f"{run.id}:{turn}:{run.opened_at.isoformat()}"
    return "".join(shuffled([reply.key for reply in drill.turns[turn].replies], seed))


def _last(drill: Drill, picks: tuple[str, ...]) -> tuple[Reply, bool]:
    """The reply given last, and whether none was worth more."""
    graph = drill.graph
    turn = rules.replay(graph, drill.start, picks[:-1]).at or drill.start
    reply = drill.turns[turn].reply(picks[-1])
    if reply is None:
        raise LookupError(f"{drill.id}: {turn} has no reply {picks[-1]}")
    return reply, rules.is_best(graph, turn, picks[-1])
