"""
The registry of legal papers: which there are, since when each is in force, and what took its place.

A clause in a lesson's head names its paper by number or title; what it names must be here, and in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from content import citations, source, yaml_lines
from content.faults import Complain, ContentError, FaultList
from content.fields import Fields
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from content.citations import Citation
    from content.model import LegalBasis

FILE = "sources.yaml"
LONGEST_TITLE = 160
FIELDS = (
    *("title", "names", "kind", "issued", "in_force_from", "in_force_to", "status", "replaced_by", "amended_by"),
    *("read", "needs_lawyer", "note"),
)


class Status(StrEnum):
    """What is known of a paper's force; the value is what authors write."""

    IN_FORCE = "còn hiệu lực"
    ENDED = "hết hiệu lực"
    COMING = "sắp hiệu lực"
    UNKNOWN = "chưa rõ"


class Reading(StrEnum):
    """How the paper was read by whoever entered it."""

    COPY = "bản lưu"
    SECONDARY = "nguồn thứ cấp"
    UNREAD = "chưa đọc"


@dataclass(frozen=True, slots=True)
class LegalSource:
    """A paper. `id` is its number, or a short name where the number is not known; both days are included."""

    id: str
    title: str
    names: tuple[str, ...]
    kind: str
    issued: date | None
    in_force_from: date | None
    in_force_to: date | None
    status: Status
    replaced_by: str
    amended_by: tuple[str, ...]
    read: Reading
    needs_lawyer: bool
    note: str
    line: int

    def is_ended(self, on: date | None) -> bool:
        """Whether it is no longer in force; on any day when `on` is None, as far as its status tells."""
        if on is None or self.in_force_to is None:
            return self.status is Status.ENDED
        return self.in_force_to < on

    def is_coming(self, on: date | None) -> bool:
        """Whether it is not in force yet."""
        if on is None or self.in_force_from is None:
            return self.status is Status.COMING
        return on < self.in_force_from


@dataclass(frozen=True, slots=True)
class Registry:
    """Every paper by its id, and the names (folded) each may be cited by."""

    by_id: Mapping[str, LegalSource]
    by_name: Mapping[str, str]

    def find(self, cited: Citation) -> LegalSource | None:
        """Return the paper of a citation: by its number, else by its title or another of its names."""
        if cited.number:
            return self.by_id.get(cited.number)
        named = self.by_name.get(fold(cited.name))
        return self.by_id.get(named or cited.name)

    def of(self, basis: LegalBasis) -> LegalSource | None:
        """Return the paper a clause rests on; what it declares goes before what its citation says."""
        if basis.source:
            return self.by_id.get(basis.source)
        return self.find(citations.parse(basis.cite))

    def all_of(self, basis: LegalBasis) -> frozenset[str]:
        """The ids of every paper a clause rests on, those that amended it included."""
        main = self.of(basis)
        return frozenset({*citations.parse(basis.cite).amended_by, *([main.id] if main else [])})


@cache
def shipped() -> Registry:
    """Return the registry beside this module; ContentError when its file is faulty."""
    faults = FaultList()
    registry = read(Path(__file__).with_name(FILE), faults.of(FILE))
    if found := faults.sorted():
        raise ContentError(found)
    return registry


def read(path: Path, complain: Complain) -> Registry:
    """Return the registry of a file; what is faulty is complained about."""
    text = source.read(path, complain)
    mapping = None if text is None else yaml_lines.parse_mapping(text.text, 1, complain)
    top = Fields(mapping or {}, 1, complain)
    by_id: dict[str, LegalSource] = {}
    for key, item in (mapping or {}).items():
        fields = top.inside(item, key)
        if fields is not None:
            by_id[key] = _source(key, fields)
    for entry in by_id.values():
        _check(entry, by_id, complain)
    return Registry(MappingProxyType(by_id), MappingProxyType(dict(_names(by_id, complain))))


def _source(key: str, fields: Fields) -> LegalSource:
    fields.only(*FIELDS)
    return LegalSource(
        id=key,
        title=fields.text("title", LONGEST_TITLE),
        names=fields.texts("names"),
        kind=fields.text("kind"),
        issued=fields.day("issued"),
        in_force_from=fields.day("in_force_from"),
        in_force_to=fields.day("in_force_to"),
        status=fields.one_of("status", Status, Status.UNKNOWN),
        replaced_by=fields.optional("replaced_by"),
        amended_by=fields.texts("amended_by"),
        read=fields.one_of("read", Reading, Reading.UNREAD),
        needs_lawyer=fields.flag("needs_lawyer"),
        note=fields.optional("note", LONGEST_TITLE),
        line=fields.first_line,
    )


def _check(entry: LegalSource, by_id: Mapping[str, LegalSource], complain: Complain) -> None:
    for other in (*entry.amended_by, *([entry.replaced_by] if entry.replaced_by else [])):
        if other not in by_id:
            complain(entry.line, f"'{entry.id}' dẫn tới văn bản '{other}' không có trong {FILE}.")
    start, end = entry.in_force_from, entry.in_force_to
    if start is not None and end is not None and end < start:
        complain(entry.line, f"'{entry.id}': ngày hết hiệu lực trước ngày có hiệu lực.")
    if entry.status is Status.ENDED and end is None:
        complain(entry.line, f"'{entry.id}' hết hiệu lực thì phải ghi 'in_force_to'.")
    if entry.status in {Status.IN_FORCE, Status.COMING} and start is None:
        complain(entry.line, f"'{entry.id}' phải ghi 'in_force_from', hoặc trạng thái '{Status.UNKNOWN}'.")
    if entry.status is Status.UNKNOWN and not entry.needs_lawyer:
        complain(entry.line, f"'{entry.id}' chưa rõ hiệu lực thì phải ghi 'needs_lawyer: true'.")


def _names(by_id: Mapping[str, LegalSource], complain: Complain) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for entry in by_id.values():
        for name in dict.fromkeys(map(fold, (entry.title, *entry.names))):
            if name in seen:
                complain(entry.line, f"Tên '{name}' đã dùng cho '{seen[name]}'.")
            seen[name] = entry.id
            yield name, entry.id
