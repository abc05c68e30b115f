"""
Logging: one canonical line an update, JSON or readable; secrets never pass.

What people write, phone numbers and tokens are not logged; a filter takes out what looks like a token or a phone,
should a library try.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, cast

import structlog
import structlog.stdlib

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, Processor, WrappedLogger

_SECRETS = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}|://[^/@\s]+:[^/@\s]+@|\+84\d{8,10}|(?<!\d)0[35789]\d{8}(?!\d)")


def redact(text: str) -> str:
    """Return `text` without tokens, passwords in addresses and phone numbers."""
    return _SECRETS.sub("[…]", text)


def _redact_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


class Stderr:
    """Whatever stderr is at the moment of writing."""

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Let it be seen."""
        sys.stderr.flush()


def to_stderr() -> None:
    """Keep stdout free: what is logged before anything is configured goes to stderr."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Stderr())))


def configure(*, as_json: bool, level: str = "INFO") -> None:
    """Set up logging for the process, on stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Stderr())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(Stderr())
    handler.addFilter(_Redacting())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if level != "DEBUG" else logging.DEBUG)
    for chatty in ("httpx", "aiohttp.access", "apscheduler", "alembic", "aiosqlite", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
