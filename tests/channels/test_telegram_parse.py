from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.messages import (
    MAX_ACTION_BYTES,
    ContactShared,
    DoorClosed,
    DoorOpened,
    EndpointId,
    Ignored,
    Inbound,
    Sender,
    Started,
    Tap,
    Text,
    Unsupported,
)
from channels.telegram import parse
from learning.text import clean
from tests.channels.updates import BOT, CHAT, LAN, REAL, contact, member, message, tap

ENDPOINT = EndpointId(3)
SENDER = Sender(ENDPOINT, "1001")
SUPERGROUP = {"id": -100_123, "type": "supergroup", "title": "Tổ 2"}


def read(update: object) -> Inbound | Ignored:
    return parse(update, ENDPOINT)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (message(text="  hoc\u202e \x00bài "), Text("5", SENDER, "hoc bài")),
        (message(text="A"), Text("5", SENDER, "A")),
        (message(text="/hoc"), Text("5", SENDER, "/hoc")),
        (message(text="/startle"), Text("5", SENDER, "/startle")),
        (message(text="hoc", date=1), Text("5", SENDER, "hoc")),
        (message(text="hoc", forward_origin={"type": "user"}), Text("5", SENDER, "hoc")),
        (message(text="/start"), Started("5", SENDER, "")),
        (message(text="/start MA-1_b"), Started("5", SENDER, "MA-1_b")),
        (message(text="/start@taphuan_bot MA-1"), Started("5", SENDER, "MA-1")),
        (message(text="/start " + "x" * 90), Started("5", SENDER, "x" * 64)),
        (contact(), ContactShared("5", SENDER, "84900000001", is_own=True)),
        (contact(user_id=1_002), ContactShared("5", SENDER, "84900000001", is_own=False)),
        (contact(user_id=None), ContactShared("5", SENDER, "84900000001", is_own=False)),
        (contact(user_id="1001"), ContactShared("5", SENDER, "84900000001", is_own=False)),
        (contact(phone=84_900_000_001), Unsupported("5", SENDER)),
        (tap(), Tap("6", SENDER, "answer:7:a", "9", "4382")),
        (tap("x" * 64), Tap("6", SENDER, "x" * 64, "9", "4382")),
        (tap(message=None), Tap("6", SENDER, "answer:7:a", None, "4382")),
        (tap(message={"message_id": 9, "date": 0, "chat": CHAT}), Tap("6", SENDER, "answer:7:a", "9", "4382")),
        (tap(id=4382), Tap("6", SENDER, "answer:7:a", "9", None)),
        (member("kicked"), DoorClosed("7", SENDER)),
        (member("member"), DoorOpened("7", SENDER)),
        (message(sticker={"file_id": "f"}), Unsupported("5", SENDER)),
        (message(voice={"file_id": "f"}), Unsupported("5", SENDER)),
        (message(text="\u200b\u200d"), Unsupported("5", SENDER)),
        (message(text=["hoc"]), Unsupported("5", SENDER)),
    ],
)
def test_what_an_update_says(update: dict[str, Any], expected: Inbound) -> None:
    assert read(update) == expected


def test_a_forwarded_button_keeps_who_tapped_and_names_no_message_of_theirs() -> None:
    nam = {"id": 1_002, "is_bot": False, "first_name": "Nam"}

    tapped = read(tap(sender=nam))

    assert tapped == Tap("6", Sender(ENDPOINT, "1002"), "answer:7:a", None, "4382")


@pytest.mark.parametrize(
    "update",
    [
        message(text="hoc", chat=SUPERGROUP),
        message(text="hoc", chat={"id": 1_001}),
        message(text="hoc", sender=BOT),
        message(text="hoc", sender=None),
        message(text="hoc", sender=LAN | {"id": True}),
        message(text="hoc", sender=LAN | {"id": "1001"}),
        message(text="hoc", sender=LAN | {"id": 10**30}),
        message(text="hoc", sender=LAN | {"id": -5}),
        tap(message={"message_id": 9, "date": 0, "chat": SUPERGROUP}),
        tap(message=None, inline_message_id="x"),
        tap(message="x"),
        tap("x" * 65),
        tap("ế" * 22),
        tap(""),
        tap(None),
        tap("a\x00b"),
        tap("a\ud800b"),
        tap(sender=BOT),
        member("administrator"),
        member(None),
        {"update_id": 8, "edited_message": message(text="sửa")["message"]},
        {"update_id": 8, "channel_post": {"text": "x"}},
        {"update_id": 8},
        {"update_id": 8, "message": []},
    ],
)
def test_what_concerns_nobody(update: dict[str, Any]) -> None:
    ignored = read(update)

    assert isinstance(ignored, Ignored)
    assert ignored.key == str(update["update_id"])


@pytest.mark.parametrize("number", [None, True, "5", 5.0, 0, -1, 10**30, [5]])
def test_an_update_without_a_number_has_no_key(number: object) -> None:
    ignored = read(message(text="hoc") | {"update_id": number})

    assert isinstance(ignored, Ignored)
    assert ignored.key is None


# --- anything at all ---

TEXTS = st.text(st.characters(), max_size=80) | st.sampled_from(
    ["\x00", "\ud800", "/start \u202ex", "e" + "\u0301" * 50, "private"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**30, 10**31) | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["update_id", "message", "callback_query", "from", "chat", "id", "text", "type", "data"])
            | TEXTS,
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    match value:
        case dict():
            return [path, *(p for k, v in value.items() for p in places(v, (*path, k)))]
        case list():
            return [path, *(p for k, v in enumerate(value) for p in places(v, (*path, k)))]
        case _:
            return [path]


@st.composite
def mutated(draw: st.DrawFn) -> object:
    update: Any = copy.deepcopy(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([p for p in places(update) if p]))
        inside = update
        for step in path[:-1]:
            inside = inside[step]
        if draw(st.booleans()):
            inside[path[-1]] = draw(VALUES)
        else:
            del inside[path[-1]]
        if not update:
            break
    return update


def check(read_as: Inbound | Ignored) -> None:
    """Whatever was read can be stored: cleaned, bounded, encodable."""
    match read_as:
        case Ignored(key, reason):
            assert key is None or (key.isdecimal() and len(key) <= 19)
            reason.encode()
            return
        case Text(text=text):
            assert text
            assert text == clean(text)
        case Started(payload=payload):
            assert len(payload) <= 64
            assert payload == clean(payload)
        case ContactShared(phone=phone):
            assert phone
            assert phone == clean(phone, 32)
        case Tap(action=action, message_ref=ref, callback_id=callback):
            assert 1 <= len(action.encode()) <= MAX_ACTION_BYTES
            assert "\x00" not in action
            assert ref is None or ref.isdecimal()
            assert callback is None or callback.isprintable()
    assert read_as.key.isdecimal()
    assert read_as.sender.external_id.isdecimal()
    assert len(read_as.sender.external_id) <= 19


@settings(max_examples=1_000, deadline=None)
@given(VALUES)
def test_anything_is_read_without_an_error(update: object) -> None:
    check(read(update))


@settings(max_examples=2_000, deadline=None)
@given(mutated())
def test_a_damaged_update_is_read_without_an_error(update: object) -> None:
    check(read(update))


@settings(max_examples=1_000, deadline=None)
@given(TEXTS)
def test_what_is_typed_is_cleaned(text: str) -> None:
    check(read(message(text=text)))
    check(read(message(text=f"/start {text}")))
    check(read(contact(phone=text)))
    check(read(tap(text)))


def test_a_lone_surrogate_in_json_is_dropped() -> None:
    assert read(json.loads(json.dumps(message(text="a\ud83db")))) == Text("5", SENDER, "ab")
