"""Settings: environment variables `TAPHUAN_*`, read once. `taphuan doctor` lists them; secrets never print."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.zalo.template_names import DIGEST, NUDGE, NamesError, parameters
from learning.escalation import MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "TAPHUAN_"
OFFICIAL_API = "https://api.telegram.org"
KEY_BYTES = 32
_CHOICES = {
    "env": ("production", "demo"),
    "clock": ("system", "adjustable"),
    "zalo_oa_buttons": ("off", "on"),
    "zalo_template_by": ("user", "phone"),
    "log_format": ("text", "json"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


class SettingsError(ValueError):
    """One or more settings cannot be used; each line says which and how to mend it, in Vietnamese."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(default: Any, about: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"about": about, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says."""

    database_url: str = _setting(
        "sqlite:///data/taphuan.db", "Cơ sở dữ liệu: sqlite:///tệp hoặc postgresql://…", secret=True
    )
    host: str = _setting("127.0.0.1", "Địa chỉ lắng nghe")
    port: int = _setting(8080, "Cổng lắng nghe; 0 là cổng trống bất kỳ")
    env: str = _setting("production", "production hoặc demo")
    clock: str = _setting("system", "system, hoặc adjustable (chỉ khi TAPHUAN_ENV=demo)")
    public_url: str = _setting("", "Địa chỉ công khai (https://…); có thì Telegram dùng webhook")
    telegram_token: str = _setting("", "Mã bot Telegram do @BotFather cấp", secret=True)
    telegram_api_base: str = _setting(OFFICIAL_API, "Địa chỉ Bot API")
    telegram_secret: str = _setting("", "Mã bí mật của webhook; trống thì suy ra từ mã bot", secret=True)
    telegram_rate: float = _setting(30.0, "Trần số tin gửi hàng loạt trong một giây bất kỳ trên Telegram")
    zalo_oa_id: str = _setting("", "Mã số (OA ID) của Zalo Official Account; có thì dùng kênh Zalo")
    zalo_oa_app_id: str = _setting("", "Mã ứng dụng (App ID) trên developers.zalo.me")
    zalo_oa_app_secret: str = _setting("", "Khóa bí mật của ứng dụng (App secret)", secret=True)
    zalo_oa_webhook_key: str = _setting("", "Khóa bí mật của OA (OA secret key), ở trang Webhook", secret=True)
    zalo_oa_verifier: str = _setting("", "Code verifier (PKCE) ứng với code challenge đã lưu", secret=True)
    zalo_oa_buttons: str = _setting("off", "on: hiện nút trên Zalo; off: ghi lựa chọn trong tin để nhắn chữ")
    zalo_oa_rate: float = _setting(50.0, "Trần số tin gửi hàng loạt trong một giây bất kỳ trên Zalo")
    zalo_oa_budget: int = _setting(0, "Số tin Zalo có thể tính phí hoặc trừ gói, tối đa mỗi ngày")
    zalo_template_nudge: str = _setting("", "Mã mẫu tin ZBS đã duyệt để nhắc học sau 7 ngày")
    zalo_template_nudge_params: str = _setting("name=ten,lesson=bai", "Tên tham số của mẫu tin nhắc học")
    zalo_template_digest: str = _setting("", "Mã mẫu tin ZBS đã duyệt cho báo cáo tuần sau 7 ngày")
    zalo_template_digest_params: str = _setting(
        "unit=don_vi,until=den_ngay,posts=chuc_danh,joined=ket_noi,completed=hoan_thanh",
        "Tên tham số của mẫu tin báo cáo",
    )
    zalo_template_by: str = _setting("user", "Gửi mẫu tin theo user (mã người dùng Zalo) hoặc phone (số điện thoại)")
    zalo_oa_uploads: int = _setting(5000, "Số lượt tải ảnh, tệp lên Zalo mỗi tháng; 0: không đặt")
    zalo_oa_link: str = _setting("", "Địa chỉ của OA để in mã QR lên giấy mời, như https://zalo.me/…")
    zalo_oa_image: str = _setting("", "Địa chỉ ảnh trên thẻ xin số điện thoại")
    zalo_key: str = _setting("", "Khóa mã hóa token Zalo trong cơ sở dữ liệu", secret=True)
    zalo_oa_base: str = _setting("https://openapi.zalo.me", "Địa chỉ OpenAPI của Zalo")
    zalo_oauth_base: str = _setting("https://oauth.zaloapp.com", "Địa chỉ OAuth của Zalo")
    zalo_zbs_base: str = _setting("https://business.openapi.zalo.me", "Địa chỉ gửi mẫu tin ZBS của Zalo")
    zalo_bot_token: str = _setting("", "Mã bot Zalo do Zalo Bot Creator cấp; chỉ để chạy thử", secret=True)
    zalo_bot_secret: str = _setting("", "Mã bí mật của webhook Zalo Bot; trống thì suy ra từ mã bot", secret=True)
    zalo_bot_rate: float = _setting(5.0, "Trần số tin gửi hàng loạt trong một giây bất kỳ bằng Zalo Bot")
    zalo_bot_day: int = _setting(0, "Số tin Zalo Bot gửi tối đa mỗi ngày; 0 là không đặt")
    zalo_bot_month: int = _setting(3_000, "Số tin Zalo Bot gửi tối đa mỗi tháng, theo gói; 0 là không đặt")
    zalo_bot_base: str = _setting("https://bot-api.zaloplatforms.com", "Địa chỉ Zalo Bot API")
    invited_by: str = _setting("", "Đơn vị mời, ghi trong lời mời; trống thì lấy tên đơn vị gốc")
    document: str = _setting("", "Số văn bản triển khai, ghi trong lời mời")
    contact: str = _setting("", "Người và số điện thoại để hỏi, ghi trong lời mời")
    assigned: str = _setting(
        "", "Chuyên đề đang giao, ví dụ M0 hoặc T=M1,C=M0; trống thì chuyên đề đầu của mỗi lộ trình"
    )
    silent_chair_days: int = _setting(14, "Người học im lặng quá số ngày này thì báo chủ tịch CĐCS")
    silent_above_days: int = _setting(28, "Im lặng quá số ngày này thì báo công đoàn trực tiếp bên trên, chỉ số lượng")
    log_format: str = _setting("text", "text hoặc json")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING hoặc ERROR")
    metrics_token: str = _setting("", "Có thì /metrics đòi mã này (Authorization: Bearer …)", secret=True)

    @property
    def is_demo(self) -> bool:
        """True for the demo, the only place where the clock may be pushed."""
        return self.env == "demo"

    @property
    def webhook_secret(self) -> str:
        """The secret that Telegram must send with each update."""
        if self.telegram_secret:
            return self.telegram_secret
        return hmac.new(self.telegram_token.encode(), b"taphuan webhook", hashlib.sha256).hexdigest()

    @property
    def bot_id(self) -> str:
        """The bot's id: what stands before the colon of its token."""
        return self.telegram_token.partition(":")[0]

    @property
    def zalo_bot_id(self) -> str:
        """The id of the bot on Zalo's Bot Platform: what stands before the colon of its token."""
        return self.zalo_bot_token.partition(":")[0]

    @property
    def zalo_bot_webhook_secret(self) -> str:
        """The secret that Zalo's Bot Platform must send with each event."""
        if self.zalo_bot_secret:
            return self.zalo_bot_secret
        return hmac.new(self.zalo_bot_token.encode(), b"taphuan webhook", hashlib.sha256).hexdigest()

    def listed(self) -> list[tuple[str, str, str]]:
        """Every setting: its variable, its value (secrets hidden), and what it is for."""
        rows = []
        for item in fields(self):
            value = getattr(self, item.name)
            shown = ("đã đặt" if value else "chưa đặt") if item.metadata["secret"] else str(value)
            rows.append((PREFIX + item.name.upper(), shown, item.metadata["about"]))
        return rows


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings of the environment.

    Raises:
        SettingsError: with every fault at once.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    faults: list[str] = []
    for item in fields(Settings):
        name = PREFIX + item.name.upper()
        text = environment.get(name, "").strip()
        if not text:
            continue
        try:
            values[item.name] = _typed(item.default, text)
        except ValueError:
            faults.append(f"{name} phải là số, hiện là “{text[:20]}”. Gợi ý: {item.default}.")
    settings = Settings(**values)
    faults += _faults(settings)
    if faults:
        raise SettingsError(faults)
    return settings


def _typed(default: object, text: str) -> object:
    if isinstance(default, float):
        return float(text)
    return int(text) if isinstance(default, int) else text


def _faults(settings: Settings) -> list[str]:
    faults: list[str] = []
    for name, allowed in _CHOICES.items():
        if getattr(settings, name) not in allowed:
            faults.append(f"{PREFIX}{name.upper()} phải là {', '.join(allowed[:-1])} hoặc {allowed[-1]}.")
    if settings.clock == "adjustable" and not settings.is_demo:
        faults.append(
            "TAPHUAN_CLOCK=adjustable chỉ dùng khi TAPHUAN_ENV=demo: ngoài bản trình diễn không ai được chỉnh giờ."
        )
    if not 0 <= settings.port <= 65_535:  # noqa: PLR2004 - the range of ports
        faults.append("TAPHUAN_PORT phải từ 0 đến 65535.")
    if not 0 < settings.telegram_rate <= 1_000:  # noqa: PLR2004 - the paid tier's ceiling
        faults.append("TAPHUAN_TELEGRAM_RATE phải lớn hơn 0 và không quá 1000.")
    if not 1 <= settings.silent_chair_days < settings.silent_above_days <= MOST_DAYS:
        faults.append(
            "TAPHUAN_SILENT_CHAIR_DAYS phải từ 1 và nhỏ hơn TAPHUAN_SILENT_ABOVE_DAYS, tối đa 365. Gợi ý: 14 và 28."
        )
    for name in (
        "public_url",
        "telegram_api_base",
        "zalo_oa_base",
        "zalo_oauth_base",
        "zalo_zbs_base",
        "zalo_bot_base",
        "zalo_oa_image",
        "zalo_oa_link",
    ):
        url = getattr(settings, name)
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
            faults.append(f"TAPHUAN_{name.upper()} phải là địa chỉ http(s)://…")
    token = settings.telegram_token
    if token and not (token.partition(":")[0].isdigit() and token.partition(":")[2]):
        faults.append("TAPHUAN_TELEGRAM_TOKEN không đúng dạng 123456:ABC…; sao chép lại từ @BotFather.")
    faults += _zalo_faults(settings) if settings.zalo_oa_id else []
    return faults + (_zalo_bot_faults(settings) if settings.zalo_bot_token else [])


def _zalo_faults(settings: Settings) -> list[str]:
    faults = [
        f"{PREFIX}{name.upper()} chưa đặt; kênh Zalo cần đủ các thiết lập ghi trong docs/zalo.md."
        for name in ("zalo_oa_app_id", "zalo_oa_app_secret", "zalo_oa_webhook_key", "zalo_key")
        if not getattr(settings, name)
    ]
    faults += [
        f"{PREFIX}{name.upper()} phải là một dãy chữ số."
        for name in ("zalo_oa_id", "zalo_oa_app_id")
        if not (getattr(settings, name) or "0").isdecimal()
    ]
    if settings.zalo_key and not _is_key(settings.zalo_key):
        faults.append("TAPHUAN_ZALO_KEY không đúng dạng. Tạo khóa mới: taphuan zalo key")
    if not 0 < settings.zalo_oa_rate <= 60:  # noqa: PLR2004 - 4,000 a minute, and room for answers
        faults.append("TAPHUAN_ZALO_OA_RATE phải lớn hơn 0 và không quá 60.")
    for name, known in (("nudge", NUDGE), ("digest", DIGEST)):
        variable = f"zalo_template_{name}_params"
        try:
            parameters(getattr(settings, variable), known)
        except NamesError as error:
            faults.append(
                f"{PREFIX}{variable.upper()}: không hiểu “{error}”. Gợi ý: {getattr(Settings(), variable)}."
                f" Dùng được: {', '.join(sorted(known))}."
            )
    if settings.zalo_oa_uploads < 0:
        faults.append("TAPHUAN_ZALO_OA_UPLOADS phải từ 0 trở lên.")
    if settings.zalo_oa_budget < 0:
        faults.append("TAPHUAN_ZALO_OA_BUDGET không được âm.")
    return faults


def _zalo_bot_faults(settings: Settings) -> list[str]:
    faults = []
    number, _, secret = settings.zalo_bot_token.partition(":")
    if not (
        number.isascii() and number.isdecimal() and secret and secret.isprintable() and not set(secret) & set("/?#")
    ):
        faults.append("TAPHUAN_ZALO_BOT_TOKEN không đúng dạng 123456:abc…; sao chép lại từ Zalo Bot Creator.")
    if not 8 <= len(settings.zalo_bot_webhook_secret) <= 256:  # noqa: PLR2004 - what the platform takes
        faults.append("TAPHUAN_ZALO_BOT_SECRET phải dài từ 8 đến 256 ký tự.")
    if not 0 < settings.zalo_bot_rate <= 30:  # noqa: PLR2004 - the platform names no limit
        faults.append("TAPHUAN_ZALO_BOT_RATE phải lớn hơn 0 và không quá 30.")
    faults += [
        f"{PREFIX}{name.upper()} không được âm."
        for name in ("zalo_bot_day", "zalo_bot_month")
        if getattr(settings, name) < 0
    ]
    return faults


def _is_key(text: str) -> bool:
    """32 bytes in URL-safe Base64."""
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False
