"""`taphuan jobs`: the background jobs that wait, run or are held, for an operator and for scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from reports import words
from storage import jobs

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from storage.database import Database
    from storage.jobs import Listed

_STATES = {"queued": "chờ", "running": "đang chạy", "held": "bị giữ"}
_COLUMNS = "{:>8}  {:<24}{:<12}{:>8}  {:<26}{}"


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.jobs_command`, `id` and `json`."""
    commands = parser.add_subparsers(dest="jobs_command", required=True, metavar="LỆNH")
    commands.add_parser("list", help="việc đang chờ, đang chạy, bị giữ").add_argument("--json", action="store_true")
    for name, about in (("retry", "chạy lại việc bị giữ"), ("drop", "bỏ việc bị giữ")):
        command = commands.add_parser(name, help=about)
        command.add_argument("--id", type=int, metavar="SỐ", help="chỉ việc này; không có thì mọi việc bị giữ")
        command.add_argument("--json", action="store_true")


async def run(args: Namespace, database: Database) -> int:
    """
    Do what `args.jobs_command` says.

    Returns:
        The exit code: 0, or 1 if the job `args.id` is not held.
    """
    match args.jobs_command:
        case "list":
            return await _list(database, as_json=args.json)
        case "retry":
            async with database.begin() as conn:
                changed = await jobs.retry(conn, args.id)
            done, said = "retried", "Cho chạy lại"
        case _:
            async with database.begin() as conn:
                changed = await jobs.drop(conn, args.id)
            done, said = "dropped", "Đã bỏ"
    if args.id is not None and not changed:
        print(f"Việc {args.id} không ở trạng thái bị giữ, hoặc đã có việc mới hơn thay nó.", file=sys.stderr)
        return 1
    print(json.dumps({done: changed}) if args.json else f"{said} {words.number(changed)} việc.")
    return 0


async def _list(database: Database, *, as_json: bool) -> int:
    async with database.connect() as conn:
        found = await jobs.listed(conn)
    if as_json:
        print(json.dumps([_as_json(job) for job in found], ensure_ascii=False, indent=2))
    elif not found:
        print("Không có việc nào đang chờ.")
    else:
        print(_COLUMNS.format("Số", "Việc", "Trạng thái", "Số lần", "Đến giờ", "Lỗi gần nhất"))
        for job in found:
            due = "ngay" if job.run_at is None else words.moment(job.run_at)
            state = _STATES[job.state]
            print(_COLUMNS.format(job.id, job.kind, state, job.attempts, due, job.error or "").rstrip())
    return 0


def _as_json(job: Listed) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "attempts": job.attempts,
        "run_at": None if job.run_at is None else job.run_at.isoformat(),
        "error": job.error,
    }
