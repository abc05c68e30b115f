"""
The process that opens an officer's file: bounded memory and time, one JSON line a row on standard output.

With no titles after the path it reads a roster, else the sheets of an XLSX that have those titles.

Lines: {"total": rows}, {"sheet": title, "row": n, "cells": [...]}, {"faults": [[sheet, row, column, message], ...]}
and, last, {"end": true}. A file that makes it die harms nobody else.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from learning.text import fold
from roster import archive, csv_files, sheet_xml
from roster.faults import PERSON_SHEET, UNIT_SHEET, Fault, FileRefusedError, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEMORY_BYTES = 3 * 2**29
SECONDS = 120
MAX_COLUMNS = 100
MAX_CELLS = 20_000_000  # a dense grid of so many fits in the memory allowed
MAX_TEXT = 1_000
TITLES = (UNIT_SHEET, PERSON_SHEET)


def main(path: str, *titles: str) -> None:
    """Read the file or folder at `path` and print it, or print why not."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        _print_all(Path(path), titles)
    except FileRefusedError as error:
        _say({"faults": [[f.sheet, f.row, f.column, f.message] for f in error.faults]})
    _say({"end": True})


def _print_all(path: Path, titles: tuple[str, ...]) -> None:
    if path.is_dir() and not titles:
        _print_csv(csv_files.find_csv(path))
        return
    if path.suffix.casefold() == ".csv" and not titles:
        raise refused("chỉ có một tệp CSV.", "để don_vi.csv và can_bo.csv trong một thư mục, rồi chỉ ra thư mục đó.")
    try:
        with archive.open_xlsx(path) as opened:
            _print_xlsx(path, opened, titles)
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, NotImplementedError, KeyError) as error:
        raise refused("tệp Excel hỏng, không đọc được.", "mở tệp bằng Excel, lưu lại rồi gửi lại.") from error


def _print_csv(files: dict[str, Path]) -> None:
    missing = [Fault(title, None, None, _missing(title)) for title in TITLES if title not in files]
    if missing:
        raise FileRefusedError(*missing)
    for title in TITLES:
        for number, cells in csv_files.read_csv(files[title], title):
            _check_width(title, len(cells), number)
            _print_row(title, number, cells)


def _print_xlsx(path: Path, opened: zipfile.ZipFile, titles: tuple[str, ...]) -> None:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - only after the directory was judged

    parts = sheet_xml.sheet_parts(opened)
    for part in ("xl/sharedStrings.xml", "xl/styles.xml"):
        sheet_xml.refuse_dtd(opened, part)
    chosen = _chosen(parts, titles or TITLES)
    faults = [Fault(title, None, None, _missing(title)) for title in TITLES if title not in chosen and not titles]
    shapes = {title: sheet_xml.shape(opened, parts[name]) for title, name in chosen.items()}
    for title, shape in shapes.items():
        faults.extend(_shape_faults(title, shape))
    if faults:
        raise FileRefusedError(*faults)
    _say({"total": sum(shape.last_row for shape in shapes.values())})
    try:
        workbook = load_workbook(str(path))
        for title, name in chosen.items():
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is not None:
                left = [""] * sheet.start[1]
                for number, cells in enumerate(sheet.iter_rows(), start=1):
                    _print_row(title, number, itertools.chain(left, cells))
    except CalamineError as error:
        raise refused("tệp Excel hỏng, không đọc được.", "mở tệp bằng Excel, lưu lại rồi gửi lại.") from error


def _chosen(names: Iterable[str], titles: tuple[str, ...]) -> dict[str, str]:
    """The sheets that are read, by title in the order of `titles`, among a workbook's; their names match folded."""
    chosen: dict[str, str] = {}
    for name in names:
        title = next((title for title in titles if fold(title) == fold(name)), None)
        if title and title in chosen:
            raise refused(f"có hai trang tính tên «{title}».", "đổi tên hoặc xóa một trang.", sheet=title)
        if title:
            chosen[title] = name
    return {title: chosen[title] for title in titles if title in chosen}


def _shape_faults(title: str, shape: sheet_xml.SheetShape) -> Iterator[Fault]:
    _check_width(title, shape.last_column, None)
    if shape.last_row * shape.last_column > MAX_CELLS:
        raise refused(f"trang trải tới dòng {shape.last_row}, quá lớn.", "xóa các dòng thừa ở cuối trang.", sheet=title)
    for reference in shape.formulas:
        said = f"ô {reference} là công thức. Gợi ý: chép ô rồi dán lại dạng giá trị (Paste Values)."
        yield Fault(title, _row_of(reference), None, said)
    for reference in (reference for reference in shape.errors if reference not in shape.formulas):
        said = f"ô {reference} có giá trị lỗi (như #N/A). Gợi ý: gõ lại giá trị đúng, hoặc xóa ô."
        yield Fault(title, _row_of(reference), None, said)
    if shape.formula_count > len(shape.formulas):
        yield Fault(title, None, None, f"còn {shape.formula_count - len(shape.formulas)} ô công thức khác.")
    for reference in shape.merges:
        digits = "".join(sign for sign in reference.partition(":")[0] if sign.isdigit())
        yield Fault(
            title,
            int(digits or 0) or None,
            None,
            f"các ô {reference} bị gộp. Gợi ý: bỏ gộp ô (Unmerge Cells), ghi đủ từng dòng.",
        )


def _row_of(reference: str) -> int | None:
    return int("".join(itertools.dropwhile(lambda sign: not sign.isdigit(), reference)) or 0) or None


def _check_width(title: str, width: int, row: int | None) -> None:
    if width > MAX_COLUMNS:
        raise refused(f"có {width} cột, quá {MAX_COLUMNS}.", "chỉ giữ các cột của mẫu.", sheet=title, row=row)


def _missing(title: str) -> str:
    name = "don_vi.csv" if title == UNIT_SHEET else "can_bo.csv"
    return f"thiếu trang «{title}» (tệp {name} nếu dùng CSV). Gợi ý: tải mẫu bằng lệnh «taphuan roster template»."


def _text(value: Any) -> str:
    match value:
        case str():
            return value[:MAX_TEXT]
        case bool():
            return "có" if value else "không"
        case datetime() | date():
            return f"{value.day:02}/{value.month:02}/{value.year:04}"
        case float() if value.is_integer():
            return f"{value:.0f}"
        case float():
            return str(value).replace(".", ",")
        case _:
            return str(value)[:MAX_TEXT]


def _print_row(title: str, number: int, cells: Iterable[Any]) -> None:
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    if texts:
        _say({"sheet": title, "row": number, "cells": texts})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
