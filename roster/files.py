"""Reading an officer's file: a child process opens it, this one only takes its rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from roster.child import MAX_TEXT, SECONDS
from roster.faults import PERSON_SHEET, UNIT_SHEET, Fault, FileRefusedError, refused
from roster.progress import Progress, silent
from roster.sheets import RawRow, RawSheet, Workbook

if TYPE_CHECKING:
    from pathlib import Path

_EVERY = 500
MOST_IN_A_CELL = MAX_TEXT  # signs; what a cell holds beyond is cut off


def read(path: Path, progress: Progress = silent) -> Workbook:
    """
    Read an XLSX or a folder of two CSV files; blocks, so call it in a thread.

    Raises:
        FileRefusedError: the file cannot be read, with every reason found.
    """
    sheets = _read(path, (), progress)
    return Workbook(sheets.get(UNIT_SHEET, RawSheet(UNIT_SHEET)), sheets.get(PERSON_SHEET, RawSheet(PERSON_SHEET)))


def read_sheets(path: Path, titles: tuple[str, ...], most_rows: int) -> dict[str, RawSheet]:
    """
    Read the sheets of an XLSX that have these titles, whatever else it holds; blocks, so call it in a thread.

    Args:
        path: the XLSX.
        titles: of the sheets.
        most_rows: how many rows they may have together, empty ones before the last counted.

    Returns:
        the sheets that are there and hold something, by title.

    Raises:
        FileRefusedError: the file cannot be read, with every reason found.
    """
    return _read(path, titles, silent, most_rows)


def _read(path: Path, titles: tuple[str, ...], progress: Progress, most_rows: int | None = None) -> dict[str, RawSheet]:
    if not path.exists():
        raise refused(f"không tìm thấy «{path.name}».", "kiểm tra lại tên tệp hoặc thư mục.")
    command = [sys.executable, "-P", "-m", "roster.child", str(path.resolve()), *titles]
    # What this process finds, and nothing else that it knows (its environment holds secrets).
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if libraries := os.environ.get("LD_LIBRARY_PATH"):
        environment["LD_LIBRARY_PATH"] = libraries
    with subprocess.Popen(  # noqa: S603 - our own module, and the path is one argument
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        out_of_time = threading.Timer(SECONDS, process.kill)
        out_of_time.start()
        try:
            sheets = _collect(process.stdout, progress, most_rows)
        finally:
            out_of_time.cancel()
            process.kill()
    if sheets is None:
        raise refused(
            "tệp quá lớn hoặc bất thường: đọc quá bộ nhớ hay thời gian cho phép.",
            "chép riêng các trang của mẫu sang tệp mới, hoặc chia thành nhiều tệp.",
        )
    return sheets


def _collect(stream: IO[bytes], progress: Progress, most_rows: int | None) -> dict[str, RawSheet] | None:
    """The sheets of a whole, None if the child died before its end."""
    sheets: dict[str, RawSheet] = {}
    faults: list[Fault] = []
    total = done = 0
    for encoded in stream:
        try:
            line: dict[str, Any] = json.loads(encoded)
        except ValueError:
            return None
        match line:
            case {"sheet": title, "row": number, "cells": cells}:
                sheets.setdefault(title, RawSheet(title)).rows.append(RawRow(number, tuple(cells)))
                done += 1
                if done % _EVERY == 0:
                    progress("Đọc tệp", done, total)
            case {"total": count}:
                total = count
                if most_rows is not None and count > most_rows:
                    raise refused(
                        f"các trang có {count} dòng, quá {most_rows}.",
                        "xóa các dòng thừa ở cuối trang, hoặc chia thành nhiều tệp.",
                    )
            case {"faults": found}:
                faults.extend(Fault(*fault) for fault in found)
            case {"end": True}:
                if faults:
                    raise FileRefusedError(*faults)
                progress("Đọc tệp", done, done)
                return sheets
    return None
