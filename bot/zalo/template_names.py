"""Which value goes into which parameter of an approved template: "name=ten,lesson=bai"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.few import FIGURES

if TYPE_CHECKING:
    from collections.abc import Mapping

NUDGE = frozenset({"name", "lesson"})
DIGEST = frozenset({"name", *FIGURES})


class NamesError(ValueError):
    """Names of parameters that cannot be read; the message is the part at fault."""


def parameters(told: str, known: frozenset[str]) -> Mapping[str, str]:
    """
    Return the template's parameter of each value.

    Raises:
        NamesError: a part is not of that form, or its value is not among `known`.
    """
    found = {}
    for part in filter(None, (each.strip() for each in told.split(","))):
        value, _, parameter = part.partition("=")
        if value not in known or not parameter:
            raise NamesError(part)
        found[value] = parameter
    return found
