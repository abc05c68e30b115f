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
    mapping = None if read_source is None else yaml_lines.parse_mapping(read_source.text, 1, complain)
    top = Fields(mapping or {}, 1, complain)
    top.only("abbreviations", "meanings", "ignored", "figures")
    short = _inner(top, "abbreviations")
    said = _inner(top, "meanings")
    abbreviations = {"".join(folded(name)): folded(short.text(name)) for name in short.names}
    for name in short.names:
        if not re.fullmatch("[a-z0-9]+", name):
            complain(short.line(name), f"Chữ viết tắt '{name}' phải viết liền, thường, không dấu.")
    return Synonyms(
        abbreviations,
        {
            folded(name): Meaning(tuple(words(name)), tuple(folded(str(item.value)) for item in said.items(name)))
            for name in said.names
        },
        frozenset(folded(str(item.value)) for item in top.items("ignored")),
        dict(_figures(top)),
    )


def _inner(top: Fields, name: str) -> Fields:
    located = top.located(name)
    inner = None if located is None else top.inside(located, name)
    return Fields({}, 1, top.complain) if inner is None else inner


def _figures(top: Fields) -> list[tuple[str, FigureName]]:
    keyed = _inner(top, "figures")
    found = []
    for key in keyed.names:
        located = keyed.located(key)
        fields = None if located is None else keyed.inside(located, key)
        if fields is not None:
            fields.only("name", "asks")
            asks = tuple(folded(str(item.value)) for item in fields.items("asks"))
            found.append((key, FigureName(fields.text("name", LONGEST_NAME), asks)))
    return found
