"""What is said to strangers and newcomers. Nothing of theirs is kept before they agree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channels.messages import Button, Kind, Message
from handlers.actions import (
    Agree,
    Decline,
    Recognise,
)
from handlers.words.buttons import CONTINUE
from learning.text import given_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.context import Installation


CONSENT_VERSION = "2026-11"
AGREE_TYPED = "dong y"


def consent(installation: Installation, inviter: str, by: str, ref: str, unit_name: str | None) -> Message:
    """The first message: who invites, what is kept and why. Nothing is kept before [Đồng ý]."""
    document = f" ({installation.document})" if installation.document else ""
    at_unit = f" tại {unit_name}" if unit_name else ""
    contact = f"\nHỏi thêm: {installation.contact}." if installation.contact else ""
    return Message(
        f"{inviter}{document} mời đồng chí học các bài ngắn dành cho cán bộ công đoàn{at_unit}, "
        "mỗi bài khoảng 6 phút.\n\n"
        "Nếu đồng chí đồng ý, trợ lý giữ: họ tên, chức danh, đơn vị (theo danh sách của công đoàn), "
        "tài khoản trò chuyện này, bài đã học và câu trả lời. Mục đích: gửi bài, nhắc học, thống kê cho cấp trên. "
        "Cấp trên thấy số lượng; chủ tịch công đoàn cơ sở chỉ thấy đồng chí chưa kết nối, đang học hay hoàn thành, "
        "không thấy điểm.\n\n"
        "Đồng chí có thể xem, ngừng hoặc xóa bất cứ lúc nào: nhắn “toi”. "
        f"Trợ lý không bao giờ hỏi số CCCD, mật khẩu, OTP hay tài khoản ngân hàng.{contact}",
        (
            (Button("Đồng ý và học", Agree(CONSENT_VERSION, by, ref).pack()),),
            (Button("Để sau", Decline().pack()),),
        ),
        title="Trợ lý học tập công đoàn",
    )


def typed_consent(asked: Message, by: str, ref: str) -> Message:
    """The same where there are no buttons: the words to type carry what the button would."""
    to_type = " ".join(filter(None, (AGREE_TYPED, "don vi" if by == "u" else "", ref)))
    return replace(
        asked,
        text=f"{asked.text}\n\nĐể đồng ý và học, đồng chí nhắn: {to_type}\nĐể sau thì không cần nhắn gì.",
        buttons=(),
    )


def phone_asked() -> Message:
    """Agreed without naming a unit: only a phone that the channel vouches for, or a code, says who it is."""
    return Message(
        "Cảm ơn đồng chí. Để đối chiếu với danh sách của công đoàn, đồng chí bấm nút chia sẻ số điện thoại. "
        "Nếu không tiện, đồng chí nhắn mã mời trên giấy.",
        asks_contact=True,
    )


def agreed(full_name: str, invited_by: str) -> Message:
    """Thanks; the first lesson follows at once."""
    return Message(
        f"Cảm ơn đồng chí {given_name(full_name)} đã đồng ý. {invited_by} chúc đồng chí học tốt. "
        "Bài đầu tiên ở ngay bên dưới; nhắn “trogiup” khi cần.",
        title="Đã kết nối",
        drops_keyboard=False,
    )


def declined() -> Message:
    """Not now."""
    return Message("Không sao ạ. Trợ lý không lưu gì của đồng chí. Khi cần, đồng chí mở lại lời mời.")


def welcome_stranger(installation: Installation, *, has_links: bool = True) -> Message:
    """Somebody without an invitation; where links carry nothing, a code is typed."""
    contact = f" hoặc hỏi {installation.contact}" if installation.contact else ""
    if not has_links:
        return Message(
            "Chào đồng chí. Đây là Trợ lý học tập công đoàn. Để bắt đầu, đồng chí nhắn mã mời trên giấy (ví dụ "
            f"K7MP-2QXD-9T). Chưa có mã thì đồng chí xin chủ tịch công đoàn cơ sở{contact}."
        )
    return Message(
        "Chào đồng chí. Đây là Trợ lý học tập công đoàn. Để bắt đầu, đồng chí quét mã QR của đơn vị, "
        f"hoặc nhắn mã mời trên giấy (ví dụ K7MP-2QXD-9T){contact}."
    )


def code_unknown() -> Message:
    """A code that opens nothing."""
    return Message(
        "Mã mời này không dùng được: có thể gõ nhầm, đã dùng hoặc quá 14 ngày. "
        "Đồng chí kiểm tra lại, hoặc xin chủ tịch công đoàn cơ sở mã mới."
    )


def too_many_tries() -> Message:
    """Five wrong codes in ten minutes."""
    return Message("Đồng chí đã nhập sai 5 lần. Mời đồng chí thử lại sau 10 phút.")


def unit_unknown() -> Message:
    """A link to a unit that is not there."""
    return Message("Đường dẫn này không còn dùng. Đồng chí quét lại mã QR mới nhất của đơn vị.")


def name_asked() -> Message:
    """Agreed by a unit's QR on a channel that cannot vouch for a phone: who is it?"""
    return Message(
        "Cảm ơn đồng chí. Đồng chí nhắn họ và tên; chủ tịch công đoàn sẽ xác nhận bằng một lần bấm. "
        "Có mã mời trên giấy thì nhắn mã để vào ngay."
    )


def contact_asked() -> Message:
    """Agreed by a unit's QR: who is it?"""
    return Message(
        "Cảm ơn đồng chí. Để đối chiếu với danh sách của công đoàn, đồng chí bấm nút chia sẻ số điện thoại bên dưới. "
        "Nếu không tiện, đồng chí nhắn họ và tên.",
        asks_contact=True,
    )


def contact_not_own() -> Message:
    """Somebody else's contact, or one that the channel cannot vouch for."""
    return Message(
        "Trợ lý chỉ nhận số của chính đồng chí, gửi bằng nút chia sẻ. Nếu không tiện, đồng chí nhắn họ và tên.",
        asks_contact=True,
    )


def contact_unmatched() -> Message:
    """The phone is not on the roster, or more than one person has it."""
    return Message(
        "Số này chưa khớp với danh sách của đơn vị. Đồng chí nhắn họ và tên, chủ tịch công đoàn sẽ xác nhận.",
        drops_keyboard=True,
    )


def phone_unmatched() -> Message:
    """The same where no unit was named, so that no chair can be asked."""
    return Message(
        "Số này chưa khớp với danh sách của công đoàn. Đồng chí nhắn mã mời trên giấy, "
        "hoặc hỏi chủ tịch công đoàn cơ sở."
    )


def waits_for_chair(unit_name: str, *, reached: bool) -> Message:
    """The name was passed on."""
    if reached:
        return Message(
            f"Đã chuyển tên đồng chí tới công đoàn {unit_name}. Khi được xác nhận, trợ lý nhắn đồng chí ngay.",
            drops_keyboard=True,
        )
    return Message(
        f"Đã ghi yêu cầu của đồng chí. {unit_name} chưa có người xác nhận trên trợ lý; "
        "đồng chí xin mã mời trên giấy để vào ngay.",
        drops_keyboard=True,
    )


def newcomer(said_name: str, unit_name: str, request: int, candidates: Sequence[tuple[int, str]]) -> Message:
    """To the chair: who is this?"""
    rows = [(Button(f"Đúng, là {label}"[:60], Recognise(request, person).pack()),) for person, label in candidates]
    rows.append((Button("Không phải người của đơn vị", Recognise(request, 0).pack()),))
    return Message(
        f"Có người xưng tên “{said_name}” xin học tại {unit_name}. Đồng chí xác nhận giúp.",
        tuple(rows),
        title="Xác nhận người học",
        kind=Kind.NOTICE,
    )


def newcomer_decided(said_name: str, full_name: str | None, *, replaces: str | None) -> Message:
    """To the chair: done."""
    result = f"là {full_name}" if full_name else "không thuộc đơn vị"
    return Message(f"Đã ghi: “{said_name}” {result}. Cảm ơn đồng chí.", replaces=replaces)


def recognised(full_name: str) -> Message:
    """To the newcomer: the chair knows them."""
    return Message(
        f"Công đoàn đã xác nhận đồng chí {given_name(full_name)}. Mời đồng chí vào bài, khoảng 6 phút.", ((CONTINUE,),)
    )


def not_recognised(unit_name: str) -> Message:
    """To the newcomer: the chair did not know them."""
    return Message(
        f"{unit_name} chưa tìm thấy đồng chí trong danh sách. Đồng chí hỏi chủ tịch công đoàn cơ sở để được cấp mã mời."
    )


def already_taken() -> Message:
    """The person of this code has a door on this channel that is somebody else's."""
    return Message("Tài khoản này đang gắn với một đồng chí khác. Nhắn “go” ở tài khoản này để gỡ, rồi mở lại lời mời.")
