"""
How hard a lesson reads, and whether a card holds one idea.

The measure, in Vietnamese as docs/content.md explains it: tiếng trung bình mỗi câu, cộng nửa số tiếng thuộc từ pháp lý
trên một trăm tiếng. Syllables, because Vietnamese writes them apart and words are not; legal terms, because they are
what a worker has to stop at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content.figures import PARAMETER
from content.fit import SENTENCE_END

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HARDEST = 16.0
LEGAL_WEIGHT = 0.5
MOST_SENTENCES = 15
BULLET = "• "
SYLLABLE = re.compile(r"[^\W_]+")
LEGAL_TERMS = (
    *("bất khả kháng", "đơn phương chấm dứt", "người sử dụng lao động", "quan hệ lao động", "thương lượng tập thể"),
    *("thỏa ước lao động tập thể", "tranh chấp lao động", "kỷ luật lao động", "hội đồng trọng tài", "hòa giải viên"),
    *("vi phạm hành chính", "văn bản hợp nhất", "trách nhiệm pháp lý", "thẩm quyền", "thời hiệu", "hiệu lực"),
    *("khấu trừ", "trích nộp", "quy định", "quy chế", "nghị định", "nghị quyết", "thông tư", "điều khoản", "khoản"),
    *("ban hành", "căn cứ", "chấm dứt", "bồi thường", "nghĩa vụ", "hợp pháp", "trái luật", "xử phạt", "vi phạm"),
    *("thi hành", "pháp luật", "dân chủ", "giám sát", "đại diện", "tham vấn", "thỏa ước", "thương lượng", "tranh chấp"),
)
_TERM = re.compile("|".join(rf"\b{term}\b" for term in sorted(LEGAL_TERMS, key=len, reverse=True)))


def level(texts: Iterable[str]) -> float:
    """Return syllables a sentence plus half the legal syllables in a hundred; 0.0 for no text."""
    syllables = sentences = legal = 0
    for text in texts:
        plain = PARAMETER.sub("1", text).casefold()
        counts = [len(SYLLABLE.findall(sentence)) for sentence in SENTENCE_END.split(plain)]
        syllables += sum(counts)
        sentences += sum(count > 0 for count in counts)
        legal += sum(len(term.split()) for term in _TERM.findall(plain))
    if not sentences:
        return 0.0
    return syllables / sentences + LEGAL_WEIGHT * 100 * legal / syllables


def crowded(card: str) -> Iterator[str]:
    """Say, in Vietnamese, why a card seems to hold more than one idea."""
    lines = [line for line in card.split("\n") if line]
    starts = sum(
        line.startswith(BULLET) and not (number and lines[number - 1].startswith(BULLET))
        for number, line in enumerate(lines)
    )
    if starts > 1:
        yield f"Thẻ có {starts} danh sách; nên tách để mỗi thẻ một ý."
    sentences = sum(bool(sentence.strip()) for sentence in SENTENCE_END.split(card))
    if sentences > MOST_SENTENCES:
        yield f"Thẻ có {sentences} câu; nên tách để mỗi thẻ một ý."
