"""What every channel promises to whoever sends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.fitting import fitted
from channels.messages import (
    Address,
    Attachment,
    Button,
    ClosedDoorError,
    FileKind,
    Message,
    RefusedError,
    SendError,
    Tap,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from channels.typed import chosen, spelled
from tests.contract.rigs import RIGS, Fault, Rig, with_fault, with_files

YES_NO = ((Button("A. Đúng", "answer:7:a"), Button("B. Sai", "answer:7:b")), (Button("Học sau", "later"),))
FAMILY = "👨\u200d👩\u200d👧"


def rigs_with(fault: Fault) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rig", with_fault(fault), indirect=True)


def looks(rig: Rig, message: Message) -> tuple[str, tuple[tuple[tuple[str, str], ...], ...]]:
    """Text and buttons as the channel promises to show them: buttons that do not fit are spelled in the text."""
    rows = tuple(tuple((button.label, button.action) for button in row) for row in message.buttons)
    most = rig.channel.capabilities.max_buttons
    if most is None:
        return message.full_text, rows
    flat = [button for row in rows for button in row]
    if len(flat) <= most:
        return message.full_text, tuple((button,) for button in flat)
    return f"{message.full_text}\n\n{spelled(message)}", ()


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# --- sending ---


async def test_a_plain_message_arrives_as_it_is(rig: Rig) -> None:
    ref = await rig.channel.send(rig.learner, Message("Chào đồng chí."))

    [seen] = await rig.seen()
    assert (seen.ref, seen.text, seen.buttons) == (ref, "Chào đồng chí.", ())


async def test_title_and_rows_of_buttons_arrive(rig: Rig) -> None:
    message = Message("Cơm thiu. Nói gì trước?", title="Bài 1/12 · 1/4", buttons=YES_NO)

    await rig.channel.send(rig.learner, message)

    [seen] = await rig.seen()
    assert (seen.text, seen.buttons) == looks(rig, message)
    assert seen.text.startswith("Bài 1/12 · 1/4\nCơm thiu. Nói gì trước?")
    assert all(label in seen.text or seen.buttons for label in ("A. Đúng", "B. Sai", "Học sau"))


async def test_every_choice_of_a_long_list_is_shown(rig: Rig) -> None:
    labels = [f"Đơn vị {number}" for number in range(9)]
    await rig.channel.send(rig.learner, Message("Chọn", tuple((Button(label, f"a:{label}"),) for label in labels)))

    [seen] = await rig.seen()
    on_buttons = {label for row in seen.buttons for label, _ in row}
    assert all(label in on_buttons or label in seen.text for label in labels)


async def test_two_messages_have_two_references(rig: Rig) -> None:
    refs = {await rig.channel.send(Address(rig.learner.external_id, tag), Message("Một")) for tag in ("1", "2")}

    assert len(refs) == len(await rig.seen()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "<b>&\"'</b> &amp; &lt; 5 < 6 && 7 > 6",
        "*đậm* _nghiêng_ [x](tg://user?id=1) `mã`",
        f"Gia đình {FAMILY} và 🇻🇳",
        "Dòng 1\nDòng 2\n\n• mục",
        "Trước\u202eoảđ\u202c sau",
        "e\u0301 ê\u0323",
    ],
)
async def test_text_is_never_markup(rig: Rig, text: str) -> None:
    message = Message(text, title=text, buttons=((Button(text[:20], "a"),),))
    await rig.channel.send(rig.learner, message)

    [seen] = await rig.seen()
    without_overrides = str.maketrans("", "", "\u202c\u202e")
    wanted, buttons = looks(rig, message)
    assert seen.text.translate(without_overrides) == wanted.translate(without_overrides)
    assert [label.translate(without_overrides) for row in seen.buttons for label, _ in row] == [
        label.translate(without_overrides) for row in buttons for label, _ in row
    ]


@pytest.mark.parametrize(
    "text", ["a" * 4_097, "ế" * 5_000, "𝔸" * 2_049, FAMILY * 700, "a" + FAMILY * 700, "e\u0323" * 3_000]
)
@pytest.mark.parametrize("title", ["", "Bài 1"])
async def test_a_text_that_is_too_long_is_cut_between_characters(rig: Rig, text: str, title: str) -> None:
    message = Message(text, title=title)

    await rig.channel.send(rig.learner, message)

    [seen] = await rig.seen()
    limit = rig.channel.capabilities.max_text
    assert message.full_text.startswith(seen.text)
    assert min(limit - 16, utf16_units(message.full_text)) <= utf16_units(seen.text) <= limit
    rest = message.full_text.removeprefix(seen.text)
    assert not rest.startswith(("\u200d", "\u0323"))
    assert not seen.text.endswith("\u200d")


async def test_a_text_of_just_the_limit_is_whole(rig: Rig) -> None:
    await rig.channel.send(rig.learner, Message("a" * rig.channel.capabilities.max_text))

    [seen] = await rig.seen()
    assert len(seen.text) == rig.channel.capabilities.max_text


async def test_an_action_of_64_bytes_fits(rig: Rig) -> None:
    action = "ế" * 21 + "!"
    message = Message("Chọn", buttons=((Button("A", action),),))
    await rig.channel.send(rig.learner, message)

    [seen] = await rig.seen()
    assert len(action.encode()) == 64
    assert seen.buttons == (() if rig.channel.capabilities.max_buttons == 0 else ((("A", action),),))
    assert chosen(message, "a") == action


# --- editing ---


async def test_an_edit_replaces_text_and_buttons_in_place(rig: Rig) -> None:
    ref = await rig.channel.send(rig.learner, Message("Câu 1", buttons=YES_NO))

    again = await rig.channel.send(rig.learner, Message("✅ Đúng", title="Câu 1", replaces=ref))

    if rig.channel.capabilities.edits:
        [seen] = await rig.seen()
        assert (again, seen.ref) == (ref, ref)
        assert (seen.text, seen.buttons) == ("Câu 1\n✅ Đúng", ())


async def test_an_edit_that_changes_nothing_is_success(rig: Rig) -> None:
    message = Message("Câu 1", buttons=YES_NO)
    ref = await rig.channel.send(rig.learner, message)

    again = await rig.channel.send(rig.learner, Message("Câu 1", buttons=YES_NO, replaces=ref))

    if rig.channel.capabilities.edits:
        assert again == ref
        assert len(await rig.seen()) == 1


async def test_an_edit_of_what_is_gone_is_sent_anew(rig: Rig) -> None:
    ref = await rig.channel.send(rig.learner, Message("Câu 1"))
    await rig.lose(ref)

    again = await rig.channel.send(Address(rig.learner.external_id, "2"), Message("Câu 2", replaces=ref))

    [seen] = await rig.seen()
    assert (seen.ref, seen.text) == (again, "Câu 2")


async def test_an_edit_of_what_never_was_is_sent_anew(rig: Rig) -> None:
    ref = await rig.channel.send(rig.learner, Message("Câu 2", replaces="not-of-this-channel"))

    [seen] = await rig.seen()
    assert (seen.ref, seen.text) == (ref, "Câu 2")


# --- files ---

PAGE = Message("Một trang A4. " * 100, title="Biên bản", attachment=Attachment(FileKind.TOOL, "bien-ban"))
PICTURE = Message("CĐCS May", title="Báo cáo", attachment=Attachment(FileKind.REPORT, "4:2026-H2:png"))


def alone(rig: Rig, name: str = "bien-ban") -> Message:
    """A file as the channel takes it, in the last of the messages that carry it."""
    return fitted(replace(PAGE, attachment=Attachment(FileKind.TOOL, name)), rig.channel.capabilities)[-1]


@pytest.mark.parametrize("message", [PAGE, PICTURE], ids=["page", "picture"])
async def test_a_file_arrives_with_its_words_or_they_say_where_it_is(rig: Rig, message: Message) -> None:
    assert message.attachment is not None
    shows = message.attachment.ending in rig.channel.capabilities.files
    refs = [await rig.channel.send(rig.learner, part) for part in fitted(message, rig.channel.capabilities)]

    seen = await rig.seen()
    assert [each.ref for each in seen] == refs
    assert [each.has_file for each in seen] == [False] * (len(seen) - 1) + [shows]
    assert seen[0].text.startswith(f"{message.title}\n{message.text[:14]}")
    assert ("Kênh này không nhận tệp" in seen[0].text) is not shows


async def test_a_file_that_the_channel_does_not_carry_is_refused(rig: Rig) -> None:
    if not rig.channel.capabilities.files or rig.channel.capabilities.bare_files:
        with pytest.raises(RefusedError):
            await rig.channel.send(rig.learner, PAGE)
        assert await rig.seen() == []


@pytest.mark.parametrize("rig", with_files(), indirect=True)
async def test_what_would_take_a_files_place_is_not_lost(rig: Rig) -> None:
    for part in fitted(replace(PAGE, buttons=YES_NO), rig.channel.capabilities):
        ref = await rig.channel.send(rig.learner, part)

    await rig.channel.send(Address(rig.learner.external_id, "2"), Message("Câu 2", replaces=ref))

    assert (await rig.seen())[-1].text == "Câu 2"


@pytest.mark.parametrize("rig", ["telegram", "zalo"], indirect=True)  # a page asks for the file itself, and later
@pytest.mark.parametrize(("name", "error"), [("gone", RefusedError), ("slow", UnreachableError)])
async def test_a_file_that_is_not_there_is_surely_not_sent(rig: Rig, name: str, error: type[SendError]) -> None:
    with pytest.raises(error):
        await rig.channel.send(rig.learner, alone(rig, name))

    assert await rig.seen() == []


@pytest.mark.parametrize(
    ("rig", "fault", "error"),
    [
        (name, fault, error)
        for fault, error in [(Fault.CLOSED_DOOR, ClosedDoorError), (Fault.CUT_AFTER, UnknownOutcomeError)]
        for name in with_fault(fault)
        if name in with_files()
    ],
    indirect=["rig"],
)
async def test_a_file_fails_as_a_message_does(rig: Rig, fault: Fault, error: type[SendError]) -> None:
    await rig.channel.send(rig.learner, alone(rig))
    await rig.fail(fault)

    with pytest.raises(error):
        await rig.channel.send(rig.learner, alone(rig))


# --- faults: each class says what to do next ---


@rigs_with(Fault.THROTTLED)
@pytest.mark.parametrize("seconds", [1, 3.5, 60])
async def test_throttling_tells_how_long_to_wait(rig: Rig, seconds: float) -> None:
    await rig.fail(Fault.THROTTLED, retry_after_s=seconds)

    with pytest.raises(ThrottledError) as caught:
        await rig.channel.send(rig.learner, Message("Nhắc học"))

    assert caught.value.retry_after_s == seconds
    assert await rig.seen() == []


SURELY_NOT_SENT = {
    Fault.CLOSED_DOOR: ClosedDoorError,
    Fault.GONE: ClosedDoorError,
    Fault.REFUSED: RefusedError,
    Fault.SERVER_FAILED: UnreachableError,
    Fault.NO_CONNECTION: UnreachableError,
}
PERHAPS_SENT = [Fault.BAD_GATEWAY, Fault.PROXY_PAGE, Fault.HANG, Fault.CUT_AFTER]


@pytest.mark.parametrize(
    ("rig", "fault", "error"),
    [(name, fault, error) for fault, error in SURELY_NOT_SENT.items() for name in with_fault(fault)],
    indirect=["rig"],
)
async def test_what_was_surely_not_sent(rig: Rig, fault: Fault, error: type[SendError]) -> None:
    await rig.fail(fault)

    with pytest.raises(error):
        await rig.channel.send(rig.learner, Message("Nhắc học"))

    assert await rig.seen() == []


@pytest.mark.parametrize(
    ("rig", "fault"), [(name, fault) for fault in PERHAPS_SENT for name in with_fault(fault)], indirect=["rig"]
)
async def test_what_was_perhaps_sent(rig: Rig, fault: Fault) -> None:
    await rig.fail(fault)

    with pytest.raises(UnknownOutcomeError):
        await rig.channel.send(rig.learner, Message("Nhắc học"))

    assert len(await rig.seen()) == (1 if fault is Fault.CUT_AFTER else 0)


@pytest.mark.parametrize(
    ("rig", "fault", "error"),
    [
        (name, fault, error)
        for fault, error in [*SURELY_NOT_SENT.items(), *((f, UnknownOutcomeError) for f in PERHAPS_SENT)]
        for name in with_fault(fault)
    ],
    indirect=["rig"],
)
async def test_an_edit_fails_as_a_message_does(rig: Rig, fault: Fault, error: type[SendError]) -> None:
    ref = await rig.channel.send(rig.learner, Message("Câu 1"))
    await rig.fail(fault)

    with pytest.raises(error):
        await rig.channel.send(rig.learner, Message("Câu 2", replaces=ref))

    is_anew = fault is Fault.CUT_AFTER and not rig.channel.capabilities.edits
    assert len(await rig.seen()) == (2 if is_anew else 1)


@rigs_with(Fault.NO_ACCOUNT)
async def test_who_is_no_account_of_the_platform_is_refused(rig: Rig) -> None:
    with pytest.raises(RefusedError):
        await rig.channel.send(Address("not-an-account"), Message("Chào"))


# --- acknowledging ---


async def test_a_tap_is_acknowledged(rig: Rig) -> None:
    await rig.channel.acknowledge(await rig.tap())


async def test_a_tap_without_anything_to_acknowledge_is_no_error(rig: Rig) -> None:
    tap = await rig.tap()

    await rig.channel.acknowledge(Tap(tap.key, tap.sender, tap.action))
    await rig.channel.acknowledge(Tap(tap.key, tap.sender, tap.action, callback_id="never issued"))


@pytest.mark.parametrize(
    ("rig", "fault"), [(name, fault) for name, kind in RIGS.items() for fault in sorted(kind.faults)], indirect=["rig"]
)
async def test_acknowledging_never_raises(rig: Rig, fault: Fault) -> None:
    tap = await rig.tap()
    await rig.fail(fault, retry_after_s=1)

    await rig.channel.acknowledge(tap)
