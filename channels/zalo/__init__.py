"""A Zalo Official Account: reading events, sending messages (OpenAPI v3), and its tokens (OAuth v4)."""

from channels.zalo.channel import CAPABILITIES, Approved, Counter, ZaloChannel
from channels.zalo.client import Bases, Tokens, ZaloClient
from channels.zalo.hook import MAX_LATE, ZaloHook
from channels.zalo.oauth import GrantLostError, Pair, ZaloOAuth
from channels.zalo.papers import Held, Papers
from channels.zalo.parse import parse, said_at
from channels.zalo.signature import is_signed, signature
from channels.zalo.verdicts import ExpiredError
from channels.zalo.window import Window, sendable

__all__ = [
    "CAPABILITIES",
    "MAX_LATE",
    "Approved",
    "Bases",
    "Counter",
    "ExpiredError",
    "GrantLostError",
    "Held",
    "Pair",
    "Papers",
    "Tokens",
    "Window",
    "ZaloChannel",
    "ZaloClient",
    "ZaloHook",
    "ZaloOAuth",
    "is_signed",
    "parse",
    "said_at",
    "sendable",
    "signature",
]
