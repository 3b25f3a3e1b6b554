"""Synthetic designs: one school, one alliance or a whole city beside a weighted mix of others.

A mix is made of what was known before the start, so it can only be as good as those years. With two of them
any school is followed by many mixes, and a good fit says little: a school at its lowest comes back by
itself, which is why donors have to be near (the penalty) and not only their mean, and why errors come from
placebos that went through the same. With three or four (our data: 2016 to 2019) one school shows only
effects of about one standard deviation of schools; a city of dozens of schools shows smaller ones. The design
is refused with fewer than two years before the start.
"""

from __future__ import annotations

from commonroom.impact.synthetic.answer import Synthetic, frame
from commonroom.impact.synthetic.designs import control, difference
from commonroom.impact.synthetic.groups import Groups, Others, areas, drawn, neighbours
from commonroom.impact.synthetic.options import Options
from commonroom.impact.synthetic.plain import plain

__all__ = [
    "Groups",
    "Options",
    "Others",
    "Synthetic",
    "areas",
    "control",
    "difference",
    "drawn",
    "frame",
    "neighbours",
    "plain",
]
