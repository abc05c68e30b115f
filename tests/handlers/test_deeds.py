"""The buttons and the table of rights: none is missing, and the chat does what the table says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from channels.messages import UnitId
from handlers import actions, attention, broadcast, digest, pause
from handlers.actions import _REGISTRY
from handlers.deeds import DEEDS
from learning.rights import Deed
from learning.roles import Role
from reports import scope
from storage import reporting
from tests.builders import agreed, cadre, unit
from tests.reports.conftest import Union, union

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from channels.messages import Message
    from handlers.context import Context

__all__ = ["union"]

ASKS: dict[type[actions.Action], Callable[[Context, int], Awaitable[list[Message]]]] = {
    actions.Drill: lambda ctx, at: digest.drill(ctx, actions.Drill(at, 0, 0)),
    actions.AskAttention: lambda ctx, at: attention.ask(ctx, actions.AskAttention(at, 0)),
    actions.Pause: lambda ctx, at: pause.ask(ctx, actions.Pause(at, 0)),
    actions.Unpause: lambda ctx, at: pause.resume(ctx, actions.Unpause(at)),
    actions.CastUnit: lambda ctx, at: broadcast.choose_unit(ctx, actions.CastUnit(at, 0)),
    actions.CastRoles: lambda ctx, at: broadcast.choose_roles(ctx, actions.CastRoles(at, 0)),
    actions.CastWrite: lambda ctx, at: broadcast.write(ctx, actions.CastWrite(at, 0)),
    actions.Names: lambda ctx, at: digest.names(ctx, actions.Names(at, 0)),
}


def test_every_button_stands_in_the_table() -> None:
    assert set(DEEDS) == set(_REGISTRY.values())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_chat_does_what_the_table_says(union: Union) -> None:
    conn, units, people = union.conn, union.units, union.people
    units["T02"] = await unit(conn, "T02", "LDLD_TINH", units["VN"], name="LĐLĐ tỉnh Mây")
    people["tỉnh hai"] = await cadre(conn, "Hà Văn Mây", units["T02"], Role.CHAIR)
    people["chuyên viên"] = await cadre(conn, "Lý Thị Sổ", units["T01"], Role.FULL_TIMER)
    for who in ("tỉnh hai", "chuyên viên"):
        await agreed(conn, people[who])
    told: set[bool] = set()
    for who in ("quốc", "tỉnh", "phường", "chủ tịch", "tổ 1", "tỉnh hai", "chuyên viên"):
        ctx = await union.context(who)
        day = ctx.now.date()
        seats = await reporting.seats_of(conn, people[who], day)
        for (kind, ask), (name, at) in product(ASKS.items(), [*units.items(), ("none", UnitId(999_999))]):
            path = await reporting.path_up(conn, at)
            allowed = scope.may(DEEDS[kind], seats, path, day)
            if kind is actions.Names:  # in the chat, lists are for grassroots unions alone
                allowed = allowed and name in {"A", "B"}

            [message, *_] = await ask(ctx, at)

            refused = "Không tìm thấy đơn vị này" in message.text
            assert refused is not allowed, (who, kind, name)
            told.add(allowed)
    assert told == {True, False}
    assert DEEDS[actions.Recognise] is Deed.NEWCOMERS
