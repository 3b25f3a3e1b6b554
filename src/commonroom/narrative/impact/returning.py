"""What the lowest schools of a system did next: the warning that comes before any claim of impact."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom.disclosure import Released
from commonroom.narrative.story import Facts


def returns(tables: Mapping[str, pl.DataFrame], *, facts: Facts) -> Released | None:
    """Return how the lowest and the highest fifth of the system's schools stood in the years that followed.

    Arguments: `tables` of the evidence (schools, outcomes), and the `facts`. Nothing where no two years
    follow each other.
    """
    raise NotImplementedError
