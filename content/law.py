"""Whether every clause and figure rests on a paper of the registry that is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import citations
from content.sources import FILE, Status
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from content.citations import Citation
    from content.faults import Complain
    from content.figures import Figures
    from content.model import LegalBasis
    from content.sources import LegalSource, Registry


def check_clauses(
    legal: Iterable[LegalBasis],
    lines: Mapping[str, int],
    registry: Registry,
    complain: Complain,
    *,
    on: date | None = None,
    is_draft: bool = False,
) -> None:
    """
    Complain about clauses of papers that are unknown, not in force, or in force later than the clause says.

    Args:
        legal: the clauses of a file.
        lines: the line of each citation, by the clause's key.
        registry: the papers.
        complain: told what is wrong.
        on: the day of the check; what the papers' statuses say counts when None.
        is_draft: whether nobody sees the text yet, so that it may rest on a paper to come.
    """
    for basis in legal:
        line = lines[basis.key]
        cited = citations.parse(basis.cite)
        paper = registry.of(basis)
        if paper is None:
            name = basis.source or cited.number or cited.name
            complain(line, f"Văn bản '{name}' không có trong {FILE}; sửa căn cứ hoặc thêm văn bản.")
            continue
        for number in cited.amended_by:
            _check_amendment(number, paper, registry, line, complain)
        _check_name(cited, paper, registry, line, complain)
        _check_force(basis, paper, line, complain, on=on, is_draft=is_draft)


def check_figures(figures: Figures, registry: Registry, complain: Complain, on: date | None = None) -> None:
    """Complain about figures of papers that are unknown, that begin before their paper, or outlive it."""
    for values in figures.by_key.values():
        for figure in values:
            for cite in figure.source.split(";"):
                cited = citations.parse(cite.strip())
                paper = registry.find(cited)
                if paper is None:
                    name = cited.number or cited.name
                    complain(figure.line, f"'{figure.key}': văn bản '{name}' không có trong {FILE}.")
                elif paper.in_force_from is not None and figure.valid_from < paper.in_force_from:
                    complain(figure.line, f"'{figure.key}' có hiệu lực trước văn bản {paper.id}.")
                elif figure.valid_to is None and paper.is_ended(on):
                    complain(figure.line, f"'{figure.key}' còn dùng, nhưng văn bản {paper.id} đã hết hiệu lực.")


def warn_of_statuses(registry: Registry, on: date | None, warn: Complain) -> None:
    """Warn about papers whose written status the days contradict."""
    for paper in registry.by_id.values() if on is not None else ():
        is_late = paper.status is Status.IN_FORCE and (paper.is_ended(on) or paper.is_coming(on))
        if is_late or (paper.status is Status.COMING and not paper.is_coming(on)):
            warn(paper.line, f"Trạng thái '{paper.status}' của {paper.id} không khớp ngày hiệu lực.")


def _check_amendment(number: str, paper: LegalSource, registry: Registry, line: int, complain: Complain) -> None:
    if number not in registry.by_id:
        complain(line, f"Văn bản sửa đổi '{number}' không có trong {FILE}.")
    elif number not in paper.amended_by:
        complain(line, f"Theo {FILE}, {paper.id} không do {number} sửa.")


def _check_name(cited: Citation, paper: LegalSource, registry: Registry, line: int, complain: Complain) -> None:
    """A known title beside another paper's number is a slip of the pen."""
    named = registry.by_name.get(fold(cited.name))
    if cited.number and named is not None and named != paper.id:
        complain(line, f"Tên '{cited.name}' là của văn bản {named}, không phải {paper.id}.")


def _check_force(
    basis: LegalBasis, paper: LegalSource, line: int, complain: Complain, *, on: date | None, is_draft: bool
) -> None:
    if paper.is_ended(on):
        instead = f"; thay bằng {paper.replaced_by}" if paper.replaced_by else ""
        complain(line, f"Văn bản {paper.id} đã hết hiệu lực{instead}.")
    elif paper.is_coming(on) and not is_draft:
        complain(line, f"Văn bản {paper.id} chưa có hiệu lực; bài phải để trạng thái 'nháp'.")
    if (
        basis.in_force_from is not None
        and paper.in_force_from is not None
        and basis.in_force_from < paper.in_force_from
    ):
        complain(line, f"Căn cứ ghi hiệu lực trước ngày {paper.in_force_from:%d/%m/%Y} của văn bản {paper.id}.")
    if paper.status is Status.UNKNOWN and not basis.needs_lawyer:
        complain(line, f"Chưa rõ hiệu lực của văn bản {paper.id}; căn cứ phải ghi 'needs_lawyer: true'.")
