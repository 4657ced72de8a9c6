"""What the log says and never says: no person, no text, no token. Touches standard error."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog


class Redact:
    """Takes secrets out of whatever is logged, as the last thing before it is written."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def clean(self, text: str) -> str:
        """The text with every secret replaced."""
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return text

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A structlog processor."""
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self.clean(value)
            elif not isinstance(value, int | float | bool | None):
                event[key] = self.clean(str(value))
        return event


class Forward(logging.Handler):
    """Libraries log by the standard library: their warnings go the same way, without their tracebacks."""

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact

    def emit(self, record: logging.LogRecord) -> None:
        """A traceback may hold what a person wrote, or the address with the token: only its kind is kept.

        Of a message only the first line: asyncio shows the whole error in the next.
        """
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        more = {"error": error} if error else {}
        text = self._redact.clean(record.getMessage().partition("\n")[0])
        structlog.get_logger().log(record.levelno, text, library=record.name, **more)


QUIET = (
    "alembic",
    "httpx",
    "httpcore",
    "telegram",
    "apscheduler",
    "uvicorn",
    "asyncio",
    "aiosqlite",
    "hpack",
    "multipart",
    "python_multipart",
)
"""Libraries whose lower levels tell addresses (with the token in them) or a person's data: warnings only, always."""


def configure(level: str, secrets: tuple[str, ...]) -> None:
    """Set the log up once: lines for people on a terminal, JSON elsewhere. `secrets` never appear in it."""
    redact = Redact(secrets)
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [Forward(redact)]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def be_last(secrets: tuple[str, ...]) -> None:
    """Be the last to hear of what nobody caught, in the program, its threads, and where Python can only ignore it: the
    traceback goes to standard error as ever, but without `secrets`. Warnings go into the log."""
    redact = Redact(secrets)

    def tell(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
        sys.stderr.write(redact.clean("".join(traceback.format_exception(kind, error, at))))

    sys.excepthook = tell
    threading.excepthook = lambda crash: tell(crash.exc_type, crash.exc_value, crash.exc_traceback)
    sys.unraisablehook = lambda crash: tell(crash.exc_type, crash.exc_value, crash.exc_traceback)
    logging.captureWarnings(True)
