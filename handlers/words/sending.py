"""What is said of Tạm dừng gửi and Gửi tin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from handlers.actions import (
    CastDrop,
    CastRoles,
    CastSee,
    CastSend,
    CastStop,
    CastUnit,
    CastWrite,
    Pause,
    Snooze,
    Unpause,
)
from handlers.words.buttons import CONTINUE
from learning.roles import Role
from reports import buttons
from reports.words import clip, moment, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.broadcasts import Broadcast, Progress
    from storage.pauses import Paused
    from storage.recipients import Audience
    from storage.reporting import Unit

_NAME = 60
_BUTTON = 40
_TITLE = 120
PAUSE_TITLE = "Tạm dừng gửi"
CAST_TITLE = "Gửi tin"
OPERATOR = "người vận hành"
_DROP = Button("Thôi", CastDrop().pack())


def _by(name: str | None) -> str:
    return f"đồng chí {clip(name, _NAME)}" if name else OPERATOR


# --- Tạm dừng gửi -----------------------------------------------------------------------------------------------------


def pause_for_officers() -> Message:
    """To somebody without a unit, who perhaps meant their own reminders."""
    return Message(
        "Tạm dừng gửi cho đơn vị là việc của chủ tịch công đoàn và người được phân công nhận báo cáo."
        " Đồng chí muốn trợ lý ngừng nhắc riêng mình thì bấm [Ngừng nhắc].",
        ((CONTINUE, Button("Ngừng nhắc", Snooze("ngung").pack())),),
    )


def pause_which(own: Sequence[Unit], paused: Sequence[Paused]) -> Message:
    """Which unit? Those that are paused already are told with a way back."""
    text = "Đồng chí chọn đơn vị. Đơn vị bên dưới: nhắn “baocao”, mở đơn vị ấy rồi bấm [Tạm dừng gửi]."
    if paused:
        text += f"\nĐang tạm dừng: {number(len(paused))} đơn vị."
    rows = [(Button(clip(unit.name, _BUTTON), Pause(unit.id, 0).pack()),) for unit in own]
    rows += [(Button(clip(f"Đang dừng: {one.unit_name}", _BUTTON), Pause(one.unit_id, 0).pack()),) for one in paused]
    return Message(text, tuple(rows), title=PAUSE_TITLE)


def pause_asked(unit: Unit, learners: int, *, replaces: str | None) -> Message:
    """Really pause?"""
    return Message(
        f"{clip(unit.name, _NAME)} và các đơn vị bên dưới: {number(learners)} người học sẽ không nhận bài mới, lời nhắc"
        " và tin chung, kể cả tin đang chờ gửi, cho đến khi đồng chí bấm [Gửi lại]. Ai muốn học vẫn học được;"
        " báo cáo cho người phụ trách vẫn gửi.",
        ((Button("Tạm dừng", Pause(unit.id, 1).pack()), buttons.drill("Thôi", unit.id, None)),),
        title=PAUSE_TITLE,
        replaces=replaces,
    )


def pause_stands(unit: Unit, pause: Paused, learners: int, *, may_resume: bool, replaces: str | None) -> Message:
    """It is paused: since when, by whom, and the way back."""
    where = clip(pause.unit_name, _NAME)
    text = f"{where} và các đơn vị bên dưới đang tạm dừng gửi từ {moment(pause.at)}, do {_by(pause.by_name)} bấm."
    if pause.unit_id == unit.id:
        text += f" {number(learners)} người học không nhận bài mới, lời nhắc và tin chung."
    else:
        text += f" {clip(unit.name, _NAME)} nằm trong số đó."
    again = (Button("Gửi lại", Unpause(pause.unit_id).pack()),) if may_resume else ()
    return Message(
        text, ((*again, buttons.drill("Số liệu đơn vị", unit.id, None)),), title=PAUSE_TITLE, replaces=replaces
    )


def resumed(unit: Unit, learners: int, still: Paused | None, *, replaces: str | None) -> Message:
    """It is sent again, unless a unit above is paused too."""
    name = clip(unit.name, _NAME)
    if still is None:
        text = (
            f"Trợ lý gửi lại cho {number(learners)} người học của {name}, theo giờ của từng người."
            " Tin đã dừng không gửi bù."
        )
    else:
        text = f"Đã bỏ tạm dừng của {name}; {clip(still.unit_name, _NAME)} vẫn đang tạm dừng từ {moment(still.at)}."
    return Message(text, ((buttons.drill("Số liệu đơn vị", unit.id, None),),), title=PAUSE_TITLE, replaces=replaces)


# --- Gửi tin ----------------------------------------------------------------------------------------------------------


def broadcast(unit_name: str, text: str) -> Message:
    """The message itself, as learners see it."""
    return Message(text, title=f"Tin từ {clip(unit_name, _TITLE)}", kind=Kind.BROADCAST)


def cast_for_officers() -> Message:
    """To somebody without a unit."""
    return Message(
        "Gửi tin cho đơn vị là việc của chủ tịch công đoàn và người được phân công nhận báo cáo.", ((CONTINUE,),)
    )


def cast_which(own: Sequence[Unit]) -> Message:
    """In the name of which of one's units?"""
    rows = tuple((Button(clip(unit.name, _BUTTON), CastUnit(unit.id, 0).pack()),) for unit in own)
    return Message("Đồng chí gửi tin tới đơn vị nào?", (*rows, (_DROP,)), title=CAST_TITLE)


def cast_unit(
    unit: Unit, below: Sequence[tuple[int, str]], page: int, *, has_more: bool, replaces: str | None
) -> Message:
    """To the whole unit, or to one below it?"""
    rows = [(Button("Cả đơn vị ▸", CastRoles(unit.id, 0).pack()),)]
    rows += [(Button(clip(name, _BUTTON), CastUnit(unit_id, 0).pack()),) for unit_id, name in below]
    turn = [Button("◂ Trước", CastUnit(unit.id, page - 1).pack())] if page else []
    turn += [Button("Tiếp ▸", CastUnit(unit.id, page + 1).pack())] if has_more else []
    text = f"Gửi tới cả {clip(unit.name, _NAME)}" + (", hay chỉ một đơn vị bên dưới?" if below else "?")
    return Message(
        text,
        tuple(row for row in (*(tuple(row) for row in rows), tuple(turn), (_DROP,)) if row),
        title=CAST_TITLE,
        replaces=replaces,
    )


def cast_roles(unit: Unit, roles: Sequence[Role], mask: int, *, replaces: str | None) -> Message:
    """To which chức danh?"""
    each = [
        Button(f"✓ {role.label}" if role in roles else role.label, CastRoles(unit.id, mask ^ (1 << place)).pack())
        for place, role in enumerate(Role)
    ]
    rows = [tuple(each[start : start + 2]) for start in range(0, len(each), 2)]
    write = Button("Soạn tin ▸", CastWrite(unit.id, mask).pack())
    return Message(
        f"Tin tới {clip(unit.name, _NAME)}, chức danh: {said_roles(roles)}."
        " Đồng chí bấm để chọn hoặc bỏ chức danh, rồi soạn tin.",
        (*rows, (write, _DROP)),
        title=CAST_TITLE,
        replaces=replaces,
    )


def said_roles(roles: Sequence[Role]) -> str:
    """Names of chức danh; "tất cả" for none."""
    return ", ".join(role.label.lower() for role in roles) if roles else "tất cả"


def cast_words(unit: Unit, *, replaces: str | None) -> Message:
    """The words are awaited."""
    return Message(
        f"Đồng chí nhắn nội dung tin gửi tới {clip(unit.name, _NAME)} (tối đa 400 ký tự, chỉ chữ)."
        " Trợ lý cho xem trước rồi mới gửi.",
        ((_DROP,),),
        title=CAST_TITLE,
        replaces=replaces,
    )


def cast_too_long(length: int, most: int) -> Message:
    """Shorter, please."""
    return Message(
        f"Tin dài {number(length)} ký tự, tối đa {number(most)}. Đồng chí rút gọn rồi nhắn lại.", ((_DROP,),)
    )


def cast_asked(
    unit: Unit, roles: Sequence[Role], mask: int, audience: Audience, draft: str, first_at: datetime | None
) -> Message:
    """Really send?"""
    left_out = [
        f"{number(many)} người {why}"
        for many, why in (
            (audience.paused, "đang tạm dừng gửi"),
            (audience.served, "đã có tin khác trong ngày"),
        )
        if many
    ]
    text = f"Trên đây là tin đồng chí sẽ gửi tới {clip(unit.name, _NAME)}, chức danh: {said_roles(roles)}."
    if left_out:
        text += f" Không tính {', '.join(left_out)}."
    if first_at is not None:
        text += f" Tin chỉ gửi từ 7 đến 20 giờ: bắt đầu lúc {moment(first_at)}."
    change = Button("Sửa", CastWrite(unit.id, mask).pack())
    if not audience.recipients:
        return Message(f"{text} Chưa có ai nhận được tin này.", ((change, _DROP),), title=CAST_TITLE)
    go = Button(f"Gửi {number(audience.recipients)} người", CastSend(unit.id, mask, draft).pack())
    return Message(f"{text} Mỗi đơn vị gửi tối đa một tin mỗi ngày.", ((go, change, _DROP),), title=CAST_TITLE)


def cast_stale(*, replaces: str | None) -> Message:
    """The button belongs to an older draft."""
    return Message("Bản xem trước này đã cũ. Đồng chí nhắn “gui tin” để soạn lại.", replaces=replaces)


def cast_dropped(*, replaces: str | None) -> Message:
    """Nothing is sent."""
    return Message("Vâng, trợ lý không gửi tin này.", ((CONTINUE,),), replaces=replaces)


def cast_progress(found: Broadcast, progress: Progress, first_at: datetime | None, *, replaces: str | None) -> Message:
    """How far it has come."""
    parts = [
        f"Tin tới {clip(found.unit_name, _NAME)}, do {_by(found.by_name)} gửi lúc {moment(found.confirmed_at)}.",
        f"Đã gửi {number(progress.sent)}/{number(progress.total)}.",
    ]
    if progress.waiting:
        parts.append(f"Còn chờ {number(progress.waiting)}" + (f", gửi từ {moment(first_at)}." if first_at else "."))
    if progress.cancelled:
        parts.append(f"Đã hủy {number(progress.cancelled)}.")
    if progress.lost:
        parts.append(f"Không tới {number(progress.lost)}.")
    rows: list[tuple[Button, ...]] = []
    if progress.waiting:
        rows.append((Button("Xem lại", CastSee(found.id).pack()),))
        if not found.is_cancelled:
            rows.append((Button("Hủy phần chưa gửi", CastStop(found.id).pack()),))
    rows.append((buttons.drill("Số liệu đơn vị", found.unit_id, None),))
    return Message(" ".join(parts), tuple(rows), title=CAST_TITLE, replaces=replaces)


def cast_once_a_day(found: Broadcast) -> Message:
    """One has been sent today."""
    return Message(
        f"Hôm nay {clip(found.unit_name, _NAME)} đã có một tin, do {_by(found.by_name)} gửi lúc"
        f" {moment(found.confirmed_at)}. Mỗi đơn vị gửi tối đa một tin mỗi ngày.",
        ((Button("Xem tin đã gửi", CastSee(found.id).pack()),),),
        title=CAST_TITLE,
    )
