from __future__ import annotations

import pytest

from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, ROLE_LABELS, Role, Track, track_of

ABOVE = ("TLD", "LDLD_TINH", "CD_NGANH", "CD_TD", "CD_TCT", "CD_PHUONG")


@pytest.mark.parametrize("role", [Role.CHAIR, Role.VICE_CHAIR])
def test_heads_learn_as_chairs_at_the_grassroots_and_as_staff_above(role: Role) -> None:
    assert {track_of(role, unit_type) for unit_type in GRASSROOTS_TYPES} == {Track.CHAIR}
    assert {track_of(role, unit_type) for unit_type in ABOVE} == {Track.STAFF}


@pytest.mark.parametrize(
    ("role", "track"),
    [
        (Role.GROUP_LEADER, Track.GROUP_LEADER),
        (Role.GROUP_DEPUTY, Track.GROUP_LEADER),
        (Role.COMMITTEE_MEMBER, Track.COMMITTEE),
        (Role.FULL_TIMER, Track.STAFF),
        (Role.LECTURER, Track.STAFF),
    ],
)
def test_every_other_role_has_one_track_wherever_it_is(role: Role, track: Track) -> None:
    assert {track_of(role, unit_type) for unit_type in (*GRASSROOTS_TYPES, *GROUP_TYPES, *ABOVE)} == {track}


def test_every_role_has_a_label_of_its_own() -> None:
    assert set(ROLE_LABELS) == set(Role)
    assert len({role.label for role in Role}) == len(Role)
