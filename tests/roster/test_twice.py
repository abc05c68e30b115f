from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roster import imports
from tests.roster.office import NOW, TODAY, workbook

if TYPE_CHECKING:
    from storage.database import Database

CODES = ["A", "B", "C", "D"]
NAMES = ["Lý Hoà", "Lý Hòa", "Tạ Ân", "Tạ An", "", "khuyết"]
PHONES = ["", "", "0900000001", "900000002", "0123"]
ROLES = ["Chủ tịch", "tổ phó", "Ủy viên BCH", "Sếp"]


@st.composite
def units(draw: st.DrawFn) -> tuple[str, ...]:
    lines = ["R|Gốc|LDLD_TINH||"]
    for place, code in enumerate(CODES):
        parent = draw(st.sampled_from(["R", *CODES[:place]]))
        lines.append(
            f"{code}|Đơn vị {code}|{draw(st.sampled_from(['CDCS', 'TO_CD']))}|{parent}|{draw(st.integers(0, 99))}"
        )
    return tuple(draw(st.permutations(lines)))


PEOPLE = st.lists(
    st.builds(
        "{}|{}|{}|{}|{}|{}".format,
        st.sampled_from(["", "", "CB1", "cb1", "CB2"]),
        st.sampled_from(NAMES),
        st.sampled_from(PHONES),
        st.sampled_from([*CODES, "X"]),
        st.sampled_from(ROLES),
        st.sampled_from(["", "05/03/2024", "06/03/2025"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=PEOPLE, people=PEOPLE, tree=units(), replace=st.booleans())
async def test_importing_twice_changes_nothing(
    database: Database, first: list[str], people: list[str], tree: tuple[str, ...], replace: bool
) -> None:
    async with database.engine.connect() as conn:
        for lines in (first, people):
            book = workbook(lines, tree)
            plan = await imports.check_workbook(book, conn, TODAY, replace=replace)
            assert plan.errors == ()
            await imports.apply(conn, plan, TODAY, NOW)

        again = (await imports.check_workbook(book, conn, TODAY, replace=replace)).summary.as_json()
        await conn.rollback()

    assert (again["units"], again["people"]) == ({"added": 0, "changed": 0, "closed": 0},) * 2
