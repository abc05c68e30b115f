"""The table of rights against what it should say, written down a second time by hand: some thousands of cases."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from learning.rights import RIGHTS, Deed, Held, Office, Relation, may
from learning.roles import Role

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
SPANS = {
    "held": (TODAY - DAY, None, True),
    "from today": (TODAY, None, True),
    "until tomorrow": (TODAY - DAY, TODAY + DAY, True),
    "ended today": (TODAY - 9 * DAY, TODAY, False),
    "ended yesterday": (TODAY - 9 * DAY, TODAY - DAY, False),
    "from tomorrow": (TODAY + DAY, None, False),
}
UNIT_TYPES = {"TLD": "above", "LDLD_TINH": "above", "CD_XA": "above", "CDCS": "base", "CDBP": "base", "TO_CD": "none"}
# One letter a relation: same, part, group, below, managed, beyond, apart.
LETTERS = dict(zip(Relation, "spgbmxa", strict=True))
EXPECTED = {
    Deed.FIGURES: {"above": "sbm", "base": "spg"},
    Deed.EXPORT: {"above": "sbm", "base": "spg"},
    Deed.PEOPLE: {"above": "s", "base": "s"},
    Deed.ITEMS: {"above": "s", "base": ""},
    Deed.DELIVERIES: {"above": "sb", "base": "sp"},
    Deed.ATTENTION: {"above": "bm", "base": "p"},
    Deed.SETTLE: {"above": "bm", "base": "s"},
    Deed.PAUSE: {"above": "sb", "base": "spg"},
    Deed.BROADCAST: {"above": "sb", "base": "spg"},
    Deed.ROSTER: {"above": "sb", "base": "sp"},
    Deed.INVITE: {"above": "sb", "base": "spg"},
    Deed.CHANGES: {"above": "sb", "base": "spg"},
    Deed.NEWCOMERS: {"above": "sb", "base": "spg"},
    Deed.PLAN: {"above": "s", "base": "s"},
    Deed.RESULTS: {"above": "s", "base": "s"},
    Deed.DECIDE: {"above": "s", "base": "s"},
}
OF_CHAIRS_ALONE = {Deed.DECIDE}


def test_the_table_says_something_of_every_office_and_deed() -> None:
    assert set(RIGHTS) == set(Deed) == {*EXPECTED, Deed.OWN}
    for row in RIGHTS.values():
        assert set(row) == set(Office)


@pytest.mark.parametrize("deed", EXPECTED)
def test_every_post_relation_and_span(deed: Deed) -> None:
    cases = 0
    for role, receives, unit_type, relation, (since, until, is_held) in product(
        Role, (False, True), UNIT_TYPES, Relation, SPANS.values()
    ):
        cases += 1
        level = UNIT_TYPES[unit_type]
        leads = role is Role.CHAIR or (receives and deed not in OF_CHAIRS_ALONE)
        expected = is_held and leads and LETTERS[relation] in EXPECTED[deed].get(level, "")

        post = Held(role, unit_type, receives, since, until, relation)

        assert may(deed, [post], TODAY) is expected, (role, receives, unit_type, relation, since, until)
    assert cases == 7 * 2 * 6 * 7 * 6


def test_one_of_several_posts_is_enough_and_none_is_not() -> None:
    clerk = Held(Role.FULL_TIMER, "LDLD_TINH", False, TODAY - DAY, None, Relation.SAME)
    chair = Held(Role.CHAIR, "CDCS", True, TODAY - DAY, None, Relation.GROUP)

    assert may(Deed.FIGURES, [clerk, chair], TODAY)
    assert not may(Deed.FIGURES, [clerk], TODAY)
    assert not may(Deed.FIGURES, [], TODAY)
    assert may(Deed.OWN, [], TODAY)
