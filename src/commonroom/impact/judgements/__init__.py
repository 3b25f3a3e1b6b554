"""Areas by their schools' inspections: shares good or outstanding, beside other areas, with bounds.

Which schools are inspected, and when, is no matter of chance; what a judgement means changes with the
framework; and a history holds only schools that kept their number. So shares are compared within a period,
beside other areas, with placebo areas, with each school's judgement before, and with what the schools that
are missing could have been.
"""

from commonroom.impact.judgements.areas import groups, study
from commonroom.impact.judgements.beside import change, level
from commonroom.impact.judgements.missing import Fates, fates, fill
from commonroom.impact.judgements.placebos import Placebos, rank
from commonroom.impact.judgements.placing import GOOD, Period, Placed, label, place
from commonroom.impact.judgements.shares import count

__all__ = [
    "GOOD", "Fates", "Period", "Placebos", "Placed", "change", "count", "fates", "fill", "groups", "label",
    "level", "place", "rank", "study",
]  # fmt: skip
