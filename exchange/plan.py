"""What an import would write into a content folder, and the writing."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from content import drills, paper_writer, tools, tree, writer
from exchange import folder, library, placing
from exchange.faults import ExchangeError, Fault, refused
from exchange.judge import Change, Draft, Plan, State, judged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from content.model import Question
    from content.tree import ReadModule
    from exchange.book import Col
    from exchange.book_reader import Book
    from exchange.items import Item
    from exchange.placing import Owner

__all__ = ["Change", "Plan", "State", "of_book", "of_items", "write"]


def of_book(book: Book, into: Path) -> Plan:
    """Return the plan of a workbook of lessons."""
    found = {read.module.id: read for read in folder.existing(into)}
    kept = {lesson.id: lesson for read in found.values() for lesson in read.module.lessons}
    draft = Draft(into, places=dict(book.places))
    draft.lessons = {id_: folder.onto(kept.get(id_), lesson) for id_, lesson in book.lessons.items()}
    objectives = {lesson.id: lesson.objective for read in found.values() for lesson in read.module.lessons}
    objectives |= {lesson.id: lesson.objective for lesson in book.lessons.values()}
    faults: list[Fault] = []
    for id_, module in book.modules.items():
        path = f"{folder.module_folder(id_, found, book.courses)}/{tree.MODULE_FILE}"
        is_same = id_ in found and writer.module_text(found[id_].module) == writer.module_text(module)
        draft.files[path] = folder.text_of(into, path) if is_same else writer.module_text(module)
    for id_, lesson in draft.lessons.items():
        if lesson.module_id not in found and lesson.module_id not in book.modules:
            faults.append(Fault(book.places[id_](None), f"Chưa có chuyên đề {lesson.module_id}; thêm vào «Chuyên đề»."))
        path = folder.lesson_file(id_, found, book.courses)
        is_same = id_ in kept and replace(kept[id_], version="") == lesson
        draft.files[path] = folder.text_of(into, path) if is_same else writer.lesson_text(lesson)
    for id_, written in book.tests.items():
        module_id = id_.partition(".")[0]
        test = folder.onto_test(found.get(module_id), written)
        path = f"{folder.module_folder(module_id, found, book.courses)}/{tree.FINAL_TEST_FILE}"
        whole = writer.final_test_text(test.id, test.legal, test.questions, objectives)
        draft.files[path] = folder.text_of(into, path) if folder.is_same_test(found.get(module_id), test) else whole
        draft.tests[id_] = test.questions
    _lay_papers(book, draft)
    if faults:
        raise ExchangeError(*faults)
    asked = sum(len(lesson.questions) for lesson in book.lessons.values())
    return judged(draft, asked + sum(map(len, draft.tests.values())))


def _lay_papers(book: Book, draft: Draft) -> None:
    """Put tools and drills where they are or, if they are new, where their names say."""
    found, files = folder.papers(draft.into), folder.tool_files(draft.into)
    for id_, written in book.papers.tools.items():
        tool = folder.paper_onto(found.get(id_), written)
        path = files.get(id_) or f"{tools.FOLDER}/{book.papers.files[id_] or id_.lower()}.md"
        is_same = found.get(id_) == tool
        draft.papers[id_] = tool
        draft.files[path] = folder.text_of(draft.into, path) if is_same else paper_writer.tool_file(tool)
    for id_, talk in book.papers.drills.items():
        drill = folder.paper_onto(found.get(id_), talk)
        path = f"{drills.FOLDER}/{id_}.yaml"
        is_same = found.get(id_) == drill
        draft.papers[id_] = drill
        draft.files[path] = folder.text_of(draft.into, path) if is_same else paper_writer.drill_file(drill)


def of_items(items: Sequence[Item], into: Path, lesson: str | None, basis: Sequence[str]) -> Plan:
    """
    Return the plan of questions that go to lessons, or final tests, which the folder holds.

    Args:
        items: the questions.
        into: the content folder.
        lesson: the lesson or final test that all go to; None where each tells its own.
        basis: keys of the clauses that questions without any rest on.

    Raises:
        ExchangeError: a question has no place, or lacks what every question needs.
    """
    by_owner: dict[str, list[Item]] = {}
    for item in items:
        by_owner.setdefault(placing.owner_of(item, lesson), []).append(item)
    if "" in by_owner:
        raise ExchangeError(
            *(
                Fault(item.place, "Chưa biết câu này thuộc bài nào; thêm tùy chọn --lesson M1.3.")
                for item in by_owner[""]
            )
        )
    found = {read.module.id: read for read in folder.existing(into)}
    draft = Draft(into)
    fixed: list[Fault] = []
    values = library.figures_of(into)
    faults = [fault for item in items if (fault := placing.disagreement(item, values)) is not None]
    for id_, some in by_owner.items():
        read = found.get(id_.partition(".")[0])
        owner = folder.owner(id_, read)
        if read is None or owner is None:
            faults.append(
                Fault(some[0].place, f"Thư mục «{into.name}» chưa có bài {id_}; hãy chép nội dung vào trước.")
            )
            continue
        placed = placing.place(some, owner, basis, faults)
        _take(draft, read, owner, placed)
        by_words = {item.text: item.place for item in some}
        fixed += (
            Fault(f"Câu {lost}", "Số liệu {{ … }} sẽ thành số cố định; hãy xuất với --keep-figures rồi mới sửa.")
            for lost in placing.lost_figures(placed, owner)
        )
        draft.places |= {one.id: _at(by_words[one.text]) for one in placed if one.text in by_words}
    if faults:
        raise ExchangeError(*faults)
    made = judged(draft, len(items))
    return replace(made, warnings=(*fixed, *made.warnings))


def write(plan: Plan, into: Path, *, replace_files: bool) -> int:
    """
    Write the files of a plan, each whole or not at all, and return how many were written.

    Raises:
        ExchangeError: the plan has faults, or a file would be replaced and may not be.
        OSError: a file cannot be written.
    """
    if plan.faults:
        raise ExchangeError(*plan.faults)
    replaced = [change for change in plan.changes if change.state is State.CHANGED]
    if replaced and not replace_files:
        raise ExchangeError(
            *(Fault(change.path, "Tệp đã có và sẽ bị thay; thêm --replace nếu đồng ý.") for change in replaced)
        )
    written = 0
    for change in plan.changes:
        path = into / change.path
        before = path.read_text(encoding="utf-8") if path.exists() else None
        if before == change.text:
            continue
        if before is not None and not replace_files:
            raise refused("Tệp vừa xuất hiện trong thư mục; hãy xem lại.", change.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into) as temporary:
            whole = Path(temporary) / path.name
            whole.write_text(change.text, encoding="utf-8", newline="\n")
            whole.replace(path)
        written += 1
    return written


def _at(where: str) -> Callable[[Col | None], str]:
    """The same place for every column: other programs' files have none."""
    return lambda _column: where


def _take(draft: Draft, read: ReadModule, owner: Owner, placed: list[Question]) -> None:
    """File the owner with its questions: what is only added goes to the file's end, else the file is written anew."""
    if owner.is_test:
        path = read.final_test_file
        whole = writer.final_test_text(owner.id, owner.legal.values(), placed, owner.objectives)
        draft.tests[owner.id] = tuple(placed)
    else:
        path, old = next((file, kept.lesson) for file, kept in read.lessons.items() if kept.lesson.id == owner.id)
        lesson = replace(old, questions=tuple(placed))
        whole = writer.lesson_text(lesson)
        draft.lessons[owner.id] = lesson
    before = folder.text_of(draft.into, path)
    kept = list(owner.questions)
    if placed[: len(kept)] == kept:
        added = (
            writer.question_text(question, owner.objectives.get(question.lesson_id, ""), names_lesson=owner.is_test)
            for question in placed[len(kept) :]
        )
        whole = "\n".join([before.rstrip("\n") + "\n", *added])
    draft.files[path] = whole
