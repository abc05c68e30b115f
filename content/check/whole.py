"""Every rule that looks further than loading needs to: spelling, reading, answers, likeness, and origins of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from content import drill_fit, fit, law
from content.check import alike, answers, reading, slips, trace
from content.model import QuestionKind
from content.sources import FILE as SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from content.check.numbers import Number
    from content.drills import DrillFile
    from content.faults import FaultList
    from content.figures import Figures
    from content.model import LegalBasis
    from content.parser import LessonFile
    from content.questions import PlacedQuestion
    from content.sources import Registry
    from content.tools import ToolFile
    from content.tree import ReadModule

_COUNTER = re.compile(r"^(?:## |\| )?\d+\. |^\| *\d+ *(?=\|)|\b\d+\. (?=…)")


class Read(NamedTuple):
    """A file of content that is no lesson and no test: whose its numbers are, what it rests on, each text's line."""

    file: str
    owner: str
    legal: tuple[LegalBasis, ...]
    cite_lines: Mapping[str, int]
    texts: tuple[tuple[int, str], ...]


def of_drill(placed: DrillFile) -> Read:
    """Return what there is to read in a drill."""
    drill = placed.drill
    names = [drill.title, *(criterion.name for criterion in drill.rubric), *(turn.who for turn in drill.turns.values())]
    texts = ((placed.id_line, "\n".join(dict.fromkeys(names))), *drill_fit.spoken(placed))
    return Read(placed.file, drill.id, drill.legal, placed.cite_lines, texts)


def of_tool(placed: ToolFile) -> Read:
    """Return what there is to read in a tool; the numbers that count its lines and rows are left out."""
    tool = placed.tool
    body = (_COUNTER.sub("", line) for line in tool.body.split("\n"))
    texts = ((placed.id_line, tool.title), *enumerate(body, start=placed.body_line))
    return Read(placed.file, tool.id, tool.legal, placed.cite_lines, texts)


def check(
    root: Path,
    modules: Sequence[ReadModule],
    others: Sequence[Read],
    registry: Registry,
    faults: FaultList,
    warnings: FaultList,
    on: date | None,
) -> None:
    """
    Look at what was read; faults fail the content, warnings do not.

    Args:
        root: the directory that holds `courses/`; numbers are traced where it holds `trace.yaml`.
        modules: what was read there.
        others: the files beside them.
        registry: the legal papers.
        faults: gathers errors.
        warnings: gathers what deserves a look.
        on: the day of the check; nothing that depends on a day is looked at when None.
    """
    law.warn_of_statuses(registry, on, warnings.of(SOURCES))
    for found in modules:
        for file in (*found.lessons, *([found.final_test_file] if found.final_test else [])):
            text = (root / file).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            slips.check_file(text, faults.of(file), warnings.of(file))
        for file, lesson in found.lessons.items():
            _check_reading(lesson, warnings, file)
        for file, placed in _questions(found):
            for line, said in answers.point_at_others([placed]):
                faults.of(file)(line, said)
        for said in answers.habits([placed.question for _, placed in _questions(found)]):
            warnings.of(found.file)(1, said)
    for other in others:
        for line, text in other.texts:
            slips.check_text(text, line, faults.of(other.file), warnings.of(other.file))
    _check_likeness(modules, faults, warnings)


def check_trace(
    root: Path,
    modules: Sequence[ReadModule],
    others: Sequence[Read],
    registry: Registry,
    figures: Figures,
    faults: FaultList,
    warnings: FaultList,
) -> None:
    """Complain about every number without a source; nothing is traced where `root` holds no trace file."""
    if not (root / trace.FILE).exists():
        return
    tracer = trace.Tracer(trace.read(root / trace.FILE, registry, faults.of(trace.FILE)), registry)
    tracer.check_figures(figures, faults.of("figures.yaml"))
    for file, legal, lines in _clauses(modules, others):
        for basis in legal:
            tracer.check_clause(basis, lines[basis.key], faults.of(file))
    for file, owner, line, number in untraced(modules, others, tracer):
        faults.of(file)(line, f"Số '{number.shown}' ({owner}) chưa rõ nguồn: thêm vào {trace.FILE} hoặc sửa bài.")
    tracer.warn_of_unused(warnings.of(trace.FILE))


def untraced(
    modules: Sequence[ReadModule], others: Sequence[Read], tracer: trace.Tracer
) -> Iterator[tuple[str, str, int, Number]]:
    """Every number without a source: its file, whose it is, its line and itself."""
    for found in modules:
        yield from _untraced_of_module(found, tracer)
    for other in others:
        for line, text in other.texts:
            numbers = tracer.untraced(other.owner, text, other.legal)
            yield from ((other.file, other.owner, line, number) for number in numbers)


def _untraced_of_module(found: ReadModule, tracer: trace.Tracer) -> Iterator[tuple[str, str, int, Number]]:
    for file, lesson in found.lessons.items():
        own = lesson.lesson
        texts = [(lesson.id_line, f"{own.title}\n{own.objective}"), *zip(lesson.card_lines, own.cards, strict=True)]
        for line, text in texts:
            yield from ((file, own.id, line, number) for number in tracer.untraced(own.id, text, own.legal))
    lessons = {lesson.id: lesson for lesson in found.module.lessons}
    for file, placed in _questions(found):
        question, about = placed.question, lessons.get(placed.question.lesson_id)
        rests_on = (*question.basis, *(about.legal if about else ()))
        texts = [*fit.spoken_questions([placed]), (placed.answer_line, "\n".join(question.accepted))]
        if about is None or question.objective != about.objective:  # else it is the lesson's, and looked at there
            texts.append((placed.line, question.objective))
        reckons = question.kind is QuestionKind.NUMBER
        for line, text in texts:
            left = tracer.untraced(question.id, text, rests_on, reckons=reckons)
            yield from ((file, question.id, line, number) for number in left)
        for number in tracer.untraced_terms(question, rests_on):
            yield file, question.id, placed.answer_line, number


def _questions(found: ReadModule) -> Iterator[tuple[str, PlacedQuestion]]:
    for file, lesson in found.lessons.items():
        yield from ((file, placed) for placed in lesson.questions)
    if found.final_test is not None:
        yield from ((found.final_test_file, placed) for placed in found.final_test.questions)


def _clauses(
    modules: Sequence[ReadModule], others: Sequence[Read]
) -> Iterator[tuple[str, tuple[LegalBasis, ...], Mapping[str, int]]]:
    for found in modules:
        for file, lesson in found.lessons.items():
            yield file, lesson.lesson.legal, lesson.cite_lines
        if found.final_test is not None:
            yield found.final_test_file, found.final_test.legal, found.final_test.cite_lines
    for other in others:
        yield other.file, other.legal, other.cite_lines


def _check_reading(lesson: LessonFile, warnings: FaultList, file: str) -> None:
    warn = warnings.of(file)
    level = reading.level(lesson.lesson.cards)
    if level > reading.HARDEST:
        warn(lesson.id_line, f"Độ khó đọc {level:.1f}; nên ≤ {reading.HARDEST:.0f}: viết câu ngắn hơn, bớt từ pháp lý.")
    for line, card in zip(lesson.card_lines, lesson.lesson.cards, strict=True):
        for said in reading.crowded(card):
            warn(line, said)


def _check_likeness(modules: Sequence[ReadModule], faults: FaultList, warnings: FaultList) -> None:
    placed = {item.question.id: (file, item) for found in modules for file, item in _questions(found)}
    for earlier, later, similarity in alike.pairs([item.question for _, item in placed.values()]):
        file, item = placed[later]
        if similarity >= 1:
            faults.of(file)(item.line, f"Câu {later} giống hệt câu {earlier}.")
        else:
            warnings.of(file)(item.line, f"Câu {later} giống câu {earlier} {similarity:.0%}.")
