"""Frames that may be shown, as pictures: one Altair specification for page, print and terminal."""

from commonroom.charts.bands import moves
from commonroom.charts.checks import calibration, funnel
from commonroom.charts.drawing import html_bundle, png, specification, svg
from commonroom.charts.looks import GREY, HERE, INK, PAPER, QUIET, SURE, THEME, THERE, Words
from commonroom.charts.quarters import map
from commonroom.charts.series import intervals, years

__all__ = [
    "GREY", "HERE", "INK", "PAPER", "QUIET", "SURE", "THEME", "THERE", "Words", "calibration", "funnel",
    "html_bundle", "intervals", "map", "moves", "png", "specification", "svg", "years",
]  # fmt: skip
