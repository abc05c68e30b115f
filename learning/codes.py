"""One-time codes: 50 bits in Crockford's base 32, written K7MP-2QXD-9T, forgiving of how they are typed."""

from __future__ import annotations

import hashlib
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
BITS = 5 * LENGTH
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


def from_bits(number: int) -> str:
    """Return the code for a number of `BITS` random bits."""
    letters = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(LENGTH)))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def normal(typed: str) -> str | None:
    """Return the ten letters of a typed code, or None if it is none."""
    letters = re.sub(r"[\s\-–_.]", "", typed).upper().translate(_LOOKALIKES)
    return letters if _SHAPE.fullmatch(letters) else None


def looks_like_code(typed: str) -> bool:
    """True for ten letters and digits with a digit or a hyphen among them: no word of Vietnamese is."""
    letters = normal(typed)
    return letters is not None and ("-" in typed or any(letter.isdigit() for letter in typed))


def digest(code: str) -> bytes:
    """Return what is stored of a code, as `normal` gives it."""
    return hashlib.sha256(code.encode()).digest()
