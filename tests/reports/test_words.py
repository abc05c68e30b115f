from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from channels.messages import UnitId
from handlers import actions
from reports import buttons, words

CUT_OFF = datetime(2026, 11, 22, 17, tzinfo=UTC)
UNIT = UnitId(7)


def test_numbers_and_dates_are_vietnamese() -> None:
    assert words.number(1234) == "1.234"
    assert words.number(1234567.5, 1) == "1.234.567,5"
    assert words.day(date(2026, 2, 1)) == "01/02/2026"
    assert words.moment(datetime(2026, 11, 21, 1, 5, tzinfo=UTC)) == "08:05 ngày 21/11/2026"
    assert words.week(CUT_OFF) == "16–22/11/2026"
    assert words.week(datetime(2026, 12, 6, 17, tzinfo=UTC)) == "30/11–06/12/2026"
    assert words.week(datetime(2027, 1, 3, 17, tzinfo=UTC)) == "28/12/2026–03/01/2027"
    assert words.last_day(CUT_OFF) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "—"),
        (7, 18, "7/18"),
        (13, 20, "13/20 (65%)"),
        (268, 1385, "268/1.385 (19,4%)"),
        (0, 50, "0/50 (0%)"),
        (1, 100_000, "1/100.000 (0,1%)"),
        (99_999, 100_000, "99.999/100.000 (99,9%)"),
        (20, 20, "20/20 (100%)"),
    ],
)
def test_a_share_has_a_percentage_only_from_20_on(part: int, whole: int, text: str) -> None:
    assert words.share(part, whole) == text


def test_a_change_is_said_in_words() -> None:
    assert [words.change(n) for n in (2, 0, -1)] == ["thêm 2", "", "bớt 1"]


def test_handlers_take_the_buttons_apart() -> None:
    drill = buttons.drill("Theo đơn vị", UNIT, CUT_OFF, 2)
    live = buttons.drill("Theo đơn vị", UNIT, None)

    assert actions.unpack(drill.action) == actions.Drill(7, int(CUT_OFF.timestamp()), 2)
    assert actions.unpack(live.action) == actions.Drill(7, 0, 0)
    assert actions.unpack(buttons.names("Danh sách", UNIT, 3).action) == actions.Names(7, 3)
    assert actions.unpack(buttons.ask_attention("Gửi", UNIT, is_sure=True).action) == actions.AskAttention(7, 1)
    assert actions.unpack(buttons.RESUME.action) == actions.Resume()
    assert actions.unpack(buttons.CHANGES.action) == actions.Screen("changes")
