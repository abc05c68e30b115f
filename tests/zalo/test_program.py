"""The whole program beside the platform."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from storage import zalo_costs
from storage.tables import account, delivery
from tests.standins.zalo import faults
from tests.zalo.world import AN, LAN, running


async def test_joining_by_the_phone_and_choosing_by_number(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        assert [shown.card for shown in lan.screen if shown.by_oa][:2] == [False, True]
        assert lan.last.text.startswith("Bài 1/")
        assert lan.last.text.endswith("1. Tiếp\n2. Học sau")

        await lan.says("1")
        await world.rest()

        assert " · 2/" in lan.last.text
        assert set(await world.counted()) == {"reply"}


async def test_a_phone_that_is_on_no_list_opens_nothing(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84999999999")
        assert "chưa khớp" in lan.last.text

        await lan.says("7AAA-AAAA-AA")
        await world.rest()
        assert lan.last.text.startswith("Bài 1/")


async def test_a_phone_that_was_typed_proves_nothing(database_url: str) -> None:
    async with running(database_url) as world:
        lan = world.server.person(LAN)
        await lan.follows()
        await lan.says("đồng ý")
        await world.rest()
        await lan.says("0900000001")
        await world.rest()

        assert lan.last.card


async def test_before_agreeing_nothing_is_kept(database_url: str) -> None:
    async with running(database_url) as world:
        lan = world.server.person(LAN)
        await lan.follows()
        await lan.shares_phone("84900000001")
        await world.rest()

        assert "đồng chí nhắn: dong y" in lan.last.text
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(func.count()).select_from(account))).scalar() == 0


async def test_doubled_and_disordered_events_count_once(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.echoes = False
        shown = len(lan.screen)
        world.server.pusher.times = 3
        await lan.says("1")
        await world.rest()
        await asyncio.gather(*world.server.pusher._tasks)
        await world.rest()

        assert len([each for each in lan.screen[shown:] if each.by_oa]) == 1


async def test_who_leaves_in_a_lesson_goes_on_where_they_were(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await lan.says("1")
        await world.rest()
        await lan.unfollows()
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(account.c.is_open))).scalar() is False

        await lan.follows()
        await world.rest()

        assert " · 2/" in lan.last.text


async def test_a_withdrawal_erases(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        an = world.server.person(AN)
        await an.follows()
        await an.says("đồng ý")
        await world.rest()
        for person in (lan, an):
            await person.withdraws()
        await world.rest()

        async with world.program.database.connect() as conn:
            for table in (account, delivery):
                assert (await conn.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_within_48_hours_it_is_free_whatever_the_budget(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=45))

        assert await world.sends(lan, "n1") == ("sent", None)
        assert "billed" not in await world.counted()


async def test_a_day_never_costs_more_than_its_budget(database_url: str) -> None:
    async with running(database_url, budget=2, sub_quota=1) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=49))

        ended = [await world.sends(lan, f"n{number}") for number in range(4)]

        assert [state for state, _ in ended] == ["sent", "sent", "unsendable", "unsendable"]
        assert ended[-1] == ("unsendable", "zalo_budget")
        counted = await world.counted()
        assert (counted["sub_quota"], counted["billed"]) == (1, 1)


async def test_what_turned_out_free_is_given_back(database_url: str) -> None:
    async with running(database_url, budget=1) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=47))  # beyond the margin here, free at the platform

        assert [(await world.sends(lan, f"n{number}"))[0] for number in range(3)] == ["sent"] * 3
        assert world.program.zalo_gate is not None
        today = (datetime.now(UTC) + timedelta(hours=7)).date()
        left = 1
        async with asyncio.timeout(10):  # it is written a little later
            while left:
                async with world.program.database.connect() as conn:
                    left = await zalo_costs.reserved(conn, world.program.zalo_gate.endpoint, today)


async def test_after_seven_days_nothing_is_tried(database_url: str) -> None:
    async with running(database_url, budget=100) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(days=7))

        assert await world.sends(lan, "n1") == ("unsendable", "zalo_window")
        assert world.server.refused == []


async def test_a_window_that_closed_earlier_is_no_failure(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.faults.add(faults.error(-230), person=LAN)

        assert await world.sends(lan, "n1") == ("unsendable", "zalo_window")


@pytest.mark.parametrize("code", [-213, -217])
async def test_who_cannot_be_reached_is_not_written_to_again(database_url: str, code: int) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.faults.add(faults.error(code), person=LAN)

        assert await world.sends(lan, "n1") == ("failed", "door_closed")
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(account.c.is_open))).scalar() is False
