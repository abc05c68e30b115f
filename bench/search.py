"""`taphuan bench search`: sixty queries as cadres type them, beside SQLite's FTS5 over the same cards and figures."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import statistics
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bench.machine import here
from content import figures, loader, synonyms
from content.hits import HitKind
from content.search import Search

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

QUERIES = Path(__file__).parents[1] / "tests" / "search" / "queries.yaml"
ON = date(2026, 11, 21)
AT = 3
ROUNDS = 5
GOALS = {"recall_at_3": 0.95, "build_s": 0.5, "query_ms": 50}


async def run(args: Namespace) -> int:
    """Measure, print, and return 0; the figures say for themselves whether the goals are met."""
    result = await asyncio.to_thread(_measure)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(result["machine"])
        for who, found in {"taphuan": result["figures"], **result["peers"]}.items():
            print(f"{who}: " + ", ".join(f"{name} {value}" for name, value in found.items()))
    return 0


def _measure() -> dict[str, Any]:
    asked = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    library = loader.load()
    synonyms.shipped()
    figures.shipped()
    started, worked = time.perf_counter(), time.process_time()
    ours = Search(library)
    build_s, build_cpu_s = time.perf_counter() - started, time.process_time() - worked

    def find(text: str) -> list[str]:
        return [str(hit.lesson_id) if hit.kind is HitKind.CARD else hit.ref for hit in ours.find(text, ON, AT)]

    peers = {}
    for name, joined in (("fts5_any_word", " OR "), ("fts5_all_words", " ")):
        started = time.perf_counter()
        peer = _fts5(joined)
        peers[name] = {"build_s": round(time.perf_counter() - started, 3)} | _judge(peer, asked)
    return {
        "name": "search",
        "machine": here(),
        "figures": {"build_s": round(build_s, 3), "build_cpu_s": round(build_cpu_s, 3)}
        | _judge(find, asked)
        | {"recall_at_3_papers": _recall(find, asked["papers"], AT), "goals": GOALS},
        "peers": peers,
    }


def _judge(find: Callable[[str], list[str]], asked: dict[str, Any]) -> dict[str, Any]:
    """Recall at 3 on both sets, how often the first answers, how often nothing is found where nothing is, and time."""
    took: list[float] = []
    worked = time.process_time()
    for _ in range(ROUNDS):
        for entry in asked["queries"]:
            started = time.perf_counter()
            find(entry["query"])
            took.append((time.perf_counter() - started) * 1_000)
    worked = time.process_time() - worked
    queries, apart = asked["queries"], asked["apart"]
    return {
        "queries": len(queries),
        "recall_at_3": _recall(find, queries, AT),
        "first": _recall(find, queries, 1),
        "recall_at_3_apart": _recall(find, apart, AT),
        "nothing_found_rightly": f"{sum(not find(text) for text in asked['nothing'])}/{len(asked['nothing'])}",
        "cpu_ms": round(worked * 1_000 / len(took), 2),
        "median_ms": round(statistics.median(took), 2),
        "p99_ms": round(statistics.quantiles(took, n=100)[98], 2),
    }


def _recall(find: Callable[[str], list[str]], entries: Sequence[dict[str, Any]], at: int) -> float:
    held = sum(not set(entry["accept"]).isdisjoint(find(entry["query"])[:at]) for entry in entries)
    return round(held / len(entries), 3)


def _fts5(joined: str) -> Callable[[str], list[str]]:
    """A table of cards (with title and objective) and of figures by their names, ranked by FTS5's own BM25."""
    library = loader.load()
    base = sqlite3.connect(":memory:")
    base.execute(
        "CREATE VIRTUAL TABLE page USING fts5("
        "ref UNINDEXED, title, about, body, tokenize='unicode61 remove_diacritics 2')"
    )
    pages = [
        (lesson.id, lesson.title, lesson.objective, card)
        for lesson in library.lessons.values()
        for card in lesson.cards
    ]
    pages += [(key, found.name, "", "") for key, found in synonyms.shipped().figures.items()]
    # unicode61 takes đ for a letter of its own, which no query without diacritics would meet.
    base.executemany("INSERT INTO page VALUES (?, ?, ?, ?)", [(page[0], *map(_plain_d, page[1:])) for page in pages])

    def find(text: str) -> list[str]:
        words = joined.join(f'"{word}"' for word in re.findall(r"\w+", _plain_d(text)))
        rows = base.execute(
            "SELECT ref FROM page WHERE page MATCH ? ORDER BY bm25(page, 0, 10, 5, 1) LIMIT 30", (words,)
        )
        return list(dict.fromkeys(ref for (ref,) in rows))[:AT]

    return find


def _plain_d(text: str) -> str:
    return text.replace("đ", "d").replace("Đ", "D")
