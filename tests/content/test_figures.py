"""Figures by their days, written as Vietnamese write them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import figures
from content.faults import FaultList
from content.figures import FigureError, resolve

if TYPE_CHECKING:
    from content.figures import Figures
    from tests.content.trees import Tree

NOW = date(2026, 11, 21)


@pytest.fixture
def dated(tree: Tree) -> Figures:
    faults = FaultList()
    read = figures.read(tree.root / "figures.yaml", faults.of("figures.yaml"))
    assert faults.sorted() == ()
    return read


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gio_cong_doan.chu_tich", "24"),
        ("gio_cong_doan.to_truong", "12"),
        ("doan_phi.ty_le", "0,5"),
        ("luong_toi_thieu.vung_1", "5.310.000"),
        ("luong_toi_thieu.vung_2", "4.730.000"),
        ("luong_toi_thieu.vung_3", "4.140.000"),
        ("luong_toi_thieu.vung_4", "3.700.000"),
        ("luong_toi_thieu_gio.vung_1", "25.500"),
        ("luong_co_so", "2.530.000"),
    ],
)
def test_a_shipped_figure_reads_as_its_source_prints_it(name: str, shown: str) -> None:
    assert resolve(f"là {{{{ {name} }}}} nhé", NOW) == f"là {shown} nhé"


def test_every_shipped_figure_carries_its_source() -> None:
    for values in figures.shipped().by_key.values():
        for figure in values:
            assert figure.source
            assert figure.unit


@pytest.mark.parametrize(("day", "shown"), [(date(2026, 12, 31), "12"), (date(2027, 1, 1), "1.500.000")])
def test_a_figure_changes_on_its_day(dated: Figures, day: date, shown: str) -> None:
    assert dated.resolve("{{gio.to_truong}}", day) == shown


@pytest.mark.parametrize(
    ("name", "day"),
    [("gio.to_truong", date(2025, 6, 30)), ("het_han", date(2026, 1, 1)), ("khong_co", NOW)],
)
def test_no_value_on_a_day_is_an_error(dated: Figures, name: str, day: date) -> None:
    with pytest.raises(FigureError, match=name):
        dated.resolve(f"{{{{ {name} }}}}", day)


def test_a_text_is_looked_at_once_for_each_set_of_values(dated: Figures) -> None:
    assert dated.days(["{{ gio.to_truong }}"]) == (date(2025, 7, 1), date(2027, 1, 1))
    assert len(dated.days(["không có tham số"])) == 1
