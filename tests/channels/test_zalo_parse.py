from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import (
    ContactShared,
    DoorClosed,
    EndpointId,
    Ignored,
    Sender,
    Started,
    Tap,
    Text,
    Unsupported,
    Withdrawn,
)
from channels.zalo import parse, said_at
from tests.channels.zalo_events import USER, event, follower, text
from tests.standins.zalo import OA_ID

if TYPE_CHECKING:
    from channels.messages import Inbound

HERE = EndpointId(3)
LAN = Sender(HERE, USER)
KEY = "96d3cdf3af150460909"


def read(said: object) -> Inbound | Ignored:
    return parse(said, HERE, OA_ID)


def test_a_text() -> None:
    assert read(text("  Xin chào\u200b ")) == Text(KEY, LAN, "Xin chào")


def test_a_text_in_nfd_is_composed() -> None:
    assert read(text(unicodedata.normalize("NFD", "Nguyễn Thị Hoàng Anh"))) == Text(KEY, LAN, "Nguyễn Thị Hoàng Anh")


def test_a_tap_is_a_text_with_a_mark() -> None:
    assert read(text("#answer:7:b")) == Tap(KEY, LAN, "answer:7:b")


@pytest.mark.parametrize("said", ["#", "# \n", "#" + "a" * 65, "#một\nhai", "##", "a#b"])
def test_what_cannot_be_an_action_is_a_text_or_a_harmless_tap(said: str) -> None:
    found = read(text(said))

    assert isinstance(found, Text | Tap)
    assert isinstance(found, Text) or len(found.action.encode()) <= 64


def test_numeric_ids_may_be_numbers() -> None:
    said = text("hoc", timestamp=1794100000000) | {"sender": {"id": int(USER)}, "recipient": {"id": int(OA_ID)}}
    said["message"]["msg_id"] = 123456

    assert read(said) == Text("123456", LAN, "hoc")


@pytest.mark.parametrize("said", ["", "   ", None, 5, ["a"], "\u200b"])
def test_a_text_without_words(said: object) -> None:
    assert read(text(said)) == Unsupported(KEY, LAN)


@pytest.mark.parametrize(
    "kind",
    ["image", "link", "audio", "video", "sticker", "gif", "location", "business_card", "file", "later_invention"],
)
def test_what_is_not_words(kind: str) -> None:
    assert read(event(f"user_send_{kind}", message={"msg_id": KEY, "attachments": []})) == Unsupported(KEY, LAN)


def test_following_and_leaving() -> None:
    assert read(follower("follow")) == Started(f"follow:{USER}:1794100000000", LAN, "")
    assert read(follower("unfollow")) == DoorClosed(f"unfollow:{USER}:1794100000000", LAN)
    assert isinstance(read(event("user_click_chatnow")), Started)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("84912345678", "+84912345678"), (84912345678, "+84912345678"), ("+84912345678", "+84912345678"),
     ("0912345678", "0912345678")],
)  # fmt: skip
def test_the_consent_card_brings_the_persons_own_phone(phone: object, shown: str) -> None:
    said = event("user_submit_info", info={"name": "Lan", "phone": phone})

    assert read(said) == ContactShared(f"user_submit_info:{USER}:1794100000000", LAN, shown, is_own=True)


@pytest.mark.parametrize("info", [None, {}, {"phone": ""}, {"phone": "abc"}, {"phone": None}, {"phone": "9" * 40}, []])
def test_a_card_without_a_phone(info: object) -> None:
    assert isinstance(read(event("user_submit_info", info=info)), Unsupported)


def test_a_business_card_of_somebody_proves_nothing() -> None:
    said = event("user_send_business_card", message={"msg_id": KEY, "text": "84912345678"})

    assert read(said) == Unsupported(KEY, LAN)


def test_a_withdrawal() -> None:
    assert read(event("user_withdraw")) == Withdrawn(f"user_withdraw:{USER}:1794100000000", LAN)


OURS = event("oa_send_text") | {"sender": {"id": OA_ID}, "recipient": {"id": USER}}


@pytest.mark.parametrize(
    "said",
    [
        OURS,
        event("user_send_text", message={"text": "a", "msg_id": "1"}) | {"sender": {"id": OA_ID}},
        event("user_send_text", message={"text": "a", "msg_id": "1"}) | {"recipient": {"id": "999"}},
        follower("follow", oa_id="999"),
        event("user_seen_message"),
        event("user_received_message"),
        event("user_reacted_message"),
        event("anonymous_send_text"),
        event("add_user_to_tag"),
        event("never heard of"),
        event("user_send_text", sender={"id": "not a number"}),
        event("user_send_text", sender=None),
        {},
        [],
        None,
        "text",
        {"event_name": 5},
    ],
)
def test_what_concerns_nobody_is_ignored(said: object) -> None:
    assert isinstance(read(said), Ignored)


def test_a_key_that_is_too_long_is_shortened_and_stays_unique() -> None:
    one, two = (text("a") for _ in range(2))
    one["message"]["msg_id"], two["message"]["msg_id"] = "x" * 500, "x" * 499 + "y"

    keys = {found.key for found in map(read, (one, two)) if isinstance(found, Text)}
    assert len(keys) == 2
    assert all(len(key) <= 72 for key in keys)


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1794100000000", datetime(2026, 11, 8, 1, 6, 40, tzinfo=UTC)),
        (1794100000000, datetime(2026, 11, 8, 1, 6, 40, tzinfo=UTC)),
        ("", None),
        ("9" * 29, None),
        (None, None),
        (1.5, None),
    ],
)
def test_when_it_was_said(timestamp: object, at: datetime | None) -> None:
    assert said_at(event("follow") | {"timestamp": timestamp}) == at


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["app_id", "sender", "recipient", "follower", "event_name", "message", "info", "timestamp", "oa_id", "user_id"]
NAMES = ["user_send_text", "user_send_image", "follow", "unfollow", "user_submit_info", "user_withdraw", "oa_send_text"]


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
    st.sampled_from(NAMES) | st.text(max_size=10),
)
def test_it_never_raises(part: dict[str, Any], name: str) -> None:
    for said in (part, event(name) | part, part | {"event_name": name}):
        found = read(said)
        assert isinstance(found, Ignored) or 0 < len(found.key) <= 80
        said_at(said)
        json.dumps(str(found))
