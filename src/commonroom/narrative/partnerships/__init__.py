"""A plan of partnerships in plain words: sentences, a page, a sheet for each school, a part of the report."""

from commonroom.narrative.partnerships.explaining import Explained, explain
from commonroom.narrative.partnerships.plan import plan_page
from commonroom.narrative.partnerships.sheet import school_page, school_pages
from commonroom.narrative.partnerships.shown import RULES, Shown, show
from commonroom.narrative.partnerships.voice import Told

__all__ = [
    "RULES", "Explained", "Shown", "Told", "explain", "plan_page", "school_page", "school_pages", "show",
]  # fmt: skip
