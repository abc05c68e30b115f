"""What is said of hours, shifts, help, one's own data and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Message
from handlers.actions import (
    Erase,
    Found,
    LinkDoor,
    Scenes,
    Screen,
    SetPace,
    SetShift,
    Snooze,
)
from learning.calendar import DayPart, Shift
from learning.text import given_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from content.hits import Hit
    from storage.learners import Post

from handlers.words.buttons import CONTINUE, HELP, hours

MOST_LABEL = 60


def hour_set(part: DayPart, shift: Shift | None, *, has_window: bool = False, replaces: str | None) -> Message:
    """The hour is kept; after a shift, which one?"""
    if part is DayPart.AFTER_SHIFT and shift is None:
        rows = tuple((Button(each.label, SetShift(each.value).pack()),) for each in Shift)
        return Message("Đồng chí đang làm ca nào?", rows, replaces=replaces)
    if has_window:
        when = "sau ca" if part is DayPart.AFTER_SHIFT else f"vào buổi {part.label.lower()}"
        return Message(
            f"Đã ghi: bài mới đến {when}, hoặc vào giờ gần đó khi Zalo cho nhắn."
            " Mỗi lần đồng chí nhắn một tin, trợ lý được nhắn tiếp trong gần 2 ngày.",
            ((CONTINUE,),),
            replaces=replaces,
        )
    return Message(
        f"Đã ghi: bài mới đến vào buổi {part.label.lower()}, các ngày thứ Hai, thứ Tư, thứ Sáu."
        if part is not DayPart.AFTER_SHIFT
        else "Đã ghi: bài mới đến sau ca, các ngày thứ Hai, thứ Tư, thứ Sáu.",
        ((CONTINUE,),),
        replaces=replaces,
    )


def shift_set(shift: Shift, *, replaces: str | None) -> Message:
    """The shift is kept."""
    return Message(
        f"Đã ghi: {shift.label}. Trợ lý không nhắn trong ca và 7 giờ sau ca đêm.", ((CONTINUE,),), replaces=replaces
    )


def pace_set(label: str, *, replaces: str | None) -> Message:
    """The rhythm is kept."""
    return Message(f"Đã ghi: {label}.", ((CONTINUE,),), replaces=replaces)


def settings() -> Message:
    """When, which shift, how often."""
    return Message(
        "Đồng chí muốn nhận bài vào lúc nào?",
        (
            *hours(),
            (Button("Chọn ca làm việc", Screen("shifts").pack()),),
            (
                Button("3 bài/tuần", SetPace("mwf").pack()),
                Button("Mỗi ngày làm việc", SetPace("daily").pack()),
            ),
            (Button("Ngừng nhắc", Snooze("ngung").pack()), Button("Nhắc lại", Snooze("nhac").pack())),
        ),
        title="Lịch học",
    )


def shifts() -> Message:
    """Which shift?"""
    return Message(
        "Đồng chí đang làm ca nào?", tuple((Button(each.label, SetShift(each.value).pack()),) for each in Shift)
    )


def snoozed(how: str, until: str, *, replaces: str | None) -> Message:
    """Để sau ca, nghỉ 1 tuần, ngừng nhắc, nhắc lại."""
    text = {
        "sau_ca": f"Vâng, trợ lý sẽ nhắc lại {until}.",
        "tuan": f"Vâng, trợ lý nghỉ đến {until}. Đồng chí vẫn học được bất cứ lúc nào.",
        "ngung": "Vâng, trợ lý không nhắc nữa. Đồng chí nhắn “hoc” khi muốn học, “lich” để nhắc lại.",
        "nhac": "Trợ lý sẽ lại gửi bài và nhắc theo lịch của đồng chí.",
    }[how]
    again = Button("Nhắc lại", Snooze("nhac").pack())
    return Message(text, ((CONTINUE, again),) if how == "ngung" else ((CONTINUE,),), replaces=replaces)


def help_text() -> Message:
    """What can be written."""
    return Message(
        "Đồng chí bấm nút, hoặc nhắn không dấu cũng được:\n"
        "• hoc: học tiếp\n• tiep: sang thẻ sau; A, B, C, D: trả lời\n• lich: giờ nhận bài, ca, ngừng nhắc\n"
        "• tracuu: tìm luật, con số trong bài\n"
        "• baocao: số liệu đơn vị\n• baothaydoi: nghỉ việc, thôi chức, người mới\n"
        "• tinhhuong: tập xử lý tình huống\n• lienket: học trên kênh khác\n• toi: dữ liệu của tôi",
        ((CONTINUE, Button("Lịch học", Screen("settings").pack())), (Button("Tình huống", Scenes(0).pack()),)),
        title="Trợ giúp",
    )


def not_understood(likely: Hit | None = None) -> Message:
    """Free text that is no answer: the two most likely buttons, and what it may have asked for, if anything."""
    rows: tuple[tuple[Button, ...], ...] = ((CONTINUE, HELP),)
    if likely is not None:
        rows += ((Button(f"Xem: {likely.title}"[:MOST_LABEL], Found(likely.ref).pack()),),)
    return Message("Trợ lý chưa hiểu ý đồng chí. Đồng chí chọn một nút bên dưới.", rows)


def try_again() -> Message:
    """A handler failed; the operator has it."""
    return Message(
        "Trợ lý vừa gặp trục trặc nhỏ, bài của đồng chí vẫn còn nguyên. Mời đồng chí bấm lại.", ((CONTINUE,),)
    )


def me(full_name: str, posts: Sequence[Post], lines: Sequence[str]) -> Message:
    """What is kept of a person."""
    held = (
        "\n".join(f"• {post.role.label}, {post.unit_name}" for post in posts) or "• chưa có chức danh trong danh sách"
    )
    return Message(
        f"Đồng chí {full_name}\n{held}\n\n" + "\n".join(lines),
        (
            (CONTINUE, Button("Báo thay đổi", Screen("changes").pack())),
            (Button("Gỡ tài khoản này", LinkDoor("go").pack()), Button("Xóa dữ liệu", Erase(0).pack())),
        ),
        title="Dữ liệu của tôi",
    )


def erase_asked() -> Message:
    """Really erase?"""
    return Message(
        "Xóa dữ liệu: trợ lý bỏ mọi tài khoản liên kết, bài học và câu trả lời của đồng chí. "
        "Tên trong danh sách của công đoàn vẫn do công đoàn quản lý. Việc này không hoàn lại được.",
        ((Button("Để nguyên", Screen("me").pack()), Button("Xóa hẳn", Erase(1).pack())),),
    )


def erased() -> Message:
    """Done; this is the last word."""
    return Message(
        "Đã xóa dữ liệu học của đồng chí. Cảm ơn đồng chí đã tham gia. Muốn học lại, đồng chí dùng lời mời mới."
    )


def link_code(code: str, bot_link: str) -> Message:
    """A code that opens another channel for the same person."""
    link = f"\nTelegram: {bot_link}?start={code}" if bot_link else ""
    return Message(
        f"Mã liên kết: {code} (dùng một lần, trong 10 phút).\nMở kênh kia và nhắn mã này.{link}\n"
        "Tiến độ học sẽ là một.",
        ((CONTINUE, Button("Gỡ tài khoản này", LinkDoor("go").pack())),),
        title="Học trên kênh khác",
    )


def linked(full_name: str) -> Message:
    """Another door of the same person is open."""
    return Message(
        f"Đã liên kết với đồng chí {given_name(full_name)}. Đồng chí học tiếp ở đúng chỗ đang dở.", ((CONTINUE,),)
    )


def unlink_asked(*, is_last: bool) -> Message:
    """Really unlink?"""
    note = " Đây là kênh duy nhất: sau khi gỡ, cần lời mời mới để học lại." if is_last else ""
    return Message(
        f"Gỡ tài khoản này khỏi hồ sơ học?{note} Kết quả học vẫn giữ.",
        ((Button("Để nguyên", Screen("me").pack()), Button("Gỡ", LinkDoor("go_that").pack())),),
    )


def unlinked() -> Message:
    """The door is closed."""
    return Message("Đã gỡ tài khoản này. Kết quả học của đồng chí vẫn được giữ.")
