"""What the page of the system says, in the language of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonroom.web.schools import labels, tables
from commonroom.web.schools.figures import NONE, between, listed, number, signed, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, FloorRow, GapRow, Glance, Phase, Placed, Range, System


@dataclass(frozen=True, slots=True)
class Table:
    """A table in words, and a sentence in front of it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...]
    sentences: tuple[str, ...] = ()

    @property
    def html(self) -> SafeString:
        """The table as HTML."""
        return tables.table(self.caption, self.heads, self.rows, numeric=self.numeric)


@dataclass(frozen=True, slots=True)
class Part:
    """A phase of the system: at a glance, the gap, the floor, and how far its schools can be placed."""

    phase: str
    name: str
    said: tuple[str, str] | None
    glance: Table
    gap: Table | None
    floor: Table | None
    placed: tuple[str, ...]
    families: int


def tell(system: System, facts: Facts) -> list[Part]:
    """Return the parts of the system's page, one for each phase."""
    return [_part(phase, system, facts) for phase in facts["phases"]]


def counts(system: System) -> str:
    """Return how many schools the system has, in a sentence."""
    parts = []
    for phase in ("primary", "secondary"):
        n = sum(
            one["schools"]
            for one in system["counts"]
            if one["phase"] == phase and one["kind"] == "mainstream"
        )
        if n:
            said = {
                "primary": ngettext("{n} primary school", "{n} primary schools", n),
                "secondary": ngettext("{n} secondary school", "{n} secondary schools", n),
            }[phase]
            parts.append(said.format(n=whole(n)))
    places = len(system["authorities"])
    return ngettext("{schools} in one authority.", "{schools} in {n} authorities.", places).format(
        schools=listed(parts), n=places
    )


def _part(phase: Phase, system: System, facts: Facts) -> Part:
    placed = next((one for one in system["placed"] if one["phase"] == phase), None)
    return Part(
        phase=phase,
        name=str(labels.PHASE[phase]),
        said=_headline(phase, system["glance"], facts),
        glance=_glance(phase, system["glance"], facts),
        gap=_gap(phase, system["gap"], facts),
        floor=_floor(phase, system["floor"], facts),
        placed=_placed(placed) if placed else (),
        families=sum(one["phase"] == phase for one in system["families"]),
    )


def _captioned(caption: str, phase: Phase) -> str:
    return f"{caption} ({str(labels.PHASE[phase]).lower()})"


def _headline(phase: Phase, rows: list[Glance], facts: Facts) -> tuple[str, str] | None:
    """The headline of a phase in its last year: a verdict, and a sentence."""
    own = [one for one in rows if one["phase"] == phase and one["measure"] == facts["headline"][phase]]
    last = max((one["year"] for one in own), default=0)
    here = {one["place"]: one for one in own if one["year"] == last}
    if "system" not in here or here["system"]["figure"]["value"] is None:
        return None
    measure = facts["measures"][facts["headline"][phase]]
    digits, sign = measure["digits"], labels.SIGN[measure["unit"]]
    figure = here["system"]["figure"]
    names = {"system": labels.say(facts["system"]), "nation": labels.say(facts["nation"])}
    said = _("{measure}, {year}: {value} in {system} (likely range {range}).").format(
        measure=labels.measure(facts, facts["headline"][phase]), year=last,
        value=number(figure["value"], digits) + sign, range=between(figure["low"], figure["high"], digits),
        **names,
    )  # fmt: skip
    difference = here["difference"]["figure"] if "difference" in here else None
    if difference is None or difference["low"] is None or difference["high"] is None:
        return names["system"], said
    said += " " + _("{nation}: {value}. The difference is {difference} ({range}).").format(
        value=number(here["nation"]["figure"]["value"], digits) + sign if "nation" in here else NONE,
        difference=signed(difference["value"], digits + 1),
        range=between(difference["low"], difference["high"], digits + 1),
        **names,
    )
    if difference["low"] > 0:
        return _("Above {nation}, by more than chance would explain").format(**names), said
    if difference["high"] < 0:
        return _("Below {nation}, by more than chance would explain").format(**names), said
    return _("Too close to {nation} to be sure of a difference").format(**names), said


def _glance(phase: Phase, rows: list[Glance], facts: Facts) -> Table:
    """Every measure of a phase by year, the latest year first."""
    found: dict[tuple[str, int], dict[str, Glance]] = {}
    for one in rows:
        if one["phase"] == phase:
            found.setdefault((one["measure"], -one["year"]), {})[one["place"]] = one
    ranged = _("Likely range (95%)")
    heads = (
        _("Measure"), _("Year"), labels.say(facts["system"]), ranged, labels.say(facts["nation"]),
        _("Difference"), ranged, _("Schools"),
    )  # fmt: skip
    table = tuple(_glance_row(name, str(-year), found[name, year], facts) for name, year in sorted(found))
    return Table(_captioned(_("Averages by year"), phase), heads, table, (1, 2, 3, 4, 5, 6, 7))


def _glance_row(name: str, year: str, found: dict[str, Glance], facts: Facts) -> tuple[str, ...]:
    measure = facts["measures"][name]
    digits, sign = measure["digits"], labels.SIGN[measure["unit"]]
    none: Range = {"value": None, "low": None, "high": None}
    own, nation, difference = (
        found[place]["figure"] if place in found else none for place in ("system", "nation", "difference")
    )
    return (
        labels.measure(facts, name),
        year,
        number(own["value"], digits) + (sign if own["value"] is not None else ""),
        between(own["low"], own["high"], digits),
        number(nation["value"], digits) + (sign if nation["value"] is not None else ""),
        signed(difference["value"], digits),
        between(difference["low"], difference["high"], digits),
        whole(found["system"]["schools"] if "system" in found else None),
    )


def _gap(phase: Phase, rows: list[GapRow], facts: Facts) -> Table | None:
    """Disadvantaged and other pupils, by measure and year, the latest year first."""
    own = [one for one in rows if one["phase"] == phase]
    if not own:
        return None
    places = {"system": labels.say(facts["system"]), "nation": labels.say(facts["nation"])}
    heads = (
        _("Measure"), _("Year"), _("Where"), _("Disadvantaged"), _("Other"), _("Gap"),
        _("Likely range (95%)"),
    )  # fmt: skip
    ordered = sorted(own, key=lambda one: (one["measure"], -one["year"], one["place"] != "system"))
    table = []
    for one in ordered:
        digits = facts["measures"][one["measure"]]["digits"]
        table.append(
            (
                labels.measure(facts, one["measure"]), str(one["year"]), places[one["place"]],
                number(one["disadvantaged"], digits), number(one["other"], digits),
                signed(one["gap"]["value"], digits),
                between(one["gap"]["low"], one["gap"]["high"], digits),
            )
        )  # fmt: skip
    said = _gap_said(ordered, facts, places)
    return Table(_captioned(_("The gap, year by year"), phase), heads, tuple(table), (1, 3, 4, 5, 6), said)


def _gap_said(rows: list[GapRow], facts: Facts, places: dict[str, str]) -> tuple[str, ...]:
    """The gap of the last year, and that of the first, in sentences."""
    own = [one for one in rows if one["place"] == "system" and one["gap"]["value"] is not None]
    if not own:
        return (_("No year has figures for disadvantaged pupils of {system}.").format(**places),)
    last = max(own, key=lambda one: one["year"])
    same = [one for one in rows if one["measure"] == last["measure"]]
    nation = next((one for one in same if one["place"] == "nation" and one["year"] == last["year"]), None)
    first = min((one for one in own if one["measure"] == last["measure"]), key=lambda one: one["year"])
    digits = facts["measures"][last["measure"]]["digits"]
    said = [
        _("{measure}, {year}: {gap} in {system} ({range}); {nation}: {other}.").format(
            measure=labels.measure(facts, last["measure"]), year=last["year"],
            gap=signed(last["gap"]["value"], digits),
            range=between(last["gap"]["low"], last["gap"]["high"], digits),
            other=signed(nation["gap"]["value"], digits) if nation else NONE, **places,
        )
    ]  # fmt: skip
    if first["year"] != last["year"]:
        then = signed(first["gap"]["value"], digits)
        said.append(_("In {year} it was {gap}.").format(year=first["year"], gap=then))
    return tuple(said)


def _floor(phase: Phase, rows: list[FloorRow], facts: Facts) -> Table | None:
    """Schools below a floor that held, by year."""
    own = [one for one in rows if one["phase"] == phase and one["then"]]
    if not own:
        return None
    places = {"system": labels.say(facts["system"]), "nation": labels.say(facts["nation"])}
    heads = (
        _("Year"), _("Measure"), _("Floor"), _("Where"), _("Schools"), _("Below it"), _("Share"),
        _("Likely range (95%)"), _("Expected, chance allowed for"), _("Source"),
    )  # fmt: skip
    ordered = sorted(own, key=lambda one: (one["year"], one["measure"], one["place"] != "system"))
    table = tuple(_floor_row(one, facts, places) for one in ordered)
    said = [_floor_said(one, places) for one in own if one["place"] == "system" and one["number"] is not None]
    without = sorted({one["year"] for one in rows if one["phase"] == phase and not one["then"]})
    if without:
        years = f"{without[0]}–{without[-1]}" if len(without) > 1 else str(without[0])
        none = _("In {years} there was no floor on the measures at hand, and none is invented here.")
        said.append(none.format(years=years))
    return Table(
        _captioned(_("Schools below the floor, then"), phase),
        heads,
        table,
        (2, 4, 5, 6, 7, 8),
        tuple(said),
    )


def _floor_row(one: FloorRow, facts: Facts, places: dict[str, str]) -> tuple[str, ...]:
    share = one["share"]
    return (
        str(one["year"]),
        labels.measure(facts, one["measure"]),
        number(one["below"], 0),
        places[one["place"]],
        whole(one["schools"]),
        whole(one["number"]),
        number(share["value"], 1) + ("%" if share["value"] is not None else ""),
        between(share["low"], share["high"], 1),
        number(one["expected"], 1),
        one["source"],
    )


def _floor_said(one: FloorRow, places: dict[str, str]) -> str:
    share = one["share"]
    return _(
        "{year}: {number} of {schools} schools of {system} were below the floor"
        " ({share}%, likely range {range}%)."
    ).format(
        year=one["year"],
        number=one["number"],
        schools=whole(one["schools"]),
        share=number(share["value"], 0),
        range=between(share["low"], share["high"], 0),
        system=places["system"],
    )


def _placed(one: Placed) -> tuple[str, ...]:
    """How far the schools of a phase can be placed, in sentences."""
    said = []
    if one["on_map"]:
        sure = _(
            "Of {n} schools with enough years of figures, {sure} can be placed in a quarter of the"
            " performance map; for the others the honest answer is that we cannot say."
        )
        said.append(sure.format(n=whole(one["on_map"]), sure=whole(one["said"])))
    if one["moves"] is not None:
        moves = _(
            "Between definitions of alike, the place of the middle school moves by {moves} percentiles."
        )
        said.append(moves.format(moves=whole(one["moves"])))
    survive = _(
        "A place in the top quarter of the schools alike survives every definition for {top} schools,"
        " one in the bottom quarter for {bottom}."
    )
    return (*said, survive.format(top=whole(one["top"]), bottom=whole(one["bottom"])))
