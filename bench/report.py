"""`taphuan bench report`: a report's workbook of 120,000 rows, beside openpyxl's write-only mode in the same run."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.machine import here

if TYPE_CHECKING:
    from argparse import Namespace

GOALS = {"seconds": 30, "memory_mb": 100}


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder:
        found = {who: await _one(who, args.rows, Path(folder) / f"{who}.xlsx") for who in ("taphuan", "openpyxl")}
    ours: dict[str, Any] = {"rows": args.rows} | found["taphuan"] | {"goals": GOALS}
    peers = {"openpyxl_write_only": found["openpyxl"]}
    result = {"name": "report", "machine": here(), "figures": ours, "peers": peers}
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(result["machine"])
        for who, figures in {"taphuan": ours, **peers}.items():
            print(f"{who}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    return 0


async def _one(who: str, rows: int, file: Path) -> dict[str, Any]:
    """Each in a process of its own, so that its memory is its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.report_rows", who, str(rows), str(file), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{who} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(printed)
    return found
