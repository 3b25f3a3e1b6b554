"""What a published document is made of: plain values that any language can be written around.

Codes, never sentences: measures, themes, presets, variables, releases and grades are named by the keys that
`Facts` labels in English and Welsh. A figure that is None is not there; `withheld` or `missing` says why.
Every range of attainment, improvement and of a claim is in the unit of its measure.
"""

from commonroom.narrative.pages.forms.facts import (
    Facts,
    MeasureFacts,
    PresetFacts,
    Release,
    ThemeFacts,
    VariableFacts,
)
from commonroom.narrative.pages.forms.family import Alike, Brief, Family, Member, Strength
from commonroom.narrative.pages.forms.school import (
    Claim,
    Context,
    Differs,
    Earlier,
    GapPoint,
    InFamily,
    MapPlace,
    Match,
    Near,
    Point,
    Position,
    School,
    SchoolPhase,
    Sensitivity,
    ThemeStanding,
    Trend,
)
from commonroom.narrative.pages.forms.system import (
    Authority,
    Count,
    Counted,
    Covered,
    Dot,
    FamilyRow,
    FloorRow,
    Found,
    GapRow,
    Glance,
    InAuthority,
    Listed,
    Placed,
    System,
)
from commonroom.narrative.pages.forms.values import (
    Grade,
    Label,
    Missing,
    Phase,
    Quadrant,
    Range,
    Reason,
    Withheld,
)

__all__ = [
    "Alike", "Authority", "Brief", "Claim", "Context", "Count", "Counted", "Covered", "Differs", "Dot",
    "Earlier", "Facts", "Family", "FamilyRow", "FloorRow", "Found", "GapPoint", "GapRow", "Glance", "Grade",
    "InAuthority", "InFamily", "Label", "Listed", "MapPlace", "Match", "MeasureFacts", "Member", "Missing",
    "Near", "Phase", "Placed", "Point", "Position", "PresetFacts", "Quadrant", "Range", "Reason", "Release",
    "School", "SchoolPhase", "Sensitivity", "Strength", "System", "ThemeFacts", "ThemeStanding", "Trend",
    "VariableFacts", "Withheld",
]  # fmt: skip
