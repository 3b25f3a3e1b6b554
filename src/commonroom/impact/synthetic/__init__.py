"""Synthetic designs: one school, one alliance or a whole city beside a weighted mix of others.

A mix is made of what was known before the start, so it can only be as good as those years. With two or three
of them (our data: 2016 to 2019) nearly any school is followed closely by many mixes, and a good fit says
little: a school at its lowest comes back by itself. That is why donors are the nearest in the whole path,
why weights are spread (a mix of few schools repeats their noise), and why errors come from placebos that
went through the same. How much can be seen follows from them: on secondary schools of England (attainment
of 2016 to 2019) one school shows effects of more than .6 standard deviations of schools, ten neighbours of
more than .25, an authority of more than .3. With fewer than two years before the start the design is
refused.
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
