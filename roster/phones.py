"""Phone numbers as officers write them, to E.164."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import phonenumbers

# The 11-digit prefixes of before 15 September 2018, without the leading zero, and what they became.
OLD_PREFIXES = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip
_LENGTH = 9  # of a mobile number, without the leading zero
_OLD_LENGTH = 10
_MOBILE = re.compile(r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_FLOAT = re.compile(r"\d+[.,]0|\d[.,]\d{8,}E\+?\d{1,2}", re.IGNORECASE)
_NOISE = re.compile(r"[\s.\-‐-―()]+")
_SHAPE = re.compile(r"\+?\d{8,15}")
_MAX_WRITTEN = 40


def to_e164(text: str) -> str | None:
    """Return `text` as +84xxxxxxxxx (or another country's, if written with + or 00); None if it cannot be a number."""
    written = unicodedata.normalize("NFKC", text[:_MAX_WRITTEN]).strip()
    if _FLOAT.fullmatch(written):
        number = Decimal(written.replace(",", ".").upper())
        written = str(int(number)) if number == int(number) else ""
    if len(text) > _MAX_WRITTEN:
        return None
    digits = _NOISE.sub("", written.replace("(0)", ""))
    if not _SHAPE.fullmatch(digits) or not digits.isascii():
        return None
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    national = _national(digits)
    if national is None:
        return _checked(digits)
    if len(national) == _OLD_LENGTH and national[:3] in OLD_PREFIXES:
        national = OLD_PREFIXES[national[:3]] + national[3:]
    if national.startswith("1"):  # service numbers, and old ones with a digit lost
        return None
    return f"+84{national}" if _MOBILE.fullmatch(national) else _checked(f"+84{national}")


def _national(digits: str) -> str | None:
    """The number without country code and leading zero; None if it is another country's."""
    if digits.startswith("+84"):
        return digits[3:].removeprefix("0")
    if digits.startswith("+"):
        return None
    if digits.startswith("84") and len(digits) > _OLD_LENGTH:
        return digits[2:].removeprefix("0")
    return digits.removeprefix("0")


def _checked(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
