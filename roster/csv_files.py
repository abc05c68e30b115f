"""A folder with don_vi.csv and can_bo.csv."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from learning.text import fold
from roster.faults import PERSON_SHEET, UNIT_SHEET, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_CSV_BYTES = 200 * 2**20
MAX_CELL = 32_767
_DELIMITERS = ",;\t"
_FILE_NAMES = {"don vi": UNIT_SHEET, "can bo": PERSON_SHEET}
SAVE_AS_UTF8 = (
    "trong Excel chọn Lưu thành (Save As), loại «CSV UTF-8 (Comma delimited) (*.csv)»; "
    "nếu chữ gõ bằng bảng mã TCVN3 hoặc VNI thì chuyển sang Unicode trước (Unikey: Ctrl+Shift+F6)."
)


def find_csv(folder: Path) -> dict[str, Path]:
    """The two files of a folder by the sheet they stand for; their names match folded."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        title = _FILE_NAMES.get(fold(path.stem.replace("_", " ").replace("-", " ")))
        if title and path.suffix.casefold() == ".csv":
            if title in found:
                raise refused(f"hai tệp cùng là «{title}»: {found[title].name}, {path.name}.", "chỉ để lại một tệp.")
            found[title] = path
    return found


def read_csv(path: Path, title: str) -> Iterator[tuple[int, list[str]]]:
    """
    Yield (row number as in Excel, cells) of a UTF-8 file separated by comma, semicolon or tab.

    Raises:
        FileRefusedError: too large, not UTF-8, or a broken quotation.
    """
    size = path.stat().st_size
    if size > MAX_CSV_BYTES:
        raise refused(f"tệp {path.name} nặng {size // 2**20} MB, quá lớn.", "chia thành nhiều tệp.", sheet=title)
    csv.field_size_limit(MAX_CELL)
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = _delimiter(file.readline(MAX_CELL))
            file.seek(0)
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), start=1):
                yield number, cells
    except UnicodeDecodeError as error:
        raise refused(
            f"tệp {path.name} không phải UTF-8 (có thể là CP1258, TCVN3 hoặc VNI).", SAVE_AS_UTF8, sheet=title
        ) from error
    except csv.Error as error:
        raise refused(
            f"không tách được các ô (dấu ngoặc kép chưa đóng, hoặc ô dài quá {MAX_CELL} chữ).",
            "mở tệp bằng Excel, sửa dòng này, lưu lại dạng CSV UTF-8.",
            sheet=title,
            row=number + 1,
        ) from error


def _delimiter(heading: str) -> str:
    return max(_DELIMITERS, key=heading.count)
