"""A period's report as a Word draft, for an office to complete, number and sign."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from reports import words
from reports.entries import entries
from reports.layout import layout_on
from reports.word_template import template
from storage import posts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.entries import Entry
    from reports.layout import Layout
    from reports.period import PeriodReport
    from storage.posts import Counts

LISTED = 60  # units in a table that is to be read on paper; the rest is in the workbook


def docx(report: PeriodReport, layout: Layout | None = None) -> bytes:
    """
    Return the report as a .docx draft; takes some 0.3 s, so call it in a thread.

    Args:
        report: the report.
        layout: the page; the one in force on the day it is made when None.
    """
    chosen = layout or layout_on(report.made_at.date())
    made = DocxTemplate(io.BytesIO(template(chosen)))
    made.render(_context(report), SandboxedEnvironment(autoescape=True), autoescape=True)
    made.core_properties.title = f"Báo cáo {subject(report)}"
    made.core_properties.author, made.core_properties.language = report.unit.name[:255], "vi-VN"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def subject(report: PeriodReport) -> str:
    """Return what the report is about: "kết quả đào tạo … 6 tháng cuối năm 2026"."""
    return f"kết quả đào tạo, bồi dưỡng cán bộ công đoàn {report.period.label}"


def _context(report: PeriodReport) -> dict[str, Any]:
    named = subject(report)
    return {
        "above": words.plain(report.above or "").upper(),
        "issuer": words.plain(report.unit.name).upper(),
        "year": report.made_at.year,
        "subject": named[0].upper() + named[1:],
        "subject_in_text": named,
        "to": words.plain(report.above) if report.above else "………………………………",
        "results": list(_results(report)),
        "entries": [_entry(entry) for entry in entries(report)],
        "units": list(unit_rows(report)),
        "units_note": units_note(report),
        "needy": list(needy(report)) or ["Không còn chức danh nào chưa kết nối."],
    }


def _results(report: PeriodReport) -> Iterator[str]:
    total = report.total
    period = report.period
    yield (
        f"Kỳ báo cáo: từ {words.day(period.first)} đến {words.day(period.last)}. Số liệu đến {report.as_of}, tính theo"
        " chức danh; hoàn thành là hoàn thành trên trợ lý."
    )
    if report.note:
        yield f"Lưu ý: {report.note}"
    more = (
        f", {report.gained()} so với hết {words.day(report.before_on)}" if report.gained() and report.before_on else ""
    )
    yield (
        f"Tổng số {words.number(total.posts)} chức danh thuộc diện đào tạo, bồi dưỡng. Đã kết nối"
        f" {words.share(total.joined, total.posts)}; đã học {words.share(total.started, total.posts)}; hoàn thành"
        f" {words.share(total.completed, total.posts)}{more}."
    )
    held = report.training
    yield (
        f"Được công nhận ĐTBD từ {words.day(report.recognised_since)}: {words.share(total.recognised, total.posts)}."
        f" Trong kỳ: {words.number(held.classes)} lớp, {words.number(held.attendances)} lượt người,"
        f" {words.number(held.persons)} người."
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "title": words.plain(entry.title),
        "unit": entry.unit,
        "amount": entry.shown,
        "note": words.plain(entry.remark),
        "bold": entry.is_heading,
    }


def unit_rows(report: PeriodReport) -> Iterator[dict[str, Any]]:
    """Return the rows of the table of units: their sum is its last row."""
    for place, row in enumerate(report.units[:LISTED], 1):
        yield _unit(f"{place}", row.name, row.counts)
    rest = report.units[LISTED:]
    if rest:
        yield _unit("", f"{words.number(len(rest))} đơn vị khác", posts.total(row.counts for row in rest))
    if report.units and report.own.posts:
        yield _unit("", "Trực thuộc đơn vị", report.own)
    if report.moved:
        yield _unit("", "Đơn vị đã chuyển sau ngày chốt", report.moved)
    if report.units:
        yield _unit("", "Tổng số", report.total) | {"bold": True}


def _unit(number: str, name: str, counts: Counts) -> dict[str, Any]:
    return {
        "number": number,
        "name": words.plain(name),
        "posts": words.number(counts.posts) if counts.posts else words.NOTHING,
        "joined": words.number(counts.joined) if counts.posts else words.NOTHING,
        "completed": words.share(counts.completed, counts.posts),
        "recognised": words.number(counts.recognised) if counts.posts else words.NOTHING,
        "bold": False,
    }


def units_note(report: PeriodReport) -> str:
    """Return what the table of units leaves to the workbook."""
    if len(report.units) <= LISTED:
        return "Chi tiết từng đơn vị ở tệp Excel cùng kỳ."
    return f"Bảng nêu {LISTED} đơn vị đầu; danh sách đầy đủ ở tệp Excel cùng kỳ."


def needy(report: PeriodReport) -> Iterator[str]:
    """Return the units to help first, one sentence each; of a CĐCS, how many posts wait."""
    total = report.total
    if report.unit.is_grassroots and total.posts > total.joined:
        yield f"- Còn {words.number(total.posts - total.joined)}/{words.number(total.posts)} chức danh chưa kết nối."
    for row in report.needy:
        counts = row.counts
        yield (
            f"- {words.plain(row.name)}: {words.number(counts.posts - counts.joined)}/{words.number(counts.posts)}"
            f" chức danh chưa kết nối, {words.number(counts.completed)} hoàn thành."
        )
