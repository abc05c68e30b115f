"""Reading an officer's file: a child process opens it, this one only takes its rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from roster.child import SECONDS
from roster.faults import PERSON_SHEET, UNIT_SHEET, Fault, FileRefusedError, refused
from roster.progress import Progress, silent
from roster.sheets import RawRow, RawSheet, Workbook

if TYPE_CHECKING:
    from pathlib import Path

_EVERY = 500


def read(path: Path, progress: Progress = silent) -> Workbook:
    """
    Read an XLSX or a folder of two CSV files; blocks, so call it in a thread.

    Raises:
        FileRefusedError: the file cannot be read, with every reason found.
    """
    if not path.exists():
        raise refused(f"không tìm thấy «{path.name}».", "kiểm tra lại tên tệp hoặc thư mục.")
    command = [sys.executable, "-m", "roster.child", str(path.resolve())]
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
            workbook = _collect(process.stdout, progress)
        finally:
            out_of_time.cancel()
            process.kill()
    if workbook is None:
        raise refused(
            "tệp quá lớn hoặc bất thường: đọc quá bộ nhớ hay thời gian cho phép.",
            "chép riêng hai trang «Đơn vị», «Cán bộ» sang mẫu mới, hoặc chia thành nhiều tệp.",
        )
    return workbook


def _collect(stream: IO[bytes], progress: Progress) -> Workbook | None:
    """The rows of a whole, None if the child died before its end."""
    sheets = {UNIT_SHEET: RawSheet(UNIT_SHEET), PERSON_SHEET: RawSheet(PERSON_SHEET)}
    faults: list[Fault] = []
    total = done = 0
    for encoded in stream:
        try:
            line: dict[str, Any] = json.loads(encoded)
        except ValueError:
            return None
        match line:
            case {"sheet": title, "row": number, "cells": cells}:
                sheets[title].rows.append(RawRow(number, tuple(cells)))
                done += 1
                if done % _EVERY == 0:
                    progress("Đọc tệp", done, total)
            case {"total": count}:
                total = count
            case {"faults": found}:
                faults.extend(Fault(*fault) for fault in found)
            case {"end": True}:
                if faults:
                    raise FileRefusedError(*faults)
                progress("Đọc tệp", done, done)
                return Workbook(sheets[UNIT_SHEET], sheets[PERSON_SHEET])
    return None
