"""The texts of a module of one lesson that the loader accepts, for tests to spoil."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = """\
gio.to_truong:
  - value: 12
    unit: giờ/tháng
    source: Luật mẫu, Điều 1
    valid_from: 2025-07-01
    valid_to: 2026-12-31
  - value: 1500000
    unit: giờ/tháng
    source: Luật mẫu sửa đổi, Điều 1
    valid_from: 2027-01-01
het_han:
  - value: 0.5
    unit: "%"
    source: Quyết định mẫu
    valid_from: 2025-07-01
    valid_to: 2025-12-31
"""

SOURCES = """\
luat-mau:
  title: Luật mẫu
  kind: luật
  in_force_from: 2025-07-01
  status: còn hiệu lực
  amended_by: [1/2027/QH16]
  read: bản lưu
1/2027/QH16:
  title: Luật mẫu sửa đổi
  kind: luật
  in_force_from: 2027-01-01
  status: còn hiệu lực
  read: bản lưu
2/2020/NĐ-CP:
  title: Nghị định mẫu
  kind: nghị định
  in_force_from: 2020-01-01
  in_force_to: 2029-12-31
  status: còn hiệu lực
  replaced_by: luat-mau
  read: bản lưu
quyet-dinh-mau:
  title: Quyết định mẫu
  kind: quyết định
  status: chưa rõ
  read: chưa đọc
  needs_lawyer: true
"""

MODULE = """\
id: M7
title: Chuyên đề mẫu
order: 7
pass_percent: 80
tries_a_week: 3
drawn: 1
"""

LESSON = """\
---
id: M7.1
title: Bài mẫu
audience: [T, C]
minutes: 2
objective: Biết số giờ
status: ban hành
legal:
  - key: mau
    cite: Luật mẫu, Điều 1
    in_force_from: 2025-07-01
    review_by: 2027-06-30
---
Chị Hoa hỏi: tổ trưởng có bao nhiêu giờ?

---
Tổ trưởng có {{ gio.to_truong }} giờ.

---
Việc làm ngay: hỏi tổ của mình.

---
## Câu hỏi M7.1-1
Tổ trưởng có bao nhiêu giờ?

- [x] a. {{ gio.to_truong }} giờ
  Vì: Luật ghi như vậy.
- [ ] b. Không có giờ nào
  Vì: Luật có dành giờ.

Căn cứ: mau
"""

FINAL_TEST = """\
---
id: M7.T
legal:
  - key: mau
    cite: Luật mẫu, Điều 1
    in_force_from: 2025-07-01
---
## Câu hỏi M7.T-1
Giờ ấy có lương không?

- [ ] a. Không
  Vì: Luật ghi có lương.
- [x] b. Có
  Vì: Luật ghi như vậy.

Bài: M7.1
Căn cứ: mau
"""


KINDS = """\
---
id: M7.2
title: Các loại câu hỏi
audience: [T]
minutes: 4
objective: Trả lời mọi loại câu hỏi
status: ban hành
legal:
  - key: mau
    cite: Luật mẫu, Điều 1
    in_force_from: 2025-07-01
---
Thẻ một.

---
Thẻ hai.

---
Việc làm ngay: hỏi tổ của mình.

---
## Câu hỏi M7.2-1 (nhiều đáp án)
Độ khó: 3
Mục tiêu: Chọn đủ các ý
Ai có giờ làm công tác công đoàn?

- [x] a. Tổ trưởng
  Vì: Tổ trưởng có giờ.
- [ ] b. Quản đốc
  Vì: Quản đốc là người của công ty.
- [x] c. Tổ phó
  Vì: Tổ phó cũng có giờ.

Căn cứ: mau

## Câu hỏi M7.2-2 (đúng sai)
Giờ ấy có lương.

- [x] a. Đúng
  Vì: Luật ghi như vậy.
- [ ] b. Sai
  Vì: Luật ghi có lương.

Căn cứ: mau

## Câu hỏi M7.2-3 (sắp xếp)
Độ khó: 1
Xếp các bước nghe một người.

- a. Để người ta nói hết
- b. Nhắc lại ý
- c. Hẹn ngày trả lời

Vì: Nghe xong mới hiểu,
  hiểu rồi mới hẹn.
Căn cứ: mau

## Câu hỏi M7.2-4 (tính)
Tổ có 3 tổ trưởng. Mỗi tháng có bao nhiêu giờ?

Đáp số: {{ gio.to_truong }} * 3 + 0,5 giờ
Sai số: 1%
Vì: Mỗi người {{ gio.to_truong }} giờ.
Căn cứ: mau

## Câu hỏi M7.2-5 (trả lời ngắn)
Hai bên cùng bàn để ký thỏa ước gọi là gì?

Đáp án: thương lượng tập thể | thương lượng
Vì: Luật gọi như vậy.
Căn cứ: mau
"""


class Tree:
    """A content tree on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def change(self, file: str, old: str, new: str) -> None:
        """Replace a piece of a file that occurs there."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert old in text
        self.write(file, text.replace(old, new, 1))
