"""The lines that say what must be typed: a calculation's formula and tolerance, the words that are accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content.model import Formula
from learning import numbers
from learning.grading import Tolerance
from learning.text import fold

if TYPE_CHECKING:
    from content.blocks import WrittenQuestion
    from content.faults import Complain

MOST_ACCEPTED = 10
LONGEST_UNIT = 20
LONGEST_LOOKED_UP = 40  # of an answer in words, as it stands in the verdict
ALL_PERCENT = 100

_FORMULA = re.compile(r"((?:\{\{[^{}]*\}\}|[-\d.,+*/() ])+?) *((?:[^\W\d_]|%)[^{}*+()=]*)?")
_TOLERANCE = re.compile(r"([\d.,]+) ?(%?)")


def formula(written: WrittenQuestion, complain: Complain) -> Formula | None:
    """Return what a calculation must come to; None when it is missing or malformed."""
    text = written.field("Đáp số")
    if not text:
        return None
    found = _FORMULA.fullmatch(text)
    if found is None or not found[1].strip() or not found[2] or len(found[2]) > LONGEST_UNIT:
        complain(
            written.line_of("Đáp số"),
            "Đáp số viết sai; mẫu: '{{ luong_toi_thieu.vung_2 }} * 2 đồng' (công thức, rồi đơn vị).",
        )
        return None
    return Formula(found[1].strip(), found[2], _tolerance(written, complain))


def _tolerance(written: WrittenQuestion, complain: Complain) -> Tolerance:
    text = written.field("Sai số")
    if not text:
        return Tolerance()
    found = _TOLERANCE.fullmatch(text)
    try:
        amount = numbers.written(found[1] if found else "")
    except ValueError:
        complain(written.line_of("Sai số"), "Sai số là một số hoặc phần trăm; mẫu: 'Sai số: 1%' hoặc 'Sai số: 500'.")
        return Tolerance()
    is_percent = found is not None and bool(found[2])
    if is_percent and amount >= ALL_PERCENT:
        complain(written.line_of("Sai số"), "Sai số phải dưới 100%.")
    return Tolerance(amount, is_percent)


def accepted(written: WrittenQuestion, complain: Complain) -> tuple[str, ...]:
    """Return the words that answer a question, the form shown first."""
    if "Đáp án" not in written.fields:
        return ()
    line = written.line_of("Đáp án")
    ways = tuple(way.strip() for way in written.field("Đáp án").split("|"))
    if len(ways) > MOST_ACCEPTED:
        complain(line, f"Có {len(ways)} cách viết đáp án; nhiều nhất {MOST_ACCEPTED}.")
    seen: set[str] = set()
    for way in ways:
        if not fold(way) or "{{" in way:
            complain(
                line, "Mỗi cách viết đáp án phải có chữ hoặc số, không có tham số; mẫu: 'thương lượng | đàm phán'."
            )
        elif fold(way) in seen:
            complain(line, f"Đáp án '{way}' trùng một cách viết khác; dấu, hoa thường và khoảng trắng không tính.")
        if len(way) > LONGEST_LOOKED_UP:
            complain(line, f"Đáp án '{way[:20]}…' dài {len(way)} ký tự; nhiều nhất {LONGEST_LOOKED_UP}.")
        seen.add(fold(way))
    return ways
