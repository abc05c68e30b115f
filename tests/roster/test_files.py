from __future__ import annotations

import resource
import struct
import time
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from roster import files
from roster.child import MEMORY_BYTES
from roster.faults import PERSON_SHEET, UNIT_SHEET, Fault, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Write = Any


def refusal(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(FileRefusedError) as caught:
        files.read(path)
    assert all("Gợi ý: " in fault.message or "còn" in fault.message for fault in caught.value.faults)
    return caught.value.faults


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> Path:
    """Copy a zip, each part changed; None drops it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({name: kept for name, kept in parts.items() if kept is not None} | (more or {})).items():
            archive.writestr(name, content)
    return path


def test_an_xlsx_is_read_as_text_with_excels_row_numbers(xlsx: Write) -> None:
    def edit(book: Any, sheets: dict[str, Any]) -> None:
        people = sheets[PERSON_SHEET]
        people.write_number(5, 2, 912345678)
        people.write_datetime(5, 5, datetime(2024, 5, 6), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001
        people.write_boolean(5, 6, True)
        people.write_string(5, 1, "=1+1")

    book = files.read(xlsx(edit=edit))

    last = book.people.rows[-1]
    assert (last.number, last.cells) == (6, ("", "=1+1", "912345678", "", "", "06/05/2024", "có"))
    assert [row.number for row in book.units.rows] == [1, 2, 3, 4, 5]


def test_sheet_names_match_whatever_their_case_and_diacritics(xlsx: Write) -> None:
    book = files.read(xlsx(titles=("DON VI", "can bộ")))

    assert (len(book.units.rows), len(book.people.rows)) == (5, 4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_any_of_three_delimiters(folder: Write, delimiter: str) -> None:
    book = files.read(folder(delimiter=delimiter))

    assert book.people.rows[1].cells[:2] == ("CB1", "Nguyễn Thị Hòa")


def test_an_empty_csv_line_counts_as_a_row(folder: Write) -> None:
    book = files.read(folder(people=("CB1|A", "", "CB2|B")))

    assert [row.number for row in book.people.rows] == [1, 2, 4]


def test_a_csv_in_another_encoding_says_how_to_save_it(folder: Write) -> None:
    (fault,) = refusal(folder(encoding="cp1258", people=("CB1|Đông",), units=("T01|Liên đoàn|LDLD_TINH||",)))

    assert fault.sheet == UNIT_SHEET
    assert "CP1258" in fault.message
    assert "CSV UTF-8" in fault.message


def test_a_broken_quotation_names_its_row(folder: Write) -> None:
    (fault,) = refusal(folder(people=('CB1|"A"B',)))

    assert (fault.sheet, fault.row) == (PERSON_SHEET, 2)


def test_a_missing_csv_and_a_missing_sheet_are_named(folder: Write, xlsx: Write) -> None:
    path = folder()
    (path / "can_bo.csv").unlink()

    assert [fault.sheet for fault in refusal(path)] == [PERSON_SHEET]
    assert [fault.sheet for fault in refusal(xlsx(titles=("Trang 1", "Cán bộ")))] == [UNIT_SHEET]


def test_a_lone_csv_and_a_missing_file_are_refused(folder: Write, tmp_path: Path) -> None:
    assert "thư mục" in refusal(folder() / "don_vi.csv")[0].message
    assert "không tìm thấy" in refusal(tmp_path / "khong_co.xlsx")[0].message


def test_formulas_and_merged_cells_are_named(xlsx: Write) -> None:
    def edit(book: Any, sheets: dict[str, Any]) -> None:
        sheets[PERSON_SHEET].write_formula("C3", "=1+1")
        sheets[UNIT_SHEET].merge_range("A6:B6", "gộp", book.add_format())
        notes = book.add_worksheet("Ghi chú")
        notes.write_formula("A1", "=2+2")

    faults = refusal(xlsx(edit=edit))

    assert [(fault.sheet, fault.row) for fault in faults] == [(UNIT_SHEET, 6), (PERSON_SHEET, 3)]
    assert "A6:B6" in faults[0].message
    assert "C3" in faults[1].message


def test_more_than_100_columns_are_refused(xlsx: Write, folder: Write) -> None:
    wide = refusal(xlsx(edit=lambda _book, sheets: sheets[UNIT_SHEET].write_string(0, 100, "thừa")))

    assert "101 cột" in wide[0].message
    assert "101 cột" in refusal(folder(people=("|".join("x" * 101),)))[0].message


def test_a_stray_cell_far_away_does_not_cost_memory(xlsx: Write) -> None:
    faults = refusal(xlsx(edit=lambda _book, sheets: sheets[UNIT_SHEET].write_string(1_048_575, 99, "x")))

    assert "1048576" in faults[0].message


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(b" " * 2**20)
    assert path.stat().st_size < 2**20

    started = time.perf_counter()
    (fault,) = refusal(path)

    assert time.perf_counter() - started < 1
    assert "300 MB" in fault.message


def test_a_bomb_whose_directory_lies_is_refused(xlsx: Write) -> None:
    swollen = b"<worksheet>" + b" " * (30 * 2**20)
    path = rewrite(xlsx(), lambda name, content: swollen if name == "xl/worksheets/sheet1.xml" else content)
    raw = bytearray(path.read_bytes())
    true, false = struct.pack("<I", len(swollen)), struct.pack("<I", 1_000)
    assert raw.count(true) == 2
    path.write_bytes(raw.replace(true, false))

    assert "hỏng" in refusal(path)[0].message


def test_too_many_parts_are_refused(xlsx: Write) -> None:
    path = rewrite(xlsx(), lambda _name, content: content, {f"xl/media/{n}.bin": b"" for n in range(300)})

    assert "phần" in refusal(path)[0].message


def test_what_eats_memory_dies_alone(xlsx: Write) -> None:
    text = b"<t>" + b"x" * 30_000 + b"</t>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 200_000))

    def change(name: str, content: bytes) -> bytes:
        if name == "xl/sharedStrings.xml":
            return (
                b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>' + text + b"</si></sst>"
            )
        if name == "xl/worksheets/sheet1.xml":
            head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            return head + rows + b"</sheetData></worksheet>"
        return content

    assert "quá lớn" in refusal(rewrite(xlsx(), change))[0].message
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_BYTES // 1_024


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet2.xml"])
def test_a_dtd_is_refused(xlsx: Write, part: str) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e "boom">]>', 1) if name == part else content

    assert "DOCTYPE" in refusal(rewrite(xlsx(), change))[0].message


def test_broken_files_are_refused(tmp_path: Path, xlsx: Write) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 not a zip")
    assert "hỏng" in refusal(path)[0].message

    path.write_bytes(b"")
    assert "hỏng" in refusal(path)[0].message

    cut = rewrite(xlsx(), lambda name, content: content[:300] if name == "xl/worksheets/sheet1.xml" else content)
    assert "hỏng" in refusal(cut)[0].message

    bare = rewrite(xlsx(), lambda name, content: None if name == "xl/workbook.xml" else content)
    assert "sổ làm việc" in refusal(bare)[0].message


def test_an_old_xls_and_a_password_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(magic + b"\0" * 600)
    assert ".xls cũ" in refusal(path)[0].message

    path.write_bytes(magic + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert "mật khẩu" in refusal(path)[0].message


def test_progress_is_told(folder: Write) -> None:
    told: list[tuple[str, int, int]] = []

    files.read(folder(people=("CB1|A",) * 1_200), lambda stage, done, total: told.append((stage, done, total)))

    assert told[-1] == ("Đọc tệp", 1_206, 1_206)
    assert len(told) == 3
