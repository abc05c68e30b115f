"""Reading one cell: dates, yes, counts, words of closed lists. Each raises ValueError with a Vietnamese reason."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

from learning.calendar import Shift
from learning.roles import ROLE_LABELS, Role
from learning.text import fold
from roster.faults import HINT
from roster.headings import nearest


class UnitType(StrEnum):
    """Types of unit, as stored and as officers write them."""

    TLD = "TLD"
    LDLD_TINH = "LDLD_TINH"
    CD_NGANH = "CD_NGANH"
    CD_TD = "CD_TD"
    CD_TCT = "CD_TCT"
    DAC_THU = "DAC_THU"
    CD_XA = "CD_XA"
    CD_KCN = "CD_KCN"
    CD_CTTTCS = "CD_CTTTCS"
    CDCS = "CDCS"
    NDCS = "NDCS"
    CDCS_TV = "CDCS_TV"
    CDBP = "CDBP"
    TO_CD = "TO_CD"
    TO_ND = "TO_ND"


SECTORS = {"nha_nuoc": "Nhà nước", "ngoai_nha_nuoc": "Ngoài nhà nước", "su_nghiep": "Sự nghiệp"}
UNIT_TYPE_MEANINGS = {
    UnitType.TLD: "Tổng Liên đoàn",
    UnitType.LDLD_TINH: "Liên đoàn Lao động tỉnh, thành phố",
    UnitType.CD_NGANH: "Công đoàn ngành trung ương",
    UnitType.CD_TD: "Công đoàn tập đoàn",
    UnitType.CD_TCT: "Công đoàn tổng công ty",
    UnitType.DAC_THU: "Công đoàn cấp trên cơ sở đặc thù",
    UnitType.CD_XA: "Công đoàn xã, phường, đặc khu",
    UnitType.CD_KCN: "Công đoàn khu công nghiệp",
    UnitType.CD_CTTTCS: "Công đoàn cấp trên trực tiếp cơ sở (trước 07/2025)",
    UnitType.CDCS: "Công đoàn cơ sở",
    UnitType.NDCS: "Nghiệp đoàn cơ sở",
    UnitType.CDCS_TV: "Công đoàn cơ sở thành viên",
    UnitType.CDBP: "Công đoàn bộ phận",
    UnitType.TO_CD: "Tổ công đoàn",
    UnitType.TO_ND: "Tổ nghiệp đoàn",
}
_EARLIEST = date(1929, 7, 28)  # the founding of the union
_LATEST_YEAR = 2100
_DATE = re.compile(r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})(?: 00:00(?::00)?)?")
_ISO_DATE = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[ T]00:00(?::00)?)?")
_YES = frozenset({"x", "co", "1", "true", "yes", "dung", "nu"})
_NO = frozenset({"", "khong", "0", "false", "no", "nam"})
_TICKS = frozenset("✓✔☑")
_MAX_MEMBERS = 20_000_000


def _key(text: str) -> str:
    return fold(text.replace("_", " "))


_TYPES: dict[str, str] = {_key(kind): kind for kind in UnitType}
_SECTORS: dict[str, str] = {fold(label): code for code, label in SECTORS.items()}
_SECTOR_LABELS: dict[str, str] = {fold(label): label for label in SECTORS.values()}
_ROLES: dict[str, Role] = {fold(label): role for role, label in ROLE_LABELS.items()} | {
    "uy vien ban chap hanh": Role.COMMITTEE_MEMBER
}
_ROLE_LABELS: dict[str, str] = {fold(label): label for label in ROLE_LABELS.values()}


def _maybe(near: str | None, rest: str) -> str:
    return f"{HINT}có phải «{near}»? {rest}" if near else HINT + rest


@lru_cache(maxsize=1_024)
def unit_type(text: str) -> UnitType:
    """The type of unit that a code names."""
    found = _TYPES.get(_key(text))
    if found is None:
        raise ValueError(
            f"không biết loại «{text[:40]}».{_maybe(nearest(text, dict(_TYPES)), 'Các loại: ' + ', '.join(UnitType))}."
        )
    return UnitType(found)


@lru_cache(maxsize=1_024)
def sector(text: str) -> str:
    """The stored code of a Khu vực."""
    found = _SECTORS.get(fold(text))
    if found is None:
        near = nearest(text, _SECTOR_LABELS)
        raise ValueError(f"không biết khu vực «{text[:40]}».{_maybe(near, 'Ghi: ' + ', '.join(SECTORS.values()))}.")
    return found


@lru_cache(maxsize=1_024)
def role(text: str) -> Role:
    """The Role that a chức danh names."""
    found = _ROLES.get(fold(text))
    if found is None:
        near = nearest(text, _ROLE_LABELS)
        raise ValueError(
            f"không biết chức danh «{text[:40]}».{_maybe(near, 'Ghi: ' + ', '.join(ROLE_LABELS.values()))}."
        )
    return found


@lru_cache(maxsize=4_096)
def day(text: str) -> date:
    """A day written dd/mm/yyyy (or yyyy-mm-dd)."""
    found = _DATE.fullmatch(text) or _ISO_DATE.fullmatch(text)
    try:
        value = date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        value = None
    if value is None:
        raise ValueError(f"«{text[:20]}» không phải ngày.{HINT}ghi ngày/tháng/năm đủ bốn số năm, ví dụ 05/03/2026.")
    if value < _EARLIEST or value.year > _LATEST_YEAR:
        raise ValueError(f"ngày {text} không thể có.{HINT}kiểm tra lại năm.")
    return value


def past_day(text: str, today: date) -> date:
    """A day that must not be after today."""
    value = day(text)
    if value > today:
        raise ValueError(f"ngày {text} ở tương lai.{HINT}kiểm tra lại năm, hoặc để trống đến khi có kết quả.")
    return value


def yes(text: str) -> bool:
    """Whether a cell says yes."""
    if text in _TICKS:
        return True
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"không hiểu «{text[:20]}», coi như để trống.{HINT}ghi «x» nếu có, để trống nếu không.")


def members(text: str) -> int:
    """A number of union members: a whole number without separators."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"«{text[:20]}» không phải số nguyên.{HINT}ghi số liền, không dấu chấm phẩy, ví dụ 1234.")
    number = int(text[:12])
    if number > _MAX_MEMBERS:
        raise ValueError(f"{text[:20]} đoàn viên là quá lớn.{HINT}kiểm tra lại số.")
    return number


# How a shift is written, folded, from the start of the cell; the stored word itself is taken too.
_SHIFT_WORDS = {
    "hanh chinh": Shift.OFFICE,
    "hc": Shift.OFFICE,
    "ca 1": Shift.FIRST,
    "ca1": Shift.FIRST,
    "ca sang": Shift.FIRST,
    "ca 2": Shift.SECOND,
    "ca2": Shift.SECOND,
    "ca chieu": Shift.SECOND,
    "ca 3": Shift.THIRD,
    "ca3": Shift.THIRD,
    "ca dem": Shift.THIRD,
    "12 gio ban ngay": Shift.LONG_DAY,
    "12h ngay": Shift.LONG_DAY,
    "12 gio ngay": Shift.LONG_DAY,
    "12 gio ban dem": Shift.LONG_NIGHT,
    "12h dem": Shift.LONG_NIGHT,
    "12 gio dem": Shift.LONG_NIGHT,
    "luan phien": Shift.ROTATING,
    "xoay ca": Shift.ROTATING,
    "dao ca": Shift.ROTATING,
}


def shift(text: str) -> str | None:
    """
    Return a shift as stored; None for an empty cell.

    Raises:
        ValueError: it is none that is known.
    """
    folded = fold(text)
    if not folded:
        return None
    if folded in {known.value for known in Shift}:
        return folded
    for words, known in _SHIFT_WORDS.items():
        if folded == words or folded.startswith(f"{words} "):
            return known.value
    raise ValueError(
        f"«{text[:30]}» không phải ca đã biết nên bỏ qua.{HINT}ghi «Hành chính», «Ca 1», «Ca 2», «Ca 3», "
        "«12 giờ ban ngày», «12 giờ ban đêm» hoặc «Luân phiên»."
    )
