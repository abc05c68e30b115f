"""Questions from outside given a place: an id, a lesson, and the clauses they rest on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from content.model import Formula, Question, QuestionKind
from exchange import tags
from exchange.faults import Fault
from exchange.items import KEYS
from learning import formula, numbers
from learning.grading import Tolerance
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from content.figures import Figures
    from content.model import LegalBasis
    from exchange.items import Item

_TOLERANCE = re.compile(r"([0-9.,]+) ?(%?)")


@dataclass(frozen=True, slots=True)
class Owner:
    """A lesson or a final test that questions go to; `objectives` are those of its module's lessons, by id."""

    id: str
    legal: Mapping[str, LegalBasis]
    objectives: Mapping[str, str]
    questions: Sequence[Question]

    @property
    def is_test(self) -> bool:
        """Whether it is a module's final test."""
        return self.id.endswith(".T")


def owner_of(item: Item, lesson: str | None) -> str:
    """Return the id of the lesson or final test an item goes to, "" where nothing tells; `lesson` wins."""
    if lesson is not None:
        return lesson
    return item.id.rpartition("-")[0] if tags.QUESTION_ID.fullmatch(item.id) else item.lesson_id


def place(items: Sequence[Item], owner: Owner, basis: Sequence[str], faults: list[Fault]) -> list[Question]:
    """
    Return the owner's questions with the items among them: in the place of the same question, else at the end.

    The same is the one with that id or, for an item without an id here, that asks in the same words.

    Args:
        items: what comes in.
        owner: where it goes.
        basis: keys of the clauses that items without any rest on.
        faults: told which items lack a clause, a reason or a lesson.
    """
    placed = {question.id: question for question in owner.questions}
    by_words = {fold(question.text): question.id for question in owner.questions}
    taken = {item.id for item in items if item.id.startswith(f"{owner.id}-")}
    number = max((int(id_.rpartition("-")[2]) for id_ in {*placed, *taken}), default=0)
    came: set[str] = set()
    for item in items:
        id_ = item.id if item.id in taken else by_words.get(fold(item.text), "")
        if not id_:
            number += 1
            id_ = by_words[fold(item.text)] = f"{owner.id}-{number}"
        if id_ in came:
            faults.append(Fault(item.place, f"Câu {id_} có hai lần trong tệp; hãy bỏ một."))
        came.add(id_)
        placed[id_] = question(item, id_, owner, basis, faults)
    return list(placed.values())


def question(item: Item, id_: str, owner: Owner, basis: Sequence[str], faults: list[Fault]) -> Question:
    """Return an item as a question of its owner; what it lacks goes to `faults`."""
    lesson_id = item.lesson_id if owner.is_test else owner.id
    if owner.is_test and lesson_id not in owner.objectives:
        faults.append(
            Fault(item.place, f"Câu {id_} chưa cho biết hỏi về bài nào; điền cột «Hỏi về bài» hoặc thẻ «bai:M1.3».")
        )
    keys = item.basis or tuple(basis)
    if not keys:
        faults.append(
            Fault(item.place, f"Câu {id_} chưa có căn cứ; điền cột «Căn cứ», thẻ «can-cu:…» hoặc tùy chọn --basis.")
        )
    known = ", ".join(owner.legal) or "chưa có căn cứ nào"
    faults += (
        Fault(item.place, f"Căn cứ «{key}» không có trong bài {owner.id} (có: {known}).")
        for key in keys
        if key not in owner.legal
    )
    if len(item.choices) > len(KEYS):
        faults.append(
            Fault(item.place, f"Câu {id_} có {len(item.choices)} phương án; nhiều nhất {len(KEYS)}, hãy bỏ bớt.")
        )
    bare = [choice.key for choice in item.choices if not choice.reason]
    if item.choices and item.kind is not QuestionKind.ORDER and bare:
        faults.append(
            Fault(item.place, f"Câu {id_} thiếu lý do (phản hồi) ở phương án {', '.join(bare)}; hãy viết thêm.")
        )
    if (item.kind.is_typed or item.kind is QuestionKind.ORDER) and not item.reason:
        faults.append(Fault(item.place, f"Câu {id_} thiếu lý do (phản hồi chung); hãy viết thêm."))
    return Question(
        id=id_,
        lesson_id=lesson_id,
        text=item.text,
        choices=item.choices,
        basis=tuple(owner.legal[key] for key in keys if key in owner.legal),
        kind=item.kind,
        difficulty=item.difficulty,
        objective=item.objective or owner.objectives.get(lesson_id, ""),
        answer=_formula(item, faults) if item.kind is QuestionKind.NUMBER else None,
        accepted=item.accepted,
        reason=item.reason,
    )


def lost_figures(placed: Sequence[Question], owner: Owner) -> Iterator[str]:
    """The ids of questions whose figures would become fixed numbers."""
    before = {question.id: str(question).count("{{") for question in owner.questions}
    yield from (question.id for question in placed if str(question).count("{{") < before.get(question.id, 0))


def disagreement(item: Item, values: Figures) -> Fault | None:
    """Return a fault where a number and the formula in its tag differ on every day: one of the two was changed."""
    if not item.value or values.problems(item.answer):
        return None
    try:
        known = {formula.value_of(values.resolve(item.answer, day)) for day in values.days([item.answer])}
    except formula.FormulaError:
        return None
    if Decimal(item.value) in known:
        return None
    return Fault(item.place, f"Đáp số {item.value} khác công thức ở thẻ «dap-so:{item.answer}»; hãy xóa thẻ ấy.")


def _formula(item: Item, faults: list[Fault]) -> Formula:
    if not item.unit:
        faults.append(Fault(item.place, "Câu tính thiếu đơn vị; thêm thẻ «don-vi:đồng»."))
    tolerance = Tolerance()
    if item.tolerance:
        found = _TOLERANCE.fullmatch(item.tolerance)
        try:
            tolerance = Tolerance(numbers.written(found[1] if found else ""), bool(found and found[2]))
        except ValueError:
            faults.append(Fault(item.place, f"Sai số «{item.tolerance[:20]}» sai; mẫu: 1% hoặc 500."))
    return Formula(item.answer, item.unit, tolerance)
