"""What the values of a workbook do not tell: formulas, merged cells and how far a sheet reaches. DTDs are refused."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from roster.faults import refused

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

_CHUNK = 1 << 16
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_KEPT = 20


@dataclass(slots=True)
class SheetShape:
    """Places of formulas, error values and merges (the first few), and the last column and row that hold a value."""

    formulas: list[str] = field(default_factory=list)
    formula_count: int = 0
    errors: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    last_column: int = 0
    last_row: int = 0


def column_number(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names in their order, each with the name of its part in the archive."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def on_relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def on_sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            sheets[attributes.get("name", "")] = relation

    _parse(archive, "xl/_rels/workbook.xml.rels", on_relation)
    _parse(archive, "xl/workbook.xml", on_sheet)
    return {name: _part(targets.get(relation, "")) for name, relation in sheets.items()}


def _part(target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def shape(archive: zipfile.ZipFile, part: str) -> SheetShape:
    """Stream one worksheet and tell its shape."""
    found = SheetShape()
    reference = ""
    row = column = 0

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal reference, row, column
        match tag:
            case "row":
                row = int(attributes["r"]) if attributes.get("r", "").isdigit() else row + 1
                column = 0
            case "c":
                reference = attributes.get("r", "")
                place = _CELL.fullmatch(reference)
                column = column_number(place[1]) if place else column + 1
                row = int(place[2]) if place else row
                if attributes.get("t") == "e" and len(found.errors) < _KEPT:
                    found.errors.append(reference or f"R{row}C{column}")
            case "v" | "is":
                found.last_column = max(found.last_column, column)
                found.last_row = max(found.last_row, row)
            case "f":
                found.formula_count += 1
                if len(found.formulas) < _KEPT:
                    found.formulas.append(reference or f"R{row}C{column}")
            case "mergeCell":
                if len(found.merges) < _KEPT:
                    found.merges.append(attributes.get("ref", ""))

    _parse(archive, part, on_start)
    return found


def refuse_dtd(archive: zipfile.ZipFile, part: str) -> None:
    """Read a part through, only to see that it is sound XML without a DTD."""
    if part in archive.namelist():
        _parse(archive, part, None)


def _parse(archive: zipfile.ZipFile, part: str, on_start: Callable[[str, dict[str, str]], None] | None) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def on_doctype(*_: object) -> NoReturn:
        raise refused("tệp chứa khai báo DOCTYPE, không an toàn.", "chép dữ liệu sang mẫu mới rồi gửi lại.")

    parser.StartDoctypeDeclHandler = on_doctype
    if on_start is not None:
        tell = on_start

        def on_element(tag: str, attributes: dict[str, str]) -> None:
            tell(tag.rpartition(":")[2], attributes)

        parser.StartElementHandler = on_element
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
