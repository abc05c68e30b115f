"""Every rule that looks further than loading needs to: spelling, reading, answers, likeness, and origins of numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from content import fit, law
from content.check import alike, answers, reading, slips, trace
from content.impact import strings
from content.sources import FILE as SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from content.check.numbers import Number
    from content.faults import FaultList
    from content.figures import Figures
    from content.model import LegalBasis, Question
    from content.parser import LessonFile, PlacedQuestion
    from content.sources import Registry
    from content.tree import ReadModule


def check(
    root: Path,
    modules: Sequence[ReadModule],
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
    _check_likeness(modules, faults, warnings)


def check_trace(
    root: Path,
    modules: Sequence[ReadModule],
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
    for found in modules:
        for file, legal, lines in _clauses(found):
            for basis in legal:
                tracer.check_clause(basis, lines[basis.key], faults.of(file))
        for file, owner, line, number in untraced(found, tracer):
            faults.of(file)(line, f"Số '{number.shown}' ({owner}) chưa rõ nguồn: thêm vào {trace.FILE} hoặc sửa bài.")
    tracer.warn_of_unused(warnings.of(trace.FILE))


def untraced(found: ReadModule, tracer: trace.Tracer) -> Iterator[tuple[str, str, int, Number]]:
    """Every number of a module without a source: its file, whose it is, its line and itself."""
    for file, lesson in found.lessons.items():
        own = lesson.lesson
        texts = [(lesson.id_line, f"{own.title}\n{own.objective}"), *zip(lesson.card_lines, own.cards, strict=True)]
        for line, text in texts:
            yield from ((file, own.id, line, number) for number in tracer.untraced(own.id, text, own.legal))
    legal = {lesson.id: lesson.legal for lesson in found.module.lessons}
    for file, placed in _questions(found):
        question = placed.question
        rests_on = (*question.basis, *legal.get(question.lesson_id, ()))
        for line, text in (*fit.spoken_questions([placed]), *((placed.line, text) for text in _other_texts(question))):
            yield from ((file, question.id, line, number) for number in tracer.untraced(question.id, text, rests_on))


def _other_texts(question: Question) -> Iterator[str]:
    """What a question of some kind holds besides its text and choices: an answer to reckon, a reason."""
    known = {"id", "kind", "lesson_id", "objective", "text", "choices", "basis"}
    for item in fields(question):
        if item.name not in known:
            yield from strings(getattr(question, item.name))


def _questions(found: ReadModule) -> Iterator[tuple[str, PlacedQuestion]]:
    for file, lesson in found.lessons.items():
        yield from ((file, placed) for placed in lesson.questions)
    if found.final_test is not None:
        yield from ((found.final_test_file, placed) for placed in found.final_test.questions)


def _clauses(found: ReadModule) -> Iterator[tuple[str, tuple[LegalBasis, ...], dict[str, int]]]:
    for file, lesson in found.lessons.items():
        yield file, lesson.lesson.legal, lesson.cite_lines
    if found.final_test is not None:
        yield found.final_test_file, found.final_test.legal, found.final_test.cite_lines


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
