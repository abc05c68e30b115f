"""What stands around every page of the dashboard: whose it is, where one is, where one may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learning.rights import Deed
from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES
from reports import words
from web.board.access import HOME

if TYPE_CHECKING:
    from aiohttp import web

    from web.board.access import Visit
    from web.pages import Pages

_TABS = (
    ("", "Tổng quan", Deed.FIGURES),
    ("don-vi", "Đơn vị bên dưới", Deed.FIGURES),
    ("chi-tieu", "Chỉ tiêu", Deed.FIGURES),
    ("ke-hoach", "Kế hoạch và kinh phí", Deed.FIGURES),
    ("ket-qua", "Ghi nhận lớp", Deed.RESULTS),
    ("nguoi-hoc", "Người học", Deed.PEOPLE),
    ("bao-cao", "Báo cáo", Deed.EXPORT),
    ("cau-hoi", "Bài và câu hỏi", Deed.ITEMS),
    ("tin", "Tin đã gửi", Deed.DELIVERIES),
    ("danh-sach", "Danh sách", Deed.ROSTER),
    ("loi-moi", "Lời mời", Deed.INVITE),
    ("thay-doi", "Báo thay đổi", Deed.CHANGES),
)
_ABOVE_GROUPS = frozenset({"chi-tieu", "ke-hoach", "bao-cao"})


class Frame:
    """Puts a page into its frame."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def page(self, template: str, visit: Visit, tab: str, *, status: int = 200, **values: Any) -> web.Response:
        """Return a page; `tab` is the part of its address behind the unit's."""
        base = f"{HOME}/{visit.unit.unit_id}" if visit.path else HOME
        tabs = [
            (f"{base}/{key}".rstrip("/"), label, key == tab)
            for key, label, deed in _TABS
            if visit.path and visit.may(deed) and _is_there(key, visit)
        ]
        return self._pages.response(
            template,
            status=status,
            visit=visit,
            base=base,
            home=HOME,
            tabs=tabs,
            w=words,
            **values,
        )


def _is_there(key: str, visit: Visit) -> bool:
    """Whether a part has anything to say of the unit: a tổ has no targets, plan or report of its own."""
    if key == "don-vi":
        return looks_below(visit)
    return key not in _ABOVE_GROUPS or visit.unit.unit_type not in GROUP_TYPES


def looks_below(visit: Visit) -> bool:
    """Whether anything that may be seen can lie below: a CĐCS is the last step for those above it."""
    return visit.unit.unit_type not in GRASSROOTS_TYPES or visit.sees_from_within
