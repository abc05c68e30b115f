"""Typst, as reports use it: a template beside this module, words as data so that none is taken for markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_be_vietnam_pro

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent
_FONTS = str(Path(fontpkg_be_vietnam_pro.ROOT) / "files")


def pdf(template: str, data: Mapping[str, object]) -> bytes:
    """Return a tagged PDF; takes up to a second, so call it in a thread."""
    import typst  # noqa: PLC0415 - 7 MB that most processes never need

    made: bytes = typst.compile(
        str(_FOLDER / template),
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
    )
    return made


def png(template: str, data: Mapping[str, object], dots_per_inch: float) -> bytes:
    """Return a template of one page as a picture; takes up to a second, so call it in a thread."""
    import typst  # noqa: PLC0415 - 7 MB that most processes never need

    made: bytes = typst.compile(
        str(_FOLDER / template),
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        format="png",
        ppi=dots_per_inch,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made
