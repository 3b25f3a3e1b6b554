"""How often whoever asks may ask."""

from __future__ import annotations

import threading
import time

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from commonroom.web.accounts.models import Person

#: As many who ask as are remembered before those whose time is over are forgotten.
MANY = 10_000


class Pace(BaseThrottle):
    """So many requests in so many seconds, of each person; of who is nobody, of each place of the network.

    Each process counts for itself: to write every request down would take longer than to answer it.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """Arguments: how many requests (`most`) in how many `seconds`."""
        self.most, self.seconds = most, seconds
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[float, int]] = {}

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request, and say whether it is not one too many."""
        who = getattr(request, "auth", None)
        name = f"person {who.pk}" if isinstance(who, Person) else f"place {self.get_ident(request)}"
        now = time.monotonic()
        with self._lock:
            begun, count = self._asked.get(name, (now, 0))
            if now - begun >= self.seconds:
                begun, count = now, 0
            if len(self._asked) >= MANY:
                self._asked = {k: v for k, v in self._asked.items() if now - v[0] < self.seconds}
            self._asked[name] = begun, count + 1
        return count < self.most

    def wait(self) -> float:
        """Return after how many seconds it is worth asking again, at the latest."""
        return self.seconds

    def clear(self) -> None:
        """Forget who has asked."""
        with self._lock:
            self._asked.clear()
