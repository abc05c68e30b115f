from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.trainers import (
    GUIDELINE_RULES,
    NON_STATE,
    RESOLUTION_RULES,
    Above,
    Assignment,
    Base,
    Level,
    duty,
)
from learning.unit_sizes import Size, size_on

TLD, PROVINCE, DISTRICT, WARD, PARK, BASE = range(1, 7)
BEFORE, TODAY = date(2025, 3, 1), date(2026, 11, 21)
WAY_UP = (Above(DISTRICT, "CD_CTTTCS"), Above(PROVINCE, "LDLD_TINH"), Above(TLD, "TLD"))


def base(members: int | None, sector: str = "nha_nuoc", manager: int | None = WARD) -> Base:
    return Base(BASE, sector, members, WAY_UP, manager)


@given(st.one_of(st.none(), st.integers(0, 30_000)), st.sampled_from(["nha_nuoc", NON_STATE, "su_nghiep"]))
def test_the_resolution_gives_every_chair_exactly_one_trainer(members: int | None, sector: str) -> None:
    found = [one for rule in RESOLUTION_RULES if (one := duty(rule, base(members, sector), TODAY))]

    assert len(found) == 1
    assert found[0].owner_id is not None


@pytest.mark.parametrize(
    ("members", "sector", "resolution", "guideline"),
    [
        (2_500, NON_STATE, {TLD}, {TLD, PROVINCE}),  # here the two papers overlap
        (2_500, "nha_nuoc", {TLD}, {TLD}),
        (2_499, NON_STATE, {PROVINCE}, {PROVINCE}),
        (1_000, "nha_nuoc", {PROVINCE}, set()),
        (999, NON_STATE, {DISTRICT}, {DISTRICT}),
        (None, NON_STATE, {DISTRICT}, {DISTRICT}),
    ],
)
def test_the_two_papers_are_kept_apart(
    members: int | None, sector: str, resolution: set[int], guideline: set[int]
) -> None:
    for rules, expected in ((RESOLUTION_RULES, resolution), (GUIDELINE_RULES, guideline)):
        found = (duty(rule, base(members, sector), BEFORE) for rule in rules)

        assert {one.owner_id for one in found if one} == expected


def test_where_the_level_has_ended_the_duty_rises_or_goes_to_who_was_named() -> None:
    rule = RESOLUTION_RULES[2]
    ward = Assignment(WARD, WARD, Level.DIRECT_SUPERIOR, "12/QĐ-LĐLĐ", date(2026, 1, 1), date(2026, 12, 1))
    own = Assignment(BASE, PARK, Level.DIRECT_SUPERIOR, "13/QĐ-LĐLĐ", date(2026, 6, 1))
    other = Assignment(WARD, TLD, Level.PROVINCE_OR_SECTOR, "14/QĐ-LĐLĐ", date(2026, 1, 1))
    named = {WARD: [other, ward], BASE: [own]}
    small = base(40)

    owners = [
        (day, one.owner_id, one.by_rule_id)
        for day in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 1))
        if (one := duty(rule, small, day, named))
    ]

    assert owners == [
        (date(2025, 6, 30), DISTRICT, DISTRICT),
        (date(2025, 7, 1), PROVINCE, PROVINCE),
        (date(2026, 1, 1), WARD, PROVINCE),
        (date(2026, 6, 1), PARK, PROVINCE),
        (date(2026, 12, 1), PARK, PROVINCE),
    ]
    alone = duty(rule, Base(BASE, None, 40, ()), TODAY)
    assert alone is not None
    assert alone.owner_id is None


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([Size(2_610, date(2025, 6, 1)), Size(2_400, date(2026, 1, 1), date(2026, 1, 5))], 2_610),
        ([Size(2_610, date(2025, 6, 1)), Size(2_400, date(2025, 12, 1), date(2026, 1, 5))], 2_400),
        ([Size(26_100, date(2025, 6, 1)), Size(2_610, date(2025, 6, 1), date(2026, 3, 1))], 2_610),
        ([Size(None), Size(300, date(2026, 5, 1), date(2026, 5, 2))], 300),
        ([Size(900), Size(1_100, None, date(2026, 2, 1))], 900),
        ([Size(900), Size(1_100, None, date(2025, 12, 1))], 1_100),
        ([Size(None)], None),
    ],
)
def test_the_size_is_that_at_the_start_of_the_period(sizes: list[Size], expected: int | None) -> None:
    assert size_on(sizes, date(2025, 12, 1)) == expected
