"""The sheets and headings of a workbook of lessons, and how a library is laid out in them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from content import writer
from content.drill_model import Skill
from content.model import LessonStatus, QuestionKind
from content.tool_model import ToolKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from content.model import LegalBasis, Question
    from content.tree import ReadModule


class Sheet(StrEnum):
    """A sheet, by its title."""

    MODULES = "Chuyên đề"
    LESSONS = "Bài"
    CARDS = "Thẻ"
    QUESTIONS = "Câu hỏi"
    LEGAL = "Căn cứ"
    TOOLS = "Mẫu"
    LINES = "Dòng của mẫu"
    DRILLS = "Tình huống"
    CRITERIA = "Tiêu chí"
    TURNS = "Lượt"
    REPLIES = "Lời đáp"
    BANDS = "Lời kết"


class Col(StrEnum):
    """A column, by its heading."""

    MODULE = "Mã chuyên đề"
    NAME = "Tên chuyên đề"
    ORDER = "Thứ tự"
    PASS = "Đạt từ (%)"  # noqa: S105 - the share of right answers
    TRIES = "Số lần làm mỗi tuần"
    DRAWN = "Số câu rút ra"
    COURSE = "Khóa"
    LESSON = "Mã bài"
    TITLE = "Tên bài"
    AUDIENCE = "Đối tượng"
    MINUTES = "Số phút"
    OBJECTIVE = "Mục tiêu"
    STATUS = "Trạng thái"
    NUMBER = "Thẻ số"
    TEXT = "Nội dung"
    QUESTION = "Mã câu hỏi"
    KIND = "Loại"
    DIFFICULTY = "Độ khó"
    ABOUT = "Hỏi về bài"
    ASKED = "Lời hỏi"
    A = "a"
    WHY_A = "Vì a"
    B = "b"
    WHY_B = "Vì b"
    C = "c"
    WHY_C = "Vì c"
    D = "d"
    WHY_D = "Vì d"
    RIGHT = "Đúng"
    ANSWER = "Đáp số"
    UNIT = "Đơn vị"
    TOLERANCE = "Sai số"
    ACCEPTED = "Đáp án"
    WHY = "Vì"
    BASIS = "Căn cứ"
    KEY = "Khóa căn cứ"
    CITE = "Trích dẫn"
    SINCE = "Hiệu lực từ"
    REVIEW = "Rà soát trước"
    LAWYER = "Cần luật sư"
    TOOL = "Mã mẫu"
    TOOL_NAME = "Tên mẫu"
    KIND_OF_TOOL = "Loại mẫu"
    FILE = "Tệp"
    NUMBER_OF_LINE = "Dòng số"
    LINE = "Chữ của dòng"
    DRILL = "Mã tình huống"
    DRILL_NAME = "Tên tình huống"
    SKILL = "Kỹ năng"
    SETTING = "Bối cảnh"
    START = "Lượt đầu"
    MODEL = "Lời mẫu"
    CRITERION = "Mã tiêu chí"
    CRITERION_NAME = "Tên tiêu chí"
    GOOD = "Thế nào là tốt"
    TURN = "Lượt"
    WHO = "Ai nói"
    SAYS = "Lời nói"
    REPLY = "Chữ cái"
    NEXT = "Lượt sau"
    POINTS = "Điểm"
    NOTE = "Nhận xét"
    AT_LEAST = "Từ (%)"
    BAND = "Lời kết"


CHOICES = (("a", Col.A, Col.WHY_A), ("b", Col.B, Col.WHY_B), ("c", Col.C, Col.WHY_C), ("d", Col.D, Col.WHY_D))
COLUMNS: dict[Sheet, tuple[Col, ...]] = {
    Sheet.MODULES: (Col.MODULE, Col.NAME, Col.ORDER, Col.PASS, Col.TRIES, Col.DRAWN, Col.COURSE),
    Sheet.LESSONS: (Col.LESSON, Col.TITLE, Col.AUDIENCE, Col.MINUTES, Col.OBJECTIVE, Col.STATUS),
    Sheet.CARDS: (Col.LESSON, Col.NUMBER, Col.TEXT),
    Sheet.QUESTIONS: (
        *(Col.QUESTION, Col.KIND, Col.DIFFICULTY, Col.OBJECTIVE, Col.ABOUT, Col.ASKED),
        *(column for _, choice, why in CHOICES for column in (choice, why)),
        *(Col.RIGHT, Col.ANSWER, Col.UNIT, Col.TOLERANCE, Col.ACCEPTED, Col.WHY, Col.BASIS),
    ),
    Sheet.LEGAL: (Col.LESSON, Col.KEY, Col.CITE, Col.SINCE, Col.REVIEW, Col.LAWYER),
    Sheet.TOOLS: (Col.TOOL, Col.TOOL_NAME, Col.LESSON, Col.KIND_OF_TOOL, Col.AUDIENCE, Col.STATUS, Col.FILE),
    Sheet.LINES: (Col.TOOL, Col.NUMBER_OF_LINE, Col.LINE),
    Sheet.DRILLS: (
        *(Col.DRILL, Col.DRILL_NAME, Col.SKILL, Col.AUDIENCE, Col.STATUS, Col.SETTING, Col.START, Col.MODEL),
    ),
    Sheet.CRITERIA: (Col.DRILL, Col.CRITERION, Col.CRITERION_NAME, Col.GOOD),
    Sheet.TURNS: (Col.DRILL, Col.TURN, Col.WHO, Col.SAYS),
    Sheet.REPLIES: (Col.DRILL, Col.TURN, Col.REPLY, Col.SAYS, Col.NEXT, Col.POINTS, Col.NOTE),
    Sheet.BANDS: (Col.DRILL, Col.AT_LEAST, Col.BAND),
}
REQUIRED: dict[Sheet, frozenset[Col]] = {
    Sheet.MODULES: frozenset(COLUMNS[Sheet.MODULES]) - {Col.COURSE},
    Sheet.LESSONS: frozenset(COLUMNS[Sheet.LESSONS]),
    Sheet.CARDS: frozenset({Col.LESSON, Col.TEXT}),
    Sheet.QUESTIONS: frozenset({Col.QUESTION, Col.ASKED, Col.BASIS}),
    Sheet.LEGAL: frozenset({Col.LESSON, Col.KEY, Col.CITE}),
    Sheet.TOOLS: frozenset(COLUMNS[Sheet.TOOLS]) - {Col.FILE},
    Sheet.LINES: frozenset({Col.TOOL}),
    Sheet.DRILLS: frozenset(COLUMNS[Sheet.DRILLS]),
    Sheet.CRITERIA: frozenset(COLUMNS[Sheet.CRITERIA]),
    Sheet.TURNS: frozenset(COLUMNS[Sheet.TURNS]),
    Sheet.REPLIES: frozenset(COLUMNS[Sheet.REPLIES]) - {Col.POINTS},
    Sheet.BANDS: frozenset(COLUMNS[Sheet.BANDS]),
}
LESSON_SHEETS = (Sheet.MODULES, Sheet.LESSONS, Sheet.CARDS, Sheet.QUESTIONS, Sheet.LEGAL)
LISTS: dict[Col, list[str]] = {
    Col.STATUS: [str(status) for status in LessonStatus],
    Col.KIND: [str(kind) for kind in QuestionKind],
    Col.DIFFICULTY: ["1", "2", "3"],
    Col.LAWYER: ["x"],
    Col.RIGHT: ["a", "b", "c", "d"],
    Col.KIND_OF_TOOL: [str(kind) for kind in ToolKind],
    Col.SKILL: [str(skill) for skill in Skill],
    Col.REPLY: ["a", "b", "c"],
}
MARK = "x"

Row = dict[Col, "str | int | date | None"]


def legal_rows(owner: str, legal: Iterable[LegalBasis]) -> Iterator[Row]:
    """Lay the clauses of a lesson, final test, tool or drill out."""
    for basis in legal:
        yield {
            Col.LESSON: owner,
            Col.KEY: basis.key,
            Col.CITE: basis.cite,
            Col.SINCE: basis.in_force_from,
            Col.REVIEW: basis.review_by,
            Col.LAWYER: MARK if basis.needs_lawyer else None,
        }


def rows(modules: Iterable[ReadModule]) -> dict[Sheet, list[Row]]:
    """Lay modules out, in their order; the answer of `exchange.book_reader` to these rows is the same modules."""
    laid: dict[Sheet, list[Row]] = {sheet: [] for sheet in Sheet}
    for found in modules:
        module = found.module
        laid[Sheet.MODULES].append(
            {
                Col.MODULE: module.id,
                Col.NAME: module.title,
                Col.ORDER: module.order,
                Col.PASS: module.pass_percent,
                Col.TRIES: module.tries_a_week,
                Col.DRAWN: module.final_test.drawn,
                Col.COURSE: found.file.split("/")[1],
            }
        )
        for lesson in module.lessons:
            laid[Sheet.LESSONS].append(
                {
                    Col.LESSON: lesson.id,
                    Col.TITLE: lesson.title,
                    Col.AUDIENCE: ", ".join(sorted(lesson.audience, key="TCBS".index)),
                    Col.MINUTES: lesson.minutes,
                    Col.OBJECTIVE: lesson.objective,
                    Col.STATUS: str(lesson.status),
                }
            )
            laid[Sheet.CARDS] += (
                {Col.LESSON: lesson.id, Col.NUMBER: number, Col.TEXT: text}
                for number, text in enumerate(lesson.cards, start=1)
            )
            laid[Sheet.QUESTIONS] += (_question(question, lesson.objective) for question in lesson.questions)
            laid[Sheet.LEGAL] += legal_rows(lesson.id, lesson.legal)
        objectives = {lesson.id: lesson.objective for lesson in module.lessons}
        for question in module.final_test.questions:
            row = _question(question, objectives.get(question.lesson_id, ""))
            laid[Sheet.QUESTIONS].append(row | {Col.ABOUT: question.lesson_id})
        if found.final_test is not None:
            laid[Sheet.LEGAL] += legal_rows(found.final_test.id, found.final_test.legal)
    return laid


def _question(question: Question, objective: str) -> Row:
    row: Row = {
        Col.QUESTION: question.id,
        Col.KIND: str(question.kind),
        Col.DIFFICULTY: question.difficulty,
        Col.OBJECTIVE: question.objective if question.objective != objective else None,
        Col.ASKED: question.text,
        Col.ACCEPTED: " | ".join(question.accepted),
        Col.WHY: question.reason,
        Col.BASIS: ", ".join(basis.key for basis in question.basis),
    }
    choices = {choice.key: choice for choice in question.choices}
    for key, text, why in CHOICES:
        if key in choices:
            row |= {text: choices[key].text, why: choices[key].reason}
    if question.kind is not QuestionKind.ORDER:
        row[Col.RIGHT] = ", ".join(choice.key for choice in question.choices if choice.is_right)
    if question.answer is not None:
        row[Col.ANSWER] = question.answer.text
        row[Col.UNIT] = question.answer.unit
        row[Col.TOLERANCE] = writer.tolerance_text(question.answer.tolerance)
    return row
