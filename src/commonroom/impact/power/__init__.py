"""The smallest effect that a design could see, from placebo programmes on the panel's own noise."""

from __future__ import annotations

from commonroom.impact.power.seeing import Power, power

__all__ = ["Power", "power"]
