"""Invented names and telephone numbers: common words put together by chance, of no person, firm or place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

MOST_PHONES = 999_999

_FAMILY = (
    *("Nguyễn",) * 6, *("Trần",) * 3, *("Lê",) * 3, *("Phạm",) * 2, *("Hoàng",) * 2, "Huỳnh", "Phan", "Vũ",
    "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Mai", "Trịnh", "Đoàn", "Cao", "Tạ", "Hà",
    "Lương", "Châu",
)  # fmt: skip
_WOMEN_MIDDLE = (
    "Thị", "Thị", "Thị", "Ngọc", "Thu", "Thanh", "Kim", "Bích", "Hồng", "Diệu", "Thùy", "Mỹ", "Cẩm", "Tuyết",
)  # fmt: skip
_MEN_MIDDLE = (
    "Văn", "Văn", "Văn", "Đức", "Hữu", "Quốc", "Công", "Xuân", "Thành", "Bá", "Ngọc", "Duy", "Tấn", "Trung",
)  # fmt: skip
_WOMEN = (
    "An", "Ánh", "Bình", "Châu", "Cúc", "Duyên", "Đào", "Điệp", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa",
    "Hòa", "Huệ", "Hương", "Hường", "Lan", "Lành", "Liên", "Liễu", "Loan", "Ly", "Mến", "Mơ", "Mừng", "Nga",
    "Nguyệt", "Nhàn", "Nhung", "Nụ", "Oanh", "Phượng", "Quyên", "Sen", "Sương", "Tâm", "Thắm", "Thoa", "Thơm",
    "Thu", "Thủy", "Tình", "Trà", "Trang", "Tươi", "Tuyền", "Vân", "Xoan", "Xuyến", "Yên", "Yến",
)  # fmt: skip
_MEN = (
    "An", "Ân", "Bách", "Bảo", "Cảnh", "Chiến", "Công", "Đại", "Đạt", "Điền", "Đông", "Giáp", "Hậu", "Hiệp",
    "Hòa", "Hoàn", "Hợp", "Huấn", "Khiêm", "Khoa", "Kiên", "Lộc", "Luân", "Mạnh", "Nam", "Nghĩa", "Nhân",
    "Nhật", "Phong", "Quý", "Quyết", "Sơn", "Tài", "Tám", "Tân", "Thạch", "Thái", "Thao", "Thiện", "Thịnh",
    "Thọ", "Tiến", "Toàn", "Trí", "Trường", "Tùng", "Tuyên", "Vinh", "Vững", "Vượng", "Xuân", "Yên",
)  # fmt: skip
_TRADES = (
    "May", "Giày", "Gỗ", "Cơ khí", "Nhựa", "Bao bì", "Điện tử", "Thực phẩm", "Thủy sản", "Vận tải", "Xây dựng",
    "In", "Gốm", "Dệt", "Thêu", "Nội thất", "Cao su", "Chế biến chè", "Thức ăn chăn nuôi", "Vật liệu",
)  # fmt: skip
_FORMS = (
    "Công ty TNHH", "Công ty TNHH", "Công ty TNHH", "Công ty CP", "Công ty CP", "Xí nghiệp", "Hợp tác xã",
)  # fmt: skip
_FIRST = (
    "Hoa", "Cánh", "Nắng", "Mây", "Sao", "Trăng", "Gió", "Sóng", "Lá", "Ngàn", "Rừng", "Đồi", "Bến", "Suối",
    "Ánh", "Hạt", "Chim", "Cầu", "Đồng", "Vườn",
)  # fmt: skip
_SECOND = (
    "Sen", "Cò", "Mai", "Trời", "Hôm", "Non", "Lành", "Bạc", "Biếc", "Hương", "Xanh", "Chè", "Lụa", "Trúc",
    "Dương", "Ngọc", "Én", "Vồng", "Lúa", "Cau",
)  # fmt: skip
_THIRD = (
    "", "", "", " Vàng", " Đỏ", " Tím", " Một", " Hai", " Ba", " Mới", " Sớm", " Chiều",
)  # fmt: skip


def person(rng: Random, *, is_female: bool) -> str:
    """Return a full name: họ, đệm, tên."""
    middle, given = (_WOMEN_MIDDLE, _WOMEN) if is_female else (_MEN_MIDDLE, _MEN)
    return f"{rng.choice(_FAMILY)} {rng.choice(middle)} {rng.choice(given)}"


def different_person(rng: Random, taken: set[str], *, is_female: bool) -> str:
    """Return a full name that is not in `taken`, and add it there."""
    while (name := person(rng, is_female=is_female)) in taken:
        pass
    taken.add(name)
    return name


def company(rng: Random) -> str:
    """Return a firm's name."""
    return f"{rng.choice(_FORMS)} {rng.choice(_TRADES)} {place(rng)}{rng.choice(_THIRD)}"


def place(rng: Random) -> str:
    """Return a place's name, of two words."""
    return f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}"


def phone(number: int) -> str | None:
    """
    Return the telephone number (E.164) with that number, from 1; None when the invented ones are used up.

    They count up from 0900 000 001, so that anybody sees that they are invented; nothing is ever sent to them.
    """
    return f"+84900{number:06d}" if number <= MOST_PHONES else None
