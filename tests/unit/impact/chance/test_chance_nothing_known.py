"""Where nothing is left to learn chance from, nothing is claimed, and nobody is warned in numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from commonroom.impact.chance import noise


def test_no_change_is_known() -> None:
    study = SimpleNamespace(pupils=np.array([100.0, 50.0, np.nan]))
    cohort = SimpleNamespace(covariates=np.zeros((3, 1)), path=1)
    assert np.isnan(noise._own(study, cohort, np.full(3, np.nan))).all()  # type: ignore[arg-type]
