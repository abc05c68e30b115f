"""docs/samples.md: three lessons as cadres meet them. Written anew with UPDATE=1."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from content import loader
from tests.handlers.sitting import sit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.messages import Message

PAGE = Path(__file__).parents[2] / "docs" / "samples.md"
DAY = date(2026, 11, 21)
# The lesson, the question that is answered wrong at first, who learns it, and the picture beside it.
SAMPLES = (
    ("M1.4", "M1.4-2", "Tổ trưởng, trên Telegram", "sample_t"),
    ("M2.8", "M2.8-1", "Chủ tịch công đoàn cơ sở, trên Zalo", "sample_c"),
    ("M7.2", "M7.2-3", "Ủy viên ban chấp hành, trên trình duyệt", "sample_b"),
)
HEAD = """\
# Ba bài mẫu

Dưới đây là ba bài, từ thẻ đầu đến hết, đúng như cán bộ gặp trong cuộc trò chuyện. Ở mỗi bài, một câu được cố ý
trả lời chưa đúng để thấy câu ấy quay lại. Dòng 👉 là những nút được bấm. Trên Telegram và trình duyệt, mỗi bước sửa
ngay tin trước; Zalo gửi tin mới. Muốn xem bài khác: `taphuan content preview`, xem
[viết bài học](content.md#xem-trước).
"""


def page() -> str:
    library = loader.load()
    parts = [HEAD]
    for lesson_id, wrong, who, picture in SAMPLES:
        lesson = library.lessons[lesson_id]
        parts.append(f"## {who}: bài {lesson.id} {lesson.title}\n")
        parts.append(f"![Bài {lesson.id} trên điện thoại](screenshots/{picture}-phone.png)\n")
        for turn in sit(library, lesson, DAY, wrong):
            parts.append("\n".join(_quoted(turn.shown)) + "\n")
            if turn.tapped:
                parts.append(f"👉 **{turn.tapped}**\n")
    return "\n".join(parts)


def _quoted(shown: Message) -> Iterator[str]:
    if shown.title:
        yield f"> **{shown.title}**\\"
    lines = shown.text.split("\n")
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        text = line.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
        yield f"> {text}\\" if text and following else f"> {text}".rstrip()
    yield ">"
    for place, row in enumerate(shown.buttons):
        labels = " ".join(f"`{button.label}`" for button in row)
        yield f"> {labels}" if place + 1 == len(shown.buttons) else f"> {labels}\\"


def test_the_samples_are_what_is_sent() -> None:
    written = page()
    if os.environ.get("UPDATE") == "1":
        PAGE.write_text(written, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == written, "run it with UPDATE=1 and read what has changed"
