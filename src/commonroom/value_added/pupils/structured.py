"""The uncertainty of variances that are not free: those of a structure, or of a sandwich."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from commonroom.value_added.pupils.blocks import Floats
from commonroom.value_added.pupils.uncertainty import Spread


@dataclass(frozen=True)
class Structured(Spread):
    """A Spread whose covariance of phi = (s2, T_11, T_21, T_22, ...) is `known` (1 + n, 1 + n)."""

    known: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimates of phi, as it was given."""
        return self.known
