"""The Official Account's channel, put together from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.zalo.keyring import Keyring
from bot.zalo.uploads import Uploads
from channels.wire import Wire
from channels.zalo import Bases, Papers, ZaloChannel, ZaloClient, ZaloOAuth
from storage.zalo_tokens import Safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.settings import Settings
    from channels.messages import Address, EndpointId, Files
    from channels.zalo import Approved, Counter
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class Sends:
    """What sending files takes."""

    files: Files
    endpoint: EndpointId


@dataclass(frozen=True, slots=True)
class ZaloParts:
    """What runs where an Official Account is set."""

    channel: ZaloChannel
    client: ZaloClient
    keyring: Keyring
    oauth: ZaloOAuth
    safe: Safe
    uploads: Uploads | None = None


def open_zalo(
    settings: Settings,
    database: Database,
    clock: Clock,
    count: Counter | None = None,
    approved: Callable[[Address], Approved | None] | None = None,
    sends: Sends | None = None,
) -> ZaloParts:
    """
    Return the parts; nothing is connected yet, and `channel.close` closes them all.

    Args:
        settings: the settings.
        database: where tokens and what is uploaded are kept.
        clock: the machine's.
        count: is told what each message that was taken counted as.
        approved: the template that a message is to be sent as.
        sends: what makes the files that messages carry, and the account's endpoint; without it no file is sent.
    """
    wire = Wire()
    safe = Safe(settings.zalo_key)
    oauth = ZaloOAuth(wire, settings.zalo_oa_app_id, settings.zalo_oa_app_secret, settings.zalo_oauth_base)
    keyring = Keyring(database, oauth, safe, settings.zalo_oa_id, clock)
    client = ZaloClient(wire, keyring, Bases(settings.zalo_oa_base.rstrip("/"), settings.zalo_zbs_base.rstrip("/")))
    uploads = Uploads(database, sends.endpoint, client, clock, settings.zalo_oa_uploads) if sends else None
    elsewhere = f"{settings.public_url.rstrip('/')}/dang-nhap" if settings.public_url else ""
    channel = ZaloChannel(
        client,
        buttons=settings.zalo_oa_buttons == "on",
        card_image=settings.zalo_oa_image,
        count=count,
        approved=approved,
        papers=Papers(client, sends.files, uploads, elsewhere=elsewhere) if sends and uploads else None,
    )
    return ZaloParts(channel, client, keyring, oauth, safe, uploads)
