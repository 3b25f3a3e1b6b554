"""The card of each school: compact figures that the page's own script lays out when a name is chosen."""

from __future__ import annotations

from typing import Any

from commonroom.disclosure import Released
from commonroom.narrative import glance, page
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words

MAP = (
    "attainment", "attainment_low", "attainment_high",
    "improvement", "improvement_low", "improvement_high",
)  # fmt: skip
POSITION = ("position", "low", "high", "lowest", "highest")


#: Cards that a page can carry: one for each school and phase.
MOST = 2 * page.LISTED


def tell(story: Story, words: Words) -> dict[str, Any]:
    """Return the cards by name: schools as short lists, and the names they refer to, once each.

    Each school is [number, name, authority, phase, map, position, match, claim, nearest, themes]; the
    figures of map and position are as in MAP and POSITION, rounded as they are shown. A system of more
    than MOST schools has no cards.
    """
    if story.schools.frame.height > MOST:
        return {"schools": [], "names": [], "units": {}, "phases": {}, "since": {}}
    names = _names(story)
    places = {name: number for number, name in enumerate(names)}
    parts = {
        "map": _by_school(story.map), "family": _by_school(story.families),
        "nearest": _lists(story.nearest), "better": _lists(story.better),
    }  # fmt: skip
    schools = []
    for row in story.schools.frame.sort("name", "school", "phase").iter_rows(named=True):
        key = (row["school"], row["phase"])
        placed, family = parts["map"].get(key), parts["family"].get(key)
        schools.append(
            [
                row["school"], row["name"], row["authority"], row["phase"],
                _rounded(placed, MAP, 1), _rounded(family, POSITION, 0),
                words[f"grade.{family['grade']}"] if family else None,
                words[f"claim.{family['claim']}"] if family and family["claim"] else None,
                [places[_full(near)] for near in parts["nearest"].get(key, [])],
                [_claim(claim, story, words) for claim in parts["better"].get(key, [])],
            ]
        )  # fmt: skip
    units = {
        phase: words[f"unit.{story.facts.measures[name].unit}"]
        for phase, name in story.facts.headline.items()
    }
    phases = {phase: words[f"phase.{phase.capitalize()}"] for phase in units}
    since = {} if story.map is None else dict(story.map.frame.select("phase", "start").unique().rows())
    return {"schools": schools, "names": names, "units": units, "phases": phases, "since": since}


def _full(near: dict[str, Any]) -> str:
    return f"{near['name']}, {near['authority']}"


def _names(story: Story) -> list[str]:
    """Return the names of all schools that are among the nearest of another, sorted."""
    if story.nearest is None:
        return []
    return sorted({_full(near) for near in story.nearest.frame.iter_rows(named=True)})


def _by_school(released: Released | None) -> dict[tuple[str, str], Any]:
    if released is None:
        return {}
    return {(row["school"], row["phase"]): row for row in released.frame.iter_rows(named=True)}


def _lists(released: Released | None) -> dict[tuple[str, str], Any]:
    if released is None:
        return {}
    found = released.frame.partition_by("school", "phase", as_dict=True, maintain_order=True)
    return {(str(school), str(phase)): rows.to_dicts() for (school, phase), rows in found.items()}


def _rounded(row: dict[str, Any] | None, names: tuple[str, ...], digits: int) -> list[float] | None:
    """Return the figures of a row, or None when there is no row or one of them was withheld."""
    if row is None or any(row[name] is None for name in names):
        return None
    return [round(float(row[name]), digits) + 0.0 for name in names]


def _claim(claim: dict[str, Any], story: Story, words: Words) -> list[Any]:
    """Return whether the claim is of a strength, and the claim in words."""
    unit = story.facts.measures[claim["measure"]].unit
    said = words.say(
        "card.claim",
        measure=glance.measure(story, words, claim["measure"]),
        unit=words[f"unit.{unit}"],
        probability=words.percent(claim["probability"]),
        low=words.signed(claim["low"], page.digits(unit)),
        high=words.signed(claim["high"], page.digits(unit)),
    )
    return [1 if claim["better"] else 0, said]
