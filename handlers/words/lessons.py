"""What is said of lessons and final tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from handlers.actions import Next, Resume, Screen, SetShift, Snooze
from learning.calendar import Shift
from learning.text import given_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.model import Lesson, Library, Module
    from content.tool_model import Tool
    from storage.runs import Run
    from storage.standing import Studies

from handlers.words.buttons import CONTINUE, hours, later, titled
from handlers.words.tools import tool_button

_MINUTES = {False: 0.5, True: 0.8}  # of a card; of a question with its reply, as `content.check.pace` finds on average


def card(run: Run, text: str, *, replaces: str | None) -> Message:
    """One card, with [Tiếp] and [Học sau]."""
    title, body = titled(text)
    on = Button("Tiếp ▸", Next(run.id, run.progress.at).pack())
    return Message(body, ((on, later(run)),), title=title, kind=Kind.LESSON_STEP, replaces=replaces)


def kept(run: Run) -> Message:
    """Học sau."""
    place = f"thẻ {int(run.progress.step.ref) + 1}" if not run.progress.step.is_question else "câu đang trả lời"
    return Message(
        f"Đã giữ chỗ cho đồng chí ở {place}. Khi nào rảnh, đồng chí bấm [Học tiếp] hoặc nhắn “hoc”.",
        ((CONTINUE,),),
        kind=Kind.LESSON_STEP,
    )


def lesson_done(
    run: Run, lesson: Lesson, done: int, tools: Iterable[Tool], *, asks_hour: bool, replaces: str | None
) -> Message:
    """A lesson's end: what it brought, what is left, its tools, and (the first time) when the next should come."""
    progress = run.progress
    left = progress.total - done
    lines = [f"“{lesson.title}”. Đúng {progress.right_first}/{progress.asked} câu ngay lần đầu."]
    lines.append(
        f"Chuyên đề còn {left} bài." if left > 0 else "Đồng chí đã học hết các bài, còn bài kiểm tra cuối chuyên đề."
    )
    rows: list[tuple[Button, ...]] = [(CONTINUE,), *((tool_button(tool),) for tool in tools)]
    if asks_hour:
        lines.append("\nĐồng chí muốn nhận bài mới vào lúc nào trong ngày?")
        rows += hours()
    return Message(
        "\n".join(lines),
        tuple(rows),
        title=f"✔ Xong bài {progress.number}/{progress.total}",
        kind=Kind.LESSON_STEP,
        replaces=replaces,
    )


def test_done(run: Run, module: Module, *, passed: bool, tries_left: int, replaces: str | None) -> Message:
    """A final test's end."""
    progress = run.progress
    result = f"Đồng chí đúng {progress.right_first}/{progress.asked} câu ({progress.percent}%)."
    if passed:
        return Message(
            f"{result}\nĐồng chí đã hoàn thành chuyên đề “{module.title}” trên trợ lý. Trân trọng cảm ơn đồng chí!",
            ((CONTINUE,),),
            title="🎓 Hoàn thành chuyên đề",
            kind=Kind.LESSON_STEP,
            replaces=replaces,
        )
    return Message(
        f"{result} Cần {module.pass_percent}% để hoàn thành chuyên đề “{module.title}”.\n"
        + (
            f"Tuần này đồng chí còn làm được {tries_left} lần, ngay bây giờ hoặc hôm khác."
            if tries_left > 0
            else f"Tuần này đồng chí đã làm đủ {module.tries_a_week} lần. Từ thứ Hai tới, đồng chí làm lại được."
        ),
        ((Button("Làm lại ▸", Resume().pack()) if tries_left > 0 else CONTINUE,),),
        title="Kết quả kiểm tra cuối",
        kind=Kind.LESSON_STEP,
        replaces=replaces,
    )


def review_done(run: Run, *, replaces: str | None) -> Message:
    """A review's end."""
    return Message(
        f"Cảm ơn đồng chí đã ôn lại {len(run.progress.steps)} câu.",
        ((CONTINUE,),),
        title="✔ Ôn xong",
        kind=Kind.LESSON_STEP,
        replaces=replaces,
    )


def nothing_left(standing: Studies, library: Library) -> Message:
    """Nothing to learn for now."""
    waiting = [
        module
        for module in library.modules
        if module.id in standing.started and module.id not in standing.completed and module.id in standing.tests
    ]
    if waiting:
        return Message(
            f"Tuần này đồng chí đã làm đủ {waiting[0].tries_a_week} lần kiểm tra. "
            "Từ thứ Hai tới, đồng chí bấm [Học tiếp] để làm lại.",
            ((CONTINUE,),),
        )
    return Message(
        "Đồng chí đã học xong những bài hiện có. Khi có bài mới, trợ lý sẽ gửi đồng chí.",
        ((Button("Kết quả của tôi", Screen("me").pack()),),),
    )


def reminder(full_name: str, run: Run, lesson: Lesson | None) -> Message:
    """An open lesson is waiting."""
    left = max(1, round(sum(_MINUTES[step.is_question] for step in run.progress.steps[run.progress.at :])))
    if lesson is not None and run.kind == "lesson":
        what = f"Bài {run.progress.number} “{lesson.title}” còn khoảng {left} phút."
    elif run.kind == "test":
        what = f"Bài kiểm tra cuối chuyên đề còn khoảng {left} phút."
    else:
        what = f"Còn {len(run.progress.steps) - run.progress.at} câu ôn lại, khoảng {left} phút."
    return Message(f"Chào đồng chí {given_name(full_name)}. {what}", _nudge_rows(), kind=Kind.REMINDER)


def _nudge_rows() -> tuple[tuple[Button, ...], ...]:
    return (
        (CONTINUE, Button("Để sau ca", Snooze("sau_ca").pack())),
        (Button("Nghỉ 1 tuần", Snooze("tuan").pack()), Button("Ngừng nhắc", Snooze("ngung").pack())),
    )


def shift_asked() -> Message:
    """Sunday evening, for those on rotating shifts."""
    shifts = (Shift.FIRST, Shift.SECOND, Shift.THIRD, Shift.OFFICE)
    return Message(
        "Tuần tới đồng chí làm ca nào? Trợ lý sẽ không nhắn trong ca và sau ca đêm.",
        tuple((Button(shift.label, SetShift(shift.value).pack()),) for shift in shifts),
        kind=Kind.NOTICE,
    )
