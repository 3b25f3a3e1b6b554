"""The picture of a school year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from commonroom.narrative.pages.pictures.picture import Picture
from commonroom.narrative.pages.pictures.voice import Source, Voice

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Trend


def tell(source: Source, voice: Voice, number: str, phase: str, measure: str) -> Picture | None:
    """Return the trend of a measure in a school, or None where the school has none."""
    school = source.school(number)
    parts = [] if school is None else [one for one in school["phases"] if one["phase"] == phase]
    found = [trend for part in parts for trend in part["trends"] if trend["measure"] == measure]
    if school is None or not found:
        return None
    trend, words = found[0], voice.words
    rows = tuple(
        (
            str(point["year"]), voice.figure(point["value"], measure), words.number(point["pupils"], 0),
            voice.figure(point["nation"], measure),
            words[f"missing.{point['missing']}"] if point["missing"] else "",
        )
        for point in trend["points"]
    )  # fmt: skip
    said = voice.measure(measure)
    named = {"school": school["name"], "nation": voice.nation}
    labels = words.group("chart") | {**named, "value": said}
    return Picture(
        caption=words.say("trend.caption", measure=said, **named),
        sentences=_sentences(trend, voice),
        heads=(
            words["column.year"],
            school["name"],
            words["column.pupils"],
            voice.nation,
            words["trend.why"],
        ),
        rows=rows,
        numeric=(1, 2, 3),
        draw=lambda: _draw(trend, labels),
    )


def _sentences(trend: Trend, voice: Voice) -> tuple[str, ...]:
    """The latest figure, the years without one, and where the series breaks."""
    words, measure = voice.words, trend["measure"]
    known = [point for point in trend["points"] if point["value"] is not None]
    if not known:
        return (words["trend.never"],)
    last = known[-1]
    figures = {"value": voice.figure(last["value"], measure), "mean": voice.figure(last["nation"], measure)}
    said = [words.say("trend.now", year=str(last["year"]), nation=voice.nation, **figures)]
    empty = [str(point["year"]) for point in trend["points"] if point["value"] is None]
    said += [words.say("trend.gaps", years=words.listed(empty))] if empty else []
    inside = (year for year in trend["breaks"] if known[0]["year"] < year <= last["year"])
    return (*said, *(words.say("trend.break", year=str(year)) for year in inside))


def _draw(trend: Trend, labels: dict[str, str]) -> Any:
    import polars as pl

    from commonroom import charts, disclosure
    from commonroom.disclosure import Rule

    series: tuple[tuple[str, Literal["value", "nation"]], ...] = (("school", "value"), ("nation", "nation"))
    rows = [
        {
            "year": point["year"], "place": place, "value": point[key], "run": run,
            "pupils": point["pupils"] if place == "school" else None,
        }
        for place, key in series
        for point, run in zip(trend["points"], _runs(trend, key), strict=True)
    ]  # fmt: skip
    schema = {
        "year": pl.Int32, "place": pl.String, "value": pl.Float64, "run": pl.String, "pupils": pl.Int64
    }  # fmt: skip
    rule = Rule(keys=("year", "place"), figures={"value": "pupils"}, official=True)
    released = disclosure.release(pl.DataFrame(rows, schema=schema), rule=rule)
    return charts.trend(released, words=labels, series=("school", "nation"))


def _runs(trend: Trend, key: Literal["value", "nation"]) -> list[str]:
    """Years that a line may join have the same number: none crosses a gap, or a break of the series."""
    found, run, before = [], 0, False
    for point in trend["points"]:
        known = point[key] is not None
        run += not (known and before) or point["year"] in trend["breaks"]
        found.append(f"{key} {run}")
        before = known
    return found
