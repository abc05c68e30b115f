"""After a week of silence: approved templates within the budget, else a reason, and a digest that waits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.zalo.template_names import DIGEST, NamesError, parameters
from storage.tables import account, delivery, learner, zalo_charge
from tests.scenarios.stage import set_up
from tests.standins.zalo import ZaloServer, faults

if TYPE_CHECKING:
    from tests.scenarios.stage import Stage

NUDGE, WEEKLY = "77", "88"
APPROVED = {NUDGE: {"ten", "bai"}, WEEKLY: {"don_vi", "den_ngay", "chuc_danh", "ket_noi", "hoan_thanh"}}
SET: dict[str, Any] = {"zalo_oa_budget": 20, "zalo_template_nudge": NUDGE, "zalo_template_digest": WEEKLY}
BY_USER, BY_PHONE = "/v3.0/oa/message/template", "/message/template"
HOA = "hoa on zalo"


async def ended(stage: Stage) -> list[tuple[str, str, str | None]]:
    """What became of what was sent unasked, in order: kind, state, reason."""
    query = select(delivery.c.kind, delivery.c.state, delivery.c.reason).where(delivery.c.lane == "bulk")
    async with stage.program.database.connect() as conn:
        return [
            (kind, state, why) for kind, state, why in (await conn.execute(query.order_by(delivery.c.run_at))).all()
        ]


async def prices(stage: Stage) -> list[int | None]:
    assert stage.program.zalo_gate is not None
    await stage.program.zalo_gate.flush()
    query = select(zalo_charge.c.price).where(zalo_charge.c.counted_as == "template")
    async with stage.program.database.connect() as conn:
        return list((await conn.execute(query)).scalars())


async def test_a_nudge_and_a_digest_go_by_template_and_are_counted_with_their_price(database_url: str) -> None:
    platform = ZaloServer(templates=APPROVED, template_price=560)
    async with set_up(database_url, with_zalo="off", platform=platform, **SET) as stage:
        await stage.types(HOA, "dong y 7CCC-CCCC-CC")  # Monday, 09:00
        await stage.passes(timedelta(days=9))

        assert await ended(stage) == [
            ("reminder", "sent", None),
            ("reminder", "sent", None),
            ("digest", "sent", None),
            ("reminder", "sent", None),
        ]
        assert platform.refused == []
        shown = [json.loads(news.text) for news in stage.door(HOA).screen.values() if news.text.startswith("{")]
        assert shown == [
            {
                "don_vi": "CĐCS Công ty May Sao Mai",
                "den_ngay": "15/11/2026",
                "chuc_danh": "5",
                "ket_noi": "1",
                "hoan_thanh": "0",
            },
            {"ten": "Lê Thị Hoa", "bai": "Công đoàn Việt Nam hôm nay"},
        ]
        assert await prices(stage) == [560, 560]


async def test_by_phone(database_url: str) -> None:
    platform = ZaloServer(templates=APPROVED)
    async with set_up(database_url, with_zalo="off", platform=platform, zalo_template_by="phone", **SET) as stage:
        await stage.types(HOA, "dong y 7CCC-CCCC-CC")
        await stage.passes(timedelta(days=7))

        assert [phone for phone, _ in platform.sent_by_phone] == ["84900000003"]
        assert await prices(stage) == [None]


@pytest.mark.parametrize(
    ("code", "reason"), [(-133, "zalo_night"), (-137, "zalo_template"), (-119, "zalo_template"), (-115, "zalo_quota")]
)
async def test_what_a_template_meets_does_not_close_the_chat(database_url: str, code: int, reason: str) -> None:
    platform = ZaloServer(templates=APPROVED)
    platform.faults.add(faults.error(code), call=BY_USER)
    async with set_up(database_url, with_zalo="off", platform=platform, **SET) as stage:
        await stage.types(HOA, "dong y 7CCC-CCCC-CC")
        await stage.passes(timedelta(days=7))

        assert (await ended(stage))[-1] == ("digest", "unsendable", reason)
        async with stage.program.database.connect() as conn:
            assert (await conn.execute(select(account.c.is_open))).scalars().all() == [True]
            assert (await conn.execute(select(learner.c.digest_waits))).scalars().one() is not None

        await stage.types(HOA, "hoc")
        async with stage.program.database.connect() as conn:
            assert (await conn.execute(select(learner.c.digest_waits))).scalars().one() is None
        texts = [seen.text for seen in list(stage.door(HOA).screen.values())[-2:]]
        assert ["Báo cáo đang chờ đồng chí." in text for text in texts] == [True, False]


async def test_templates_count_against_the_budget(database_url: str) -> None:
    platform = ZaloServer(templates=APPROVED)
    async with set_up(database_url, with_zalo="off", platform=platform, **SET | {"zalo_oa_budget": 0}) as stage:
        await stage.types(HOA, "dong y 7CCC-CCCC-CC")
        await stage.passes(timedelta(days=20))

        assert await ended(stage) == [
            ("reminder", "sent", None),
            ("digest", "unsendable", "zalo_budget"),
        ]
        assert await prices(stage) == []


def test_names_of_parameters_are_read() -> None:
    assert parameters("unit=don_vi, until=den", DIGEST) == {"unit": "don_vi", "until": "den"}
    for told in ("unit", "unit=", "nobody=x"):
        with pytest.raises(NamesError):
            parameters(told, DIGEST)
