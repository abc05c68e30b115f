"""What may be kept of a search that found nothing: a few folded words, and no number that could be somebody's."""

from __future__ import annotations

import re

from learning.text import fold

LONGEST = 60
# A phone number, an identity number, an account: six digits or more, however they are grouped.
_LONG_NUMBER = re.compile(r"\w*\d(?:[ ]?\d){5,}\w*")


def miss_term(text: str) -> str:
    """
    Return what is counted for the authors, "" when nothing is left.

    Args:
        text: as typed.

    Returns:
        At most 60 characters, folded, cut between words, without any run of six or more digits.
    """
    plain = " ".join(_LONG_NUMBER.sub(" ", fold(text)).split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST + 1].rpartition(" ")[0] or plain[:LONGEST]
