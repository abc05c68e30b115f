from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from storage.people import match_by_name, match_by_phone
from storage.tables import org_unit, person, position, rollup_dirty
from tests.roster.office import PEOPLE, PERSON_HEADS, TODAY, UNITS, workbook

if TYPE_CHECKING:
    from tests.roster.office import Office

CHAIR = "CB1|Nguyễn Thị Hòa|0900000001|C1|Chủ tịch|05/03/2024"


async def test_posts_go_in_with_track_dates_and_reports(office: Office) -> None:
    summary = await office.take(workbook((*PEOPLE[:3], "|||C2|Phó chủ tịch|")))

    assert summary.as_json()["people"] == {"added": 4, "changed": 0, "closed": 0}
    chair, leader, other, vacant = await office.rows(position)
    assert (chair["role"], chair["track"], chair["valid_from"], chair["receives_reports"]) == (
        "chu_tich",
        "C",
        date(2024, 3, 5),
        True,
    )
    assert (leader["role"], leader["track"], leader["valid_from"], leader["receives_reports"]) == (
        "to_truong",
        "T",
        TODAY,
        False,
    )
    assert other["receives_reports"]
    assert (vacant["person_id"], vacant["receives_reports"]) == (None, False)
    hoa = (await office.rows(person))[0]
    assert (hoa["name_fold"], hoa["phone"]) == ("nguyen thi hoa", "+84900000001")
    assert {row["unit_id"] for row in await office.rows(rollup_dirty)} == {
        None,  # the tree
        *(row["id"] for row in await office.rows(org_unit)),
    }


async def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    book = workbook((*PEOPLE[:3], "|||C2|Phó chủ tịch|", "|||C2|Phó chủ tịch|"))
    await office.take(book)

    again = (await office.take(book, replace=True, today=TODAY + timedelta(days=9))).as_json()

    assert (again["units"], again["people"]) == ({"added": 0, "changed": 0, "closed": 0},) * 2
    assert (again["set_aside"], again["errors"]) == ([], [])


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("CB9|Lý A|0900000009|X9|Chủ tịch|", "Mã đơn vị", "không có đơn vị"),
        ("CB9|Lý A|0900000009||Chủ tịch|", "Mã đơn vị", "để trống"),
        ("CB9|Lý A|0900000009|C1|Chủ tich CĐ|", "Chức danh", "có phải «Chủ tịch»"),
        ("CB9|Lý A|0900000009|C1||", "Chức danh", "để trống"),
        ("CB9|Lý A|12345|C1|Tổ phó|", "Điện thoại", "không thể gọi"),
        ("CB9|Lý A||C1|Tổ phó|31/02/2024", "Ngày bầu", "không phải ngày"),
        ("CB9|Lý A||C1|Tổ phó|22/11/2026", "Ngày bầu", "tương lai"),
        ("CB9||0900000009|C1|Tổ phó|", "Họ và tên", "để trống"),
        ("|khuyết|0900000009|C1|Tổ phó|", "Họ và tên", "khuyết"),
        (f"CB9|{'Lý ' * 41}||C1|Tổ phó|", "Họ và tên", "quá 120"),
        (f"{'9' * 41}|Lý A||C1|Tổ phó|", "Mã cán bộ", "quá 40"),
    ],
)
async def test_a_faulty_row_is_set_aside_and_the_rest_goes_in(
    office: Office, line: str, column: str, words: str
) -> None:
    summary = await office.take(workbook((CHAIR, line)))

    assert [(fault.sheet, fault.row, fault.column) for fault in summary.set_aside] == [("Cán bộ", 3, column)]
    assert words in summary.set_aside[0].message
    assert (summary.people_added, summary.errors) == (1, ())


async def test_several_faults_of_a_row_are_one_entry(office: Office) -> None:
    plan = await office.check(workbook(("CB9|Lý A|123|X|Sếp|",)))

    (fault,) = plan.set_aside
    assert all(f"«{column}»" in fault.line() for column in ("Điện thoại", "Mã đơn vị", "Chức danh"))


async def test_old_text_in_a_persons_row_stops_everything(office: Office) -> None:
    summary = await office.take(workbook((CHAIR, "CB2|Nguyeãn Vaên A||C1|Tổ phó|")))

    assert [(fault.row, fault.column) for fault in summary.errors] == [(3, "Họ và tên")]
    assert await office.rows(org_unit) == []


@pytest.mark.parametrize("vacant", ["|||C1|Tổ phó|", "|Khuyết|||", "|KHUYET||C1|To pho|"])
async def test_a_vacant_post_has_no_person(office: Office, vacant: str) -> None:
    summary = await office.take(workbook((vacant if "C1" in vacant else "|Khuyết||C1|Tổ phó|",)))

    (post,) = await office.rows(position)
    assert (post["person_id"], summary.people_added) == (None, 1)


async def test_filling_a_vacant_post_closes_it(office: Office) -> None:
    await office.take(workbook(("|||C1|Chủ tịch|",)))

    summary = await office.take(workbook((CHAIR,)))

    assert (summary.people_added, summary.people_closed) == (1, 1)
    assert len(await office.held()) == 1


async def test_one_person_several_posts(office: Office) -> None:
    by_code = (
        CHAIR,
        "cb1|Nguyễn Thị Hoà||C1-G1|Tổ trưởng|",
        "|Lê Thị Cúc|0900000003|C2|Chủ tịch|",
        "|LÊ THỊ CÚC|+84 900 000 003|C1|Ủy viên BCH|",
    )

    summary = await office.take(workbook(by_code))

    assert (summary.people_added, len(await office.rows(person)), summary.set_aside, summary.warnings) == (4, 2, (), ())


async def test_a_row_without_a_code_joins_the_code_of_its_phone_and_name(office: Office) -> None:
    await office.take(workbook((CHAIR, "|Nguyen Thi Hoa|900000001|C2|Tổ phó|")))

    assert len(await office.rows(person)) == 1


async def test_one_phone_under_two_codes_sets_both_aside(office: Office) -> None:
    summary = await office.take(workbook((CHAIR, "CB7|Nguyễn Thị Hòa|0900000001|C2|Chủ tịch|", PEOPLE[1])))

    assert [fault.row for fault in summary.set_aside] == [2, 3]
    assert all("CB1 (dòng 2), CB7 (dòng 3)" in fault.message for fault in summary.set_aside)
    assert summary.people_added == 1


async def test_a_phone_stored_under_another_code_sets_the_row_aside(office: Office) -> None:
    await office.take(workbook((CHAIR,)))

    summary = await office.take(workbook(("CB7|Nguyễn Thị Hòa|0900000001|C2|Chủ tịch|",)))

    assert "CB1 (đã có trong danh sách)" in summary.set_aside[0].message


async def test_one_phone_two_names_keeps_two_persons_and_warns(office: Office) -> None:
    summary = await office.take(workbook((CHAIR, "|Lý Văn Đức|0900000001|C2|Chủ tịch|")))

    assert (summary.people_added, summary.set_aside) == (2, ())
    assert [fault.row for fault in summary.warnings] == [3]
    assert "hai người một số" in summary.warnings[0].message
    assert "mời bằng mã" in summary.warnings[0].message
    async with office.database.connect() as conn:
        assert len(await match_by_phone(conn, "+84900000001", None)) == 2


async def test_one_code_two_names_sets_both_aside(office: Office) -> None:
    plan = await office.check(workbook((CHAIR, "CB1|Lý Văn Đức||C2|Chủ tịch|")))

    assert [(fault.row, fault.column) for fault in plan.set_aside] == [(2, "Mã cán bộ"), (3, "Mã cán bộ")]


async def test_neither_code_nor_phone_is_unit_and_name(office: Office) -> None:
    book = workbook(("|Lý A||C1|Tổ trưởng|", "|Lý A||C1|Ủy viên BCH|", "|Lý A||C2|Tổ trưởng|"))
    await office.take(book)

    again = await office.take(book)

    assert len(await office.rows(person)) == 2
    assert again.as_json()["people"] == {"added": 0, "changed": 0, "closed": 0}


async def test_neither_code_nor_phone_is_set_aside_if_ambiguous(office: Office) -> None:
    same_post = await office.check(workbook(("|Lý A||C1|Tổ trưởng|", "|Ly A||C1|Tổ trưởng|")))
    two_known = await office.check(
        workbook(("A1|Lý A||C1|Tổ trưởng|", "A2|Lý A||C1|Tổ phó|", "|Lý A||C1|Ủy viên BCH|"))
    )

    assert [fault.row for fault in same_post.set_aside] == [2, 3]
    assert [fault.row for fault in two_known.set_aside] == [4]


async def test_a_name_that_gains_a_phone_and_a_code_stays_one_person(office: Office) -> None:
    await office.take(workbook(("|Lý A||C1|Tổ trưởng|",)))
    with_phone = await office.take(workbook(("|Lý Á|0900000009|C1|Tổ trưởng|",)))
    with_code = await office.take(workbook(("CB9|Lý Á|0900000009|C1|Tổ trưởng|",)))
    blank = await office.take(workbook(("CB9|Lý Á||C1|Tổ trưởng|",)))

    assert [one.as_json()["people"] for one in (with_phone, with_code)] == [{"added": 0, "changed": 1, "closed": 0}] * 2
    assert blank.people_changed == 0
    (row,) = await office.rows(person)
    assert (row["code"], row["full_name"], row["phone"]) == ("CB9", "Lý Á", "+84900000009")


async def test_two_persons_may_swap_phones(office: Office) -> None:
    await office.take(workbook(("A|Lý A|0900000001|C1|Tổ phó|", "B|Lý B|0900000002|C1|Tổ phó|")))

    summary = await office.take(workbook(("A|Lý A|0900000002|C1|Tổ phó|", "B|Lý B|0900000001|C1|Tổ phó|")))

    assert (summary.people_changed, summary.set_aside, summary.warnings) == (2, (), ())


async def test_a_later_election_opens_a_new_term(office: Office) -> None:
    await office.take(workbook((CHAIR,)))

    summary = await office.take(workbook((CHAIR.replace("2024", "2026"),)))

    old, new = await office.rows(position)
    assert (summary.people_changed, summary.people_added, summary.people_closed) == (1, 0, 0)
    assert (old["elected_on"], old["valid_to"]) == (date(2024, 3, 5), date(2026, 3, 5))
    assert (new["valid_from"], new["valid_to"], new["person_id"]) == (date(2026, 3, 5), None, old["person_id"])


async def test_a_marked_column_decides_who_receives(office: Office) -> None:
    heads = f"{PERSON_HEADS}|Nhận báo cáo|Nữ|Chuyên trách|Lần đầu|Ca làm việc|Hết nhiệm kỳ"
    lines = (f"{CHAIR}||x||||", f"{PEOPLE[1]}|CÓ||x|x|Ca 1|05/03/2029", f"{PEOPLE[2]}|đúng đấy|||||")

    plan = await office.check(workbook(lines, person_heads=heads))
    await office.take(workbook(lines, person_heads=heads))

    assert [row["receives_reports"] for row in await office.rows(position)] == [False, True, False]
    second = (await office.rows(position))[1]
    assert (second["is_full_time"], second["is_first_term"], second["shift"]) == (True, True, "ca_1")
    assert second["term_ends_on"] == date(2029, 3, 5)
    assert [row["is_female"] for row in await office.rows(person)] == [True, False, False]
    assert [fault.column for fault in plan.warnings] == ["Nhận báo cáo"]


@pytest.mark.parametrize(
    ("kind", "receives"),
    [("CDCS", True), ("NDCS", True), ("CD_XA", True), ("CDBP", False), ("CDCS_TV", False), ("TO_CD", False)],
)
async def test_without_the_column_chairs_from_cdcs_upwards_receive(office: Office, kind: str, receives: bool) -> None:
    await office.take(workbook(("|Lý A||A|Chủ tịch|", "|Lý B||A|Phó chủ tịch|"), (UNITS[0], f"A|A|{kind}|T01|")))

    assert [row["receives_reports"] for row in await office.rows(position)] == [receives, False]


async def test_a_doubled_row_counts_once(office: Office) -> None:
    summary = await office.take(workbook((CHAIR, CHAIR)))

    assert (summary.people_added, [fault.row for fault in summary.warnings]) == (1, [3])


async def test_matching_looks_below_a_unit_and_at_those_in_office(office: Office) -> None:
    await office.take(workbook())
    ids = {row["code"]: row["id"] for row in await office.rows(org_unit)}

    async with office.database.connect() as conn:
        (found,) = await match_by_phone(conn, "+84900000002", ids["C1"])
        assert (found.full_name, [post.unit_name for post in found.posts]) == ("Trần Văn Bình", ["Tổ 1"])
        assert await match_by_phone(conn, "+84900000002", ids["C2"]) == []
        assert [one.code for one in await match_by_name(conn, "nguyen thi hoa", None)] == ["CB1"]
    await office.take(workbook(PEOPLE[:1]), replace=True)
    async with office.database.connect() as conn:
        assert await match_by_phone(conn, "+84900000002", None) == []
