"""Cần giúp: the silent learners of one's own CĐCS by name, and Đã xử lý, which ends it for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Message, PersonId, UnitId
from handlers import authority
from handlers.digest import out_of_scope
from learning.calendar import day_of
from learning.rights import Deed
from learning.roles import GRASSROOTS_TYPES
from learning.text import clean
from reports import buttons, words
from reports.scope import is_directly_above
from storage import escalations, reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.actions import Settle, SilentOnes
    from handlers.context import Context
    from storage.reporting import Step, Unit

PAGE = 6
_NAME = 40
_TITLE = "Cần giúp"


async def show(ctx: Context, action: SilentOnes) -> list[Message]:
    """List who is silent in one's own CĐCS."""
    unit = await _own(ctx, action.unit)
    if unit is None:
        return out_of_scope(ctx, action.unit)
    return [await _list(ctx, unit)]


async def settle(ctx: Context, action: Settle) -> list[Message]:
    """Settle one person of one's own CĐCS; or, for the union directly above (`person` 0), all whom it is told of."""
    basis = await reporting.basis(ctx.conn)
    assigned, today, ladder = basis.assigned, day_of(ctx.now), basis.ladder(day_of(ctx.now))
    if action.person:
        unit = await _own(ctx, action.unit)
        if unit is None:
            return out_of_scope(ctx, action.unit)
        before, person = ctx.now - ladder.to_chair, PersonId(action.person)
        await escalations.settle(ctx.conn, unit.id, assigned, today, before, ctx.now, person_id=person)
        return [await _list(ctx, unit)]
    unit_id = UnitId(action.unit)
    seats = await authority.seats(ctx)
    path = await reporting.path_up(ctx.conn, unit_id)
    if not (authority.may(ctx, Deed.SETTLE, seats, path) and _is_told(authority.units(seats), path)):
        return out_of_scope(ctx, action.unit)
    settled = await escalations.settle(ctx.conn, unit_id, assigned, today, ctx.now - ladder.to_above, ctx.now)
    text = f"Đã ghi nhận xử lý {words.number(settled)} người. Ai học lại rồi dừng lần nữa sẽ được báo từ đầu."
    return [Message(text, ((buttons.drill("Số liệu đơn vị", unit_id, None),),), replaces=ctx.in_place())]


def _is_told(own: Sequence[Unit], path: Sequence[Step]) -> bool:
    return path[0].unit_type in GRASSROOTS_TYPES and is_directly_above(own, path)


async def _own(ctx: Context, unit_id: int) -> Unit | None:
    unit = await authority.commanded(ctx, UnitId(unit_id), Deed.PEOPLE)
    return unit if unit is not None and unit.is_grassroots else None


async def _list(ctx: Context, unit: Unit) -> Message:
    basis = await reporting.basis(ctx.conn)
    assigned, today, ladder = basis.assigned, day_of(ctx.now), basis.ladder(day_of(ctx.now))
    before = ctx.now - ladder.to_chair
    found = await escalations.named(ctx.conn, unit.id, assigned, today, before, limit=PAGE + 1)
    back = (buttons.drill("Số liệu đơn vị", unit.id, None),)
    if not found:
        return Message("Không còn ai cần giúp.", (back,), title=_TITLE, replaces=ctx.in_place())
    lines = [f"Đang học mà dừng quá {ladder.chair_days} ngày; đề nghị đồng chí hỏi thăm, giúp học tiếp."]
    rows = []
    for place, silent in enumerate(found[:PAGE], 1):
        where = "" if silent.unit_name == unit.name else f", {words.clip(silent.unit_name, _NAME)}"
        lines.append(f"{place}. {words.clip(clean(silent.name), _NAME)} ({silent.role.label}{where})")
        rows.append((buttons.settle(f"Đã xử lý {place}", unit.id, silent.person_id),))
    if len(found) > PAGE:
        lines.append("Còn nữa, hiện khi xử lý xong các đồng chí trên.")
    return Message("\n".join(lines), (*rows, back), title=_TITLE, replaces=ctx.in_place())
