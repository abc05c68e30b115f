"""Whether a drill can be played: every way from its start ends, within the turns a drill has, and can be won."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning import drill as rules

if TYPE_CHECKING:
    from content.drill_model import Drill
    from content.drills import DrillFile
    from content.faults import Complain

END = "end"  # what authors write for a reply that ends the talk
FEWEST_TURNS, MOST_TURNS = 6, 12


def can_be_played(placed: DrillFile, start_line: int, complain: Complain) -> bool:
    """Whether every way leads from the start to an end; else it is said where not."""
    drill, graph = placed.drill, placed.drill.graph
    if drill.start not in graph:
        complain(start_line, f"Lượt mở đầu '{drill.start}' không có trong 'turns'.")
        return False
    if not _leads_on(placed, complain):
        return False
    for key in sorted(set(graph) - rules.reachable(graph, drill.start)):
        complain(placed.turn_lines[key], f"Không lời đáp nào dẫn tới lượt '{key}'.")
    if loops := rules.in_cycles(graph, drill.start):
        for key in sorted(loops):
            complain(placed.turn_lines[key], f"Từ lượt '{key}' có đường quay lại chính nó.")
        return False
    fewest, most = rules.lengths(graph, drill.start)
    if fewest < FEWEST_TURNS or most > MOST_TURNS:
        complain(
            start_line, f"Đường ngắn nhất {fewest} lượt, dài nhất {most}; phải từ {FEWEST_TURNS} đến {MOST_TURNS}."
        )
    return True


def _leads_on(placed: DrillFile, complain: Complain) -> bool:
    """Whether every turn has replies, and every reply a turn that is there; what leads nowhere is complained about."""
    drill = placed.drill
    lost = [
        (turn.key, reply)
        for turn in drill.turns.values()
        for reply in turn.replies
        if reply.branch.next is not None and reply.branch.next not in drill.turns
    ]
    for key, reply in lost:
        complain(placed.reply_lines[key, reply.key], f"Lượt '{reply.branch.next}' không có; hết thì ghi {END}.")
    return not lost and all(turn.replies for turn in drill.turns.values())


def check_points(drill: Drill, line: int, complain: Complain) -> None:
    """Complain about criteria that nobody can reach, and about points that no single way brings together."""
    full = drill.full
    for criterion in drill.rubric:
        if not full[criterion.key]:
            complain(line, f"Tiêu chí '{criterion.key}' chưa có lời đáp nào được điểm.")
    if rules.best_total(drill.graph, drill.start) < sum(full.values()):
        complain(line, "Không đường nào đạt trọn điểm mọi tiêu chí; xem lại điểm của các lời đáp.")
