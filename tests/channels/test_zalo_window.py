from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.zalo import Window, sendable

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("silent", "window"),
    [
        (timedelta(0), Window.FREE),
        (timedelta(hours=46), Window.FREE),
        (timedelta(hours=46, seconds=1), Window.PAID),
        (timedelta(hours=49), Window.PAID),
        (timedelta(days=7) - timedelta(hours=2), Window.PAID),
        (timedelta(days=7) - timedelta(hours=2) + timedelta(seconds=1), Window.CLOSED),
        (timedelta(days=400), Window.CLOSED),
    ],
)
def test_it_closes_a_little_early(silent: timedelta, window: Window) -> None:
    assert sendable(NOW - silent, NOW) is window


def test_who_never_spoke_is_not_written_to() -> None:
    assert sendable(None, NOW) is Window.CLOSED
