"""The browser as a channel: the ledger keeps the message, and the open pages of its reader are told at once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from channels.hub import Acknowledged, Shown
from channels.messages import ANY_FILE, Capabilities

if TYPE_CHECKING:
    from channels.hub import Hub
    from channels.messages import Address, Message, Tap

NAME = "browser"
# A page has no limit of its own; this is far beyond what the assistant says.
CAPABILITIES = Capabilities(edits=True, asks_contact=False, max_text=100_000, files=ANY_FILE)


class BrowserChannel:
    """
    A channel that cannot fail: a page that is not open reads the message from the ledger when it opens.

    What is sent without a tag (to a visitor, of whom nothing is kept) is seen only by pages that are open now.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    @property
    def capabilities(self) -> Capabilities:
        """Edits in place, links to files; cannot vouch for a phone, so it asks for none."""
        return CAPABILITIES

    async def send(self, to: Address, message: Message) -> str:
        """Show the message on the open pages of `to`; its reference is the message it replaces, else the tag."""
        ref = message.replaces or to.tag or f"v{secrets.token_hex(8)}"
        self._hub.publish(to.external_id, Shown(ref, message, to.tag))
        return ref

    async def acknowledge(self, tap: Tap) -> None:
        """Let the button stop being busy."""
        if tap.callback_id:
            self._hub.publish(tap.sender.external_id, Acknowledged(tap.callback_id))

    async def close(self) -> None:
        """End the open pages."""
        self._hub.close()
