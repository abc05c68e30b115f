"""The Word draft as LibreOffice sets it."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from channels.messages import UnitId
from learning.periods import parse
from learning.roles import Role
from reports import word
from reports.period import PeriodReport, RoleRow, TargetRow, UnitRow
from storage.period_figures import Training
from storage.posts import Counts
from storage.reporting import Unit

if TYPE_CHECKING:
    from pathlib import Path

UNITS = 80


def _report() -> PeriodReport:
    period = parse("2026-H2")
    some = Counts(50, 30, 20, 10, 2)
    return PeriodReport(
        unit=Unit(UnitId(2), "T01", "Liên đoàn Lao động tỉnh Sông Lam", "LDLD_TINH"),
        above="Tổng Liên đoàn Lao động Việt Nam",
        period=period,
        made_at=datetime(2026, 12, 1, 1, tzinfo=UTC),
        kept_at=period.cut_off,
        before_on=date(2026, 5, 31),
        roles=[RoleRow(Role.CHAIR, Counts(UNITS * 50, UNITS * 30, UNITS * 20, UNITS * 10, UNITS * 2), Counts())],
        own=Counts(),
        units=[UnitRow(f"C{n:03}", f"Công đoàn cơ sở Công ty số {n}", "CDCS", some, Counts()) for n in range(UNITS)],
        training=Training(2, 30, 28, 64.0),
        targets=[TargetRow("T14", "Chủ tịch mới được bầu", 3, 40, "7,5%", date(2026, 11, 30))],
    )


def _run(*command: str | Path) -> str:
    return subprocess.run([*command], check=True, capture_output=True, text=True, timeout=100).stdout


@pytest.mark.browser
def test_the_draft_is_set_on_a4_with_its_tables(tmp_path: Path) -> None:
    file = tmp_path / "bao-cao.docx"
    file.write_bytes(word.docx(_report()))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    os.environ.setdefault("HOME", str(tmp_path))
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file)
    pdf = file.with_suffix(".pdf")
    about = dict(line.split(":", 1) for line in _run("pdfinfo", pdf).splitlines() if ":" in line)
    pages = [" ".join(page.split()) for page in _run("pdftotext", "-layout", pdf, "-").split("\f")]

    assert "(A4)" in about["Page size"]
    assert 4 <= int(about["Pages"]) <= 6
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in pages[0]
    assert "Kết quả đào tạo, bồi dưỡng cán bộ công đoàn 6 tháng cuối năm 2026" in pages[0]
    assert pages[1].startswith("2 ")  # numbered from the second page on, at the top
    assert all({"TT", "Hoàn", "Kết"} <= set(page.split()) for page in pages if "Công đoàn cơ sở Công ty" in page)
    whole = " ".join(pages)
    assert "20 đơn vị khác 1.000 600 200/1.000 (20%) 40" in whole
    ending = next(page for page in pages if "Nơi nhận:" in page)
    assert "Trên đây là báo cáo" in ending
    assert "(Ký, ghi rõ họ tên)" in ending
