from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from channels.messages import (
    Address,
    Button,
    ClosedDoorError,
    Message,
    NotAllowedError,
    RefusedError,
    SendError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from channels.wire import Wire
from channels.zalo import Bases, ExpiredError, GrantLostError, ZaloChannel, ZaloClient, ZaloOAuth, is_signed
from channels.zalo.verdicts import CODES, Api, Verdict, as_send_error, verdict_of
from tests.standins.zalo import APP_ID, APP_SECRET, ZaloServer, faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

USER = "246845883529197922"
CS = "/v3.0/oa/message/cs"
BODY = (
    '{"app_id":"360846524940903967","sender":{"id":"246845883529197922"},"user_id_by_app":"552177279717587730",'
    '"recipient":{"id":"388613280878808645"},"event_name":"user_send_text","message":{"text":"Xin chào",'
    '"msg_id":"96d3cdf3af150460909"},"timestamp":"1794100000000"}'
).encode()
KEY = "test-oa-secret-key"
OF_BODY = "a810662b4c7846996190c40f5b0d26924abf71b2e665b54b7f1d6277cc87fb01"
OF_HEADER = "842150ed5f5c16aaae402fee30553b8a66862822343db0699bda92838038af6a"


class Keyring:
    """Tokens that are renewed as often as the platform wants; `asked` is what was said to be dead."""

    def __init__(self, server: ZaloServer) -> None:
        self._grants = server.grants
        self.refresh = server.grants.first_refresh_token()
        self.token = self._grants.living
        self.asked: list[str] = []

    async def access(self) -> str:
        return self.token

    async def instead_of(self, dead: str) -> str:
        self.asked.append(dead)
        form = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": self.refresh}
        pair = self._grants.exchange(APP_SECRET, form)
        self.refresh, self.token = pair["refresh_token"], pair["access_token"]
        return self.token


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[tuple[ZaloServer, Keyring, ZaloClient]]:
    async with ZaloServer(**options) as server:
        tokens = Keyring(server)
        client = ZaloClient(Wire(connect_timeout_s=2.0, read_timeout_s=0.5), tokens, Bases(server.url, server.url))
        server.person(USER).spoke_at = server.clock.now()
        try:
            yield server, tokens, client
        finally:
            await client.close()


# --- signatures ---


@pytest.mark.parametrize("prefix", ["mac=", "", "sha256="])
@pytest.mark.parametrize(("digest", "timestamp"), [(OF_BODY, "1794100000000"), (OF_HEADER, "1794100000123")])
def test_either_timestamp_may_be_signed(prefix: str, digest: str, timestamp: str) -> None:
    both = ("1794100000000", "1794100000123")

    assert len(BODY) == 266
    assert is_signed(prefix + digest, APP_ID, BODY, both, KEY) == timestamp
    assert is_signed(prefix + digest.upper(), APP_ID, BODY, both, KEY) == timestamp


@pytest.mark.parametrize(
    ("shown", "body", "key"),
    [
        ("", BODY, KEY),
        ("mac=", BODY, KEY),
        ("mac=" + OF_BODY[:-1], BODY, KEY),
        ("mac=" + OF_BODY, BODY + b" ", KEY),
        ("mac=" + OF_BODY, BODY, "another key"),
        ("mac=\udcff", BODY, KEY),
    ],
)
def test_a_forged_signature_fits_nothing(shown: str, body: bytes, key: str) -> None:
    assert is_signed(shown, APP_ID, body, ("1794100000000", ""), key) is None


# --- errors ---

EXPECTED: dict[Verdict, type[SendError]] = {
    Verdict.TOKEN: ThrottledError,
    Verdict.RATE: ThrottledError,
    Verdict.AGAIN: UnreachableError,
    Verdict.QUOTA: NotAllowedError,
    Verdict.NIGHT: NotAllowedError,
    Verdict.WINDOW: NotAllowedError,
    Verdict.GONE: ClosedDoorError,
    Verdict.UNWILLING: NotAllowedError,
    Verdict.EXPIRED: ExpiredError,
    Verdict.PAYLOAD: RefusedError,
    Verdict.CONSOLE: ThrottledError,
}


@pytest.mark.parametrize("code", [code for code, verdict in CODES[Api.OA].items() if verdict is not Verdict.TOKEN])
async def test_each_documented_code_has_its_class(code: int) -> None:
    async with opened() as (server, _, client):
        server.faults.add(faults.error(code, "no"), call=CS)

        with pytest.raises(SendError) as caught:
            await client.consult(USER, {"text": "Chào"})

    assert type(caught.value) is EXPECTED[CODES[Api.OA][code]]
    assert server.person(USER).screen == []


@pytest.mark.parametrize("code", sorted(CODES[Api.ZBS]))
def test_each_code_of_a_template_has_its_class(code: int) -> None:
    verdict = verdict_of(code, "no", Api.ZBS)

    expected = NotAllowedError if verdict is Verdict.CONSOLE else EXPECTED[verdict]  # the chat goes on without it
    assert type(as_send_error(verdict, "no", Api.ZBS)) is expected


DOCUMENTED = (
    "-216 -220 -32 -200 -211 -218 -234 -230 -232 -213 -217 -227 -244 -201 -210 -233 -100 -249 -204 -205 -209 -212 -219 "
    "-221 -223 -224 -235 -242 -248 -320 -321 -240 -237"
)
DOCUMENTED_ZBS = (
    "-124 -100 -115 -144 -147 -1441 -1471 -1472 -133 -114 -118 -119 -139 -140 -141 -108 -109 -111 -112 -1121 -1122 "
    "-1123 -1124 -131 -132 -101 -102 -103 -104 -105 -117 -120 -135 -1351 -136 -137 -138"
)


def test_no_documented_code_is_left_out() -> None:
    assert {int(code) for code in DOCUMENTED.split()} <= set(CODES[Api.OA])
    assert {int(code) for code in DOCUMENTED_ZBS.split()} <= set(CODES[Api.ZBS])


def test_a_code_with_two_meanings_is_told_by_its_words() -> None:
    assert verdict_of(-223, "OA chưa cấp quyền cho ứng dụng") is Verdict.CONSOLE
    assert verdict_of(-223, "OA has exceeded its quota") is Verdict.QUOTA


def test_a_code_that_nobody_knows_was_not_taken() -> None:
    assert verdict_of(-987_654, "new") is Verdict.PAYLOAD


async def test_silence_for_seven_days_is_told_as_the_window() -> None:
    async with opened() as (server, _, client):
        server.clock.advance(days=7, seconds=-3_600)
        assert "quota" not in await client.consult(USER, {"text": "Chào"})
        server.clock.advance(hours=2)
        server.grants.first_refresh_token()

        with pytest.raises(NotAllowedError) as caught:
            await client.consult(USER, {"text": "Chào"})

    assert caught.value.reason == "zalo_window"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{}", b'{"error":"0"}', b'{"error":true}', b"<html>", b'{"error":0.0}', b"\xff"]
)
async def test_an_answer_that_is_not_the_platforms_leaves_it_open(body: bytes) -> None:
    async with opened() as (server, _, client):
        server.faults.add(faults.garbage(body), call=CS)

        with pytest.raises(UnknownOutcomeError):
            await ZaloChannel(client).send(Address(USER), Message("Chào"))


async def test_too_many_calls_a_minute_wait() -> None:
    async with opened(limit_per_min=1) as (server, _, client):
        await client.about()

        with pytest.raises(ThrottledError) as caught:
            await client.consult(USER, {"text": "Chào"})

    assert caught.value.retry_after_s >= 1
    assert server.refused[-1][1] == -32


# --- tokens ---


@pytest.mark.parametrize("code", [-216, 216, -220, 220, 401, -401])
async def test_a_dead_token_is_replaced_and_the_call_made_once_more(code: int) -> None:
    async with opened() as (server, tokens, client):
        before = tokens.token
        server.faults.add(faults.error(code), call=CS, times=1)

        assert await client.consult(USER, {"text": "Chào"})

    assert tokens.asked == [before]
    assert [shown.text for shown in server.person(USER).screen] == ["Chào"]


async def test_a_token_that_stays_dead_is_asked_for_once() -> None:
    async with opened() as (server, tokens, client):
        server.faults.add(faults.error(-216), call=CS)

        with pytest.raises(ThrottledError):
            await client.consult(USER, {"text": "Chào"})

    assert len(tokens.asked) == 1


async def test_no_token_is_in_the_log_or_in_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with opened() as (server, tokens, client):
        told = []
        for fault in (faults.error(-204), faults.page(500), faults.cut_before(), faults.hang()):
            server.faults.clear()
            server.faults.add(fault, call=CS)
            with pytest.raises(SendError) as caught:
                await client.consult(USER, {"text": "Chào"})
            told.append(repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__))

    assert "-204" in caplog.text
    for secret in (tokens.token, tokens.refresh):
        assert secret not in caplog.text
        assert all(secret not in each for each in told)


async def test_a_pair_by_refresh_and_by_code() -> None:
    async with ZaloServer() as server:
        wire = Wire()
        oauth = ZaloOAuth(wire, APP_ID, APP_SECRET, server.url)
        first = await oauth.refresh(server.grants.first_refresh_token())
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        second = await oauth.by_code(server.grants.code(verifier), verifier)

        assert first.lasts_s == 90_000
        assert second.access != first.access
        assert first.access not in repr(first)
        assert first.refresh not in repr(first)
        with pytest.raises(GrantLostError):
            await oauth.by_code(server.grants.code(verifier), "another verifier")
        await wire.close()


async def test_a_refresh_token_serves_once() -> None:
    async with ZaloServer() as server:
        wire = Wire()
        oauth = ZaloOAuth(wire, APP_ID, APP_SECRET, server.url)
        spent = server.grants.first_refresh_token()
        await oauth.refresh(spent)

        with pytest.raises(GrantLostError) as caught:
            await oauth.refresh(spent)
        await wire.close()

    assert "-14014" in str(caught.value)
    assert server.grants.reused == 1


# --- what is sent ---


async def test_a_text_beyond_the_limit_is_cut_and_its_choices_kept() -> None:
    async with opened() as (server, _, client):
        message = Message("ế" * 2_001, ((Button("Tiếp ▸", "next:1:1"),),))
        await ZaloChannel(client).send(Address(USER), message)

        assert len(server.person(USER).last.text) == 2_000
        assert server.person(USER).last.text.endswith("Nhắn: Tiếp.")


async def test_a_sixth_button_makes_all_of_them_spelled() -> None:
    async with opened() as (server, _, client):
        rows = tuple((Button(f"Tổ {n}", f"a:{n}"),) for n in range(6))
        await ZaloChannel(client, buttons=True).send(Address(USER), Message("Chọn", rows))
        assert server.person(USER).last.buttons == ()
        assert "6. Tổ 5" in server.person(USER).last.text

        await ZaloChannel(client, buttons=True).send(Address(USER), Message("Chọn", rows[:5]))
        assert server.person(USER).last.titles == tuple(f"Tổ {n}" for n in range(5))


async def test_the_phone_is_asked_for_by_a_card() -> None:
    async with opened() as (server, _, client):
        channel = ZaloChannel(client, card_image="https://tap-huan.example/the.png")
        await channel.send(Address(USER), Message("Mời chia sẻ. " * 60, asks_contact=True))

        assert server.person(USER).last.card
        assert len(server.person(USER).last.text) <= 602


async def test_each_message_is_counted_as_the_platform_counts_it() -> None:
    counted: list[tuple[str, str]] = []
    async with opened(sub_quota=1) as (server, _, client):

        def count(to: Address, counted_as: str, price: int | None = None) -> None:
            assert price is None
            counted.append((to.tag, counted_as))

        channel = ZaloChannel(client, count=count)
        await channel.send(Address(USER, "1"), Message("Trong 48 giờ"))
        server.clock.advance(hours=25)
        server.grants.first_refresh_token()
        server.clock.advance(hours=24)
        await channel.send(Address(USER, "2"), Message("Sau đó"))
        await channel.send(Address(USER, "3"), Message("Hết gói"))

    assert counted == [("1", "reply"), ("2", "sub_quota"), ("3", "billed")]
    assert [each.as_what for each in server.counted] == ["reply", "sub_quota", "billed"]


async def test_templates_go_by_user_and_by_phone() -> None:
    async with opened(templates={"77": {"ten"}}) as (server, _, client):
        assert (await client.template_to_user(USER, "77", {"ten": "Lan"}))["message_id"]
        assert (await client.template_to_phone("84912345678", "77", {"ten": "Lan"}, "d-1"))["msg_id"]

        with pytest.raises(NotAllowedError):
            await client.template_to_phone("0912345678", "77", {"ten": "Lan"}, "d-2")
        with pytest.raises(RefusedError):
            await client.template_to_user(USER, "77", {})
    assert len(server.person(USER).screen) == 1


async def test_an_upload_serves_for_seven_days() -> None:
    async with opened() as (server, _, client):
        picture = await client.upload_image("the.PNG", b"\x89PNG")
        paper = await client.upload_file("the.pdf", b"%PDF")
        assert (await client.send_image(USER, picture, "Tranh"))["message_id"]
        assert (await client.send_file(USER, paper))["message_id"]
        server.clock.advance(days=7)
        server.person(USER).spoke_at = server.clock.now()
        for sent in (client.send_image(USER, picture), client.send_file(USER, paper)):
            with pytest.raises(ExpiredError, match="-100"):
                await sent


@pytest.mark.parametrize(("name", "size"), [("the.png", 1_048_577), ("the.exe", 1), ("the.png", 0), ("png", 1)])
async def test_what_cannot_be_a_picture_is_not_uploaded(name: str, size: int) -> None:
    async with opened() as (server, _, client):
        with pytest.raises(RefusedError):
            await client.upload_image(name, b"x" * size)
        assert server.refused == []


@pytest.mark.parametrize(("name", "size"), [("the.pdf", 5_242_881), ("the.zip", 1)])
async def test_what_cannot_be_a_file_is_not_uploaded(name: str, size: int) -> None:
    async with opened() as (server, _, client):
        with pytest.raises(RefusedError):
            await client.upload_file(name, b"x" * size)
        assert server.refused == []


async def test_the_official_account_and_a_person_can_be_asked_for() -> None:
    async with opened() as (_, _tokens, client):
        assert (await client.about())["is_verified"] is True
        assert (await client.person(USER))["user_id"] == USER
