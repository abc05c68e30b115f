"""What is said of questions: the question with its buttons, and the verdict on an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from channels.messages import Button, Kind, Message
from content import present
from content.figures import resolve
from content.model import QuestionKind
from handlers.actions import Answer, Next, Pick
from handlers.words.buttons import CONTINUE, HELP, later, titled
from learning.grading import SEEN
from learning.lesson import StepKind

if TYPE_CHECKING:
    from datetime import date

    from content.figures import Figures
    from content.model import Question
    from storage.runs import Run

_STEP_NAMES = {
    StepKind.QUESTION: "Câu hỏi",
    StepKind.AGAIN: "Làm lại",
    StepKind.REVIEW: "Ôn lại",
    StepKind.TEST: "Kiểm tra cuối",
}
ON, OFF = "☑", "☐"


def step_name(run: Run) -> str:
    """What stands above a question: which of how many of its kind."""
    kind = run.progress.step.kind
    total = sum(step.kind is kind for step in run.progress.steps)
    place = sum(step.kind is kind for step in run.progress.steps[: run.progress.at + 1])
    return f"{_STEP_NAMES[kind]} {place}/{total}"


def change_name(since: date | None, today: date) -> str:
    """What stands above a question about what has changed since it was learned."""
    if since is None:
        return "Bài đồng chí đã học vừa được sửa:"
    return f"Quy định {'đã' if since <= today else 'sẽ'} thay đổi từ {since:%d/%m/%Y}:"


def question(
    run: Run,
    asked: Question,
    attempt_id: int,
    order: str,
    today: date,
    figures: Figures | None = None,
    *,
    since: date | None = None,
    picked: str = "",
    replaces: str | None,
) -> Message:
    """
    A question with its buttons.

    `picked` are the keys chosen so far of several, or put so far of an order; `since` is the day from which a rule is
    another, where the question is about that; `figures` those of other content.
    """
    whole = _whole(asked, picked)
    is_changed = run.progress.step.kind is StepKind.CHANGED
    header = change_name(since, today) if is_changed else step_name(run)
    title, body = titled(present.question_text(asked, order, header, today, figures, picked=whole))
    rows = (*_rows(asked, attempt_id, order, whole, today, figures), (later(run),))
    takes_text = asked.kind not in {QuestionKind.ONE, QuestionKind.TRUE_FALSE}
    return Message(body, rows, title=title, kind=Kind.LESSON_STEP, replaces=replaces, takes_text=takes_text)


def _whole(asked: Question, picked: str) -> str:
    """The last step of an order goes without saying."""
    left = [choice.key for choice in asked.choices if choice.key not in picked]
    return picked + left[0] if asked.kind is QuestionKind.ORDER and len(left) == 1 else picked


def _rows(
    asked: Question, attempt_id: int, order: str, picked: str, today: date, figures: Figures | None
) -> list[tuple[Button, ...]]:
    """
    The buttons that answer.

    The first one always leads on in a few presses, and letters stay in their place while one is pressed after another.
    """
    texts = {choice.key: resolve(choice.text, today, figures) for choice in asked.choices}
    lettered = list(zip(present.LETTERS, order, strict=False))
    look_up = Button("Xem đáp án", Answer(attempt_id, SEEN).pack())
    match asked.kind:
        case QuestionKind.ONE:
            return [tuple(Button(letter, Answer(attempt_id, key).pack(), hint=texts[key]) for letter, key in lettered)]
        case QuestionKind.TRUE_FALSE:
            return [tuple(Button(texts[key], Answer(attempt_id, key).pack()) for key in order)]
        case QuestionKind.SEVERAL:
            done = Button("Xong ▸", Answer(attempt_id, "".join(sorted(picked))).pack())
            return [(done if picked else look_up,), _toggles(attempt_id, lettered, picked, texts)]
        case QuestionKind.ORDER:
            again = Button("Làm lại", Pick(attempt_id, "").pack())
            if len(picked) == len(order):
                return [(Button("Xong ▸", Answer(attempt_id, picked).pack()), again)]
            steps = tuple(
                Button(letter, Pick(attempt_id, picked + key).pack(), hint=texts[key])
                for letter, key in lettered
                if key not in picked
            )
            return [steps, (again,)] if picked else [steps]
        case QuestionKind.NUMBER | QuestionKind.TEXT:
            return [(look_up,)]
        case _:
            assert_never(asked.kind)


def _toggles(
    attempt_id: int, lettered: list[tuple[str, str]], picked: str, texts: dict[str, str]
) -> tuple[Button, ...]:
    """Each carries what is picked once it is pressed."""
    return tuple(
        Button(
            f"{ON if key in picked else OFF} {letter}",
            Pick(attempt_id, "".join(sorted(set(picked) ^ {key}))).pack(),
            hint=texts[key],
        )
        for letter, key in lettered
    )


def verdict(
    run: Run,
    asked: Question,
    kept: str,
    order: str,
    today: date,
    figures: Figures | None = None,
    *,
    replaces: str | None,
) -> Message:
    """Whether an answer was right, and why; the question's step is left with [Tiếp]."""
    title, body = titled(present.verdict_text(asked, kept, order, today, figures))
    head, _, rest = title.partition(". ")
    on = Button("Tiếp ▸", Next(run.id, run.progress.at).pack())
    return Message(f"{rest}\n{body}", ((on, later(run)),), title=f"{head}.", kind=Kind.LESSON_STEP, replaces=replaces)


def answered_before(run: Run, *, replaces: str | None) -> Message:
    """An answered question that was published anew since: there is nothing more to say about the answer."""
    on = Button("Tiếp ▸", Next(run.id, run.progress.at).pack())
    return Message(
        "Đồng chí đã trả lời câu này. Nội dung câu hỏi vừa được cập nhật, mời đồng chí sang phần tiếp theo.",
        ((on, later(run)),),
        kind=Kind.LESSON_STEP,
        replaces=replaces,
    )


def not_understood_in_question(asked: Question, order: str) -> Message:
    """What could be typed while a question waits."""
    return Message(
        f"Câu hỏi đang chờ đồng chí: nhắn {_typeable(asked, order)}, hoặc bấm [Học tiếp] để xem lại câu hỏi.",
        ((CONTINUE, HELP),),
    )


def _typeable(asked: Question, order: str) -> str:
    letters = present.LETTERS[: len(order)]
    match asked.kind:
        case QuestionKind.ONE:
            return f"{', '.join(letters[:-1])} hoặc {letters[-1]}"
        case QuestionKind.TRUE_FALSE:
            return "đúng hoặc sai"
        case QuestionKind.SEVERAL:
            return f"các chữ cái của ý đúng (như {letters[0]} {letters[-1]})"
        case QuestionKind.ORDER:
            return f"các chữ cái theo thứ tự (như {' '.join(letters[1:] + letters[0])})"
        case QuestionKind.NUMBER:
            return "một số (như 1.500.000)"
        case QuestionKind.TEXT:
            return "câu trả lời ngắn"
        case _:
            assert_never(asked.kind)
