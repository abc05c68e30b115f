"""What people and the platform do that nobody expects, through the whole program."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import select

from storage.tables import account, parked_update
from tests.zalo.world import AN, LAN, World, running


async def owners(world: World) -> dict[str, int | None]:
    """Whose each account is."""
    async with world.program.database.connect() as conn:
        rows = (await conn.execute(select(account.c.external_id, account.c.person_id))).all()
    return {row.external_id: row.person_id for row in rows}


async def nothing_was_parked(world: World) -> bool:
    async with world.program.database.connect() as conn:
        return (await conn.execute(select(parked_update))).first() is None


async def test_one_phone_on_two_accounts_is_one_person_with_two_doors(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await lan.says("1")
        await world.rest()
        other = await world.joined(AN, "84900000001")
        await other.says("học tiếp")
        await world.rest()

        assert " · 2/" in other.last.text  # the same learner, where she stopped
        known = await owners(world)
        assert known[LAN] == known[AN] is not None


async def test_who_has_joined_and_shares_anothers_phone_stays_who_they_are(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        before = await owners(world)
        await lan.shares_phone("84900000002")
        await world.rest()

        assert await owners(world) == before
        assert await nothing_was_parked(world)


@pytest.mark.parametrize("said", ["Đồng ý", "HỌC", "tiếp"])
async def test_words_in_nfd_are_the_same_words(database_url: str, said: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        answers = []
        for form in ("NFC", "NFD"):
            await lan.says(unicodedata.normalize(form, said))
            await world.rest()
            answers.append(lan.last.text.partition("\n")[0].partition(" · ")[0])

        assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "typed", ["#drill:1:0:0", "#answer:1:a", "#agree", "#erase:0", "#", "# 1", "#names:1:0", "#x" * 400]
)
async def test_a_button_that_is_typed_by_hand_does_no_harm(database_url: str, typed: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        before = await owners(world)
        await lan.says(typed)
        await world.rest()

        assert await nothing_was_parked(world)
        assert await owners(world) == before
        assert "CĐCS" not in lan.last.text  # no figures of a unit to somebody who has none
        await lan.says("hoc")
        await world.rest()
        assert lan.last.text.startswith("Bài 1/")


async def test_ids_that_are_numbers_are_the_same_person(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        event = lan.said("user_send_text", {"text": "1"}) | {
            "sender": {"id": int(LAN)},
            "recipient": {"id": int(world.server.oa_id)},
        }
        event["timestamp"] = int(event["timestamp"])
        await world.server.pusher.push(event).is_settled.wait()
        await world.rest()

        assert " · 2/" in lan.last.text
        assert set(await owners(world)) == {LAN}


@pytest.mark.parametrize(
    "name", ["user_poked_oa", "add_user_to_tag", "user_send_hologram", "shop_has_order", "oa_send_text"]
)
async def test_events_that_nobody_knows_are_taken_and_forgotten(database_url: str, name: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await lan.event(name, extra={"deep": [{}]})
        await world.rest()

        assert world.server.pusher.is_enabled
        assert {each.status for each in world.server.pusher.tries} == {200}
        assert await nothing_was_parked(world)
