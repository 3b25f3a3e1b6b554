"""What we do not know: forecasts tested on a year left out, how families were judged, plain limits."""

from __future__ import annotations

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import glance, page
from commonroom.narrative.page import Block, Grid, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words

OURS = "ours"
LEVELS = {"cover50": 0.5, "cover80": 0.8, "cover95": 0.95}


def tell(story: Story, words: Words) -> Section:
    """Return what the figures cannot say, and how well the program did when it was put to the test."""
    plain = words.group("unknown.limit")
    blocks = [Block(sentences=page.texts([words["unknown.intro"], *plain.values()]), how="value_added")]
    if story.forecast is not None:
        blocks += [_forecast(story.forecast, story, words, phase) for phase in _phases(story, story.forecast)]
    if story.judged is not None and story.judged.frame.height:
        blocks.append(_judged(story.judged, words))
    return Section("unknown", words["nav.unknown"], tuple(blocks))


def _phases(story: Story, released: Released) -> list[str]:
    seen = set(released.frame.filter(pl.col("model") == OURS)["phase"])
    return [phase for phase in story.facts.headline if phase in seen]


def _forecast(released: Released, story: Story, words: Words, phase: str) -> Block:
    """Return the test of the years left out for the headline measure of one phase."""
    name = story.facts.headline[phase]
    frame = released.frame.filter(pl.col("phase") == phase, pl.col("measure") == name).sort("year", "model")
    every = frame.filter(pl.col("schools") == "all")
    ours = every.filter(pl.col("model") == OURS)
    long = ours.unpivot(list(LEVELS), index="year", variable_name="level", value_name="covered").with_columns(
        pl.col("level").replace_strict(LEVELS, return_dtype=pl.Float64), label=pl.col("year").cast(pl.String)
    )
    said = glance.measure(story, words, name)
    caption = words.say("unknown.forecast_caption", measure=said)
    picture = page.picture(
        f"forecast-{phase}",
        charts.calibration(page.cut(released, long.sort("year", "level")), words=words.group("chart")),
        caption=caption,
    )
    return Block(
        title=words.say("unknown.forecast_title", phase=words[f"phase.{phase.capitalize()}"]),
        sentences=page.texts([_covered(ours, words), _beaten(every, words)]),
        picture=picture if ours.height else None,
        grids=(_forecast_grid(frame, words, caption=caption),),
        sources=page.sources(page.cut(released, frame, source=page.named(frame)), words),
        how="forecast",
    )


def _covered(ours: pl.DataFrame, words: Words) -> str:
    found = ours["cover80"].drop_nulls()
    if found.is_empty():
        return ""
    low, high = float(found.min()), float(found.max())  # type: ignore[arg-type]
    return words.say(
        "unknown.covered", n=ours["year"].n_unique(), low=words.percent(low), high=words.percent(high)
    )


def _beaten(every: pl.DataFrame, words: Words) -> str:
    """Say how much smaller the error is than that of taking last year's figure."""
    wide = every.pivot(on="model", index="year", values="crps")
    both = [name for name in (OURS, "last value") if name in wide.columns]
    pairs = wide.select(both).drop_nulls().rows() if len(both) > 1 else []
    if not pairs:
        return ""
    less = [1 - ours / last for ours, last in pairs]
    mean = sum(less) / len(less)
    return words.say("unknown.beaten" if mean > 0 else "unknown.not_beaten", less=words.percent(abs(mean)))


def _forecast_grid(frame: pl.DataFrame, words: Words, *, caption: str) -> Grid:
    rows = (
        (
            str(row["year"]), words.sentences.get(f"model.{row['model']}", row["model"]),
            words.sentences.get(f"part.{row['schools']}", row["schools"]), words.number(row["n"], 0),
            words.number(row["crps"], 3), *(words.percent(row[level]) for level in LEVELS),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("year", "model", "part", "schools", "crps", "cover50", "cover80", "cover95")
    return page.grid(caption, page.heads(words, *heads), rows, numeric=range(3, 8))


def _judged(released: Released, words: Words) -> Block:
    """Return how the definitions of alike did, out of sample."""
    frame = released.frame.sort("year", "preset", "adjusted", "rows")
    rows = (
        (
            row["preset"], words["families.adjusted" if row["adjusted"] else "families.plain"],
            words.sentences.get(f"part.{row['rows']}", row["rows"]), str(row["year"]),
            words.number(row["r2"], 3), words.number(row["gap_mean"], 2), words.number(row["reciprocity"], 2),
            words.number(row["most_used"], 0), words.number(row["correlation"], 2),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("preset", "mean", "part", "year", "r2", "context_gap", "reciprocity", "most_used", "correlation")
    table = page.grid(words["unknown.judged_caption"], page.heads(words, *heads), rows, numeric=range(4, 9))
    return Block(
        title=words["unknown.judged_title"],
        sentences=page.texts([words["unknown.judged"]]),
        grids=(table,),
        sources=page.sources(page.cut(released, frame, source=page.named(frame)), words),
        how="families",
    )
