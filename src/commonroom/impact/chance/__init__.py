"""How sure an effect is: from clusters when they are many, from how comparison schools vary when they are few."""

from __future__ import annotations

from commonroom.impact.chance.clustered import cluster
from commonroom.impact.chance.comparing import compare
from commonroom.impact.chance.noise import Noise, learn
from commonroom.impact.chance.surroundings import Surroundings, look

__all__ = ["Noise", "Surroundings", "cluster", "compare", "learn", "look"]
