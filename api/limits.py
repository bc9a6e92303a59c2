"""How many requests one person may make in a minute, in moving windows kept by each web process.

A setting is what one web container allows; each of its processes allows its share. Whoever has several
sessions has one allowance all the same. Containers do not know of each other (docs/operations.md).
"""

import math
import time
from collections.abc import Callable
from typing import Literal, TypeVar

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from edrms.errors import TooMany
from edrms.settings import Settings

Kind = Literal["sign_ins", "requests", "searches", "uploads", "downloads"]
View = TypeVar("View", bound=Callable[..., object])


def counted_as(kind: Kind) -> Callable[[View], View]:
    """The view has an allowance of its own; every other counts as a request."""

    def mark(view: View) -> View:
        view.counted_as = kind  # type: ignore[attr-defined]
        return view

    return mark


def kind_of(view: object) -> Kind:
    """What a request for this view counts as."""
    if getattr(view, "takes_files", False):
        return "uploads"
    kind: Kind = getattr(view, "counted_as", "requests")
    return kind


class RequestLimits:
    """The allowances of everybody who asks this process."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        each = {
            "sign_ins": settings.sign_ins_per_minute,
            "requests": settings.requests_per_minute,
            "searches": settings.searches_per_minute,
            "uploads": settings.uploads_per_minute,
            "downloads": settings.downloads_per_minute,
        }
        self._allowed = {
            kind: RateLimitItemPerMinute(math.ceil(number / settings.web_processes))
            for kind, number in each.items()
        }

    def count(self, kind: Kind, who: str) -> None:
        """Count one request of this person (or address). Raises TooMany, saying when to try again."""
        allowed = self._allowed[kind]
        if self._limiter.hit(allowed, kind, who):
            return
        free_at = self._limiter.get_window_stats(allowed, kind, who).reset_time
        wait_s = min(60, max(1, math.ceil(free_at - time.time())))
        raise TooMany(
            "You have asked for more in a minute than the service gives one person.",
            retry_after_s=wait_s,
        )
