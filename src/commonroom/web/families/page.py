"""What the pages of families say, in the language of the reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonroom.web.schools import labels, standing, tables
from commonroom.web.schools.figures import NONE, number, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, Family, FamilyRow, Member, Phase, Strength

#: Orders that a list may have: never one by results.
ORDERS = ("likeness", "name")


@dataclass(frozen=True, slots=True)
class Row:
    """A school of a family, in words."""

    number: str
    name: str
    place: str
    likeness: str
    distance: str
    mutual: str
    km: str
    minutes: str
    quadrant: str
    strong: str
    honorary: bool


@dataclass(frozen=True, slots=True)
class Better:
    """A school of a family that does better at a theme, and how sure that is."""

    row: Row
    sentences: tuple[str, ...]


def rows(members: list[Member], facts: Facts, *, order: str) -> list[Row]:
    """Return the schools of a family in words, by likeness or by name."""
    words = {theme: standing.name(facts, theme) for one in members for theme in _themes(one)}
    mutual = {known: str(said) for known, said in labels.MUTUAL.items()}
    likeness = {grade: str(said) for grade, said in labels.LIKENESS.items()}
    quadrants = {quadrant: str(said) for quadrant, said in labels.QUADRANT.items()}
    quadrants[""] = _("we cannot say")
    made = [
        Row(
            number=one["number"],
            name=one["name"],
            place=one["authority"] or "",
            likeness=likeness[one["likeness"]],
            distance=number(one["distance"], 2),
            mutual=mutual[one["mutual"]],
            km=number(one["km"], 0 if (one["km"] or 0) >= 10 else 1),
            minutes=_minutes(one),
            quadrant=quadrants[_quadrant(one)] if one["map"] else NONE,
            strong=", ".join(sorted(words[theme] for theme in _themes(one))),
            honorary=one["honorary"],
        )
        for one in members
    ]
    return sorted(made, key=lambda row: (row.name.casefold(), row.number)) if order == "name" else made


def table(shown: list[Row], facts: Facts, phase: Phase, *, seen: bool) -> SafeString:
    """Return the schools of a family as a table; those that were chosen for one school are `seen` from it."""
    roads = any(row.km != NONE for row in shown)
    map_of = _("{measure}: quarter of the map").format(
        measure=labels.measure(facts, facts["headline"][phase])
    )
    heads = [
        (_("School"), True), (_("Place"), True), (_("How alike"), seen), (_("Distance"), True),
        (_("Names it back"), seen), (_("km"), roads), (_("Minutes by road, about"), roads),
        (map_of, True), (_("Strong in"), True),
    ]  # fmt: skip
    keep = [at for at, (_head, kept) in enumerate(heads) if kept]
    honorary = _("(honorary member)")
    rows = []
    for row in shown:
        name = tables.link(f"/schools/{row.number}/?phase={phase}", row.name)
        cells = (
            name + SafeString(f" {honorary}") if row.honorary else name, row.place, row.likeness,
            row.distance, row.mutual, row.km, row.minutes, row.quadrant, row.strong,
        )  # fmt: skip
        rows.append([cells[at] for at in keep])
    numeric = [place for place, at in enumerate(keep) if at in (3, 5, 6)]
    caption = _("Schools most like it") if seen else _("Schools of the family")
    return tables.table(caption, [heads[at][0] for at in keep], rows, numeric=numeric)


def better(members: list[Member], shown: list[Row], theme: str, facts: Facts) -> list[Better]:
    """Return the schools that do better at a theme, in the order of the rows."""
    claims: dict[str, Strength] = {
        one["number"]: claim for one in members for claim in one["strengths"] if claim["theme"] == theme
    }
    return [
        Better(row, (standing.amount(claims[row.number], facts), standing.sure(claims[row.number])))
        for row in shown
        if row.number in claims
    ]


def themes(facts: Facts, phase: Phase) -> list[tuple[str, str]]:
    """Return the themes that figures can say something of in a phase: key and name, by name."""
    found = [
        (key, labels.say(one["label"])) for key, one in facts["themes"].items() if one["measures"].get(phase)
    ]
    return sorted(found, key=lambda one: one[1])


def named(members: list[Member], facts: Facts) -> list[tuple[str, str, str]]:
    """Return the themes that schools of a list are strong in: key, name and how many schools, by name."""
    counts = Counter(theme for one in members for theme in set(_themes(one)))
    found = [(theme, standing.name(facts, theme), str(n)) for theme, n in counts.items()]
    return sorted(found, key=lambda one: one[1])


def counted(shown: list[Better], members: list[Member], theme: str, system: str) -> str:
    """Return how many do better at a theme, of those of whom it is known, in a sentence."""
    known = sum(one["in_system"] for one in members)
    if not known:
        return _("None of these schools is in {system}, so who does better is not known here.").format(
            system=system
        )
    if known == len(members):
        among = _("Of these {members} schools").format(members=known)
    else:
        among = ngettext(
            "Of the one of these schools that is in {system}",
            "Of the {known} of these schools that are in {system}",
            known,
        ).format(known=known, system=system)
    if not shown:
        said = _("{among}, none is named for {theme}: the published figures cannot tell.")
    else:
        said = ngettext(
            "{among}, one does better at {theme} than schools with a similar intake.",
            "{among}, {n} do better at {theme} than schools with a similar intake.",
            len(shown),
        )
    return said.format(among=among, n=len(shown), theme=theme)


def listed(families: list[FamilyRow]) -> SafeString:
    """Return standing families as a table."""
    heads = (_("Family"), _("Schools"), _("Honorary members"), _("Mean distance"), _("Nearest possible"))
    rows = [
        (
            tables.link(f"/families/{one['phase']}/{one['code']}/", one["code"]),
            whole(one["schools"]),
            whole(one["honorary"]),
            number(one["within"], 2),
            number(one["optimum"], 2),
        )
        for one in families
    ]
    return tables.table(_("Standing families"), heads, rows, numeric=(1, 2, 3, 4))


def near(family: Family) -> str:
    """Return how near the schools of a standing family are to each other, in a sentence."""
    if family["within"] is None or family["optimum"] is None:
        return ""
    return _(
        "Mean distance between two of them: {within}; the nearest that any division gives: {optimum}."
    ).format(within=number(family["within"], 2), optimum=number(family["optimum"], 2))


def _themes(one: Member) -> list[str]:
    return [claim["theme"] for claim in one["strengths"]]


def _quadrant(one: Member) -> str:
    where = one["map"]
    return where["quadrant"] or "" if where and where["said"] else ""


def _minutes(one: Member) -> str:
    if one["minutes"] is None:
        return NONE
    said = whole(one["minutes"])
    return _("{minutes} (usual there)").format(minutes=said) if one["travel"] == "authority" else said
