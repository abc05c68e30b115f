from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import SettingsError, read
from learning.escalation import Ladder, Rung, installed, ladder_on

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OLD = Ladder(date(2026, 1, 1), "cũ", 14, 28)
NEW = Ladder(date(2026, 6, 1), "mới", 7, 21)
DAYS = st.integers(0, 90).map(lambda days: timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "rung"),
    [(14, Rung.NOBODY), (15, Rung.CHAIR), (28, Rung.CHAIR), (29, Rung.ABOVE)],
)
def test_after_so_long(days: int, rung: Rung) -> None:
    assert OLD.rung(NOW - timedelta(days=days), NOW) is rung


@given(DAYS, DAYS)
def test_a_longer_silence_never_climbs_down(first: timedelta, more: timedelta) -> None:
    assert OLD.rung(NOW - first, NOW) <= OLD.rung(NOW - first - more, NOW)


@given(DAYS, DAYS)
def test_settled_ends_it_until_the_next_word(silent_for: timedelta, ago: timedelta) -> None:
    last_word, settled = NOW - silent_for, NOW - ago

    expected = Rung.NOBODY if settled >= last_word else OLD.rung(last_word, NOW)
    assert OLD.rung(last_word, NOW, settled) is expected


def test_a_ladder_holds_from_its_day_on() -> None:
    assert ladder_on(date(2026, 5, 31), (OLD, NEW)) is OLD
    assert ladder_on(date(2026, 6, 1), (OLD, NEW)) is NEW
    assert ladder_on(date(2025, 1, 1), (NEW, OLD)) is OLD


@pytest.mark.parametrize(("chair", "above"), [(0, 28), (14, 14), (28, 14), (14, 366), (-1, 1)])
def test_an_installations_ladder_tells_the_chair_first_and_within_a_year(chair: int, above: int) -> None:
    with pytest.raises(ValueError, match=str(chair)):
        installed(chair, above)
    with pytest.raises(SettingsError, match="TAPHUAN_SILENT_CHAIR_DAYS"):
        read({"TAPHUAN_SILENT_CHAIR_DAYS": str(chair), "TAPHUAN_SILENT_ABOVE_DAYS": str(above)})
    assert ladder_on(date(2020, 1, 1), (installed(3, 7),)).to_above == timedelta(days=7)
