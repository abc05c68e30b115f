"""
Figures that the law changes, dated: `{{ luong_toi_thieu.vung_1 }}` in a text becomes 5.310.000 on a given day.

A figure's values follow each other without gap or overlap. A figure used by a text must have a last value without end,
so that no lesson falls silent on New Year's Day because a decree is late.

FigureError
    the text names an unknown figure, or one without a value on that day; mend the text or figures.yaml
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from content import source, yaml_lines
from content.faults import Complain, ContentError, FaultList
from content.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

FILE = "figures.yaml"
NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
PARAMETER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class FigureError(LookupError):
    """No figure of that name has a value on that day."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value and the days it holds, both ends included; `valid_to` None is without end, `line` is its source's."""

    key: str
    value: Decimal
    unit: str
    source: str
    valid_from: date
    valid_to: date | None
    line: int = field(default=0, compare=False)

    def holds_on(self, day: date) -> bool:
        """Whether the value holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def shown(self) -> str:
        """The value as Vietnamese write it: 5.310.000 and 0,5."""
        return f"{self.value:,f}".translate({ord(","): ".", ord("."): ","})


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure by its name, the values of each in the order of their days."""

    by_key: Mapping[str, tuple[Figure, ...]]

    def at(self, key: str, on: date) -> Figure:
        """Return the value of a figure on a day; FigureError when there is none."""
        for figure in self.by_key.get(key, ()):
            if figure.holds_on(on):
                return figure
        raise FigureError(f"{key} ({on.isoformat()})")

    def resolve(self, text: str, on: date) -> str:
        """Return the text with its parameters replaced by their values of that day; FigureError."""
        return PARAMETER.sub(lambda found: self.at(found[1], on).shown, text)

    def problems(self, text: str) -> list[str]:
        """Say, in Vietnamese, why the text's parameters could not be shown on some coming day."""
        said = []
        for key in PARAMETER.findall(text):
            values = self.by_key.get(key)
            if not values:
                said.append(f"Tham số '{key}' không có trong {FILE}.")
            elif values[-1].valid_to is not None:
                said.append(f"Tham số '{key}' không có giá trị sau ngày {values[-1].valid_to:%d/%m/%Y}.")
        if "{{" in (rest := PARAMETER.sub("", text)) or "}}" in rest:
            said.append("Tham số viết sai; mẫu đúng: {{ gio_cong_doan.to_truong }}.")
        return said

    def days(self, texts: Iterable[str]) -> tuple[date, ...]:
        """Return one day for each set of values the texts can be shown with; none where the figures have faults."""
        used = [self.by_key[key] for text in texts for key in PARAMETER.findall(text) if key in self.by_key]
        first = max((values[0].valid_from for values in used), default=date.min)
        starts = {value.valid_from for values in used for value in values}
        days = {first} | {day for day in starts if day > first}
        return tuple(
            sorted(day for day in days if all(any(value.holds_on(day) for value in values) for values in used))
        )


def resolve(text: str, on: date, figures: Figures | None = None) -> str:
    """Return the text with the values of that day, from the shipped figures unless others are given."""
    return (shipped() if figures is None else figures).resolve(text, on)


@cache
def shipped() -> Figures:
    """Return the figures beside this module; ContentError when their file is faulty."""
    faults = FaultList()
    figures = read(Path(__file__).with_name(FILE), faults.of(FILE))
    if found := faults.sorted():
        raise ContentError(found)
    return figures


def read(path: Path, complain: Complain) -> Figures:
    """Return the figures of a file; what is faulty is complained about and left out."""
    read_source = source.read(path, complain)
    mapping = None if read_source is None else yaml_lines.parse_mapping(read_source.text, 1, complain)
    by_key: dict[str, tuple[Figure, ...]] = {}
    top = Fields(mapping or {}, 1, complain)
    for key in mapping or {}:
        if not NAME.fullmatch(key):
            complain(top.line(key), f"Tên '{key}' sai; mẫu đúng: luong_toi_thieu.vung_1.")
            continue
        values = [figure for fields in top.mappings(key) if (figure := _figure(key, fields)) is not None]
        if values:
            by_key[key] = tuple(sorted(values, key=lambda figure: figure.valid_from))
            _follow_each_other(by_key[key], top.line(key), complain)
    return Figures(by_key)


def _figure(key: str, fields: Fields) -> Figure | None:
    fields.only("value", "unit", "source", "valid_from", "valid_to")
    start, end = fields.day("valid_from"), fields.day("valid_to")
    value, unit, origin = fields.number("value"), fields.text("unit"), fields.text("source", longest=200)
    if start is None:
        fields.complain(fields.first_line, "Thiếu mục 'valid_from'.")
        return None
    if end is not None and end < start:
        fields.complain(fields.line("valid_to"), "Ngày hết hiệu lực trước ngày có hiệu lực.")
    return Figure(key, value, unit, origin, start, end, fields.line("source"))


def _follow_each_other(values: tuple[Figure, ...], line: int, complain: Complain) -> None:
    for earlier, later in pairwise(values):
        if earlier.valid_to is None or earlier.valid_to + timedelta(days=1) != later.valid_from:
            complain(line, f"'{earlier.key}': các giá trị phải nối tiếp nhau, không trùng, không hở ngày.")
