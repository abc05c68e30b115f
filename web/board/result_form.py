"""The form by which a class is entered for several cadres: what was typed, who was chosen, whom to look for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.text import clean
from roster.headings import Col

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = 50
MOST_CHOSEN = 200
MOST_FIELDS = MOST_CHOSEN + PAGE + 20
MOST_TYPED = 200
_MOST_DIGITS = 15
# Name of the field, its column of the sheet, what it is called here, an example.
FIELDS = (
    ("chuyen_de", Col.COURSE, "Chuyên đề hoặc nội dung", "M4 hoặc tên nội dung"),
    ("ngay", Col.HELD_ON, "Ngày kết thúc lớp", "ngày/tháng/năm, ví dụ 05/11/2026"),
    ("so_gio", Col.HOURS, "Số giờ", "8 hoặc 7,5; không rõ thì để trống"),
    ("to_chuc", Col.ORGANISER, "Đơn vị tổ chức", "mã hoặc tên đơn vị mở lớp"),
    ("van_ban", Col.DOCUMENT, "Văn bản", "12/KH-LĐLĐ"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it came: what was typed by name of field, who was chosen, whom to look for, what is wrong."""

    typed: Mapping[str, str]
    chosen: Sequence[int] = ()
    search: str = ""
    after: int | None = None
    faults: Mapping[str, str] | None = None


def read(fields: Mapping[str, str]) -> Draft:
    """Return the form as it came."""
    return Draft(
        {name: clean(fields.get(name, ""), MOST_TYPED).strip() for name, *_ in FIELDS},
        _chosen(fields),
        clean(fields.get("tim", ""), MOST_TYPED).strip(),
        number(fields.get("sau", "")) if fields.get("viec") == "sau" else None,
    )


def _chosen(fields: Mapping[str, str]) -> Sequence[int]:
    found = (number(name[2:]) for name in fields if name.startswith("n-"))
    return sorted({one for one in found if one is not None})


def number(text: str) -> int | None:
    """Return an id that a page sent; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
