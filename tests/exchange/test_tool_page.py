"""Tools as one page to print: every one fits, nothing is lost, and no word is taken for markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import typst

from content import loader
from content.tool_text import HEADING
from exchange import tool_page

DAY = date(2026, 11, 21)
TOOLS = loader.load().tools
PAGE = re.compile(rb"/Type\s*/Page\b")


def parts_of(body: str, title: str = "Sổ giờ") -> list[dict[str, Any]]:
    page = json.loads(tool_page.page(replace(TOOLS["CC1"], body=body, title=title), DAY))
    found: list[dict[str, Any]] = page["parts"]
    return found


@pytest.mark.parametrize("tool_id", TOOLS)
def test_every_tool_is_one_page_and_its_name_goes_everywhere(tool_id: str) -> None:
    made = tool_page.pdf(TOOLS[tool_id], DAY)

    assert made.startswith(b"%PDF-")
    assert len(PAGE.findall(made)) == 1
    assert b"pdfuaid" in made
    assert re.fullmatch(r"[a-z0-9-]{5,56}\.pdf", tool_page.file_name(TOOLS[tool_id]))


def test_what_does_not_fit_a_page_is_refused_and_not_cut() -> None:
    with pytest.raises(typst.TypstError, match="does not fit"):
        tool_page.pdf(replace(TOOLS["CC1"], body="\n".join(["Việc phải làm."] * 200)), DAY)


def test_words_that_look_like_markup_are_printed_as_they_are() -> None:
    body = '#panic("x") $ *đậm* @ai // \\ ~ = - + "ngoặc" {{'

    assert tool_page.pdf(replace(TOOLS["CC1"], body=body.removesuffix(" {{")), DAY).startswith(b"%PDF-")


def test_gaps_boxes_and_tables_are_told_apart() -> None:
    sign, blank, sheet, names = parts_of(
        "- [ ] Giờ: …… Ngày …… /…… ☐ xong\n…………………………\n\n| Việc | Ai |\n| --- | --- |\n| 1. ………… | ☐ |\n\n"
        "| Bên A | Bên B |\n| --- | --- |\n| (ký, ghi rõ họ tên) | (ký, ghi rõ họ tên) |\n| …… | …… |"
    )[1:]

    assert [next(iter(piece)) for piece in sign["pieces"]] == [
        *("words", "gap", "words", "gap", "words", "date", "words", "tick", "words")
    ]
    assert blank == {"kind": "blank"}
    assert sheet["rows"] == [[{"pieces": [{"words": "1."}]}, {"pieces": [{"tick": True}]}]]
    assert (names["signed"], len(names["rows"])) == (True, 1)


def test_the_title_stands_once_and_below_the_motto() -> None:
    motto = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\nĐộc lập - Tự do - Hạnh phúc\n\n## Biên bản đối thoại\n\nHôm nay, ……"

    assert [part["kind"] for part in parts_of(motto, "Biên bản đối thoại định kỳ")] == [
        "motto",
        "motto",
        "title",
        "plain",
    ]
    assert [part["kind"] for part in parts_of(f"{HEADING}Cách dùng")] == ["title", "heading"]


def test_the_footer_tells_what_it_rests_on_and_the_day_of_its_figures() -> None:
    figured = next(tool for tool in TOOLS.values() if "{{" in tool.body)
    page = json.loads(tool_page.page(figured, DAY))

    assert (
        page["footer"][0]
        == f"Mẫu {figured.id} · {figured.kind} · kèm bài {figured.lesson_id} · số liệu ngày 21/11/2026"
    )
    assert page["footer"][1].startswith("Căn cứ: ")
    assert "{{" not in json.dumps(page, ensure_ascii=False)
