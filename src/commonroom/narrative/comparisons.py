"""Who does better at what, the gap between disadvantaged and other pupils, and the floor then and now."""

from __future__ import annotations

from typing import Any

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import glance, page, places
from commonroom.narrative.glance import PLACES
from commonroom.narrative.page import Block, Grid, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words


def better(story: Story, words: Words) -> Section:
    """Return who does better, or less well, at what, and how sure that is: names in order of name."""
    section = places.by_phase("better", story.better, story, words, _better)
    if story.better is None or story.better.frame.is_empty():
        return section
    wrong = [1.0 - chance for chance in story.better.frame["probability"].drop_nulls()]
    said = words.say(
        "better.discoveries", n=len(wrong), wrong=words.number(sum(wrong)),
        rate=words.percent(sum(wrong) / max(1, len(wrong)), 1),
    )  # fmt: skip
    first, *rest = section.blocks
    return Section(
        section.name, section.title, (first, Block(sentences=page.texts([said]), how="better"), *rest)
    )


def gap(story: Story, words: Words) -> Section:
    """Return the gap between disadvantaged and other pupils, here and in the nation."""
    return places.by_phase("gap", story.gap, story, words, _gap)


def floor(story: Story, words: Words) -> Section:
    """Return the share of schools below the floor that held then, and below its nearest measure now."""
    return places.by_phase("floor", story.floor, story, words, _floor)


def _better(released: Released, story: Story, words: Words, phase: str) -> Block:
    frame = released.frame.with_columns(
        said=pl.col("theme").replace_strict(
            {theme: page.theme(words, theme) for theme in released.frame["theme"].unique()}
        )
    )
    offers, needs = frame.filter("better"), frame.filter(~pl.col("better"))
    grids = [
        _claims(rows, story, words, label=words.say("better.offer", n=rows.height, theme=str(theme)))
        for (theme,), rows in sorted(offers.partition_by("said", as_dict=True).items())
        if rows.height <= page.LISTED
    ]
    counts = words.say("better.count", better=offers["school"].n_unique(), need=needs["school"].n_unique())
    return Block(
        title=places.phase_title(words, phase),
        sentences=page.texts([counts]),
        grids=tuple(grids),
        sources=page.sources(released, words),
    )


def _claims(frame: pl.DataFrame, story: Story, words: Words, *, label: str) -> Grid:
    places_shown = {name: _digits(story, name) for name in frame["measure"].unique()}
    digits = pl.col("measure").replace_strict(places_shown, return_dtype=pl.Int64)
    rows = (
        (
            row["name"], row["authority"] or "–", glance.measure(story, words, row["measure"]),
            words.signed(row["value"], row["digits"]), words.between(row["low"], row["high"], row["digits"]),
            words.percent(row["probability"]),
        )
        for row in frame.with_columns(digits=digits).sort("name", "school", "measure").iter_rows(named=True)
    )  # fmt: skip
    heads = page.heads(words, "school", "authority", "measure", "difference", "range", "probability")
    return page.grid(label, heads, rows, numeric=(3, 4, 5))


def _gap(released: Released, story: Story, words: Words, phase: str) -> list[Block]:
    blocks: list[Block] = []
    for (name,), rows in released.frame.partition_by("measure", as_dict=True, maintain_order=True).items():
        frame = rows.sort("year", "place", descending=[False, True])
        system = glance.label(story, words)
        said, digits = glance.measure(story, words, str(name)), _digits(story, str(name))
        caption = words.say("gap.caption", measure=said, system=system)
        labels = words.group("chart") | {
            "system": system, "nation": words["place.nation"], "value": words["gap.axis"],
        }  # fmt: skip
        here = frame.filter(pl.col("place") == "system", pl.col("value").is_not_null())
        shown = page.cut(released, frame.filter(pl.col("value").is_not_null()).drop("source"))
        blocks.append(
            Block(
                title="" if blocks else places.phase_title(words, phase),
                sentences=page.texts(
                    [_gap_sentence(here, frame, words, system=system, measure=said, digits=digits)]
                ),
                picture=page.picture(
                    f"gap-{name}", charts.years(shown, words=labels, series=PLACES), caption=caption
                ),
                grids=(_gap_grid(frame, words, caption=caption, system=system, digits=digits),),
                sources=page.sources(page.cut(released, frame, source=page.named(frame)), words),
                how="gap",
            )
        )
    return blocks


def _gap_sentence(here: pl.DataFrame, frame: pl.DataFrame, words: Words, *, digits: int, **names: str) -> str:
    """Say the gap of the last year here, beside the nation's of the same year."""
    if here.is_empty():
        return words.say("gap.none", system=names["system"])
    now = here.row(-1, named=True)
    there = frame.filter(pl.col("place") == "nation", pl.col("year") == now["year"]).row(0, named=True)
    here_said = {name: words.signed(now[name], digits) for name in ("value", "low", "high")}
    there_said = {
        gap: words.signed(there[name], digits)
        for gap, name in (("nation", "value"), ("nlow", "low"), ("nhigh", "high"))
    }
    return words.say("gap.now", year=str(now["year"]), **names, **here_said, **there_said)


def _gap_grid(frame: pl.DataFrame, words: Words, *, caption: str, system: str, digits: int) -> Grid:
    names = {"system": system, "nation": words["place.nation"]}
    rows = (
        (
            str(row["year"]), names[row["place"]],
            words.number(row["disadvantaged"], digits), words.number(row["other"], digits),
            words.signed(row["value"], digits), words.between(row["low"], row["high"], digits),
            words.number(row["schools"], 0), words.number(row["pupils"], 0),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("year", "place", "disadvantaged", "other", "gap", "range", "schools", "pupils")
    return page.grid(caption, page.heads(words, *heads), rows, numeric=range(2, 8))


def _floor(released: Released, story: Story, words: Words, phase: str) -> Block:
    """Return the years that had a floor, with a picture, and the years that had none in a sentence."""
    system = glance.label(story, words)
    frame = released.frame.sort("year", "measure", "place", descending=[False, False, True])
    then = frame.filter("then")
    sentences = [
        _floor_sentence(row, then, story, words)
        for row in then.filter(pl.col("place") == "system").iter_rows(named=True)
    ]
    none = [str(year) for year in frame.filter(~pl.col("then"))["year"].unique().sort()]
    sentences += [words.say("floor.since", n=len(none), years=words.listed(none))] if none else []
    labels = words.group("chart") | {
        "system": system, "nation": words["place.nation"], "value": words["floor.axis"],
    }  # fmt: skip
    counted = then.filter(pl.col("value").is_not_null()).with_columns(label=pl.col("year").cast(pl.String))
    caption = words.say("floor.caption", system=system)
    shown = page.cut(released, counted.drop("source"))
    picture = page.picture(
        f"floor-{phase}", charts.intervals(shown, words=labels, series=PLACES), caption=caption
    )
    return Block(
        title=places.phase_title(words, phase),
        sentences=page.texts(sentences),
        picture=picture if "system" in counted["place"] else None,
        grids=(_floor_grid(then, story, words, caption=caption),) if counted.height else (),
        sources=page.sources(page.cut(released, then, source=page.named(then)), words),
        how="floor",
    )


def _floor_sentence(row: dict[str, Any], frame: pl.DataFrame, story: Story, words: Words) -> str:
    """Say how many schools were below the floor of one year, here and in the nation."""
    same = (pl.col("year") == row["year"]) & (pl.col("measure") == row["measure"])
    there = frame.filter(same, pl.col("place") == "nation").row(0, named=True)
    return words.say(
        "floor.absent" if row["value"] is None else "floor.then",
        year=str(row["year"]), measure=glance.measure(story, words, row["measure"]),
        below=words.number(row["below"], 0), number=row["number"], schools=row["schools"],
        share=words.number(row["value"], 0), nation=words.number(there["value"], 0),
        low=words.number(row["low"], 0), high=words.number(row["high"], 0),
        system=glance.label(story, words),
    )  # fmt: skip


def _floor_grid(frame: pl.DataFrame, story: Story, words: Words, *, caption: str) -> Grid:
    names = {"system": glance.label(story, words), "nation": words["place.nation"]}
    said = _said(frame, story, words)
    rows = (
        (
            str(row["year"]), said[row["measure"]], names[row["place"]], words.number(row["below"], 0),
            words.number(row["number"], 0), words.number(row["schools"], 0),
            words.number(row["value"]), words.between(row["low"], row["high"]), words.number(row["expected"]),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("year", "measure", "place", "floor", "below", "schools", "share", "range", "expected")
    return page.grid(caption, page.heads(words, *heads), rows, numeric=range(3, 9))


def _said(frame: pl.DataFrame, story: Story, words: Words) -> dict[str, str]:
    return {name: glance.measure(story, words, name) for name in frame["measure"].unique()}


def _digits(story: Story, measure: str) -> int:
    return page.digits(story.facts.measures[measure].unit)
