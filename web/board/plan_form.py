"""The form of a year's plan and spending: numbers as Vietnamese type them, faults beside their fields. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from learning import numbers
from learning.text import clean
from reports import words
from storage.training_years import TrainingYear

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_TYPED = 40
_MOST_CLASSES, _MOST_PEOPLE, _MOST_DONG = 100_000, 10_000_000, 10**14
_PLAIN = re.compile(r"[0-9]{1,20}|[1-9][0-9]{0,2}(?:[. ][0-9]{3})+")
_EXAMPLE = "ví dụ 1.234.567 hoặc 1234567"


@dataclass(frozen=True, slots=True)
class Entry:
    """One number: its attribute of `TrainingYear`, its name in the form, what it is, its unit, the most it may be."""

    attribute: str
    name: str
    label: str
    unit: str
    most: int


PLANNED = (
    Entry("planned_classes", "lop_ke_hoach", "Số lớp dự kiến", "lớp", _MOST_CLASSES),
    Entry("planned_people", "nguoi_ke_hoach", "Số người dự kiến", "người", _MOST_PEOPLE),
    Entry("planned_cost", "tien_ke_hoach", "Kinh phí dự kiến", "đồng", _MOST_DONG),
)
DONE = (
    Entry("held_classes", "lop_da_mo", "Số lớp đã mở", "lớp", _MOST_CLASSES),
    Entry("held_people", "nguoi_da_du", "Số người đã dự", "người", _MOST_PEOPLE),
    Entry("spent_on_training", "tien_da_chi", "Đã chi cho đào tạo, bồi dưỡng", "đồng", _MOST_DONG),
    Entry("spent_in_all", "tong_chi", "Tổng chi cho hoạt động của đơn vị", "đồng", _MOST_DONG),
)
ENTRIES = (*PLANNED, *DONE)


class NumberError(ValueError):
    """What was typed is no whole number; the message says how to mend it, in Vietnamese."""


def whole(text: str, entry: Entry) -> int | None:
    """
    Return the number somebody typed; None for nothing.

    Raises:
        NumberError: it is none, or is too large.
    """
    plain = clean(text, _MOST_TYPED + 1).strip().casefold()
    for unit in (entry.unit, *(("đ", "vnđ", "vnd") if entry.unit == "đồng" else ())):
        plain = plain.removesuffix(unit).rstrip() if plain[:1].isdigit() else plain
    if not plain:
        return None
    if not _PLAIN.fullmatch(plain):
        meant = numbers.typed(plain, entry.unit)
        if meant is not None and meant == int(meant):
            raise NumberError(f"Mời đồng chí ghi đủ chữ số: có phải {words.number(int(meant))}?")
        if plain.startswith("-"):
            raise NumberError("Số không được âm. Gợi ý: kiểm tra lại, hoặc để trống nếu chưa có.")
        raise NumberError(f"Chưa đọc được số này. Gợi ý: chỉ ghi chữ số, {_EXAMPLE}.")
    value = int(re.sub(r"[. ]", "", plain))
    if value > entry.most:
        raise NumberError(f"Số lớn quá {words.number(entry.most)} {entry.unit}. Gợi ý: kiểm tra lại số chữ số.")
    return value


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came: what was typed, by name of field; its faults likewise; the values where there is no fault."""

    typed: Mapping[str, str]
    faults: Mapping[str, str]
    values: TrainingYear


def read(fields: Mapping[str, str]) -> Filled:
    """Read a form."""
    typed = {entry.name: clean(fields.get(entry.name, ""), _MOST_TYPED).strip() for entry in ENTRIES}
    faults: dict[str, str] = {}
    values: dict[str, int | None] = {}
    for entry in ENTRIES:
        try:
            values[entry.attribute] = whole(fields.get(entry.name, ""), entry)
        except NumberError as error:
            faults[entry.name] = str(error)
    training, total = values.get("spent_on_training"), values.get("spent_in_all")
    if not faults and training is not None and total is None:
        faults["tong_chi"] = "Còn thiếu tổng chi. Gợi ý: ghi cả hai số, cùng bằng đồng."
    elif not faults and training is not None and total is not None and training > total:
        faults["tien_da_chi"] = "Chi đào tạo lớn hơn tổng chi. Gợi ý: kiểm tra lại hai số, cùng bằng đồng."
    return Filled(typed, faults, TrainingYear() if faults else TrainingYear(**values))


def shown(values: TrainingYear) -> Mapping[str, str]:
    """Return stored values as the form shows them, by name of field."""
    held = asdict(values)
    return {
        entry.name: "" if held[entry.attribute] is None else words.number(held[entry.attribute]) for entry in ENTRIES
    }


def mark(values: TrainingYear) -> str:
    """Return what tells these values from any others: a form brings back the mark of what it was filled from."""
    return hashlib.sha256(repr(asdict(values)).encode()).hexdigest()[:16]


def changes(before: TrainingYear, after: TrainingYear) -> Mapping[str, tuple[int | None, int | None]]:
    """Return what changed, by attribute."""
    was, now = asdict(before), asdict(after)
    return {name: (was[name], now[name]) for name in was if was[name] != now[name]}


def told(said: Mapping[str, Sequence[int | None]]) -> str:
    """Return changes, as `changes` gives them and JSON keeps them, in words."""
    by_attribute = {entry.attribute: entry for entry in ENTRIES}

    def one(value: int | None) -> str:
        return "trống" if value is None else words.number(value)

    return "; ".join(
        f"{by_attribute[name].label.lower()}: {one(before)} → {one(after)}"
        for name, (before, after) in said.items()
        if name in by_attribute
    )
