"""The benchmark of the dashboard, at a size that only shows that it measures what it says."""

from __future__ import annotations

from argparse import Namespace

import pytest

from bench import board


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # it starts two programs
async def test_a_small_country_is_counted_opened_and_kept_up(database_url: str) -> None:
    sizes = {"units": 110, "learners": 500, "lessons": 2, "supervisors": 40, "seconds": 2.0, "processes": 1}
    args = Namespace(on="postgresql", **sizes)

    figures, peers = await board.measure(database_url, args, completions=1)

    assert (figures["learners"], figures["progress_rows"]) == (500, 1_000)
    assert figures["counting"]["unequal"] == 0
    assert figures["pages"]["wrong"] == {}
    assert figures["pages"]["pages"] >= 3
    assert figures["pages"]["p95_ms"] > 0
    assert set(peers["counted_live"]) == {"load", "CD_XA_ms", "TLD_ms"}
    assert figures["visible"]["unit_s"]["longest"] > 0
