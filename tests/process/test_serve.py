"""The program as an operator meets it: a process, its exit code, its streams and its port."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAPHUAN = str(Path(sys.executable).with_name("taphuan"))
SECRET = "CANARYcanaryCANARYcanaryCANARYcanary"
TOKEN = f"123456:{SECRET}"
CLOSED_DATABASES = [
    f"postgresql://taphuan:{SECRET}@127.0.0.1:9/taphuan",
    "sqlite:////proc/none/taphuan.db",
    SECRET,
]
NOBODY_LISTENS = "http://127.0.0.1:9"


class Served:
    """A running `taphuan serve`: where it answers, and what it has written."""

    def __init__(self, process: subprocess.Popen[str], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self._log = log

    @property
    def stderr(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310 - our own port
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def says(self, words: str, within_s: float = 20.0) -> str:
        """Wait until stderr holds `words`."""
        until = time.monotonic() + within_s
        while words not in self.stderr:
            assert time.monotonic() < until, self.stderr
            assert self.process.poll() is None, self.stderr
            time.sleep(0.05)
        return self.stderr

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 15.0) -> int:
        self.process.send_signal(number)
        return self.process.wait(within_s)


def _environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAPHUAN_")}
    return kept | {f"TAPHUAN_{name.upper()}": value for name, value in settings.items()}


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TAPHUAN, *arguments], env=_environment(**settings), capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def file_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "taphuan.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def serve(tmp_path: Path, file_url: str) -> Iterator[Callable[..., Served]]:
    """Start the program with settings; what still runs at the test's end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(**settings: str) -> Served:
        log = tmp_path / f"stderr{len(running)}.txt"
        chosen = {"database_url": file_url, "port": "0"} | settings
        with log.open("w", encoding="utf-8") as stderr:
            process = subprocess.Popen(
                [TAPHUAN, "serve"], env=_environment(**chosen), stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://"), f"{line}{log.read_text(encoding='utf-8')}"
        return Served(process, line.removeprefix("ready ").strip(), log)

    yield start
    for process in running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_it_makes_its_tables_says_where_it_is_and_stops_cleanly(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(database_url=f"sqlite:///{tmp_path}/made/here.db")

    assert served.get("/healthz") == (200, "ok\n")
    assert served.get("/readyz") == (200, "ready\n")
    assert "taphuan_queue_depth" in served.get("/metrics")[1]
    assert served.stop() == 0
    assert "stopped" in served.stderr
    assert (tmp_path / "made" / "here.db").stat().st_size > 0


def test_one_program_on_a_file_and_the_next_at_once_after_a_kill(serve: Callable[..., Served], file_url: str) -> None:
    first = serve()

    second = run("serve", database_url=file_url, port="0")

    assert second.returncode == 1
    assert second.stderr.strip().splitlines()[-1] == (
        "Một chương trình khác đang chạy trên tệp cơ sở dữ liệu này. Dừng chương trình kia trước."
    )
    assert "ready" not in second.stdout
    assert first.get("/readyz")[0] == 200
    first.stop(signal.SIGKILL)
    assert serve().get("/readyz")[0] == 200


def test_a_taken_port_is_said(serve: Callable[..., Served], tmp_path: Path) -> None:
    port = serve().url.rpartition(":")[2]

    refused = run("serve", database_url=f"sqlite:///{tmp_path}/other.db", port=port)

    assert refused.returncode == 1
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_token_never_reaches_the_log(serve: Callable[..., Served]) -> None:
    served = serve(telegram_token=TOKEN, telegram_api_base=NOBODY_LISTENS, log_level="DEBUG")

    log = served.says("telegram_away")

    assert "UnreachableError" in log
    assert "TAPHUAN_TELEGRAM_TOKEN" in log
    assert served.get("/healthz")[0] == 200
    assert served.stop() == 0
    assert SECRET not in served.stderr


def test_every_line_is_json_where_that_is_asked(serve: Callable[..., Served]) -> None:
    served = serve(telegram_token=TOKEN, telegram_api_base=NOBODY_LISTENS, log_format="json", log_level="DEBUG")
    served.says("telegram_away")
    assert served.stop() == 0

    events = [json.loads(line) for line in served.stderr.splitlines()]

    assert {"ready", "telegram_away", "stopped"} <= {event["event"] for event in events}
    assert all({"timestamp", "level"} <= event.keys() for event in events)


def test_the_metrics_ask_for_their_token(serve: Callable[..., Served]) -> None:
    served = serve(metrics_token="m3trics")

    assert served.get("/metrics")[0] == 401
    assert served.get("/metrics", Authorization="Bearer other")[0] == 401
    assert served.get("/metrics", Authorization="Bearer m3trics")[0] == 200
    assert served.get("/healthz")[0] == 200


def test_an_older_database_is_not_touched(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415

    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        old.executescript(
            "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('0000');"
        )
    before = path.read_bytes()

    refused = run("serve", database_url=f"sqlite:///{path}", port="0")

    assert refused.returncode == 1
    assert "taphuan db upgrade" in refused.stderr
    with sqlite3.connect(path) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0000",)]
        assert old.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    assert before[:16] == b"SQLite format 3\0"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"clock": "adjustable"}, "TAPHUAN_CLOCK=adjustable chỉ dùng khi TAPHUAN_ENV=demo"),
        ({"telegram_token": SECRET}, "TAPHUAN_TELEGRAM_TOKEN không đúng dạng"),
        ({"public_url": "tro-ly.example.vn"}, "TAPHUAN_PUBLIC_URL phải là địa chỉ"),
        ({"database_url": "mysql://a:b@c/d"}, "TAPHUAN_DATABASE_URL phải là"),
        ({"assigned": "M99"}, "TAPHUAN_ASSIGNED: không có “M99”"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings: dict[str, str], said: str, file_url: str) -> None:
    refused = run("serve", **{"database_url": file_url, **settings})

    assert refused.returncode == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert SECRET not in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("command", [["db", "upgrade"], ["digest", "show", "--unit", "A"]])
@pytest.mark.parametrize("url", CLOSED_DATABASES)
def test_a_database_that_does_not_open_is_one_line(
    command: list[str], url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", url)

    with pytest.raises(SystemExit) as caught:
        cli.main(command)

    told = capsys.readouterr()
    assert caught.value.code == 1
    assert SECRET not in told.out + told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("url", CLOSED_DATABASES)
def test_without_a_database_it_does_not_start(url: str) -> None:
    refused = run("serve", database_url=url)

    assert refused.returncode == 1
    assert SECRET not in refused.stdout + refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_all_faults_are_named_at_once() -> None:
    refused = run("serve", port="x", env="test", log_format="xml", telegram_rate="0")

    assert [line.split(" ")[0] for line in refused.stderr.splitlines()] == [
        "TAPHUAN_PORT",
        "TAPHUAN_ENV",
        "TAPHUAN_LOG_FORMAT",
        "TAPHUAN_TELEGRAM_RATE",
    ]


@pytest.mark.parametrize("arguments", [[], ["no-such"], ["db"], ["db", "backup"], ["content"], ["invite"]])
def test_wrong_usage_ends_in_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)

    assert caught.value.code == 2
