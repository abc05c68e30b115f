"""The columns of the detail of a period's report, and what stands in those beyond the figures. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.recognition import OTHER
from learning.roles import GRASSROOTS_TYPES
from learning.trainers import CHAIRED_TYPES, RESOLUTION_RULES, UNIT_TYPES, Level
from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.period_detail import Trained
    from storage.period_figures import Detail
    from storage.training_years import TrainingYear

COUNT_COLUMNS = (
    ("Phải đào tạo (mẫu số)", 13),
    ("Đã kết nối", 11),
    ("Đã học", 11),
    ("Hoàn thành trên trợ lý", 13),
    ("Tỷ lệ hoàn thành", 11),
    ("Được công nhận ĐTBD", 13),
    ("Tỷ lệ công nhận", 11),
)
DETAIL_COLUMNS = (
    ("Kỳ", 10),
    ("Mã đơn vị", 16),
    ("Đơn vị", 48),
    ("Loại đơn vị", 14),
    ("Khu vực", 16),
    ("Đơn vị cấp trên", 40),
    ("Nhóm quy mô", 14),
    ("Đối tượng", 22),
    ("Phạm vi", 14),
    *COUNT_COLUMNS,
    ("Mới bầu lần đầu", 11),
    ("Nữ", 9),
    ("Dân tộc thiểu số", 11),
    ("Số người đã tham gia", 11),
    ("Lượt người", 11),
    ("Số lớp", 9),
    ("Số giờ", 9),
    ("Cấp mở lớp", 26),
    ("Hình thức", 14),
    ("Nội dung (chuyên đề)", 22),
    ("Kết quả (giỏi/khá/TB/chưa đạt)", 16),
    ("Số chứng nhận", 11),
    ("GV kiêm chức tham gia", 11),
    ("Kinh phí dự toán (đồng)", 18),
    ("Kinh phí thực hiện (đồng)", 18),
    ("Tỷ lệ trên tổng chi", 11),
    ("Khảo sát: phiếu phát", 11),
    ("Khảo sát: phiếu thu", 11),
    ("Số liệu đến ngày", 14),
    ("Ghi chú", 30),
)
# Columns that an office fills in by hand: the program keeps nothing that they ask for.
EMPTY_COLUMNS = (
    "Dân tộc thiểu số",
    "Kết quả (giỏi/khá/TB/chưa đạt)",
    "Số chứng nhận",
    "GV kiêm chức tham gia",
    "Khảo sát: phiếu phát",
    "Khảo sát: phiếu thu",
    "Ghi chú",
)
PLACES = {name: place for place, (name, _) in enumerate(DETAIL_COLUMNS)}
_LEVELS = {
    **dict.fromkeys(UNIT_TYPES[Level.CONFEDERATION], "Tổng Liên đoàn"),
    **dict.fromkeys(UNIT_TYPES[Level.PROVINCE_OR_SECTOR], "tỉnh, ngành"),
    **dict.fromkeys(GRASSROOTS_TYPES, "cơ sở"),
}
_OTHER_LEVEL = "trên trực tiếp, xã, phường, KCN"


def size_group(found: Detail) -> str:
    """Return the group of size that a CĐCS falls into at the start of the period; "" for other units."""
    if found.unit_type not in CHAIRED_TYPES:
        return ""
    members = found.members or 0  # a size that nobody entered counts as small
    low, high = next(rule.members for rule in RESOLUTION_RULES if rule.concerns(found.sector, members))
    if high is None:
        return f"từ {words.number(low)}"
    return f"dưới {words.number(high)}" if low == 0 else f"{words.number(low)} – {words.number(high - 1)}"


def trained(more: Trained) -> Mapping[str, int | float | str]:
    """Return what is told of who attended what, by column; what is nought is left out."""
    told: Mapping[str, int | float | str] = {
        "Mới bầu lần đầu": more.first_term,
        "Nữ": more.women,
        "Số người đã tham gia": more.persons,
        "Lượt người": more.attendances,
        "Số lớp": more.classes,
        "Số giờ": more.hours,
        "Cấp mở lớp": "; ".join(sorted({_LEVELS.get(one, _OTHER_LEVEL) for one in more.organisers})),
        "Hình thức": "trực tuyến" if more.is_online_only else "",
        "Nội dung (chuyên đề)": "; ".join(sorted("nội dung khác" if one == OTHER else one for one in more.modules)),
    }
    return {name: value for name, value in told.items() if value}


def money(plan: TrainingYear) -> Mapping[str, int]:
    """Return the amounts of a unit's plan that were entered, in đồng, by column."""
    told = {"Kinh phí dự toán (đồng)": plan.planned_cost, "Kinh phí thực hiện (đồng)": plan.spent_on_training}
    return {name: dong for name, dong in told.items() if dong is not None}


def share_of_spending(plan: TrainingYear) -> float | None:
    """Return the part of all spending that went into training; None where either was not entered."""
    if plan.spent_on_training is None or not plan.spent_in_all:
        return None
    return plan.spent_on_training / plan.spent_in_all
