"""One row per school, year and measure; what was joined, left out and found wrong."""

from commonroom.panel.build import Inputs, Panel, build
from commonroom.panel.comparable import COMPARED, comparable, years
from commonroom.panel.measures import Measure
from commonroom.panel.systems import System

__all__ = ["COMPARED", "Inputs", "Measure", "Panel", "System", "build", "comparable", "years"]
