"""Updates as Telegram sends them, for tests."""

from __future__ import annotations

from typing import Any

LAN = {"id": 1_001, "is_bot": False, "first_name": "Lan", "language_code": "vi"}
CHAT = {"id": 1_001, "type": "private", "first_name": "Lan"}
BOT = {"id": 7_000_000_001, "is_bot": True, "first_name": "Tập huấn", "username": "taphuan_bot"}


def message(update_id: int = 5, *, sender: Any = LAN, **content: Any) -> dict[str, Any]:
    return {
        "update_id": update_id,
        "message": {"message_id": 9, "date": 1_790_000_000, "chat": CHAT, "from": sender} | content,
    }


def tap(data: Any = "answer:7:a", update_id: int = 6, *, sender: Any = LAN, **query: Any) -> dict[str, Any]:
    shown = {"message_id": 9, "date": 1_790_000_000, "chat": CHAT, "from": BOT, "text": "Câu 1"}
    whole = {"id": "4382", "from": sender, "message": shown, "chat_instance": "-1", "data": data} | query
    return {"update_id": update_id, "callback_query": whole}


def member(status: Any, update_id: int = 7) -> dict[str, Any]:
    change = {
        "chat": CHAT,
        "from": LAN,
        "date": 1_790_000_000,
        "old_chat_member": {"user": BOT, "status": "member"},
        "new_chat_member": {"user": BOT, "status": status, "until_date": 0},
    }
    return {"update_id": update_id, "my_chat_member": change}


def contact(user_id: Any = 1_001, phone: Any = "84900000001") -> dict[str, Any]:
    return message(contact={"phone_number": phone, "first_name": "Lan", "user_id": user_id})


REAL = [
    message(text="hoc"),
    message(text="/start MA-MOI-123", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    message(photo=[{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], caption="ảnh"),
    contact(),
    tap(),
    member("kicked"),
    {"update_id": 8, "edited_message": message(text="sửa")["message"]},
]
