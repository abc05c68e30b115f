"""Reports in the chat: one's own units now, a unit below, and the people of one's own direct level."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from channels.messages import Attachment, FileKind, Kind, Message, UnitId
from handlers import authority
from learning.calendar import day_of
from learning.rights import Deed
from learning.roles import GROUP_TYPES
from learning.text import clean
from reports import attached, buttons, section, words
from reports.digest import render_digest
from reports.figures import closed
from reports.figures import section as gather
from reports.scope import Sight, is_directly_above
from storage import cut_offs, escalations, pauses, reporting
from storage.named_posts import Named, named_posts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.messages import Button
    from handlers.actions import Drill, GetFile, Names
    from handlers.context import Context
    from storage.reporting import Seat, Step, Unit

log = structlog.get_logger()

PAGE = 6  # units
NAMES_PAGE = 10
_MAX_NAME = 40
_LATEST_CUT = 4_102_444_800  # 2100: a later one was not made here
_MAX_PAGE = 10_000


def out_of_scope(ctx: Context, unit_id: int) -> list[Message]:
    """Say that there is no such unit for them, and leave a line in the log."""
    log.warning("unit_out_of_scope", person_id=ctx.person, unit_id=unit_id)
    return [Message("Không tìm thấy đơn vị này trong phạm vi của đồng chí.", ((buttons.RESUME,),))]


async def report(ctx: Context) -> list[Message]:
    """Show the live figures of all of one's units."""
    message = await render_digest(
        ctx.conn,
        ctx.person,
        None,
        ctx.now,
        name=ctx.account.full_name or "",
        with_files=bool(ctx.capabilities.files),
    )
    if message is None:
        text = (
            "Báo cáo dành cho chủ tịch công đoàn và người được phân công nhận báo cáo của đơn vị."
            " Đồng chí xem phần học của mình tại đây."
        )
        message = Message(text, ((buttons.RESUME,),))
    elif attached.Shape.WORKBOOK not in ctx.capabilities.files and (link := ctx.installation.board_link):
        message = replace(message, text=f"{message.text}\n\nBảng Excel: mở Bảng theo dõi, {link}")
    return [replace(message, kind=Kind.REPLY, replaces=ctx.in_place())]


async def waiting(ctx: Context) -> list[Message]:
    """Show the digest that could not be sent; where choices are typed, those of the answer come after it and count."""
    cut_off = ctx.account.digest_waits
    if cut_off is None:
        return []
    ctx.changes["digest_waits"] = None
    message = await render_digest(ctx.conn, ctx.person, cut_off, ctx.now, name=ctx.account.full_name or "")
    if message is None:
        return []
    text = f"Báo cáo đang chờ đồng chí.\n{message.text}"
    if ctx.capabilities.max_buttons is not None:
        return [Message(f"{text}\nXem theo đơn vị: nhắn “báo cáo”.", title=message.title)]
    return [replace(message, text=text, kind=Kind.REPLY)]


# --- a unit below -----------------------------------------------------------------------------------------------------


async def drill(ctx: Context, action: Drill) -> list[Message]:
    """Show a unit, and page by page what is below it; seen from above, a CĐCS is the last step."""
    unit_id = UnitId(action.unit)
    seats = await authority.seats(ctx)
    path = await reporting.path_up(ctx.conn, unit_id)
    seen = authority.sight(ctx, seats, path)
    unit = await reporting.unit_by_id(ctx.conn, unit_id) if seen is not Sight.NONE else None
    if unit is None:
        return out_of_scope(ctx, action.unit)
    cut_off = await _kept_cut_off(ctx, unit_id, action.cut)
    part = await gather(ctx.conn, unit, cut_off, ctx.now, is_within=seen is Sight.WITHIN)
    page = min(action.page, _MAX_PAGE) if part.has_lines else 0
    lines = (
        await reporting.lines(ctx.conn, unit_id, cut_off, limit=PAGE + 1, offset=page * PAGE) if part.has_lines else []
    )
    as_of = f"hết {words.day(words.last_day(cut_off))}" if cut_off else words.moment(ctx.now)
    name, _, body = section.write(part, in_full=True).partition("\n")
    said = [f"Đến {as_of}, tính theo chức danh; hoàn thành là trên trợ lý.", body]
    if lines[:PAGE]:
        said.append("Đơn vị trực tiếp và đơn vị quản lý:")
        said += [f"{number}. {section.write_line(line)}" for number, line in enumerate(lines[:PAGE], page * PAGE + 1)]
    rows: list[tuple[Button, ...]] = [(buttons.drill(line.name, line.id, cut_off),) for line in lines[:PAGE]]
    rows.append(
        tuple(
            buttons.drill(label, unit_id, cut_off, to)
            for label, to, is_there in (
                ("◂ Trước", page - 1, page > 0),
                ("Tiếp ▸", page + 1, len(lines) > PAGE),
            )
            if is_there
        )
    )
    rows.append(_on_unit(ctx, unit, seats, path))
    if unit.is_grassroots and seen is Sight.ABOVE:
        silent = await _told_of(ctx, authority.units(seats), path)
        if silent:
            days = (await reporting.basis(ctx.conn)).ladder(day_of(ctx.now)).above_days
            said.append(f"Dừng quá {days} ngày, chưa xử lý: {words.number(silent)} chức danh.")
            rows.append((buttons.settle("Đã xử lý", unit_id),))
    if authority.may(ctx, Deed.PAUSE, seats, path):
        pause = "Đang tạm dừng gửi" if await pauses.over(ctx.conn, unit_id) else "Tạm dừng gửi"
        rows.append((buttons.broadcast("Gửi tin", unit_id), buttons.pause(pause, unit_id)))
    rows.append(_up(ctx, seats, path, cut_off))
    return [
        Message("\n".join(said), tuple(row for row in rows if row), title=name, replaces=ctx.in_place()),
    ]


async def _kept_cut_off(ctx: Context, unit_id: UnitId, cut: int) -> datetime | None:
    """The cut-off that a button named, if the unit's figures of then are kept; else live figures are shown."""
    if not 0 < cut < _LATEST_CUT:
        return None
    cut_off = datetime.fromtimestamp(cut, UTC)
    return cut_off if await cut_offs.history(ctx.conn, [unit_id], cut_off, 1) else None


async def _told_of(ctx: Context, own: Sequence[Unit], path: Sequence[Step]) -> int:
    """How many long silent learners of a CĐCS the union directly above, or managing it, is told of."""
    if not is_directly_above(own, path):
        return 0
    today = day_of(ctx.now)
    basis = await reporting.basis(ctx.conn)
    before = ctx.now - basis.ladder(today).to_above
    return await escalations.number(ctx.conn, path[0].unit_id, basis.assigned, today, before)


def _on_unit(ctx: Context, unit: Unit, seats: Sequence[Seat], path: Sequence[Step]) -> tuple[Button, ...]:
    is_own = any(seat.unit.id == unit.id for seat in seats)
    if not is_own and authority.may(ctx, Deed.ATTENTION, seats, path):
        return (buttons.ask_attention("Đề nghị quan tâm", unit.id),)
    may_name = unit.is_grassroots and authority.may(ctx, Deed.PEOPLE, seats, path)
    return (buttons.names("Danh sách", unit.id),) if may_name else ()


def _up(ctx: Context, seats: Sequence[Seat], path: Sequence[Step], cut_off: datetime | None) -> tuple[Button, ...]:
    if authority.may(ctx, Deed.FIGURES, seats, path[1:]):
        return (buttons.drill("▴ Đơn vị trên", path[1].unit_id, cut_off),)
    manager = path[0].manager_id
    if manager is not None and any(seat.unit.id == manager for seat in seats):
        return (buttons.drill("▴ Đơn vị quản lý", manager, cut_off),)
    return ()


# --- files ------------------------------------------------------------------------------------------------------------


async def send_file(ctx: Context, action: GetFile) -> list[Message]:
    """Send a unit's report as a file to whoever may see the unit's figures."""
    unit = await authority.commanded(ctx, UnitId(action.unit), Deed.EXPORT)
    try:
        wanted = attached.reference(f"{action.unit}:{action.period}:{action.shape}")
    except attached.NoSuchFileError:
        unit = None
    if unit is None or unit.unit_type in GROUP_TYPES or ctx.now < wanted.period.begins:
        return out_of_scope(ctx, action.unit)
    if wanted.shape not in ctx.capabilities.files:
        link = ctx.installation.board_link
        where = f"Bảng theo dõi để tải: {link}" if link else "Bảng theo dõi hoặc trợ lý trên trình duyệt để tải."
        text = f"Kênh này không nhận tệp .{wanted.shape}. Đồng chí mở {where}"
        return [Message(text, ((buttons.drill("Số liệu đơn vị", unit.id, None),),))]
    return [file_message(unit, wanted)]


def file_message(unit: Unit, wanted: attached.Reference) -> Message:
    """Return the words that go with a file, which `reports.attached.make` makes of `wanted`."""
    name = words.clip(unit.name, _MAX_NAME)
    match wanted.shape:
        case attached.Shape.WORD:
            text = f"{name}: bản Word để đơn vị hoàn chỉnh, ghi số, ký."
        case attached.Shape.WORKBOOK:
            text = f"{name}: bảng Excel, chi tiết tới từng CĐCS."
        case attached.Shape.PICTURE:
            text = name
    return Message(text, title=f"Báo cáo {wanted.period.label}", attachment=Attachment(FileKind.REPORT, str(wanted)))


# --- one's own people -------------------------------------------------------------------------------------------------


async def names(ctx: Context, action: Names) -> list[Message]:
    """List who is connected, learning or done in one's own CĐCS; nobody else sees names, and nobody sees scores."""
    today = day_of(ctx.now)
    unit = await authority.commanded(ctx, UnitId(action.unit), Deed.PEOPLE)
    if unit is None or not unit.is_grassroots:
        return out_of_scope(ctx, action.unit)
    page = min(action.page, _MAX_PAGE)
    assigned = await reporting.assigned_as_counted(ctx.conn)
    found = await named_posts(ctx.conn, unit.id, assigned, today, limit=NAMES_PAGE + 1, offset=page * NAMES_PAGE)
    said = [
        f"{number}. {_person(named, unit)}" for number, named in enumerate(found[:NAMES_PAGE], page * NAMES_PAGE + 1)
    ]
    if number := await closed(ctx.conn, unit.id, ctx.now):
        said.append(f"Zalo chưa cho nhắn: {words.number(number)} đồng chí, đến khi nhắn trợ lý một tin.")
    rows = [
        tuple(
            buttons.names(label, unit.id, to)
            for label, to, is_there in (
                ("◂ Trước", page - 1, page > 0),
                ("Tiếp ▸", page + 1, len(found) > NAMES_PAGE),
            )
            if is_there
        ),
        (buttons.drill("Số liệu đơn vị", unit.id, None), buttons.CHANGES),
    ]
    return [
        Message(
            "\n".join(said) or "Chưa có cán bộ nào trong danh sách.",
            tuple(row for row in rows if row),
            title=f"Danh sách {words.clip(unit.name, _MAX_NAME)}",
            replaces=ctx.in_place(),
        )
    ]


def _person(named: Named, unit: Unit) -> str:
    where = "" if named.unit_name == unit.name else f", {words.clip(named.unit_name, _MAX_NAME)}"
    post = f"{named.role.label}{where}"
    if named.name is None:
        return f"(khuyết) {post}"
    match named.is_completed, named.is_joined:
        case True, _:
            how_far = "hoàn thành"
        case False, True:
            how_far = "đang học"
        case _:
            how_far = "chưa kết nối"
    return f"{words.clip(clean(named.name), _MAX_NAME)} ({post}): {how_far}"
