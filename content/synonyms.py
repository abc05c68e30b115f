"""
How cadres ask and how lessons write: abbreviations, everyday words, words that tell nothing, names of figures.

All of it stands in `synonyms.yaml` and is compared folded: without case and diacritics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from content import source, yaml_lines
from content.faults import Complain, ContentError, FaultList
from content.fields import Fields
from content.terms import folded, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.yaml_lines import Located

FILE = "synonyms.yaml"
LONGEST_NAME = 80

# Folded syllables in their order.
Phrase: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a figure is called on the screen; it answers a query that holds every syllable of one of `asks`."""

    name: str
    asks: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """An everyday phrase as spelt, with its diacritics, and what the lessons say for it."""

    spelt: Phrase
    means: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """`abbreviations` by what is typed, `meanings` by what is said, `ignored` phrases, `figures` by key."""

    abbreviations: Mapping[str, Phrase]
    meanings: Mapping[Phrase, Meaning]
    ignored: frozenset[Phrase]
    figures: Mapping[str, FigureName]

    def in_full(self, syllables: list[str]) -> list[str]:
        """Return the syllables with every abbreviation written out."""
        if self.abbreviations.keys().isdisjoint(syllables):
            return syllables
        return [part for syllable in syllables for part in self.abbreviations.get(syllable, (syllable,))]


@cache
def shipped() -> Synonyms:
    """Return the synonyms beside this module; ContentError when their file is faulty."""
    faults = FaultList()
    found = read(Path(__file__).with_name(FILE), faults.of(FILE))
    if complaints := faults.sorted():
        raise ContentError(complaints)
    return found


def read(path: Path, complain: Complain) -> Synonyms:
    """Return the synonyms of a file; what is faulty is complained about and left out."""
    read_source = source.read(path, complain)
    mapping = (None if read_source is None else yaml_lines.parse_mapping(read_source.text, 1, complain)) or {}
    top = Fields(mapping, 1, complain)
    top.only("abbreviations", "meanings", "ignored", "figures")
    short, said, named = (_below(mapping, name, complain) for name in ("abbreviations", "meanings", "figures"))
    for name, located in short.items():
        if not re.fullmatch("[a-z0-9]+", name):
            complain(located.line, f"Chữ viết tắt '{name}' phải viết liền, thường, không dấu.")
    in_full, meant = Fields(short, 1, complain), Fields(said, 1, complain)
    return Synonyms(
        {"".join(folded(name)): folded(in_full.text(name)) for name in short},
        {folded(name): Meaning(tuple(words(name)), _phrases(meant.items(name))) for name in said},
        frozenset(_phrases(top.items("ignored"))),
        {key: figure for key, located in named.items() if (figure := _figure(key, located, top)) is not None},
    )


def _below(mapping: dict[str, Located], name: str, complain: Complain) -> dict[str, Located]:
    located = mapping.get(name)
    if located is None or not isinstance(located.value, dict):
        complain(1 if located is None else located.line, f"Mục '{name}' phải có các dòng dạng 'tên: giá trị'.")
        return {}
    return located.value


def _figure(key: str, located: Located, top: Fields) -> FigureName | None:
    fields = top.inside(located, key)
    if fields is None:
        return None
    fields.only("name", "asks")
    return FigureName(fields.text("name", LONGEST_NAME), _phrases(fields.items("asks")))


def _phrases(items: list[Located]) -> tuple[Phrase, ...]:
    return tuple(folded(str(item.value)) for item in items)
