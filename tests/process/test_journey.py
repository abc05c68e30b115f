"""From outside: a roster file, a real program, a Bot API, and people who tap until a chuyên đề is complete."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.standins.telegram import TelegramServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standins.telegram import Shown, User

TAPHUAN = str(Path(sys.executable).with_name("taphuan"))
UNITS = """Mã đơn vị,Tên đơn vị,Loại,Mã cấp trên
VN,Tổng Liên đoàn thử,TLD,
T01,Liên đoàn Lao động tỉnh Thử,LDLD_TINH,VN
C1,CĐCS Công ty Một,CDCS,T01
C1-G1,Tổ công đoàn Cắt,TO_CD,C1
C1-G2,Tổ công đoàn May,TO_CD,C1
"""
PEOPLE = [
    ["Mã cán bộ", "Họ và tên", "Điện thoại", "Mã đơn vị", "Chức danh", "Nhận báo cáo"],
    ["P1", "Lê Thử Lan", "0900000001", "C1-G1", "Tổ trưởng", ""],
    ["P2", "Trần Thử Hoà", "0900000002", "C1", "Chủ tịch", "x"],
    ["P3", "Phạm Thử Tỉnh", "0900000003", "T01", "Cán bộ chuyên trách", "x"],
]


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "don_vi.csv").write_text(UNITS, encoding="utf-8")
    with (folder / "can_bo.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(PEOPLE)
    return folder


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("TAPHUAN_")}
    return plain | {
        "TAPHUAN_DATABASE_URL": database_url,
        "TAPHUAN_PORT": "0",
        "TAPHUAN_ENV": "demo",
        "TAPHUAN_CLOCK": "adjustable",
        "HOME": str(tmp_path),
    }


async def taphuan(environment: dict[str, str], *arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        TAPHUAN, *arguments, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


@asynccontextmanager
async def serving(environment: dict[str, str]) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        TAPHUAN, "serve", env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        found = re.fullmatch(r"ready (http://\S+)\n", line)
        assert found is not None, line
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            status = await process.wait()
    assert status == 0


async def advance(url: str, seconds: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/demo/clock", json={"advance_s": seconds}) as answer,
    ):
        assert answer.status == 200, await answer.text()


LETTERED = re.compile(r"^([A-D])\. (.+)$", re.MULTILINE)
TOLD = re.compile(r"^(?:[A-D]\.|\d\.|.*Đáp (?:án|số):(?: [A-D]\.)?) (.+?)\.?$", re.MULTILINE)


def question_of(shown: Shown) -> str:
    return shown.text.split("\n\nA. ")[0].split("\n", 1)[-1].strip()


async def answer(user: User, known: dict[str, list[str]]) -> None:
    """Answer as an earlier verdict said it should be; without one, press the first button or type the letters."""
    shown = user.last
    asked, letters = question_of(shown), {text: letter for letter, text in LETTERED.findall(shown.text)}
    texts = known.get(asked)
    if texts is None or (set(shown.labels) & {"A", "Đúng"} and "thứ tự." not in shown.text):
        wanted = texts[0] if texts else ""
        await user.taps(letters.get(wanted, wanted) or shown.labels[0])
    else:
        await user.says(" ".join(letters.get(text, text) for text in texts))
    verdict = await user.answered()
    while not verdict.text.startswith(("✅", "❌", "👉")):  # an order is put step by step
        await user.taps(verdict.labels[0])
        verdict = await user.answered()
    if not verdict.text.startswith("✅"):
        known[asked] = [option_of(told, [*letters, *shown.labels]) for told in TOLD.findall(verdict.text)]
    elif texts is None and letters:
        known[asked] = [next(iter(letters))]


def option_of(told: str, choices: list[str]) -> str:
    """What a line of a verdict calls right: a choice without the reason behind it, a step, or the answer itself."""
    return next((text for text in choices if told.startswith(text.rstrip("."))), told)


async def learn(user: User, until: str, known: dict[str, list[str]], most: int = 300) -> None:
    """Answer every question, as is known to be right where it is, and press the first button of all else."""
    for _ in range(most):
        shown = user.last
        if until in shown.text:
            return
        if re.match(r"(Câu hỏi|Làm lại|Ôn lại|Kiểm tra cuối) \d", shown.text):
            await answer(user, known)
        else:
            await user.taps(shown.labels[0])
            await user.answered()
    pytest.fail(f"{until!r} never came; last: {user.last.text!r}")


async def test_from_a_roster_file_to_a_completed_module(environment: dict[str, str], roster: Path) -> None:
    imported = await taphuan(environment, "roster", "import", str(roster), "--json")
    assert imported["units"]["added"] == 5
    assert imported["people"]["added"] == 3
    assert imported["errors"] == imported["set_aside"] == []
    again = await taphuan(environment, "roster", "import", str(roster), "--json")
    assert again["units"] == again["people"] == {"added": 0, "changed": 0, "closed": 0}

    async with TelegramServer() as server:
        environment |= {"TAPHUAN_TELEGRAM_TOKEN": server.token, "TAPHUAN_TELEGRAM_API_BASE": server.url}
        async with serving(environment) as url:
            invited = await taphuan(environment, "invite", "--unit", "VN", "--json")
            assert {row["person"] for row in invited} == {"Lê Thử Lan", "Trần Thử Hoà", "Phạm Thử Tỉnh"}
            codes = {row["person"]: row["code"] for row in invited}
            assert all(row["telegram_link"].startswith("https://t.me/") for row in invited)

            lan, hoa = server.user(1001, "Lan"), server.user(1002, "Hoa")
            await lan.says(f"/start {codes['Lê Thử Lan']}")
            assert "mời đồng chí học" in (await lan.answered()).text
            await lan.taps(lan.last.labels[0])
            await lan.answered()
            await server.settled()
            assert "Bài 1/5" in lan.last.text
            await hoa.says(f"/start {codes['Trần Thử Hoà']}")
            await hoa.answered()
            await hoa.taps(hoa.last.labels[0])
            await hoa.answered()

            known: dict[str, list[str]] = {}
            await learn(lan, "Xong bài 1/5", known)
            for number in range(2, 6):
                await lan.taps("Học tiếp ▸")
                await lan.answered()
                await learn(lan, f"Xong bài {number}/5", known)
            for _ in range(3):
                await lan.taps(lan.last.labels[0])
                await lan.answered()
                await learn(lan, "10 câu", known)
                if "Hoàn thành chuyên đề" in lan.last.text:
                    break
            assert "Hoàn thành chuyên đề" in lan.last.text

            shown = await taphuan(environment, "digest", "show", "--unit", "VN", "--json")
            # Tổ trưởng: one of two posts is vacant; the chair of C1; one full-timer of the province.
            assert shown["total"] == {"posts": 4, "joined": 2, "started": 2, "completed": 1, "recognised": 0}
            assert shown["own"]["posts"] == 0
            (province,) = shown["children"]
            assert (province["unit"], province["posts"], province["completed"]) == ("T01", 4, 1)

            await advance(url, 7 * 86_400)
            await server.settled()
            assert any("Chào đồng chí Hoà" in message.text for message in hoa.screen if message.by_bot)
            assert any("CĐCS Công ty Một" in message.text for message in hoa.screen if message.by_bot), [
                message.text for message in hoa.screen
            ]
