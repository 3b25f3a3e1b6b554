"""What a school adds, and how sure we are: from school-years, foreseen and tested, or from pupils' sums."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonroom.value_added.estimates import Estimate, estimate
    from commonroom.value_added.forecasts import forecast
    from commonroom.value_added.left_out import left_out_year

__all__ = ["Estimate", "estimate", "forecast", "left_out_year"]

_PLACES = {"estimates": ("Estimate", "estimate"), "forecasts": ("forecast",), "left_out": ("left_out_year",)}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: pupils' sums need no more than numbers and frames."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"commonroom.value_added.{place}"), name)
    raise AttributeError(f"commonroom.value_added has no {name}")
