"""The page of an administrative document (thể thức văn bản), as dated rules: a union may have its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STATE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Margins in millimetres, sizes in points.

    `in_force_from` is the first day the rule holds; `source` names it.
    """

    source: str
    in_force_from: date
    top_mm: int = 20
    bottom_mm: int = 20
    left_mm: int = 30
    right_mm: int = 20
    font: str = "Times New Roman"
    heading_pt: int = 13  # quốc hiệu, tên cơ quan, số và ký hiệu
    body_pt: int = 14
    table_pt: int = 12
    recipients_title_pt: int = 12
    recipients_pt: int = 11
    first_line_mm: float = 10.0
    after_paragraph_pt: int = 6
    state: str = STATE
    motto: str = MOTTO
    signer: str = "[QUYỀN HẠN, CHỨC VỤ]"


# Margins 20-25, 20-25, 30-35 and 15-20 mm; Times New Roman; 13-14 pt: Phụ lục I, phần I.
DECREE_30 = Layout("Nghị định 30/2020/NĐ-CP, Phụ lục I", date(2020, 3, 5))
LAYOUTS = (DECREE_30,)


def layout_on(day: date, layouts: tuple[Layout, ...] = LAYOUTS) -> Layout:
    """
    Return the layout in force on a day.

    Raises:
        ValueError: none is.
    """
    held = [layout for layout in layouts if layout.in_force_from <= day]
    if not held:
        raise ValueError(f"no layout is in force on {day}")
    return max(held, key=lambda layout: layout.in_force_from)
