"""What other programs have no field for, as tags: «do-kho:1», «muc-tieu:…», «can-cu:lcd-27», «bai:M1.3»."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from content.model import QuestionKind
from exchange import numbers
from exchange.items import MIDDLE, Item

if TYPE_CHECKING:
    from collections.abc import Iterable

QUESTION_ID = re.compile(r"(M\d{1,3}\.(?:[1-9]\d{0,2}|T))-[1-9]\d{0,3}")
OWNER = re.compile(r"M\d{1,3}\.(?:[1-9]\d{0,2}|T)")


def written(item: Item) -> tuple[str, ...]:
    """Return the tags that hold what of the item is not at its default."""
    found = [f"do-kho:{item.difficulty}"] if item.difficulty != MIDDLE else []
    if item.objective:
        found.append(f"muc-tieu:{item.objective}")
    found += [f"can-cu:{key}" for key in item.basis]
    if item.lesson_id and not item.id.startswith(f"{item.lesson_id}-"):
        found.append(f"bai:{item.lesson_id}")
    if item.kind is QuestionKind.NUMBER:
        found += [f"don-vi:{item.unit}"] if item.unit else []
        found += [f"dap-so:{item.answer}"] if item.answer != numbers.vietnamese(Decimal(item.value)) else []
        found += [f"sai-so:{item.tolerance}"] if item.tolerance.endswith("%") else []
    return tuple(found)


def read(item: Item, id_: str, category: str, tags: Iterable[str]) -> Item:
    """
    Return the item with what its id, category and tags tell; tags of other programs tell nothing.

    Args:
        item: as read so far.
        id_: the other program's id for it, ours if it came from here.
        category: a path whose last part begins with the lesson, as "M1 Kỹ năng/M1.3 Gặp gỡ".
        tags: as `written` gives them, among others.
    """
    own = QUESTION_ID.fullmatch(id_.strip())
    last = category.rsplit("/", 1)[-1].split()
    owner = own[1] if own else last[0] if last and OWNER.fullmatch(last[0]) else ""
    changed = replace(item, id=own[0] if own else "", lesson_id=item.lesson_id or owner)
    basis: list[str] = []
    for tag in tags:
        name, _, value = (part.strip() for part in tag.partition(":"))
        match name:
            case "do-kho" if value in {"1", "2", "3"}:
                changed = replace(changed, difficulty=int(value))
            case "muc-tieu":
                changed = replace(changed, objective=value)
            case "can-cu" if value not in basis:
                basis.append(value)
            case "bai" if OWNER.fullmatch(value):
                changed = replace(changed, lesson_id=value)
            case "don-vi" if not changed.unit:
                changed = replace(changed, unit=value)
            case "dap-so" if value and changed.kind is QuestionKind.NUMBER:
                changed = replace(changed, answer=value)
            case "sai-so" if changed.kind is QuestionKind.NUMBER:
                changed = replace(changed, tolerance=value)
    return replace(changed, basis=tuple(basis))
