"""A thousand spoilt lessons: each is refused with its file and its line."""

from __future__ import annotations

import shutil
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from content.loader import SHIPPED, check
from tests.content.mutations import MUTATIONS

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_261_121
MANY = 1_000


def test_a_thousand_spoilt_lessons_are_refused_with_file_and_line(tmp_path: Path) -> None:
    random = Random(SEED)
    shutil.copytree(SHIPPED / "courses", tmp_path / "courses")
    lessons = sorted(path for path in tmp_path.glob("courses/*/*/m*_*.md"))
    whole = {path: path.read_text(encoding="utf-8") for path in lessons}
    bag: list[str] = []
    tried: Counter[str] = Counter()
    missed = []
    while tried.total() < MANY:
        expected = {}
        for path in random.sample(lessons, min(len(lessons), MANY - tried.total())):
            if not bag:
                bag = random.sample(list(MUTATIONS), len(MUTATIONS))
            name = bag.pop()
            spoilt = MUTATIONS[name](whole[path].split("\n"), random)
            if spoilt is None:
                continue
            path.write_text("\n".join(spoilt[0]), encoding="utf-8")
            expected[path.relative_to(tmp_path).as_posix()] = (name, *spoilt[1:])
            tried[name] += 1
        told = check(tmp_path).errors
        missed += [
            (file, name, line, said, [str(fault) for fault in told if fault.file == file])
            for file, (name, line, said) in expected.items()
            if not any(fault.file == file and fault.line == line and said in fault.message for fault in told)
        ]
        for path, text in whole.items():
            path.write_text(text, encoding="utf-8")

    assert missed == []
    assert tried.total() == MANY
    assert min(tried[name] for name in MUTATIONS) >= MANY // len(MUTATIONS) // 2, tried


def test_what_is_spoilt_was_whole() -> None:
    assert check().errors == ()
