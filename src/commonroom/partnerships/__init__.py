"""Partnerships: who could help whom with what, fairly, provably well, and only if they want to."""

from __future__ import annotations

from commonroom.partnerships.agreed import Agreed
from commonroom.partnerships.definition import Definition, load
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.proposing import Proposal, propose
from commonroom.partnerships.terms import Terms

__all__ = ["Agreed", "Definition", "Ground", "Proposal", "Terms", "load", "propose"]
