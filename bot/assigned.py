"""Which chuyên đề is assigned now, by track: the installation's decision, else the first of each track."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.model import Library


class AssignmentError(ValueError):
    """`TAPHUAN_ASSIGNED` names what is not there; the message says how to mend it, in Vietnamese."""


def assigned_modules(library: Library, decided: str) -> Mapping[Track, str]:
    """
    Return the module assigned to each track.

    Args:
        library: the curriculum.
        decided: "M0", or "T=M1,C=M0", or nothing.

    Raises:
        AssignmentError: a track or a module is not known, or the module has nothing for the track.
    """
    chosen = {track: modules[0].id for track in Track if (modules := library.modules_for(track))}
    for part in filter(None, (text.strip() for text in decided.split(","))):
        name, _, module_id = part.rpartition("=")
        tracks = [track for track in Track if not name or track.value == name]
        if not tracks or module_id not in {module.id for module in library.modules}:
            raise AssignmentError(f"TAPHUAN_ASSIGNED: không có “{part}”. Gợi ý: M0 hoặc T=M1,C=M0.")
        for track in tracks:
            if library.module(module_id).lessons_for(track):
                chosen[track] = module_id
            elif name:
                raise AssignmentError(f"TAPHUAN_ASSIGNED: chuyên đề {module_id} không có bài cho lộ trình {name}.")
    return chosen
