"""What people say in tables of their own: offers, capacities, trusts, ties, minutes and decisions."""

from __future__ import annotations

from commonroom.sources.agreed import capacities, decisions, minutes, statements, ties, trusts
from commonroom.sources.agreed.known import Known, Theme

__all__ = ["Known", "Theme", "capacities", "decisions", "minutes", "statements", "ties", "trusts"]
