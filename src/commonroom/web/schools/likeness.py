"""How alike the schools most like a school are, how far that depends on the definition, and its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commonroom.web.schools import figures, labels, tables
from commonroom.web.schools.figures import between, number, percent, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Context, Facts, Match, SchoolPhase


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is said of the schools alike, and the tables behind it."""

    sentences: tuple[str, ...]
    definitions: SafeString
    context: SafeString | None
    placed: bool


def tell(phase: SchoolPhase, facts: Facts, number: str) -> Likeness:
    """Return how alike the schools are that a school (by its `number`) is compared with."""
    return Likeness(
        sentences=sentences(phase["matches"][0], facts) if phase["matches"] else (),
        definitions=_definitions(phase, facts, f"/schools/{number}/alike/?phase={phase['phase']}&preset="),
        context=_contexts(phase, facts) if phase["context"] else None,
        placed=any(one["position"] is not None for one in phase["positions"]),
    )


def sentences(match: Match, facts: Facts) -> tuple[str, ...]:
    """Return how good a match is, in sentences."""
    said = [str(labels.MATCH[match["grade"]])]
    if match["inside"] < match["found"]:
        said.append(
            _("{inside} of the {found} are within reach.").format(
                inside=match["inside"], found=match["found"]
            )
        )
    if match["differs"]:
        parts = [
            _("{variable} ({side})").format(
                variable=labels.variable(facts, one["variable"]), side=labels.SIDE[one["side"]]
            )
            for one in match["differs"]
        ]
        said.append(_("It differs from them most in: {variables}.").format(variables=figures.listed(parts)))
    if match["known"] < match["criteria"]:
        said.append(
            _("{known} of {criteria} criteria are known of it.").format(
                known=match["known"], criteria=match["criteria"]
            )
        )
    if match["mutual"] is not None:
        said.append(_("{share} of them name it among theirs too.").format(share=percent(match["mutual"])))
    if match["kept"] is not None and match["found"]:
        said.append(
            _("{kept} of the {found} were among them the year before.").format(
                kept=match["kept"], found=match["found"]
            )
        )
    return tuple(said)


def _definitions(phase: SchoolPhase, facts: Facts, path: str) -> SafeString:
    """Each definition: its name, how alike, position, and where chance could put it."""
    positions = {one["preset"]: one for one in phase["positions"]}
    rows: list[tuple[str, ...]] = []
    for match in phase["matches"]:
        where = positions.get(match["preset"])
        rows.append(
            (
                tables.link(path + match["preset"], labels.preset(facts, match["preset"])),
                str(labels.GRADE[match["grade"]]),
                whole(where["position"]) if where else figures.NONE,
                between(where["low"], where["high"], 0) if where else figures.NONE,
            )
        )
    heads = (_("Definition"), _("How alike"), _("Higher than, of 100"), _("By chance (90%)"))
    return tables.table(_("Its place under each definition of alike"), heads, rows, numeric=(2, 3))


def _contexts(phase: SchoolPhase, facts: Facts) -> SafeString:
    heads = (
        _("What"), _("This school"), _("Mean of those alike"), labels.say(facts["nation"]),
        _("Beside those alike"), _("Weight in the definition"),
    )  # fmt: skip
    caption = _("Pupils and circumstances")
    if phase["context_year"] is not None:
        caption = f"{caption}, {phase['context_year']}"
    return tables.table(
        caption, heads, [_context(one, facts) for one in phase["context"]], numeric=(1, 2, 3, 5)
    )


def _context(one: Context, facts: Facts) -> tuple[str, ...]:
    """A variable: name with its unit, here, alike, nation, the difference in words, the weight it has."""
    variable = facts["variables"].get(one["variable"])
    unit = variable["unit"] if variable else ""
    sign = "%" if unit == "%" else ""
    name = labels.variable(facts, one["variable"])
    if one["year"] is not None:
        name = _("{name} ({year})").format(name=name, year=one["year"])
    values = (
        number(value, 1) + (sign if value is not None else "")
        for value in (one["value"], one["alike"], one["nation"])
    )
    weight = percent(one["weight"]) if one["weight"] is not None else _("not used")
    return name, *values, _differs(one["gap"]), weight


def _differs(gap: float | None) -> str:
    if gap is None:
        return figures.NONE
    if abs(gap) < 0.2:
        return _("about the same")
    if abs(gap) < 0.5:
        return _("a little higher") if gap > 0 else _("a little lower")
    return _("higher") if gap > 0 else _("lower")
