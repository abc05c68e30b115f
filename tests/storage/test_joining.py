from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from learning import codes
from learning.roles import Role
from learning.text import fold
from storage import accounts, joining
from storage.joining import INVITE_LASTS, MOST_TRIES, TRIES_WITHIN
from storage.tables import guess_counter, invite_code, join_request
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId
    from storage.database import Database

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 9)
WHO = b"w" * 32


async def small_union(conn: AsyncConnection) -> tuple[UnitId, UnitId, PersonId]:
    """A CĐCS, a tổ below it, and the tổ's leader."""
    grassroots = await builders.unit(conn, "CS01", "CDCS")
    group = await builders.unit(conn, "TO1", "TO_CD", grassroots)
    lan = await builders.human(conn, "Nguyễn Thị Lan", phone="+84900000001")
    await builders.post(conn, lan, group, Role.GROUP_LEADER)
    return grassroots, group, lan


async def add(conn: AsyncConnection, person_id: PersonId, letters: str, *, purpose: str = "join") -> None:
    await joining.add_code(
        conn,
        code_hash=codes.digest(letters),
        purpose=purpose,
        person_id=person_id,
        unit_id=None,
        expires_at=NOW + INVITE_LASTS,
        now=NOW,
    )


# --- codes ---


async def test_a_code_is_found_until_it_expires(database: Database) -> None:
    async with database.begin() as conn:
        _, _, lan = await small_union(conn)
        await add(conn, lan, "A" * 10)
        found = await joining.find_code(conn, codes.digest("A" * 10), NOW + INVITE_LASTS - timedelta(seconds=1))

        assert found is not None
        assert (found.person_id, found.full_name, found.purpose) == (lan, "Nguyễn Thị Lan", "join")
        assert await joining.find_code(conn, codes.digest("A" * 10), NOW + INVITE_LASTS) is None
        assert await joining.find_code(conn, codes.digest("B" * 10), NOW) is None


async def test_a_new_code_takes_the_place_of_the_old_one_for_the_same_purpose(database: Database) -> None:
    async with database.begin() as conn:
        _, _, lan = await small_union(conn)
        await add(conn, lan, "A" * 10)
        await add(conn, lan, "B" * 10, purpose="link")
        await add(conn, lan, "C" * 10)

        usable = [letter for letter in "ABC" if await joining.find_code(conn, codes.digest(letter * 10), NOW)]
    assert usable == ["B", "C"]


async def test_a_code_is_used_once_though_two_come_at_once(database: Database) -> None:
    async with database.begin() as conn:
        _, _, lan = await small_union(conn)
        await add(conn, lan, "A" * 10)
        [code_id] = (await conn.execute(select(invite_code.c.id))).scalars()

    async def use() -> bool:
        async with database.begin() as conn:
            return await joining.use_code(conn, code_id, NOW)

    assert sorted(await asyncio.gather(use(), use(), use())) == [False, False, True]
    async with database.connect() as conn:
        assert await joining.find_code(conn, codes.digest("A" * 10), NOW) is None


async def test_many_codes_at_once_revoke_earlier_ones_of_joining_only(database: Database) -> None:
    async with database.begin() as conn:
        grassroots, _, lan = await small_union(conn)
        await add(conn, lan, "A" * 10)
        await add(conn, lan, "B" * 10, purpose="link")
        [invitee] = await joining.not_joined(conn, grassroots, TODAY)
        await joining.add_codes(conn, [(codes.digest("C" * 10), invitee)], expires_at=NOW + INVITE_LASTS, now=NOW)

        usable = [letter for letter in "ABC" if await joining.find_code(conn, codes.digest(letter * 10), NOW)]
    assert usable == ["B", "C"]


# --- guesses ---


async def test_five_wrong_codes_close_the_door_for_ten_minutes(database: Database) -> None:
    async with database.begin() as conn:
        for number in range(MOST_TRIES):
            assert await joining.may_guess(conn, WHO, NOW + timedelta(seconds=number))
            await joining.count_guess(conn, WHO, NOW + timedelta(seconds=number))

        assert not await joining.may_guess(conn, WHO, NOW + TRIES_WITHIN - timedelta(seconds=1))
        assert await joining.may_guess(conn, WHO, NOW + TRIES_WITHIN)
        assert await joining.may_guess(conn, b"x" * 32, NOW)

        await joining.count_guess(conn, WHO, NOW + TRIES_WITHIN)
        assert await joining.may_guess(conn, WHO, NOW + TRIES_WITHIN)


async def test_guesses_are_forgotten_when_they_no_longer_count(database: Database) -> None:
    async with database.begin() as conn:
        await joining.count_guess(conn, WHO, NOW)
        await joining.forget_old(conn, NOW + TRIES_WITHIN - timedelta(seconds=1))
        kept = (await conn.execute(select(func.count()).select_from(guess_counter))).scalar_one()
        await joining.forget_old(conn, NOW + TRIES_WITHIN)
        left = (await conn.execute(select(func.count()).select_from(guess_counter))).scalar_one()

    assert (kept, left) == (1, 0)


# --- who is it? ---


async def test_a_phone_is_looked_for_below_the_unit_and_among_those_who_hold_a_post(database: Database) -> None:
    async with database.begin() as conn:
        grassroots, group, lan = await small_union(conn)
        other = await builders.unit(conn, "CS02", "CDCS")
        left = await builders.human(conn, "Trần Văn An", phone="+84900000002")
        await builders.post(conn, left, group, Role.GROUP_DEPUTY, valid_to=TODAY)

        async def found(unit_id: UnitId | None, phone: str) -> list[int]:
            return [person_id for person_id, _ in await joining.by_phone(conn, unit_id, phone, TODAY)]

        assert await found(grassroots, "+84900000001") == [lan]
        assert await found(None, "+84900000001") == [lan]
        assert await found(other, "+84900000001") == []
        assert await found(grassroots, "+84900000002") == []
        assert await joining.by_phone(conn, grassroots, "+84900000002", TODAY - timedelta(days=1)) == [
            (left, "Trần Văn An")
        ]


async def test_a_shared_phone_names_all_who_have_it(database: Database) -> None:
    async with database.begin() as conn:
        grassroots, group, lan = await small_union(conn)
        twin = await builders.human(conn, "Nguyễn Thị Liên", phone="+84900000001")
        await builders.post(conn, twin, group, Role.GROUP_DEPUTY)
        found = await joining.by_phone(conn, grassroots, "+84900000001", TODAY)

    assert {person_id for person_id, _ in found} == {lan, twin}


@pytest.mark.parametrize("said", ["Nguyễn Thị Lan", "nguyen thi lan", "NGUYỄN THỊ LAN "])
async def test_a_name_is_found_without_its_diacritics(database: Database, said: str) -> None:
    async with database.begin() as conn:
        grassroots, _, lan = await small_union(conn)

        assert await joining.candidates(conn, grassroots, fold(said), TODAY) == [
            (lan, "Nguyễn Thị Lan, tổ trưởng, Đơn vị TO1")
        ]
        assert await joining.candidates(conn, grassroots, fold(said + " Anh"), TODAY) == []


async def test_somebody_with_two_posts_is_one_candidate(database: Database) -> None:
    async with database.begin() as conn:
        grassroots, _, lan = await small_union(conn)
        await builders.post(conn, lan, grassroots, Role.COMMITTEE_MEMBER)

        assert [person for person, _ in await joining.candidates(conn, grassroots, fold("Nguyễn Thị Lan"), TODAY)] == [
            lan
        ]
        assert [invitee.person_id for invitee in await joining.not_joined(conn, grassroots, TODAY)] == [lan]


# --- who decides? ---


async def test_the_nearest_joined_chair_decides(database: Database) -> None:
    async with database.begin() as conn:
        province = await builders.unit(conn, "T01", "LDLD_TINH")
        grassroots = await builders.unit(conn, "CS01", "CDCS", province)
        group = await builders.unit(conn, "TO1", "TO_CD", grassroots)
        above = await builders.cadre(conn, "Đỗ Minh Thu", province, Role.CHAIR)
        chair = await builders.cadre(conn, "Lê Thị Hoa", grassroots, Role.CHAIR)
        clerk = await builders.cadre(conn, "Vũ Thị Mơ", grassroots, Role.COMMITTEE_MEMBER, receives_reports=True)

        assert await joining.officers(conn, group, TODAY) == []
        await builders.agreed(conn, above)
        assert await joining.officers(conn, group, TODAY) == [above]
        await builders.agreed(conn, chair, is_open=False)
        assert await joining.officers(conn, group, TODAY) == [above]
        await builders.agreed(conn, clerk)
        assert await joining.officers(conn, group, TODAY) == [clerk]
        await builders.agreed(conn, chair)
        assert await joining.officers(conn, group, TODAY) == [chair, clerk]


async def test_an_earlier_request_of_the_same_door_is_replaced(database: Database) -> None:
    async with database.begin() as conn:
        grassroots, _, lan = await small_union(conn)
        endpoint = await accounts.ensure_endpoint(conn, "browser", "web", None)
        door = await accounts.open_door(conn, endpoint, "page-1", unit_id=grassroots, now=NOW)
        first = await joining.add_request(conn, door, grassroots, "Nguyễn Lan", NOW)
        second = await joining.add_request(conn, door, grassroots, "Nguyễn Thị Lan", NOW)
        await joining.decide_request(conn, second, by=lan, person_id=lan, now=NOW)
        third = await joining.add_request(conn, door, grassroots, "Lan", NOW)

        assert await joining.request_by_id(conn, first) is None
        decided = await joining.request_by_id(conn, second)
        assert decided is not None
        assert decided.is_decided
        kept = (await conn.execute(select(join_request.c.id).order_by(join_request.c.id))).scalars().all()
    assert kept == [second, third]
