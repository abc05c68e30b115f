"""What is said of changes to the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from handlers.actions import (
    Change,
    DecideChange,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.learners import Post

from handlers.words.buttons import CONTINUE

CHANGE_KINDS = {
    "nghi_viec": "Tôi nghỉ việc",
    "thoi_chuc": "Tôi thôi chức",
    "nguoi_moi": "Có người mới",
    "sai_don_vi": "Sai đơn vị",
}


def changes(posts: Sequence[Post]) -> Message:
    """Báo thay đổi: what has changed?"""
    first = posts[0].id if posts else 0
    return Message(
        "Đồng chí báo thay đổi gì? Cán bộ phụ trách danh sách của đơn vị sẽ xác nhận.",
        tuple((Button(label, Change(kind, first).pack()),) for kind, label in CHANGE_KINDS.items()),
        title="Báo thay đổi",
    )


def which_post(kind: str, posts: Sequence[Post]) -> Message:
    """A person with several positions: which one?"""
    rows = tuple(
        (Button(f"{post.role.label}, {post.unit_name}"[:60], Change(f"{kind}!", post.id).pack()),) for post in posts
    )
    return Message("Với chức danh nào?", rows)


def change_said(kind: str) -> Message:
    """More words are needed."""
    what = "họ tên và chức danh của người mới" if kind == "nguoi_moi" else "tên đơn vị đúng"
    return Message(f"Đồng chí nhắn {what} (tối đa 200 ký tự).")


def change_passed_on(*, reached: bool) -> Message:
    """The request is written down."""
    who = " và báo cán bộ phụ trách danh sách" if reached else "; đơn vị sẽ thấy khi có người phụ trách kết nối"
    return Message(f"Đã ghi yêu cầu{who}. Cảm ơn đồng chí.", ((CONTINUE,),))


def change_asked(request: int, kind: str, full_name: str, post: str, said: str | None) -> Message:
    """To the roster officer."""
    what = {
        "nghi_viec": f"{full_name} ({post}) báo nghỉ việc.",
        "thoi_chuc": f"{full_name} ({post}) báo thôi chức.",
        "nguoi_moi": f"{full_name} ({post}) báo có người mới: {said}",
        "sai_don_vi": f"{full_name} ({post}) báo sai đơn vị. Đúng là: {said}",
    }[kind]
    return Message(
        what,
        (
            (
                Button("Chấp nhận", DecideChange(request, 1).pack()),
                Button("Không đúng", DecideChange(request, 0).pack()),
            ),
        ),
        title="Báo thay đổi",
        kind=Kind.NOTICE,
    )


def change_decided(*, accepted: bool, note: str, replaces: str | None) -> Message:
    """To the roster officer: done."""
    return Message(f"{'Đã ghi thay đổi' if accepted else 'Đã bỏ qua yêu cầu'}. {note}".strip(), replaces=replaces)
