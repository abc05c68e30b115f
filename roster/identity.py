"""Which rows mean one person, and whether that person is known: by code, else phone and name, else unit and name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from roster.faults import HINT, PERSON_SHEET, Fault
from roster.headings import Col
from roster.known import Group, Known
from roster.rows import code_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roster.read_people import PeopleRead
    from roster.rows import PersonRow
    from storage.roster import PersonRecord


def identify(read: PeopleRead, known: Known) -> list[Group]:
    """Group the rows by person and find each in the store; what is ambiguous is set aside in `read`."""
    rows = [row for row in read.rows if not row.is_vacant]
    rows = _without_two_names(rows, read)
    rows = _without_two_codes(rows, read, known)
    keyed = [row for row in rows if row.code or row.phone]
    groups = _keyed_groups(keyed)
    claimed: dict[int, Group] = {}
    for group in sorted(groups, key=lambda one: not one.code):
        record = _find(group, known, claimed)
        if record is not None:
            group.record = record
            claimed[record.id] = group
    groups.extend(_named_groups([row for row in rows if not (row.code or row.phone)], groups, claimed, known, read))
    _warn_of_shared_phones(groups, known, read)
    return groups


def _places(rows: Iterable[PersonRow], what: str) -> str:
    return ", ".join(f"{getattr(row, what) or '(không mã)'} (dòng {row.row})" for row in rows)


def _without_two_names(rows: list[PersonRow], read: PeopleRead) -> list[PersonRow]:
    by_code: dict[str, list[PersonRow]] = defaultdict(list)
    for row in rows:
        if row.code:
            by_code[code_key(row.code)].append(row)
    bad: set[int] = set()
    for same in by_code.values():
        if len({row.fold for row in same}) > 1:
            for row in same:
                read.aside(
                    row, Col.PERSON_CODE, f"một mã có hai họ tên: {_places(same, 'name')}.{HINT}mỗi người một mã."
                )
            bad.update(row.row for row in same)
    return [row for row in rows if row.row not in bad]


def _without_two_codes(rows: list[PersonRow], read: PeopleRead, known: Known) -> list[PersonRow]:
    by_phone: dict[str, list[PersonRow]] = defaultdict(list)
    phone_in_file: dict[str, str] = {}
    codes_in_file: set[str] = set()
    for row in rows:
        if row.phone:
            by_phone[row.phone].append(row)
            phone_in_file.setdefault(code_key(row.code), row.phone)
        codes_in_file.add(code_key(row.code))
    bad: set[int] = set()
    for phone, same in by_phone.items():
        coded = [row for row in same if row.code]
        codes = {code_key(row.code) for row in coded}
        told = _places(coded, "code")
        for person in known.by_phone.get(phone, ()) if codes else ():
            key = code_key(person.code or "")
            is_told = phone_in_file.get(key, phone) == phone if key in codes_in_file else known.is_staying(person)
            if key and key not in codes and is_told:
                codes.add(key)
                told += f", {person.code} (đã có trong danh sách)"
        if len(codes) > 1:
            for row in same:
                read.aside(
                    row,
                    Col.PHONE,
                    f"một số điện thoại có hai mã cán bộ: {told}.{HINT}một người thì giữ một mã, hai người thì sửa số.",
                )
            bad.update(row.row for row in same)
    return [row for row in rows if row.row not in bad]


def _keyed_groups(rows: list[PersonRow]) -> list[Group]:
    groups: dict[tuple[str, ...], Group] = defaultdict(Group)
    code_of: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.code and row.phone:
            code_of[row.phone, row.fold] = code_key(row.code)
    for row in sorted(rows, key=lambda one: not one.code):
        code = code_key(row.code) or code_of.get((row.phone or "", row.fold), "")
        groups[(code,) if code else (row.phone or "", row.fold)].rows.append(row)
    return list(groups.values())


def _find(group: Group, known: Known, claimed: dict[int, Group]) -> PersonRecord | None:
    code, phone, fold = group.code, group.phone, group.fold
    if code and (record := known.by_code.get(code_key(code))):
        return record
    if phone:
        for person in known.by_phone.get(phone, ()):
            if person.name_fold == fold and person.id not in claimed and not (code and person.code):
                return person
    here = {
        person.id: person
        for row in group.rows
        for person in known.in_unit.get((code_key(row.unit), fold), ())
        if person.id not in claimed and not (code and person.code) and (phone is None or person.phone in {None, phone})
    }
    return next(iter(here.values())) if len(here) == 1 else None


def _named_groups(
    rows: list[PersonRow], groups: list[Group], claimed: dict[int, Group], known: Known, read: PeopleRead
) -> list[Group]:
    """Rows with neither code nor phone: each joins the one person of that name in the unit, or is a new one."""
    in_file: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        for key in {(code_key(row.unit), row.fold) for row in group.rows}:
            in_file[key].append(group)
    named: dict[tuple[str, str], list[PersonRow]] = defaultdict(list)
    for row in rows:
        named[code_key(row.unit), row.fold].append(row)
    new: list[Group] = []
    for key, same in named.items():
        stored = known.in_unit.get(key, [])
        candidates = in_file.get(key) or [
            claimed[one.id] for one in stored if one.id in claimed and claimed[one.id].fold == key[1]
        ]
        free = [one for one in stored if one.id not in claimed]
        roles = [row.role for row in same]
        roles += [row.role for group in candidates for row in group.rows if (code_key(row.unit), row.fold) == key]
        if len(set(roles)) < len(roles) or len(candidates) + len(free) > 1:
            for row in same:
                read.aside(
                    row,
                    Col.FULL_NAME,
                    f"trong đơn vị có hai người cùng tên «{row.name}».{HINT}ghi mã cán bộ hoặc số điện thoại.",
                )
        elif candidates:
            candidates[0].rows.extend(same)
        else:
            group = Group(list(same), free[0] if free else None)
            if free:
                claimed[free[0].id] = group
            new.append(group)
    return new


def _warn_of_shared_phones(groups: list[Group], known: Known, read: PeopleRead) -> None:
    sharing: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.phone:
            sharing[group.phone].append(group)
    in_file = {group.record.id for group in groups if group.record}
    for phone, same in sharing.items():
        names = [f"«{group.rows[0].name}» (dòng {group.rows[0].row})" for group in same]
        others = [one for one in known.by_phone.get(phone, ()) if one.id not in in_file and known.is_staying(one)]
        names += [f"«{one.full_name}» (đã có trong danh sách)" for one in others]
        if len(names) > 1:
            message = f"hai người một số: {', '.join(names)}; mời bằng mã.{HINT}hỏi lại số riêng của từng người."
            read.warnings.append(Fault(PERSON_SHEET, same[-1].rows[0].row, Col.PHONE, message))
