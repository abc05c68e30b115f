"""The two papers that say who must be trained by whom, their places, and where they differ: each keeps its own."""

from __future__ import annotations

from dataclasses import dataclass

RESOLUTION = "Nghị quyết Hội nghị lần thứ Bảy BCH Tổng Liên đoàn khóa XII (12/12/2020)"
GUIDELINE = "Hướng dẫn của Tổng Liên đoàn thực hiện chủ đề năm 2021"
TARGETS_OF_2026 = "Chỉ tiêu năm 2026 của Tổng Liên đoàn"
UNION_LAW_2025 = "Luật 97/2025/QH15, sửa Điều 4 và Điều 8 Luật Công đoàn 50/2024/QH15"


@dataclass(frozen=True, slots=True)
class Clause:
    """A place in a paper."""

    document: str
    place: str

    def __str__(self) -> str:
        return f"{self.document}, {self.place}" if self.place else self.document


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Where the two papers say different things, and what each says."""

    subject: str
    in_resolution: str
    in_guideline: str


DISCREPANCIES = (
    Discrepancy(
        "Ngưỡng của cấp tỉnh, ngành",
        "từ 1.000 đến dưới 2.500 đoàn viên",
        "từ 1.000 đoàn viên trở lên: chủ tịch từ 2.500 có hai nơi cùng phải đào tạo",
    ),
    Discrepancy(
        "Khu vực",
        "mọi chủ tịch công đoàn cơ sở",
        "cấp tỉnh, ngành và cấp trên trực tiếp: chỉ ngoài khu vực nhà nước; Tổng Liên đoàn: mọi khu vực",
    ),
    Discrepancy("Số lượng của Tổng Liên đoàn", "không nêu số", "50 đến 70 chủ tịch trong năm 2021"),
    Discrepancy("Tuyên truyền nâng cao nhận thức 100% chủ tịch", "không có", "có"),
    Discrepancy("Tổ trưởng công đoàn", "nêu đối tượng và kỹ năng", "không nhắc"),
    Discrepancy("Học trực tuyến", "phải nghiên cứu, xây dựng", "nơi có điều kiện có thể thực hiện"),
)
