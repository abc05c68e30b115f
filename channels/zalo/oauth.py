"""The Official Account's tokens from OAuth v4. A refresh token serves once: whoever gets a pair must keep it first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from channels.zalo.verdicts import answered

if TYPE_CHECKING:
    from channels.wire import Wire

OAUTH_BASE = "https://oauth.zaloapp.com"
_PATH = "/v4/oa/access_token"
_MOST_S = 10 * 86_400.0


class GrantLostError(Exception):
    """The platform does not take this refresh token or code: an admin of the Official Account must consent anew."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token for `lasts_s` seconds, and the refresh token that gets the next one."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lasts_s: float


class ZaloOAuth:
    """One app at Zalo's OAuth server."""

    def __init__(self, wire: Wire, app_id: str, app_secret: str, base: str = OAUTH_BASE) -> None:
        self._wire = wire
        self._app_id = app_id
        self._secret = app_secret
        self._url = base.rstrip("/") + _PATH

    async def refresh(self, refresh_token: str) -> Pair:
        """
        Spend a refresh token for the next pair.

        Raises:
            GrantLostError: it does not serve (any more).
            SendError: `UnreachableError` where it was surely not spent.
        """
        return await self._exchange({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def by_code(self, code: str, verifier: str) -> Pair:
        """
        Spend the code that the consent page returned (10 minutes, once) for the first pair.

        Raises:
            GrantLostError: it does not serve (any more), or the verifier is not the one of the console's challenge.
            SendError: nothing came back.
        """
        return await self._exchange({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def _exchange(self, form: dict[str, str]) -> Pair:
        answer = answered(
            await self._wire.request(
                "POST", self._url, headers={"secret_key": self._secret}, form={"app_id": self._app_id, **form}
            )
        )
        match answer:
            case {"access_token": str(access), "refresh_token": str(refresh)} if access and refresh:
                return Pair(access, refresh, _seconds(answer.get("expires_in")))
            case {"error": code}:
                raise GrantLostError(f"{code}: {str(answer.get('error_name', ''))[:80]}")
            case _:
                raise GrantLostError("an answer without tokens")


def _seconds(value: Any) -> float:
    """`expires_in` comes as a string; what cannot be read counts as an hour."""
    try:
        return min(max(float(value), 60.0), _MOST_S)
    except (TypeError, ValueError):
        return 3_600.0
