"""What a school adds, and how sure we are: from school-years, foreseen and tested, or from pupils' sums."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, overload

from commonroom.tables.sums import Sums

if TYPE_CHECKING:
    import polars as pl

    from commonroom.panel import Measure
    from commonroom.value_added.estimates import Estimate
    from commonroom.value_added.forecasts import forecast
    from commonroom.value_added.left_out import left_out_year
    from commonroom.value_added.plans import PlanOptions, plan
    from commonroom.value_added.pupils import Model, PupilEstimate

__all__ = [
    "Estimate",
    "Model",
    "PlanOptions",
    "PupilEstimate",
    "estimate",
    "forecast",
    "left_out_year",
    "plan",
]

_PLACES = {
    "estimates": ("Estimate",),
    "forecasts": ("forecast",),
    "left_out": ("left_out_year",),
    "plans": ("PlanOptions", "plan"),
    "pupils": ("Model", "PupilEstimate"),
}


@overload
def estimate(
    given: Sums,
    *,
    model: Model | None = None,
    covariates: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> PupilEstimate: ...


@overload
def estimate(
    given: pl.DataFrame,
    context: pl.DataFrame,
    *,
    measure: Measure,
    span: tuple[int, int] | None = None,
    phase: str | None = None,
) -> Estimate: ...


def estimate(
    given: Sums | pl.DataFrame, context: pl.DataFrame | None = None, **terms: Any
) -> PupilEstimate | Estimate:
    """What each school adds, with intervals, from sums of its pupils or from its school-years.

    Arguments: sums (tables.sums) with the terms of `pupils.estimate`: `model`, `covariates`, `draws`,
    `seed`; or outcomes and `context` (tables.panel) with those of `estimates.estimate`: `measure`,
    `span`, `phase`. Raises what those raise. METHODS.md sections 5 and 4.
    """
    if isinstance(given, Sums):
        from commonroom.value_added import pupils

        return pupils.estimate(given, **terms)
    from commonroom.value_added import estimates

    return estimates.estimate(given, context, **terms)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: pupils' sums need no more than numbers and frames."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"commonroom.value_added.{place}"), name)
    raise AttributeError(f"commonroom.value_added has no {name}")
