"""`taphuan doctor`: what an operator is told, and what a script reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import doctor, settings
from storage import accounts, parking
from storage.database import open_database
from storage.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "CANARYcanaryCANARYcanaryCANARYcanary"
NOBODY_LISTENS = "http://127.0.0.1:9"


def _settings(**values: str) -> settings.Settings:
    return settings.read({f"TAPHUAN_{name.upper()}": value for name, value in values.items()})


async def _told(capsys: pytest.CaptureFixture[str], **values: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the checks by name, and all that was printed."""
    status = await doctor.run(_settings(**values), as_json=True)
    printed = capsys.readouterr().out
    return status, {check["name"]: check for check in json.loads(printed)["checks"]}, printed


async def test_all_is_well(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, checks, _ = await _told(capsys, database_url=database_url)

    assert {name: check["mend"] for name, check in checks.items() if not check["ok"]} == {}
    assert status == 0
    assert checks.keys() == {
        "Đồng hồ máy",
        "Nội dung",
        "Cơ sở dữ liệu",
        "Phiên bản bảng",
        "Tin chưa xử lý được",
        "Telegram",
        "Zalo",
    }


async def test_parked_updates_are_told(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(database_url)
    async with database.begin() as conn:
        endpoint = await accounts.ensure_endpoint(conn, "browser", "web", None)
        await parking.park(
            conn, endpoint_id=endpoint, key="1", kind="Tap", action=None, error="KeyError", now=datetime.now(UTC)
        )
    await database.close()

    status, checks, _ = await _told(capsys, database_url=database_url)

    assert status == 1
    assert checks["Tin chưa xử lý được"]["found"].startswith("1 tin nhận lỗi")
    assert "parked_update" in checks["Tin chưa xử lý được"]["mend"]


async def test_an_empty_database_is_told_and_left_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"

    status, checks, _ = await _told(capsys, database_url=url)

    assert status == 1
    assert checks["Phiên bản bảng"]["found"] == "trống"
    assert "taphuan db upgrade" in checks["Phiên bản bảng"]["mend"]
    database = open_database(url)
    async with database.connect() as conn:
        assert not await conn.run_sync(lambda sync: set(metadata.tables) & set(sync.dialect.get_table_names(sync)))
    await database.close()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"postgresql://taphuan:{SECRET}@127.0.0.1:9/taphuan", "không kết nối được"),
        (f"mysql://taphuan:{SECRET}@127.0.0.1/taphuan", "địa chỉ không đọc được"),
        (SECRET, "địa chỉ không đọc được"),
    ],
)
async def test_a_database_that_does_not_answer_is_told_without_its_password(
    url: str, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, checks, printed = await _told(capsys, database_url=url)

    assert status == 1
    assert checks["Cơ sở dữ liệu"]["found"].startswith(found)
    assert checks["Cơ sở dữ liệu"]["mend"]
    assert SECRET not in printed


async def test_a_bot_that_cannot_be_reached_is_told(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    token = f"123456:{SECRET}"

    status, checks, printed = await _told(
        capsys, database_url=database_url, telegram_token=token, telegram_api_base=NOBODY_LISTENS
    )

    assert status == 1
    assert not checks["Telegram"]["ok"]
    assert "@BotFather" in checks["Telegram"]["mend"]
    assert SECRET not in printed


async def test_an_assignment_that_is_not_there_is_told(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, checks, _ = await _told(capsys, database_url=database_url, assigned="M99")

    assert status == 1
    assert checks["Nội dung"]["mend"] == "Sửa TAPHUAN_ASSIGNED."


async def test_the_page_for_people_lists_every_setting_and_no_secret(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _settings(
        database_url=database_url,
        telegram_secret=SECRET,
        metrics_token=SECRET,
        contact="đồng chí Mẫu, 0900000001",
    )

    await doctor.run(chosen, as_json=False)

    printed = capsys.readouterr().out
    assert all(name in printed for name, _, _ in chosen.listed())
    assert "đồng chí Mẫu, 0900000001" in printed
    assert database_url not in printed
    assert SECRET not in printed


def test_what_is_not_set_in_the_environment_is_the_default() -> None:
    assert settings.read({"TAPHUAN_PORT": "  ", "PATH": "/"}) == settings.Settings()


def test_the_webhooks_secret_is_derived_from_the_token_and_is_not_it() -> None:
    token = f"123456:{SECRET}"

    derived = _settings(telegram_token=token).webhook_secret

    assert derived == _settings(telegram_token=token).webhook_secret
    assert SECRET not in derived
    assert derived != _settings(telegram_token=f"{token}x").webhook_secret
    assert _settings(telegram_token=token, telegram_secret="mine").webhook_secret == "mine"
