"""The codes of published pages in the words of the page's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, Label

Language = Literal["en", "cy"]

PHASE: Final = {"primary": _("Primary"), "secondary": _("Secondary")}
SCHOOL: Final = {
    ("primary",): _("Primary school"),
    ("secondary",): _("Secondary school"),
    ("primary", "secondary"): _("Primary and secondary school"),
}
KIND: Final = {
    "mainstream": _("mainstream school"),
    "special": _("special school"),
    "independent": _("independent school"),
    "alternative": _("alternative provision"),
    "nursery": _("nursery school"),
    "college": _("college"),
}
#: How alike one school is.
LIKENESS: Final = {
    "near": _("very like"),
    "fair": _("fairly like"),
    "stretched": _("not very like"),
    "none": _("not known"),
}
#: How good a match the schools chosen for a school are.
MATCH: Final = {
    "near": _("A close match: there are many schools with pupils like these."),
    "fair": _("A fair match: the schools chosen are reasonably alike."),
    "stretched": _(
        "A stretched match: some of the schools chosen are not very like this one. Read its place with care."
    ),
    "none": _("No fair match: too few schools are like this one, so it is better not to compare."),
}
GRADE: Final = {"near": _("close"), "fair": _("fair"), "stretched": _("stretched"), "none": _("too few")}
QUADRANT: Final = {
    "higher_rising": _("higher, and rising"),
    "lower_rising": _("lower, and rising"),
    "higher_falling": _("higher, and falling"),
    "lower_falling": _("lower, and falling"),
}
MISSING: Final = {
    "pandemic": _("no examinations that year (pandemic)"),
    "suppressed": _("the publisher withheld it: few pupils"),
    "not_published": _("not published for this school"),
    "not_in_data": _("no publication of that year is in the data"),
    "none": _("the publication does not have this school"),
    "withheld": _("withheld here: see below"),
}
REASON: Final = {
    "few": _("it is about too few pupils"),
    "subtraction": _("it would let another withheld figure be worked out by subtraction"),
    "unknown": _("the number of pupils is not known"),
}
WITHHELD: Final = {
    "outcome": _("result"),
    "gap": _("disadvantaged and other pupils"),
    "map": _("attainment and improvement"),
    "claim": _("strength or need"),
    "position": _("position among schools alike"),
}
JOINED: Final = {
    "one-to-one": _("the same school under an earlier number"),
    "merged": _("merged into this school"),
    "split": _("divided; this school began from it"),
    "apart": _("linked in the register, but its figures are not joined"),
}
UNIT: Final = {"%": _("percentage points"), "points": _("points"), "grade points": _("grade points")}
SIGN: Final = {"%": "%", "points": "", "grade points": ""}
MUTUAL: Final = {True: _("yes"), False: _("no"), None: "–"}
SIDE: Final = {"higher": _("higher"), "lower": _("lower")}


def language(asked: str | None = None) -> Language:
    """Return the language that is `asked` for, or that of the page: `en` or `cy`."""
    return "cy" if (asked or get_language() or "").startswith("cy") else "en"


def say(label: Label) -> str:
    """Return a label in the language of the page."""
    return label["cy" if language() == "cy" else "en"] or label["en"]


def sources(releases: Iterable[int | None]) -> tuple[str, ...]:
    """Return the numbers that publications have in the list of sources, which begins with 1."""
    return tuple(str(one + 1) for one in releases if one is not None)


def school(kind: str, phases: Iterable[str]) -> str:
    """Return what kind of school it is: a mainstream one is called by its phases."""
    said = str(KIND.get(kind, kind))
    return str(SCHOOL.get(tuple(sorted(phases)), said)) if kind == "mainstream" else said


def measure(facts: Facts, name: str) -> str:
    """Return what a measure is called; one that the version does not explain, as it is named."""
    one = facts["measures"].get(name)
    if one is None:
        return name
    return (language() == "cy" and one["label_cy"]) or one["label"]


def meaning(facts: Facts, name: str) -> str:
    """Return what a measure means."""
    one = facts["measures"][name]
    return (language() == "cy" and one["meaning_cy"]) or one["meaning"]


def theme(facts: Facts, name: str) -> str:
    """Return what a theme is called."""
    one = facts["themes"].get(name)
    return say(one["label"]) if one else name


def preset(facts: Facts, name: str) -> str:
    """Return what a definition of alike is called."""
    one = facts["presets"].get(name)
    return say(one["label"]) if one else name


def variable(facts: Facts, name: str) -> str:
    """Return what a context variable is called."""
    one = facts["variables"].get(name)
    return say(one["label"]) if one else name
