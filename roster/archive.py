"""An XLSX judged by its first bytes and its directory, before anything is unpacked."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from roster.faults import refused

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 100 * 2**20
MAX_TOTAL_BYTES = 200 * 2**20
MAX_ENTRIES = 300
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 * 2**20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1

_SAVE_AS_XLSX = "mở tệp bằng Excel, chọn Lưu thành (Save As), loại «Excel Workbook (*.xlsx)»."


def open_xlsx(path: Path) -> zipfile.ZipFile:
    """
    Open an XLSX whose directory promises a sane size.

    Raises:
        FileRefusedError: an old .xls, a password, a broken zip, a bomb, or not a workbook.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise refused(f"tệp nặng {size // 2**20} MB, quá lớn.", "chia danh sách thành nhiều tệp.")
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            file.seek(0)
            raise _of_old_format(file.read())
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise refused("tệp hỏng hoặc không phải tệp Excel (.xlsx).", _SAVE_AS_XLSX) from error
    _judge(archive)
    return archive


def _of_old_format(content: bytes) -> Exception:
    if _ENCRYPTED_PACKAGE in content:
        return refused(
            "tệp có mật khẩu.", "trong Excel bỏ mật khẩu (Tệp > Thông tin > Bảo vệ sổ làm việc) rồi lưu lại."
        )
    return refused("tệp ở định dạng .xls cũ.", _SAVE_AS_XLSX)


def _judge(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename.casefold() for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise refused(f"tệp chứa {len(entries)} phần, nhiều bất thường.", "chép dữ liệu sang mẫu mới rồi gửi lại.")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise refused("tệp có mật khẩu.", "bỏ mật khẩu rồi lưu lại.")
    total = sum(entry.file_size for entry in entries)
    swollen = any(
        entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if total > MAX_TOTAL_BYTES or swollen:
        raise refused(
            f"tệp giải nén ra {total // 2**20} MB, lớn bất thường; không đọc.",
            "chép riêng các trang của mẫu sang tệp mới, hoặc chia thành nhiều tệp.",
        )
    if len(set(names)) != len(names) or "xl/workbook.xml" not in names:
        raise refused("tệp không phải sổ làm việc Excel (.xlsx).", _SAVE_AS_XLSX)
