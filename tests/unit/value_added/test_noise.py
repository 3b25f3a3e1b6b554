from __future__ import annotations

import polars as pl
import pytest

from commonroom import value_added
from commonroom.tables.value_added import NOISE
from unit.value_added.made_up import PUPIL, measure, system


def test_noise_goes_with_the_cohort_and_is_that_of_the_pupils() -> None:
    made = system(schools=400)
    frame = value_added.estimate(made.outcomes, made.context, measure=measure()).noise
    assert frame.columns == list(NOISE.schema)
    assert frame.height == made.outcomes.height
    beside = frame.join(made.outcomes.select("school", "year", "cohort"), on=["school", "year"])
    pupil = (beside["variance"] * beside["cohort"]).sqrt() * beside["spread"]
    assert pupil.mean() == pytest.approx(PUPIL, rel=0.1)
    within = beside.filter(pl.col("year") == 2024)
    product = within["variance"] * within["cohort"]
    assert product.max() == pytest.approx(product.min())
