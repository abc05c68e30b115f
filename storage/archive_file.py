"""
A backup's file: a ZIP of one JSON-lines member a table, a manifest, and a digest of the whole in the ZIP's comment.

    manifest.json  {"format", "revision", "made_at", "last_ids": {table: id},
                    "tables": {table: {"columns", "rows", "sha256"}}}
    <table>.jsonl  one row a line, the values in the order of `columns`
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 1 << 20
CHUNK = 1 << 20
_DIGEST = 64  # hex digits of SHA-256, the last bytes of the file
_SIGNS_OF_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError)
DAMAGED = "Tệp sao lưu bị cắt, bị hỏng hoặc đã thay đổi: không khôi phục gì."


class ArchiveError(Exception):
    """The backup or restore was refused as a whole; the message, in Vietnamese, says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """What the file holds of a table; `sha256` is of its member's bytes, in hex."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `made_at` is ISO 8601; `last_ids` the last id given out, by table."""

    revision: str
    made_at: str
    tables: Mapping[str, TableEntry]
    last_ids: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(entry.rows for entry in self.tables.values())


class Writer:
    """
    Writes under a temporary name beside `path`, readable by its owner alone; `finish` gives the file its name.

    Raises:
        ArchiveError: `path` exists already, or its directory does not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.exists() or path.is_symlink():
            raise ArchiveError(f"Đã có tệp {path}: hãy chọn tên khác, tệp cũ được giữ nguyên.")
        self._temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            handle = os.open(self._temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError as error:
            raise ArchiveError(f"Không ghi được vào thư mục {path.parent}: {error.strerror}.") from error
        self._file: IO[bytes] = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._member: IO[bytes] | None = None
        self._columns: tuple[str, ...] = ()
        self._hash = hashlib.sha256()
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is not None:
            self._member.close()
        self._zip.close()
        self._file.close()
        self._temporary.unlink(missing_ok=True)

    def begin(self, table: str, columns: tuple[str, ...]) -> None:
        """Begin a table's member."""
        self._columns, self._hash, self._rows = columns, hashlib.sha256(), 0
        self._member = self._zip.open(_member(table), "w", force_zip64=True)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to the table begun; every value is one that JSON knows."""
        assert self._member is not None
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows]
        data = "".join(lines).encode()
        self._hash.update(data)
        self._rows += len(lines)
        self._member.write(data)

    def end(self) -> TableEntry:
        """End the table's member."""
        assert self._member is not None
        self._member.close()
        return TableEntry(self._columns, self._rows, self._hash.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """
        Write manifest and digest, and give the file its name.

        Raises:
            ArchiveError: a file of that name appeared meanwhile.
        """
        self._zip.writestr(MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1))
        self._zip.comment = b"0" * _DIGEST
        self._zip.close()
        self._file.flush()
        size = self._file.seek(0, os.SEEK_END) - _DIGEST
        digest = _digest(self._file, size)
        self._file.seek(size)
        self._file.write(digest)
        self._file.flush()
        os.fsync(self._file.fileno())
        try:
            os.link(self._temporary, self._path)
        except FileExistsError as error:
            raise ArchiveError(f"Đã có tệp {self._path}: hãy chọn tên khác, tệp cũ được giữ nguyên.") from error
        except OSError:  # a file system without hard links
            self._temporary.rename(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)


class Reader:
    """
    Opens a backup and checks all of it: digest, members, hashes and counts. What it then yields is what was written.

    Raises:
        ArchiveError: there is no such file, or it is not whole.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise ArchiveError(f"Không đọc được tệp {path}: {error.strerror}.") from error
        try:
            self._zip, self.manifest = self._check()
        except _SIGNS_OF_DAMAGE as error:
            self._file.close()
            raise ArchiveError(DAMAGED) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def _check(self) -> tuple[zipfile.ZipFile, Manifest]:
        size = self._file.seek(0, os.SEEK_END) - _DIGEST
        if size <= 0 or _digest(self._file, size) != self._file.read(_DIGEST):
            raise ValueError("the file's digest is another")
        archive = zipfile.ZipFile(self._file)
        if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
            raise ValueError("the manifest is too large")
        values = json.loads(archive.read(MANIFEST))
        if values.pop("format") != FORMAT:
            raise ValueError("the format is another")
        tables = {
            name: TableEntry(tuple(entry["columns"]), entry["rows"], entry["sha256"])
            for name, entry in values.pop("tables").items()
        }
        if sorted(archive.namelist()) != sorted([MANIFEST, *map(_member, tables)]):
            raise ValueError("the members are others")
        for name, entry in tables.items():
            with archive.open(_member(name)) as member:
                digest, rows = hashlib.sha256(), 0
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
                    rows += chunk.count(b"\n")
            if (digest.hexdigest(), rows) != (entry.sha256, entry.rows):
                raise ValueError(f"{name} is not what was written")
        return archive, Manifest(tables=tables, **values)

    def pages(self, table: str, size: int) -> Iterator[list[list[Any]]]:
        """Yield a table's rows, at most `size` at a time."""
        with self._zip.open(_member(table)) as member:
            while page := [json.loads(line) for line in islice(member, size)]:
                yield page


def _member(table: str) -> str:
    return f"{table}.jsonl"


def _digest(file: IO[bytes], size: int) -> bytes:
    """SHA-256 in hex of the first `size` bytes; the file is then read from there on."""
    file.seek(0)
    digest, left = hashlib.sha256(), size
    while left and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest().encode()
