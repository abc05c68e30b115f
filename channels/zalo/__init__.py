"""A Zalo Official Account: reading events, sending messages (OpenAPI v3), and its tokens (OAuth v4)."""

from channels.zalo.channel import ZaloChannel
from channels.zalo.client import Bases, Tokens, ZaloClient
from channels.zalo.oauth import GrantLostError, Pair, ZaloOAuth
from channels.zalo.parse import MAX_LATE, parse, said_at
from channels.zalo.signature import is_signed, signature

__all__ = [
    "MAX_LATE",
    "Bases",
    "GrantLostError",
    "Pair",
    "Tokens",
    "ZaloChannel",
    "ZaloClient",
    "ZaloOAuth",
    "is_signed",
    "parse",
    "said_at",
    "signature",
]
