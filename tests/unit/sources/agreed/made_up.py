"""A made-up place: five schools, three themes, two authorities."""

from __future__ import annotations

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import Known, Theme

NAMES = {
    "100": "Alder Primary", "101": "Birch Primary", "102": "Ysgol Derwen", "103": "Elm High",
    "104": "Fir School", "900": "Gorse Special School",
}  # fmt: skip
PHASES = {
    "100": ("primary",), "101": ("primary",), "102": ("primary", "secondary"), "103": ("secondary",),
    "104": ("primary", "secondary"),
}  # fmt: skip
THEMES = (
    Theme("reading", labels=("Reading", "Darllen")),
    Theme("mathematics", labels=("Mathematics", "Mathemateg")),
    Theme("ebacc", phases=("secondary",), labels=("EBacc breadth", "Ehangder EBacc")),
)


def look_up(wanted: str) -> str:
    """The school of a number or a whole name."""
    for school, name in NAMES.items():
        if wanted in (school, f"{school}.0", name):
            return school
    raise SaidToPeople("no school is called that.", where=wanted, remedy="Did you mean 103 Elm High?")


KNOWN = Known(look_up, PHASES, THEMES, authorities=("Northshire", "Southshire"))
