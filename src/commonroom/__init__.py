"""Commonroom runs a self-improving school system: see, choose, match, work, learn, judge, tell."""

__version__ = "0.1.0"
