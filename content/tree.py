"""The directories of the content to modules, with all that must agree between files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from content import figures, fit, law, parser, source, sources
from content.fields import Fields
from content.model import FinalTest, LessonStatus, Module
from content.yaml_lines import parse_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from content.faults import Complain, FaultList
    from content.figures import Figures
    from content.model import Lesson, Question
    from content.parser import FinalTestFile, LessonFile
    from content.sources import Registry

MODULE_FILE = "module.yaml"
FINAL_TEST_FILE = "final_test.md"
MODULE_ID = re.compile(r"M\d+")
MOST_LESSONS = 12
MOST_ORDER = 99
MOST_TRIES = 20


class ReadModule(NamedTuple):
    """A module and the files it came from; `lessons` by their path below the root, in the module's order."""

    module: Module
    file: str
    lessons: dict[str, LessonFile]
    final_test_file: str
    final_test: FinalTestFile | None


def read(root: Path, faults: FaultList, on: date | None = None) -> list[ReadModule]:
    """
    Return the modules below `root` in order; all that is wrong goes to `faults`.

    Args:
        root: the directory that holds `courses/`.
        faults: gathers what is wrong.
        on: the day on which the papers that lessons rest on must be in force; their statuses count when None.
    """
    values = figures_of(root, faults)
    folders = sorted(path for path in root.glob("courses/*/*") if path.is_dir() and _is_ours(path))
    if not folders:
        faults.of("courses")(1, "Không tìm thấy chuyên đề nào (courses/<khóa>/<chuyên đề>/).")
    modules = [found for folder in folders if (found := _module(folder, root, values, faults)) is not None]
    modules.sort(key=lambda found: (found.module.order, found.module.id))
    _refuse_duplicates(modules, faults)
    registry = registry_of(root, faults)
    if (root / figures.FILE).exists():
        law.check_figures(values, registry, faults.of(figures.FILE), on)
    for found in modules:
        _check_law(found, registry, faults, on)
    return modules


def figures_of(root: Path, faults: FaultList) -> Figures:
    """Return the figures of a content root: its own, else those shipped."""
    own = root / figures.FILE
    return figures.read(own, faults.of(figures.FILE)) if own.exists() else figures.shipped()


def registry_of(root: Path, faults: FaultList) -> Registry:
    """Return the legal papers of a content root: its own, else those shipped."""
    own = root / sources.FILE
    return sources.read(own, faults.of(sources.FILE)) if own.exists() else sources.shipped()


def _check_law(found: ReadModule, registry: Registry, faults: FaultList, on: date | None) -> None:
    for file, lesson in found.lessons.items():
        is_draft = lesson.lesson.status is LessonStatus.DRAFT
        complain = faults.of(file)
        law.check_clauses(lesson.lesson.legal, lesson.cite_lines, registry, complain, on=on, is_draft=is_draft)
    if found.final_test is not None:
        test, complain = found.final_test, faults.of(found.final_test_file)
        law.check_clauses(test.legal, test.cite_lines, registry, complain, on=on)


def _is_ours(path: Path) -> bool:
    return not path.name.startswith((".", "_"))


def _module(folder: Path, root: Path, values: Figures, faults: FaultList) -> ReadModule | None:
    file = (folder / MODULE_FILE).relative_to(root).as_posix()
    complain = faults.of(file)
    text = source.read(folder / MODULE_FILE, complain)
    mapping = None if text is None else parse_mapping(text.text, 1, complain)
    if mapping is None:
        return None
    fields = Fields(mapping, 1, complain)
    fields.only("id", "title", "order", "pass_percent", "tries_a_week", "drawn")
    module_id = fields.text("id")
    if not MODULE_ID.fullmatch(module_id):
        complain(fields.line("id"), f"Mã chuyên đề '{module_id}' sai; mẫu: M1.")
    paths = [path for path in folder.glob("*.md") if path.name != FINAL_TEST_FILE and _is_ours(path)]
    lessons = _lessons(paths, root, module_id, values, faults)
    test_file = (folder / FINAL_TEST_FILE).relative_to(root).as_posix()
    test = _final_test(folder / FINAL_TEST_FILE, module_id, values, faults.of(test_file))
    ordered = tuple(found.lesson for found in lessons.values())
    questions = tuple(_with_objectives(test, ordered)) if test else ()
    module = Module(
        id=module_id,
        title=fields.text("title", parser.LONGEST_TITLE),
        order=fields.integer("order", 0, MOST_ORDER),
        lessons=ordered,
        final_test=FinalTest(
            questions,
            fields.integer("drawn", 1, max(1, len(questions))),
            test.version if test else "",
        ),
        pass_percent=fields.integer("pass_percent", 1, 100),
        tries_a_week=fields.integer("tries_a_week", 1, MOST_TRIES),
        version=source.version_of("".join(lesson.version for lesson in ordered).encode()),
    )
    if len(paths) > MOST_LESSONS:
        complain(1, f"Chuyên đề có {len(paths)} bài; nhiều nhất {MOST_LESSONS}.")
    if not paths:
        complain(1, "Chuyên đề chưa có bài nào.")
    if test is not None and len(lessons) == len(paths):
        _agree(module, test, faults.of(test_file))
    return ReadModule(module, file, lessons, test_file, test)


def _lessons(
    paths: list[Path], root: Path, module_id: str, values: Figures, faults: FaultList
) -> dict[str, LessonFile]:
    found: dict[str, LessonFile] = {}
    for path in paths:
        file = path.relative_to(root).as_posix()
        complain = faults.of(file)
        text = source.read(path, complain)
        lesson = None if text is None else parser.parse_lesson(text, module_id, complain)
        if lesson is not None:
            fit.check_lesson(lesson, values, complain)
            found[file] = lesson
    return dict(sorted(found.items(), key=lambda item: _place(item[1].lesson.id)))


def _place(lesson_id: str) -> tuple[int, str]:
    number = lesson_id.rpartition(".")[2]
    return (int(number) if number.isascii() and number.isdigit() else 0, lesson_id)


def _final_test(path: Path, module_id: str, values: Figures, complain: Complain) -> FinalTestFile | None:
    text = source.read(path, complain)
    test = None if text is None else parser.parse_final_test(text, module_id, complain)
    if test is not None:
        fit.check_questions(test.questions, values, complain)
    return test


def _with_objectives(test: FinalTestFile, lessons: tuple[Lesson, ...]) -> Iterator[Question]:
    """The questions of a final test; one that names no objective of its own has its lesson's."""
    objectives = {lesson.id: lesson.objective for lesson in lessons}
    for question in (placed.question for placed in test.questions):
        yield replace(question, objective=question.objective or objectives.get(question.lesson_id, ""))


def _agree(module: Module, test: FinalTestFile, complain: Complain) -> None:
    """Complain about questions on lessons that are not here, and about tracks that would meet an empty test."""
    ids = {lesson.id for lesson in module.lessons}
    for placed in test.questions:
        lesson_id = placed.question.lesson_id
        if lesson_id and lesson_id not in ids:
            complain(placed.line, f"Câu {placed.question.id} hỏi về bài {lesson_id}, không có trong chuyên đề.")
    asked = {placed.question.lesson_id for placed in test.questions}
    for track in sorted(set().union(*(lesson.audience for lesson in module.lessons))):
        served = {lesson.id for lesson in module.lessons_for(track)}
        if served and not served & asked:
            complain(1, f"Đối tượng {track} có bài học trong chuyên đề nhưng không có câu nào để kiểm tra.")


def _refuse_duplicates(modules: list[ReadModule], faults: FaultList) -> None:
    seen: dict[str, str] = {}
    for file, line, name in _names(modules):
        if name and name in seen:
            faults.of(file)(line, f"Mã '{name}' đã dùng ở {seen[name]}.")
        else:
            seen[name] = f"{file}:{line}"


def _names(modules: list[ReadModule]) -> Iterator[tuple[str, int, str]]:
    for found in modules:
        yield found.file, 1, found.module.id
        for file, lesson in found.lessons.items():
            yield file, lesson.id_line, lesson.lesson.id
            yield from ((file, placed.line, placed.question.id) for placed in lesson.questions)
        if found.final_test is not None:
            test = found.final_test
            yield from ((found.final_test_file, placed.line, placed.question.id) for placed in test.questions)
