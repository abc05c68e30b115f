"""What is said of signing in to the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Message
from handlers.actions import EndSession, Screen, SignIn
from handlers.words.buttons import CONTINUE
from reports.words import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.signins import SignIn as Asked
    from storage.web_sessions import Session

_SHOWN = 6


def board_for_officers() -> Message:
    """Somebody without a unit."""
    text = "Bảng theo dõi dành cho chủ tịch công đoàn và người được phân công nhận báo cáo của đơn vị."
    return Message(text, ((CONTINUE,),))


def sign_in_how(link: str) -> Message:
    """Where the page is; its code is awaited."""
    where = f"Đồng chí mở {link}" if link else "Đồng chí mở trang “Bảng theo dõi” của công đoàn"
    text = f"{where} trên máy sẽ dùng, bấm “Bắt đầu đăng nhập”, rồi nhắn vào đây mã đang hiện trên trang."
    return Message(text, title="Đăng nhập Bảng theo dõi")


def sign_in_unknown() -> Message:
    """The code leads nowhere: wrong, run out, answered, or somebody else's."""
    text = "Mã đăng nhập này không dùng được: sai, quá 10 phút, hoặc đã trả lời. Đồng chí lấy mã mới trên trang."
    return Message(text)


def sign_in_asked(asked: Asked) -> Message:
    """Is it you?"""
    address = f", địa chỉ mạng {asked.address}" if asked.address else ""
    lines = (
        f"Một máy xin đăng nhập bằng tên đồng chí lúc {moment(asked.created_at)}.",
        f"• Máy: {asked.agent}{address}",
        f"• Số trên màn hình máy ấy: {asked.number}",
        "Chỉ xác nhận khi chính đồng chí vừa mở trang và thấy đúng số này. Ai nhờ bấm giúp đều là lừa đảo.",
    )
    buttons = (
        (Button("Đúng là tôi", SignIn(asked.id, 1).pack()), Button("Không phải tôi", SignIn(asked.id, 0).pack())),
    )
    return Message("\n".join(lines), buttons, title="Đăng nhập Bảng theo dõi")


def sign_in_decided(*, accepted: bool, replaces: str | None) -> Message:
    """Confirmed, or refused."""
    if accepted:
        text = "Đã xác nhận. Trang đăng nhập sẽ mở Bảng theo dõi; phiên dùng được 12 giờ."
        return Message(text, ((Button("Phiên đăng nhập", Screen("sessions").pack()),),), replaces=replaces)
    text = "Đã từ chối. Máy ấy không vào được. Nếu còn bị hỏi, đồng chí báo người phụ trách hệ thống."
    return Message(text, replaces=replaces)


def sessions(listed: Sequence[Session]) -> Message:
    """The browsers that are signed in."""
    if not listed:
        return Message("Không có máy nào đang đăng nhập Bảng theo dõi bằng tên đồng chí.", title="Phiên đăng nhập")
    lines = [
        f"{number}. {session.agent}, từ {moment(session.created_at)}"
        for number, session in enumerate(listed[:_SHOWN], 1)
    ]
    rows = [
        (Button(f"Kết thúc {number}", EndSession(session.id).pack()),)
        for number, session in enumerate(listed[:_SHOWN], 1)
    ]
    if len(listed) > 1:
        rows.append((Button("Kết thúc tất cả", EndSession(0).pack()),))
    return Message("\n".join(lines), tuple(rows), title="Phiên đăng nhập")
