"""Typed fields of a YAML mapping. A faulty field is complained about and gives a stand-in, so that all faults show."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from content.yaml_lines import Located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.faults import Complain

LONGEST_TEXT = 120
Named = TypeVar("Named", bound=StrEnum)


class Fields:
    """The values of one mapping that begins on `first_line`."""

    def __init__(self, values: Mapping[str, Located], first_line: int, complain: Complain) -> None:
        self._values = values
        self.first_line = first_line
        self.complain = complain

    def line(self, name: str) -> int:
        """Return the line of that field, or of the mapping when it has none."""
        located = self._values.get(name)
        return self.first_line if located is None else located.line

    def has(self, name: str) -> bool:
        """Whether the mapping has that name."""
        return name in self._values

    def only(self, *names: str) -> None:
        """Complain about every other name: it is most likely a misspelt one."""
        for name, located in self._values.items():
            if name not in names:
                self.complain(located.line, f"Không hiểu mục '{name}'; các mục có thể ghi: {', '.join(names)}.")

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Return one line of text of at most `longest` code points; "" when it is faulty."""
        value = self._required(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            self.complain(self.line(name), f"Mục '{name}' phải là một dòng chữ.")
            return ""
        if len(value) > longest:
            self.complain(self.line(name), f"Mục '{name}' dài {len(value)} ký tự, nhiều nhất {longest}.")
        return value.strip()[:longest]

    def optional(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Return one line of text; "" when it is left out, empty (null) or faulty."""
        located = self._values.get(name)
        return "" if located is None or located.value is None else self.text(name, longest)

    def blank(self, name: str) -> str:
        """Return one line of text, which may be ""."""
        located = self._values.get(name)
        return "" if located is not None and located.value == "" else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; () when it is left out."""
        items = self.items(name) if name in self._values else []
        for item in items:
            if not isinstance(item.value, str) or not item.value.strip():
                self.complain(item.line, f"Mỗi phần tử của '{name}' phải là một dòng chữ.")
        return tuple(item.value.strip() for item in items if isinstance(item.value, str))

    def one_of(self, name: str, kinds: type[Named], instead: Named) -> Named:
        """Return the member of an enum whose value is written; `instead` when it is faulty."""
        written = self.text(name)
        if written in set(kinds):
            return kinds(written)
        if written:
            self.complain(self.line(name), f"Mục '{name}' không có mức '{written}'; chỉ dùng: {', '.join(kinds)}.")
        return instead

    def integer(self, name: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`; `low` when it is faulty."""
        value = self._required(name)
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.complain(self.line(name), f"Mục '{name}' phải là số nguyên từ {low} đến {high}.")
            return low
        return value

    def number(self, name: str) -> Decimal:
        """Return a finite number, exactly as written; 0 when it is faulty."""
        value = self._required(name)
        if value is None:
            return Decimal(0)
        number = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is None or not number.is_finite():
            self.complain(self.line(name), f"Mục '{name}' phải là số.")
            return Decimal(0)
        return number

    def day(self, name: str) -> date | None:
        """Return a date; None when it is left out, empty (null) or faulty."""
        located = self._values.get(name)
        if located is None or located.value is None:
            return None
        if not isinstance(located.value, date) or isinstance(located.value, datetime):
            self.complain(located.line, f"Mục '{name}' phải là ngày dạng 2025-07-01.")
            return None
        return located.value

    def flag(self, name: str) -> bool:
        """Return true or false; False when it is left out."""
        located = self._values.get(name)
        if located is None:
            return False
        if not isinstance(located.value, bool):
            self.complain(located.line, f"Mục '{name}' phải là true hoặc false.")
            return False
        return located.value

    def items(self, name: str) -> list[Located]:
        """Return a list of at least one; [] when it is faulty."""
        value = self._required(name)
        if value is None:
            return []
        if not isinstance(value, list) or not value:
            self.complain(self.line(name), f"Mục '{name}' phải là danh sách có ít nhất một phần tử.")
            return []
        return [item for item in value if isinstance(item, Located)]

    def mappings(self, name: str) -> list[Fields]:
        """Return a list of mappings, at least one."""
        return [inner for item in self.items(name) if (inner := self.inside(item, name)) is not None]

    def below(self, name: str) -> Fields | None:
        """Return the fields of the one mapping that `name` holds; None when it is faulty."""
        if self._required(name) is None:
            return None
        return self.inside(self._values[name], name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in the order of the file."""
        return tuple(self._values)

    def one_or_more(self, name: str) -> list[Fields]:
        """Return a mapping, or a list of mappings; [] when it is left out."""
        located = self._values.get(name)
        if located is None:
            return []
        items = located.value if isinstance(located.value, list) else [located]
        return [inner for item in items if (inner := self.inside(item, name)) is not None]

    def inside(self, item: Located, name: str) -> Fields | None:
        """Return the fields of one mapping found below `name`."""
        if not isinstance(item.value, dict):
            self.complain(item.line, f"Mỗi phần tử của '{name}' phải có dạng 'tên: giá trị'.")
            return None
        return Fields(item.value, item.line, self.complain)

    def _required(self, name: str) -> object:
        located = self._values.get(name)
        if located is None or located.value is None:
            self.complain(self.line(name), f"Thiếu mục '{name}'.")
            return None
        return located.value
