"""How sure an effect is: from clusters when many, from how comparison schools vary when few."""

from __future__ import annotations

from commonroom.impact.chance.clustered import cluster
from commonroom.impact.chance.comparing import compare
from commonroom.impact.chance.left import left_over, strata
from commonroom.impact.chance.noise import Noise, learn
from commonroom.impact.chance.permuted import Permuted, permute
from commonroom.impact.chance.surroundings import Surroundings, look
from commonroom.impact.chance.wilding import Bootstrap, wild

__all__ = [
    "Bootstrap", "Noise", "Permuted", "Surroundings", "cluster", "compare", "learn", "left_over", "look",
    "permute", "strata", "wild",
]  # fmt: skip
