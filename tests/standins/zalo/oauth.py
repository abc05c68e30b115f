"""OAuth v4 of an Official Account: codes, access tokens of 25 hours, refresh tokens that serve once."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standins.zalo.clock import PlatformClock

ACCESS_LASTS_S = 90_000
REFRESH_LASTS_S = 90 * 86_400
CODE_LASTS_S = 600


@dataclass
class Grants:
    """What one app was granted by one Official Account. `exchanges` counts the pairs that were handed out."""

    clock: PlatformClock
    app_id: str
    app_secret: str
    exchanges: int = 0
    reused: int = 0  # how often a refresh token came a second time
    _access: str = ""
    _access_until: float = 0.0
    _refresh: dict[str, float] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)

    def code(self, verifier: str) -> str:
        """Consent, as an admin gives it: a code for whoever knows the verifier."""
        code = f"code-{secrets.token_hex(8)}"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        self._codes[code] = challenge, self.clock.now() + CODE_LASTS_S
        return code

    def first_refresh_token(self) -> str:
        """A pair as the API Explorer shows it to an admin; returns its refresh token."""
        return str(self._pair()["refresh_token"])

    @property
    def living(self) -> str:
        """The access token that lets calls in; empty for none."""
        return self._access

    def revoke(self) -> None:
        """The admin takes the grant back."""
        self._access = ""
        self._refresh.clear()

    def kill_access(self) -> None:
        """The access token dies; the refresh token lives."""
        self._access = ""

    def refusal(self, shown: str | None) -> dict[str, Any] | None:
        """What a call with that access token is told, None if it may go on."""
        if not shown or shown != self._access:
            return {"error": -216, "message": "Access token is invalid"}
        if self.clock.now() >= self._access_until:
            return {"error": -220, "message": "Access token has expired"}
        return None

    def exchange(self, secret: str | None, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer POST /v4/oa/access_token; errors have the same HTTP status as success."""
        if form.get("app_id") != self.app_id or secret != self.app_secret:
            return _error(-14001, "Invalid app id or secret key")
        match form.get("grant_type"):
            case "refresh_token":
                return self._by_refresh(form.get("refresh_token", ""))
            case "authorization_code":
                return self._by_code(form.get("code", ""), form.get("code_verifier", ""))
            case _:
                return _error(-14004, "Invalid grant type")

    def _by_refresh(self, token: str) -> dict[str, Any]:
        if token in self._spent:
            self.reused += 1
        until = self._refresh.pop(token, 0.0)
        if self.clock.now() >= until:
            return _error(-14014, "Invalid refresh token")
        self._spent.add(token)
        return self._pair()

    def _by_code(self, code: str, verifier: str) -> dict[str, Any]:
        challenge, until = self._codes.pop(code, ("", 0.0))
        shown = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not challenge or shown != challenge or self.clock.now() >= until:
            return _error(-14005, "Invalid authorization code")
        return self._pair()

    def _pair(self) -> dict[str, Any]:
        self.exchanges += 1
        self._access = f"access-{secrets.token_hex(16)}"
        self._access_until = self.clock.now() + ACCESS_LASTS_S
        refresh = f"refresh-{secrets.token_hex(16)}"
        self._refresh[refresh] = self.clock.now() + REFRESH_LASTS_S
        return {"access_token": self._access, "refresh_token": refresh, "expires_in": str(ACCESS_LASTS_S)}


def _error(code: int, reason: str) -> dict[str, Any]:
    return {"error": code, "error_name": reason, "error_reason": reason, "ref_doc": "", "error_description": reason}
