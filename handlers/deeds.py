"""What each button lets somebody do, as the table of rights names it; a button that is missing here fails the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import actions
from learning.rights import Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

# Deed.OWN: it concerns nobody but whoever presses it, and what it names is looked up among their own.
DEEDS: Mapping[type[actions.Action], Deed] = {
    actions.Agree: Deed.OWN,
    actions.Decline: Deed.OWN,
    actions.Next: Deed.OWN,
    actions.Answer: Deed.OWN,
    actions.Pick: Deed.OWN,
    actions.Later: Deed.OWN,
    actions.Resume: Deed.OWN,
    actions.SetHour: Deed.OWN,
    actions.SetShift: Deed.OWN,
    actions.SetPace: Deed.OWN,
    actions.Snooze: Deed.OWN,
    actions.Screen: Deed.OWN,
    actions.Scenes: Deed.OWN,
    actions.Scene: Deed.OWN,
    actions.Say: Deed.OWN,
    actions.LeaveScene: Deed.OWN,
    actions.OpenTool: Deed.OWN,
    actions.ToolFile: Deed.OWN,
    actions.Change: Deed.OWN,
    actions.LinkDoor: Deed.OWN,
    actions.Erase: Deed.OWN,
    actions.Found: Deed.OWN,
    actions.OpenLesson: Deed.OWN,
    actions.ReadCard: Deed.OWN,
    actions.SignIn: Deed.OWN,
    actions.EndSession: Deed.OWN,
    actions.CastDrop: Deed.OWN,
    actions.Drill: Deed.FIGURES,
    actions.Names: Deed.PEOPLE,
    actions.GetFile: Deed.EXPORT,
    actions.SilentOnes: Deed.PEOPLE,
    actions.Settle: Deed.SETTLE,
    actions.AskAttention: Deed.ATTENTION,
    actions.Recognise: Deed.NEWCOMERS,
    actions.DecideChange: Deed.CHANGES,
    actions.Pause: Deed.PAUSE,
    actions.Unpause: Deed.PAUSE,
    actions.CastUnit: Deed.BROADCAST,
    actions.CastRoles: Deed.BROADCAST,
    actions.CastWrite: Deed.BROADCAST,
    actions.CastSend: Deed.BROADCAST,
    actions.CastSee: Deed.BROADCAST,
    actions.CastStop: Deed.BROADCAST,
}
