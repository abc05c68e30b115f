"""Đề nghị quan tâm: a respectful word to those who lead a unit; at most one to a unit in 7 days, whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from channels.messages import Kind, Message, UnitId
from handlers import authority
from handlers.context import Notice
from handlers.digest import out_of_scope
from learning.calendar import day_of
from learning.rights import Deed
from reports import buttons, words
from storage import digests, reporting
from storage.rollup import read

if TYPE_CHECKING:
    from handlers.actions import AskAttention
    from handlers.context import Context
    from storage.posts import Counts
    from storage.reporting import Unit

ONCE_IN = timedelta(days=7)
_NAME = 60


async def ask(ctx: Context, action: AskAttention) -> list[Message]:
    """Show what will be written and to how many; when that is confirmed, write it."""
    unit_id = UnitId(action.unit)
    today = day_of(ctx.now)
    seats = await authority.seats(ctx)
    own = authority.units(seats)
    path = await reporting.path_up(ctx.conn, unit_id)
    unit = await reporting.unit_by_id(ctx.conn, unit_id)
    is_own = any(mine.id == unit_id for mine in own)  # nobody asks themselves, though another post would let them
    if unit is None or is_own or not authority.may(ctx, Deed.ATTENTION, seats, path):
        return out_of_scope(ctx, action.unit)
    back = buttons.drill("Số liệu đơn vị", unit_id, None)
    name = words.clip(unit.name, _NAME)
    asked = await digests.last_asked(ctx.conn, unit_id, ctx.now - ONCE_IN)
    if asked is not None:
        text = (
            f"Đồng chí {asked.name} đã gửi đề nghị quan tâm tới {name} lúc {words.moment(asked.at)}."
            f" Có thể gửi tiếp từ {words.moment(asked.at + ONCE_IN)}."
        )
        return [Message(text, ((back,),), replaces=ctx.in_place())]
    readers = [
        (person_id, full_name)
        for person_id, full_name in await digests.answerable(ctx.conn, unit_id, today)
        if person_id != ctx.person
    ]
    if not readers:
        text = f"{name} chưa có chủ tịch hay người nhận báo cáo nào kết nối, đề nghị đồng chí liên hệ trực tiếp."
        return [Message(text, ((back,),), replaces=ctx.in_place())]
    nearest = (mine for step in path for mine in own if mine.id in {step.unit_id, step.manager_id})
    body = _body(next(nearest), unit, (await read(ctx.conn, unit_id)).total)
    if not action.sure:
        text = f"Trợ lý sẽ gửi tới {words.number(len(readers))} đồng chí phụ trách {name}:\n\n“{body}”\n\nĐồng chí gửi?"
        yes = buttons.ask_attention("Gửi", unit_id, is_sure=True)
        return [Message(text, ((yes, back),), title="Đề nghị quan tâm", replaces=ctx.in_place())]
    asked_id = await digests.record_asked(ctx.conn, unit_id, ctx.person, reached=len(readers), now=ctx.now)
    ctx.notices += [
        Notice(
            person_id,
            Message(
                f"Kính gửi đồng chí {full_name}.\n{body}\nTrân trọng cảm ơn đồng chí!",
                ((buttons.drill("Xem số liệu", unit_id, None),),),
                title="Đề nghị quan tâm",
                kind=Kind.NOTICE,
            ),
            f"attention:{asked_id}:{person_id}",
        )
        for person_id, full_name in readers
    ]
    text = f"Đã gửi đề nghị quan tâm tới {words.number(len(readers))} đồng chí phụ trách {name}."
    return [Message(text, ((back,),), replaces=ctx.in_place())]


def _body(asker: Unit, unit: Unit, counts: Counts) -> str:
    far = (
        f"đến nay {words.share(counts.joined, counts.posts)} chức danh đã kết nối,"
        f" {words.number(counts.started)} đã học, {words.number(counts.completed)} hoàn thành"
    )
    return (
        f"{words.clip(asker.name, _NAME)} kính đề nghị đồng chí quan tâm việc học trên trợ lý của"
        f" {words.clip(unit.name, _NAME)}: {far}."
    )
