"""A plan of partnerships in plain words: sentences, a page, a sheet for each school, a part of the report."""

from commonroom.narrative.partnerships.explaining import Explained, explain
from commonroom.narrative.partnerships.shown import RULES, Shown, show
from commonroom.narrative.partnerships.voice import Told

__all__ = ["RULES", "Explained", "Shown", "Told", "explain", "show"]
