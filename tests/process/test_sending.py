"""`taphuan pause`, `resume` and `broadcast` from outside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from learning.roles import Role
from storage import broadcasts
from storage.tables import delivery
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from storage.database import Database

    Taphuan = Callable[..., Awaitable[tuple[int, str, str]]]

TEXT = "Mai nghỉ làm để tránh bão. Các đồng chí báo cho đoàn viên."


@pytest.fixture
async def taphuan(in_process: Taphuan, database: Database, tmp_path: Path) -> Taphuan:
    """The command, over a union of two joined cadres: T > A (a chair, a group leader)."""
    async with database.begin() as conn:
        root = await builders.unit(conn, "T", "LDLD_TINH", name="LĐLĐ tỉnh Sông Lam")
        base = await builders.unit(conn, "A", "CDCS", root, name="CĐCS May Hoa Sen")
        for name, role in (("Lê Thị Chung", Role.CHAIR), ("Phạm Thị Nụ", Role.GROUP_LEADER)):
            await builders.agreed(conn, await builders.cadre(conn, name, base, role), at=datetime.now(UTC))
    (tmp_path / "tin.txt").write_text(TEXT, encoding="utf-8")
    return in_process


async def as_json(taphuan: Taphuan, *arguments: str) -> Any:
    status, out, err = await taphuan(*arguments, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


async def test_a_pause_is_shown_then_made_then_ended(taphuan: Taphuan) -> None:
    shown = {"unit": "A", "learners": 2, "paused_by": None, "done": False}
    assert await as_json(taphuan, "pause", "--unit", "a") == shown
    assert await as_json(taphuan, "pause", "--list") == []

    done = await as_json(taphuan, "pause", "--unit", "T", "--yes")

    assert done == {"unit": "T", "learners": 2, "paused_by": "T", "done": True}
    (row,) = await as_json(taphuan, "pause", "--list")
    assert (row["unit"], row["name"], row["by_officer"]) == ("T", "LĐLĐ tỉnh Sông Lam", False)
    assert datetime.fromisoformat(row["since"]).utcoffset() is not None
    status, out, err = await taphuan("resume", "--unit", "T")
    assert (status, "Đang tạm dừng ở T" in out, "--yes" in err) == (0, True, True)
    assert (await as_json(taphuan, "resume", "--unit", "T", "--yes"))["paused_by"] is None
    assert await taphuan("pause", "--list") == (0, "", "")


async def test_a_broadcast_is_shown_then_sent_once_a_day(taphuan: Taphuan, database: Database) -> None:
    command = ("broadcast", "--unit", "A", "--role", "to_truong", "--text-file", "tin.txt")
    status, out, err = await taphuan(*command)
    assert (status, out.startswith(f"Tin từ CĐCS May Hoa Sen\n{TEXT}\n"), "--yes" in err) == (0, True, True)
    shown = await as_json(taphuan, *command)
    expected = {"unit": "A", "roles": ["to_truong"], "characters": len(TEXT), "recipients": 1, "paused": 0, "served": 0}
    assert {name: shown[name] for name in expected} == expected
    assert shown["broadcast"] is None

    sent = await as_json(taphuan, *command, "--yes")

    async with database.connect() as conn:
        found = await broadcasts.by_id(conn, sent["broadcast"])
        (row,) = (await conn.execute(select(delivery))).all()
    assert found is not None
    assert (found.text, found.by_name, found.recipients, found.is_queued) == (TEXT, None, 1, True)
    assert (row.state, row.kind) == ("queued", "broadcast")
    status, out, err = await taphuan(*command, "--yes")
    assert (status, out, err.startswith("A đã có một tin hôm nay")) == (1, "", True)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"", "Tin dài 0 ký tự"),
        ("ă".encode() * 401, "Tin dài 401 ký tự"),
        (b"\xff\xfe\x00", "Không đọc được tin.txt"),
        (None, "Không đọc được tin.txt"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    taphuan: Taphuan, tmp_path: Path, written: bytes | None, reason: str
) -> None:
    path = tmp_path / "tin.txt"
    path.unlink()
    if written is not None:
        path.write_bytes(written)

    status, out, err = await taphuan("broadcast", "--unit", "A", "--text-file", "tin.txt", "--yes")

    assert (status, out, err.startswith(reason)) == (1, "", True)


async def test_an_unknown_unit_or_nobody_to_reach_is_refused(taphuan: Taphuan) -> None:
    for command in (
        ("pause", "--unit", "X"),
        ("resume", "--unit", "X"),
        ("broadcast", "--unit", "X", "--text-file", "tin.txt"),
    ):
        assert await taphuan(*command) == (1, "", "Không có đơn vị mã «X».\n")
    nobody = await taphuan("broadcast", "--unit", "A", "--role", "giang_vien", "--text-file", "tin.txt")
    assert nobody == (1, "", "Chưa có ai nhận được tin này.\n")


@pytest.mark.parametrize(
    "command",
    [("pause",), ("pause", "--unit", "A", "--list"), ("broadcast", "--unit", "A"), ("broadcast", "--role", "vua")],
)
async def test_wrong_usage(taphuan: Taphuan, command: tuple[str, ...]) -> None:
    status, out, _ = await taphuan(*command)

    assert (status, out) == (2, "")
