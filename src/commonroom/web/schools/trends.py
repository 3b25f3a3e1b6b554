"""Each measure of a school by year, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commonroom.web.schools import labels, tables
from commonroom.web.schools.figures import between, day, listed, number, signed, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, GapPoint, Point, Trend


@dataclass(frozen=True, slots=True)
class Series:
    """A measure by year: in a sentence, as rows of words, and what it means and is from."""

    measure: str
    name: str
    meaning: str
    source: str
    date: str
    sentence: str
    breaks: str
    table: SafeString
    gaps: SafeString | None


def tell(trend: Trend, facts: Facts) -> Series:
    """Return a measure as a page shows it."""
    name = trend["measure"]
    measure = facts["measures"][name]
    sign, digits = labels.SIGN[measure["unit"]], measure["digits"]
    named = labels.measure(facts, name)
    meaning = labels.meaning(facts, name)
    heads = (_("Year"), _("This school"), _("Pupils"), labels.say(facts["nation"]), _("Source"))
    rows = [_row(point, sign, digits) for point in trend["points"]]
    return Series(
        measure=name,
        name=named,
        meaning=meaning,
        source=measure["source"],
        date=day(measure["date"]),
        sentence=_sentence(trend, facts, sign, digits),
        breaks=_breaks(trend),
        table=tables.table(f"{named}: {meaning}", heads, rows, numeric=(1, 2, 3)),
        gaps=_gaps(trend["gaps"], sign, digits) if trend["gaps"] else None,
    )


def _row(point: Point, sign: str, digits: int) -> tuple[str, ...]:
    """Year, figure or why there is none, pupils, nation, publication."""
    there = point["value"] is not None
    said = (
        number(point["value"], digits) + sign if there else _quiet(labels.MISSING[point["missing"] or "none"])
    )
    nation = number(point["nation"], digits) + (sign if point["nation"] is not None else "")
    source = (tables.link(f"#source-{one}", f"[{one}]") for one in labels.sources([point["release"]]))
    return str(point["year"]), said, whole(point["pupils"]), nation, next(source, "")


def _gaps(points: list[GapPoint], sign: str, digits: int) -> SafeString:
    heads = (_("Year"), _("Disadvantaged"), _("Other"), _("Gap"), _("95% range"))
    rows = [_gap(point, sign, digits) for point in points]
    return tables.table(_("Disadvantaged and other pupils"), heads, rows, numeric=(1, 2, 3, 4))


def _gap(point: GapPoint, sign: str, digits: int) -> tuple[str, ...]:
    """Year, disadvantaged, other, gap and its range; or why it was withheld."""
    year = str(point["year"])
    if point["withheld"]:
        return year, "", "", "", _quiet(_("withheld: {why}").format(why=labels.REASON[point["withheld"]]))
    gap = point["gap"]
    return (
        year,
        number(point["disadvantaged"], digits) + (sign if point["disadvantaged"] is not None else ""),
        number(point["other"], digits) + (sign if point["other"] is not None else ""),
        signed(gap["value"], digits),
        between(gap["low"], gap["high"], digits),
    )


def _quiet(text: object) -> SafeString:
    return tables.quiet(str(text))


def _sentence(trend: Trend, facts: Facts, sign: str, digits: int) -> str:
    known = [point for point in trend["points"] if point["value"] is not None]
    name = labels.measure(facts, trend["measure"])
    if not known:
        return _("{measure}: no figure of this school is published.").format(measure=name)
    first, last = known[0], known[-1]
    if first is last:
        return _("{measure}: {value} in {year}, the only year with a figure.").format(
            measure=name, value=number(last["value"], digits) + sign, year=last["year"]
        )
    said = _("{measure}: {last_value} in {last}, {first_value} in {first}.").format(
        measure=name, last_value=number(last["value"], digits) + sign, last=last["year"],
        first_value=number(first["value"], digits) + sign, first=first["year"],
    )  # fmt: skip
    empty = [
        str(p["year"])
        for p in trend["points"]
        if p["value"] is None and first["year"] < p["year"] < last["year"]
    ]
    if empty:
        said += " " + _("No figure for {years}: the line stops there and begins again.").format(
            years=listed(empty)
        )
    return said


def _breaks(trend: Trend) -> str:
    years = [p["year"] for p in trend["points"]]
    inside = [str(year) for year in trend["breaks"] if years and years[0] < year <= years[-1]]
    if not inside:
        return ""
    return _("Counted in another way from {years}: years before and after cannot be compared.").format(
        years=listed(inside)
    )
