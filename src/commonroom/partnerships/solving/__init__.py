"""The best choice among candidates under caps, with a proof of how good it is."""

from __future__ import annotations

from commonroom.partnerships.solving.choosing import again, solve
from commonroom.partnerships.solving.network import NotNestedError

__all__ = ["NotNestedError", "again", "solve"]
