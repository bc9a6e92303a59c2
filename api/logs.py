"""How log lines look: time, level, logger, the constant name of the event, and its fields.

For operators: ids, counts and codes, never names, texts or words of a search.
"""

import logging

_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _WithFields(logging.Formatter):
    """Adds what was given as `extra`, as name=value."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in _ORDINARY}
        told = "".join(f" {name}={value!r}" for name, value in fields.items())
        return super().formatMessage(record) + told


def log_to_stderr(*, with_time: bool = True) -> None:
    """Warnings and worse to standard error. with_time: not for a command somebody watches."""
    handler = logging.StreamHandler()
    moment = "%(asctime)s " if with_time else ""
    handler.setFormatter(_WithFields(f"{moment}%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
