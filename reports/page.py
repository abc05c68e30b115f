"""A period's report as a PDF: a page that says it all, then the units directly below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import typeset, words
from reports.entries import entries
from reports.word import needy, subject, unit_rows, units_note

if TYPE_CHECKING:
    from reports.period import PeriodReport

_LABELS = {
    "entries": "Số liệu chung",
    "entry_columns": ["TT", "Nội dung", "Đơn vị tính", "Số lượng", "Ghi chú"],
    "needy": "Nơi cần quan tâm",
    "units": "Theo đơn vị trực tiếp (tính theo chức danh)",
    "unit_columns": ["TT", "Đơn vị", "Chức danh", "Kết nối", "Hoàn thành", "Công nhận"],
}
_CELLS = ("number", "name", "posts", "joined", "completed", "recognised")


def pdf(report: PeriodReport) -> bytes:
    """Return the report as a tagged PDF on A4; takes up to a second, so call it in a thread."""
    return typeset.pdf("page.typ", data(report))


def data(report: PeriodReport) -> dict[str, Any]:
    """Return all that the page says, as `page.typ` takes it."""
    named, period = subject(report), report.period
    return {
        "title": f"Báo cáo {named}",
        "above": report.above or "",
        "unit": report.unit.name,
        "span": (
            f"Kỳ từ {words.day(period.first)} đến {words.day(period.last)}. Số liệu đến {report.as_of}, tính theo chức"
            " danh; hoàn thành là hoàn thành trên trợ lý."
        ),
        "note": report.note,
        "footer": f"{report.unit.name} · {period.label} · số liệu đến {report.as_of}",
        "tiles": tiles(report),
        "labels": _LABELS,
        "entries": [
            {
                "cells": [entry.number, entry.title, entry.unit, entry.shown, entry.remark],
                "bold": entry.is_heading,
            }
            for entry in entries(report)
        ],
        "needy": list(needy(report)),
        "units": [{"cells": [row[name] for name in _CELLS], "bold": row["bold"]} for row in unit_rows(report)],
        "units_note": units_note(report),
    }


def tiles(report: PeriodReport) -> list[dict[str, str]]:
    """Return the four figures that stand first: connected, started, completed, recognised, each of all posts."""
    total = report.total
    more = report.gained()
    named = (
        ("Đã kết nối", total.joined, ""),
        ("Đã học", total.started, ""),
        ("Hoàn thành trên trợ lý", total.completed, more),
        ("Được công nhận ĐTBD", total.recognised, ""),
    )
    return [
        {
            "name": name,
            "number": words.number(number) if total.posts else words.NOTHING,
            "note": ", ".join(
                filter(None, (f"/{words.number(total.posts)}", words.percent(number, total.posts), remark))
            )
            if total.posts
            else "",
        }
        for name, number, remark in named
    ]
