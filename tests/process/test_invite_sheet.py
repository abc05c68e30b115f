"""The printed invitations: which platform each QR code leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.invite import Links, _qr, write_sheet
from channels.messages import PersonId, UnitId
from learning.roles import Role
from storage.joining import Invitee

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
CODE = "K7MP-2QXD-9T"
OA = "https://zalo.me/388613280878808645"
TELEGRAM = "https://t.me/TapHuanBot?start=unit-4"
LAN = Invitee(PersonId(1), "Nguyễn Thị Lan", UnitId(4), "CS01", "CĐCS May <Sao Mai>", Role.GROUP_LEADER)


@pytest.mark.parametrize(
    ("links", "shared", "on_slip"),
    [
        (Links("TapHuanBot", TELEGRAM), [TELEGRAM], f"https://t.me/TapHuanBot?start={CODE}"),
        (Links("TapHuanBot", TELEGRAM, OA), [TELEGRAM, OA], f"https://t.me/TapHuanBot?start={CODE}"),
        (Links(None, None, OA), [OA], OA),
        (Links(None, None), [], CODE),
    ],
    ids=["telegram", "both", "zalo", "neither"],
)
def test_codes_lead_to_the_platforms_that_are_set(
    tmp_path: Path, links: Links, shared: list[str], on_slip: str
) -> None:
    write_sheet(tmp_path / "moi.html", "CĐCS May <Sao Mai>", links, [(CODE, LAN)], NOW)
    page = (tmp_path / "moi.html").read_text(encoding="utf-8")

    figures, _, slips = page.partition("<ul>")
    assert [_qr(address) in figures for address in shared] == [True] * len(shared)
    assert figures.count("<figure>") == len(shared)
    assert _qr(on_slip) in slips
    assert f"Mã: <code>{CODE}</code>" in slips
    assert "<Sao Mai>" not in page
    assert ("bấm Quan tâm" in page) is (OA in shared)
