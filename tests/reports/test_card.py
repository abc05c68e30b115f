from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from channels import zalo
from channels.messages import ANY_FILE, Capabilities, Message
from handlers import actions, digest
from learning.periods import parse
from reports import attached, card
from reports.digest import render_digest
from storage import reporting, rollup
from tests.builders import unit
from tests.reports.conftest import CUT_OFF, MONDAY, WEEK, Union, labels

if TYPE_CHECKING:
    from handlers.context import Context

W47 = parse("2026-W47")


async def test_the_picture_is_for_a_phone_and_small(union: Union) -> None:
    for number in range(20):
        name = f"CĐCS Công ty TNHH Một thành viên Sản xuất Bao bì #set text() số {number} " * 2
        await rollup.mark_unit(
            union.conn, await unit(union.conn, f"T01-L{number}", "CDCS", union.units["T01"], name=name)
        )
    await union.snapshot(CUT_OFF)
    wanted = attached.Reference(union.units["T01"], W47, attached.Shape.PICTURE)
    made = await attached.make(union.conn, wanted, MONDAY, ())
    width, height = struct.unpack(">II", made.content[16:24])

    assert made.content.startswith(b"\x89PNG")
    assert (width, made.media_type, made.name) == (1_080, "image/png", "bao-cao-T01-2026-W47.png")
    assert 800 <= height <= 2_400
    assert len(made.content) <= 2**20


async def test_the_picture_says_what_the_digest_says(union: Union) -> None:
    await union.snapshot(CUT_OFF - WEEK)
    await union.complete("tổ 2")
    await union.snapshot(CUT_OFF)
    found = await reporting.unit_by_id(union.conn, union.units["T01"])
    assert found is not None
    shown = card.data(await card.gather(union.conn, found, CUT_OFF, MONDAY, "Tuần"))

    assert [tile["number"] for tile in shown["tiles"]] == ["8", "5", "1", "0"]
    assert [point["number"] for point in shown["trend"]] == ["0", "1"]
    assert shown["needy"] == ["1. CĐCS May Hoa Sen: 2 chưa kết nối", "2. CĐCS Giày Vàng: 1 chưa kết nối"]
    assert shown["footer"] == "Số liệu đến hết 22/11/2026, tính theo chức danh."
    assert "Phạm Thị" not in str(shown)


async def test_files_are_offered_where_the_chat_sends_them_and_reach_who_may_see(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    message = await render_digest(union.conn, union.people["tỉnh"], CUT_OFF, MONDAY, periods=[W47], with_files=True)
    assert message is not None
    assert labels(message)[-2:] == ["Tải Excel", "Tải Word"]
    for button in message.buttons[-1]:
        action = actions.unpack(button.action)
        assert isinstance(action, actions.GetFile)
        sent = await digest.send_file(await _with_files(union, "tỉnh"), action)
        above = await digest.send_file(await _with_files(union, "quốc"), action)
        foreign = await digest.send_file(await union.context("chủ tịch"), action)
        wanted = attached.reference(f"{action.unit}:{action.period}:{action.shape}")
        made = await attached.make(union.conn, wanted, MONDAY, ())

        assert [said.title for said in (*sent, *above)] == ["Báo cáo tuần 47 năm 2026"] * 2
        assert _refused(foreign)
        assert made.content.startswith(b"\x89PNG" if action.shape == "png" else b"PK")
        assert attached.reference(str(wanted)) == wanted


async def _with_files(union: Union, who: str) -> Context:
    return replace(await union.context(who), capabilities=Capabilities(edits=True, asks_contact=False, files=ANY_FILE))


async def test_excel_is_not_sent_where_the_chat_takes_none_but_its_place_is_told(union: Union) -> None:
    where = "https://tap-huan.example.vn/dang-nhap"
    ctx = await union.context("tỉnh")
    ctx = replace(ctx, capabilities=zalo.CAPABILITIES, installation=replace(ctx.installation, board_link=where))
    action = actions.GetFile(union.units["T01"], "2026-W47", "xlsx")

    [asked] = await digest.report(ctx)
    [told] = await digest.send_file(ctx, action)
    [paper] = await digest.send_file(ctx, replace(action, shape="docx"))

    assert asked.text.endswith(f"Bảng Excel: mở Bảng theo dõi, {where}")
    assert (told.attachment, told.text.endswith(where)) == (None, True)
    assert paper.attachment is not None
    assert Message.from_json(asked.as_json()) == asked


def _refused(said: list[Message]) -> bool:
    return said[0].text == "Không tìm thấy đơn vị này trong phạm vi của đồng chí."


async def test_references_that_name_nothing(union: Union) -> None:
    ctx = await union.context("tỉnh")
    for period, shape in (("2026-W47", "exe"), ("2026-H9", "docx"), ("2027-M01", "docx")):
        assert _refused(await digest.send_file(ctx, actions.GetFile(union.units["T01"], period, shape)))
    for text in ("", "1:2", "x:2026:png", f"{union.units['T01']}:2026:exe"):
        with pytest.raises(attached.NoSuchFileError):
            attached.reference(text)
    for reference in (f"{union.units['G1']}:2026-H2:docx", "999:2026-H2:png", f"{union.units['T01']}:2027-H1:png"):
        with pytest.raises(attached.NoSuchFileError):
            await attached.make(union.conn, attached.reference(reference), datetime(2026, 11, 23, tzinfo=UTC), ())
