from __future__ import annotations

import unicodedata

import pytest

from roster.legacy_text import CodeTable, code_table


@pytest.mark.parametrize(
    "text", ["NguyÔn V¨n An", "C«ng ty", "¤ng B×nh", "Hoµ", "Lª", "Nguyªn", "TrÇn ThÞ", "®oµn viªn", "µ", "¤"]
)
def test_tcvn3_is_told(text: str) -> None:
    assert code_table(text) is CodeTable.TCVN3


@pytest.mark.parametrize("text", ["Nguyeãn Vaên An", "Traàn Thò Hoa", "Coâng ñoaøn", "Leâ", "Ñoã Thò", "Phaïm"])
def test_vni_is_told(text: str) -> None:
    assert code_table(text) is CodeTable.VNI


@pytest.mark.parametrize("text", ["Nguyá»…n", "Tr?n V?n An", "Nguy�n", "Ä‘oàn", "CÃ´ng ty"])
def test_text_read_in_a_wrong_table_is_told(text: str) -> None:
    assert code_table(text) is CodeTable.BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Thị Hoà",
        "Nguyễn Thị Hòa",
        "Khoẻ, khỏe, thuở, quỹ, xoá, loại, ngoằn ngoèo, đoàn, Uỷ ban, tuý luý",
        "Y Thoa Êban, H'Loan Niê, Kpă Thuơi, Rơ Châm Yơh",
        "CĐCS Công ty TNHH Ørsted Müller & Söhne",
        "Công ty “Sao Việt” - chi nhánh 2 (KCN)?",
        "ƯỚC MƠ, ĐẶNG ĐÌNH ĐỖ, ÂU CƠ, ÂN, ỨNG",
        "T07-C004512",
    ],
)
def test_unicode_vietnamese_is_left_alone(text: str) -> None:
    assert code_table(text) is None
    assert code_table(unicodedata.normalize("NFD", text)) is None
