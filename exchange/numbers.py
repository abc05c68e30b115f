"""Numbers of other programs, with a decimal point, to the Vietnamese form and back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.items import Item

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{0,20})?")
_VIETNAMESE = re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")


def decimal(text: str) -> Decimal | None:
    """Return a number written with a decimal point, of at most 15 digits before it; None when it is none."""
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def plain(number: Decimal) -> str:
    """Return the number with a decimal point and no needless zeros: 9460000; 0.5."""
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def vietnamese(number: Decimal) -> str:
    """Return the number with a decimal comma and no needless zeros: 9460000; 0,5."""
    return plain(number).replace(".", ",")


def international(text: str) -> Decimal | None:
    """Return a number in the Vietnamese form (9.460.000; 0,5); None when it is none."""
    written = text.strip()
    return Decimal(written.replace(".", "").replace(",", ".")) if _VIETNAMESE.fullmatch(written) else None


def slack(item: Item) -> str:
    """Return how far an answer may be from the item's value, with a decimal point; "0" where it may not."""
    if not item.tolerance.endswith("%"):
        return plain(international(item.tolerance) or Decimal(0))
    share = international(item.tolerance.removesuffix("%")) or Decimal(0)
    return plain(abs(Decimal(item.value)) * share / 100)
