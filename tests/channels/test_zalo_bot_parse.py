from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import EndpointId, Ignored, Sender, Text, Unsupported
from channels.zalo_bot import parse

AT = EndpointId(4)
DUNG = "a0c01dfe32b3dbed82a2"
LAN = Sender(AT, DUNG)
KEY = "94691c36aef84aa113ee"


def message(**more: Any) -> dict[str, Any]:
    return {
        "date": 1776919152762,
        "chat": {"chat_type": "PRIVATE", "id": DUNG},
        "message_id": KEY,
        "from": {"id": DUNG, "is_bot": False, "display_name": "Dzung Hoang"},
        **more,
    }


def event(name: str = "message.text.received", /, **more: Any) -> dict[str, Any]:
    return {"event_name": name, "message": message(**more)}


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_text_bare_or_wrapped(is_wrapped: bool) -> None:
    said = event(text=" bé ơi\u202e ")

    found = parse({"ok": True, "result": said} if is_wrapped else said, AT)

    assert found == Text(KEY, LAN, "bé ơi")


@pytest.mark.parametrize(
    "said",
    [
        event("message.image.received", message_type="CHAT_PHOTO", caption="A", photo_url="https://zalo.example/a.jpg"),
        event("message.sticker.received", sticker="2be893baafff46a11fee"),
        event("message.voice.received", voice_url="https://zalo.example/a.aac"),
        event("message.unsupported.received"),
        event("message.unsupported.received", text="not what the platform lets one read"),
        event("message.of-a-kind-to-come.received"),
        event(text="  "),
        event(text=5),
        event(),
    ],
)
def test_what_is_no_text_was_said_all_the_same(said: dict[str, Any]) -> None:
    assert parse(said, AT) == Unsupported(KEY, LAN)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "not an object"),
        (None, "not an object"),
        ({}, "not an event"),
        ({"ok": False, "result": []}, "not an event"),
        ({"event_name": 5}, "not an event"),
        ({"event_name": "group.joined", "message": message()}, "not an event"),
        ({"event_name": "message.unsupported.received"}, "no message_id"),
        ({"event_name": "message.text.received", "message": "x"}, "no message_id"),
        (event(message_id=""), "no message_id"),
        (event(text="@bot hoc", chat={"chat_type": "GROUP", "id": "6f0e2d4c8b6a4f2e1d3c"}), "chat of two"),
        (event(text="hoc", chat={"chat_type": "PRIVATE", "id": "6f0e2d4c8b6a4f2e1d3c"}), "chat of two"),
        (event(text="hoc", chat=None), "chat of two"),
        (event(text="hoc", **{"from": {"id": DUNG, "is_bot": True}}), "no person"),
        (event(text="hoc", **{"from": {"id": ["x"]}}), "no person"),
        (
            event(text="hoc", chat={"chat_type": "PRIVATE", "id": "../x"}, **{"from": {"id": "../x"}}),
            "no person",
        ),
    ],
)
def test_what_concerns_nobody_is_ignored(said: object, reason: str) -> None:
    found = parse(said, AT)

    assert isinstance(found, Ignored)
    assert reason in found.reason


def test_a_long_id_still_tells_messages_apart() -> None:
    keys = [parse(event(message_id="x" * 200 + last, text="hoc"), AT).key for last in "ab"]

    assert keys[0] != keys[1]
    assert all(key and len(key) <= 72 for key in keys)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ok", "result", "event_name", "message", "from", "chat", "id", "message_id", "text"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(ANYTHING, st.sampled_from(["message.text.received", "message.x"]))
def test_nothing_that_can_be_sent_breaks_it(given_: object, name: str) -> None:
    parse(given_, AT)
    parse({"event_name": name, "message": given_}, AT)
