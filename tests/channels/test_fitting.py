"""A message as the messages in which a channel can carry it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.browser import CAPABILITIES as BROWSER
from channels.fitting import MORE, MOST_PARTS, carried, fitted
from channels.messages import ANY_FILE, Attachment, Button, Capabilities, FileKind, Message
from channels.text import fits, units, with_choices
from channels.zalo import CAPABILITIES as ZALO
from content import tool_text

EXCEL, WORD, PICTURE = (Button(label, f"file:{label}", file=label) for label in ("xlsx", "docx", "png"))
NEXT = Button("Học tiếp ▸", "resume")
PAPER = Attachment(FileKind.TOOL, "CC1")
NO_FILES = replace(ZALO, files=frozenset(), bare_files=frozenset())
TEXTS = st.text("aế😀 \n", min_size=1, max_size=400).map(lambda text: (text * 20)[:9_000])


def test_a_button_for_a_file_that_is_not_carried_is_not_shown() -> None:
    digest = Message("Số liệu", ((PICTURE, EXCEL, WORD), (EXCEL,), (NEXT,)))

    assert carried(digest, BROWSER) is digest
    assert carried(digest, ZALO).buttons == ((PICTURE, WORD), (NEXT,))
    assert fitted(digest, NO_FILES) == (Message("Số liệu", ((NEXT,),)),)
    assert {"xlsx"} == ANY_FILE - ZALO.files


def test_the_words_of_a_file_go_before_it_where_it_has_none() -> None:
    message = Message("Một trang A4.", ((NEXT,),), title="Biên bản", attachment=PAPER)

    assert fitted(message, BROWSER) == (message,)
    assert fitted(message, ZALO) == (replace(message, attachment=None), Message("", attachment=PAPER))
    assert fitted(Message("", attachment=PAPER), ZALO) == (Message("", attachment=PAPER),)


def test_a_picture_keeps_its_words() -> None:
    message = Message("CĐCS May", title="Báo cáo", attachment=Attachment(FileKind.REPORT, "4:2026-H2:png"))

    assert fitted(message, ZALO) == (message,)


def test_a_file_that_is_not_carried_says_where_it_can_be_had() -> None:
    message = Message("Bảng Excel.", title="Báo cáo", attachment=Attachment(FileKind.REPORT, "4:2026-H2:xlsx"))

    [only] = fitted(message, ZALO)

    assert only.attachment is None
    assert only.text.startswith("Bảng Excel.\n\nKênh này không nhận tệp .xlsx.")


def test_a_long_page_is_parted_between_its_paragraphs() -> None:
    paragraphs = [f"■ Mục {number}\n" + f"việc {number}; " * 30 for number in range(10, 26)]
    page = Message("\n\n".join(paragraphs), ((NEXT, PICTURE),), title="Sổ việc", replaces="7", takes_text=True)

    parts = fitted(page, ZALO)

    assert [part.title for part in parts] == ["Sổ việc (1/3)", "Sổ việc (2/3)", "Sổ việc (3/3)"]
    assert [part.buttons for part in parts] == [(), (), page.buttons]
    assert [part.replaces for part in parts] == ["7", None, None]
    assert [part.takes_text for part in parts] == [False, False, True]
    assert all(part.text.startswith("■ Mục ") for part in parts)
    assert "\n".join(part.text for part in parts).split() == page.text.split()


@given(TEXTS, st.sampled_from(["", "Mẫu", "M" * 90]), st.booleans())
def test_every_part_fits_and_nothing_is_lost(text: str, title: str, has_buttons: bool) -> None:
    rows = ((NEXT, Button("Tải", "toolfile:CC1", file="pdf")),) if has_buttons else ()
    parts = fitted(Message(text, rows, title=title), ZALO)

    shown = [with_choices(part, 9_999) for part in parts]
    assert len(parts) <= MOST_PARTS
    assert all(units(each) <= ZALO.max_text for each in shown)
    assert parts[-1].buttons == rows
    said = "".join("".join(part.text for part in parts).split())
    whole = "".join(text.split())
    if MORE in parts[-1].text:
        assert units(text) > (MOST_PARTS - 1) * ZALO.max_text / 2
        assert whole.startswith(said.removesuffix("".join(MORE.split())))
    else:
        assert said == whole


def test_a_text_that_fits_is_the_same_message() -> None:
    message = Message("a" * 2_000)

    assert fitted(message, ZALO)[0] is message
    assert len(fitted(replace(message, title="T"), ZALO)) == 2
    assert fitted(Message("a" * 4_000), Capabilities(edits=True, asks_contact=True)) == (Message("a" * 4_000),)


def test_a_card_that_asks_for_the_phone_stays_one() -> None:
    card = Message("a" * 2_500, asks_contact=True)

    assert fitted(card, ZALO) == (card,)


@pytest.mark.parametrize("shown", [ZALO, NO_FILES], ids=["oa", "bot"])
def test_the_longest_page_that_may_be_written_is_told_whole(shown: Capabilities) -> None:
    page = "\n\n".join("việc " * 60 for _ in range(14))[: tool_text.LONGEST - len("Mẫu")]

    parts = fitted(Message(page, ((NEXT,),), title="Mẫu"), shown)

    assert len(parts) <= 3
    assert MORE not in parts[-1].text
    assert all(fits(with_choices(part, 9_999), 2_000) for part in parts)
