"""Frames that may be shown, as pictures: one Altair specification for page, print and terminal."""

from commonroom.charts.bands import bands, giving, moves
from commonroom.charts.checks import calibration, funnel
from commonroom.charts.drawing import html_bundle, png, specification, still, svg
from commonroom.charts.effects import effects, forest, paths, power
from commonroom.charts.looks import GREY, HERE, INK, PAPER, QUIET, SURE, THEME, THERE, Words
from commonroom.charts.narrow import narrowed
from commonroom.charts.pages import places, positions, trend
from commonroom.charts.pairs import partnerships
from commonroom.charts.quarters import map
from commonroom.charts.reach import reach, returns
from commonroom.charts.series import intervals, years
from commonroom.charts.strips import strip

__all__ = [
    "GREY", "HERE", "INK", "PAPER", "QUIET", "SURE", "THEME", "THERE", "Words", "bands", "calibration",
    "effects", "forest", "funnel", "giving", "html_bundle", "intervals", "map", "moves", "narrowed",
    "partnerships", "paths", "places", "png", "positions", "power", "reach", "returns", "specification",
    "still", "strip", "svg", "trend", "years",
]  # fmt: skip
