"""Events as the platform sends them."""

from __future__ import annotations

from typing import Any

from tests.standins.zalo import APP_ID, OA_ID

USER = "246845883529197922"


def event(name: str, **rest: Any) -> dict[str, Any]:
    return {
        "app_id": APP_ID,
        "sender": {"id": USER},
        "user_id_by_app": "552177279717587730",
        "recipient": {"id": OA_ID},
        "event_name": name,
        "timestamp": "1794100000000",
        **rest,
    }


def text(said: object, **rest: Any) -> dict[str, Any]:
    return event("user_send_text", message={"text": said, "msg_id": "96d3cdf3af150460909"}, **rest)


def follower(name: str, **rest: Any) -> dict[str, Any]:
    return {
        "oa_id": OA_ID,
        "follower": {"id": USER},
        "user_id_by_app": "552177279717587730",
        "event_name": name,
        "source": "oa_profile",
        "app_id": APP_ID,
        "timestamp": "1794100000000",
        **rest,
    }
