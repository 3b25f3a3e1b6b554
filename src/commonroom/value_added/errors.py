"""What value added refuses, in sentences for people."""

from __future__ import annotations

from commonroom.errors import SaidToPeople


class NotEnoughYears(SaidToPeople):
    """The measure has too few years or schools for levels and changes to be told from chance."""


class NoSpread(SaidToPeople):
    """Every school has the same figure in some year, so that nothing can be compared."""


class NotThisMeasure(SaidToPeople):
    """The frame holds no figure of the measure that was asked for."""
