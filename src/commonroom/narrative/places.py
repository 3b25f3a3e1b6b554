"""The performance map, and the families: where each school stands, and how sure that is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import glance, page
from commonroom.narrative.page import Block, Grid, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words

#: Below this probability the report does not say in which quarter of the map a school is.
SAYABLE = 0.6
#: Bands of the histogram of how far positions move, in percentiles.
BANDS = (0, 5, 10, 15, 20, 30, 100)


def map(story: Story, words: Words) -> Section:
    """Return the performance map of each phase: attainment by improvement, each school a region."""
    return by_phase("map", story.map, story, words, _map)


def families(story: Story, words: Words) -> Section:
    """Return how alike the fifty are, and how much a position depends on the definition of alike."""
    return by_phase("families", story.families, story, words, _families)


def by_phase(
    name: str,
    released: Released | None,
    story: Story,
    words: Words,
    tell: Callable[[Released, Story, Words, str], Block | list[Block]],
) -> Section:
    """Return a section with its introduction and what `tell` says of each phase, or that it is not there."""
    title = words[f"nav.{name}"]
    if released is None or released.frame.is_empty():
        return Section(name, title, (Block(sentences=page.texts([words["page.not_here"]])),))
    blocks = [Block(sentences=page.texts(words[f"{name}.intro"].split("\n")))]
    for phase in story.facts.headline:
        rows = released.frame.filter(pl.col("phase") == phase)
        if not rows.is_empty():
            told = tell(page.cut(released, rows, source=page.named(rows)), story, words, phase)
            blocks += told if isinstance(told, list) else [told]
    return Section(name, title, tuple(blocks))


def phase_title(words: Words, phase: str) -> str:
    """Return the heading of a phase."""
    return words[f"phase.{phase.capitalize()}"]


def _map(released: Released, story: Story, words: Words, phase: str) -> Block:
    frame = released.frame.sort("name", "school")
    known = frame.filter(pl.col("probability").is_not_null())
    first = known.row(0, named=True)
    unit = words[f"unit.{story.facts.measures[first['measure']].unit}"]
    said = glance.measure(story, words, first["measure"])
    span = {"start": str(first["start"]), "end": str(first["end"])}
    middle = (first["reference_attainment"], first["reference_improvement"])
    every = -(-known.height // page.LISTED)
    drawn = known.sort("school").gather_every(every)
    sure = known.filter(pl.col("probability") >= SAYABLE).height
    labels = words.group("chart") | {
        "attainment": words.say("map.across", unit=unit),
        "improvement": words.say("map.up", unit=unit, **span),
    }
    caption = words.say("map.caption", measure=said, system=glance.label(story, words), **span)
    return Block(
        title=phase_title(words, phase),
        sentences=page.texts(
            [
                words.say("map.count", n=known.height, sure=sure, unsure=known.height - sure),
                words.say("map.every", every=every) if every > 1 else "",
            ]
        ),
        picture=page.picture(
            f"map-{phase}", charts.map(page.cut(released, drawn), words=labels, middle=middle),
            caption=caption, help=words["page.chart_help"],
        ),
        grids=_listed(_map_grid, frame, words, caption=caption),
        sources=page.sources(released, words),
        how="map",
    )  # fmt: skip


def _listed(
    tell: Callable[..., Grid], frame: pl.DataFrame, words: Words, *, caption: str
) -> tuple[Grid, ...]:
    """Return the list of schools, or none when there are too many for a page."""
    return (tell(frame, words, caption=caption),) if frame.height <= page.LISTED else ()


def _map_grid(frame: pl.DataFrame, words: Words, *, caption: str) -> Grid:
    heads = (
        "school",
        "authority",
        "attainment",
        "range80",
        "improvement",
        "range80",
        "quadrant",
        "probability",
    )
    rows = (
        (
            row["name"], row["authority"] or "–",
            words.signed(row["attainment"]), words.between(row["attainment_low"], row["attainment_high"]),
            words.signed(row["improvement"]), words.between(row["improvement_low"], row["improvement_high"]),
            *_quadrant(row, words),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    label = words.say("page.table_schools", n=frame.height)
    return page.grid(caption, page.heads(words, *heads), rows, numeric=(2, 3, 4, 5, 7), label=label)


def _quadrant(row: dict[str, Any], words: Words) -> tuple[str, str]:
    """Return the quarter a school is in and how probable that is; below 60 %, that we cannot say."""
    probability = row["probability"]
    if probability is None:
        return words["page.no_figure"], "–"
    said = words[f"chart.{row['quadrant']}"] if probability >= SAYABLE else words["map.unsure"]
    return said, words.percent(probability)


def _families(released: Released, story: Story, words: Words, phase: str) -> list[Block]:
    frame = released.frame.sort("name", "school")
    placed = frame.filter(pl.col("position").is_not_null(), pl.col("lowest").is_not_null())
    moved = (placed["highest"] - placed["lowest"]).rename("moved")
    first = Block(title=phase_title(words, phase), sentences=page.texts([_alike(frame, words)]))
    if placed.is_empty():
        return [first, _family_table(released, frame, story, words)]
    sentences = [
        words.say(
            "families.moves", median=words.number(moved.median(), 0),  # type: ignore[arg-type]
            tenth=words.number(moved.quantile(0.9, "linear"), 0),
        ),
        words.say(
            "families.survive",
            top=placed.filter(pl.col("claim") == "top quarter").height,
            bottom=placed.filter(pl.col("claim") == "bottom quarter").height,
            n=placed.height,
        ),
    ]  # fmt: skip
    caption = words.say("families.caption", system=glance.label(story, words), phase=words[f"phase.{phase}"])
    bands = _bands(moved)
    heads = page.heads(words, "moved", "share")
    shares = ((label, words.percent(share / 100)) for label, share in bands.select("label", "share").rows())
    picture = Block(
        sentences=page.texts(sentences),
        picture=page.picture(
            f"moves-{phase}",
            charts.moves(page.cut(released, bands), words=words.group("chart")),
            caption=caption,
        ),
        grids=(page.grid(caption, heads, shares, numeric=(1,)),),
    )
    return [first, picture, _family_table(released, frame, story, words)]


def _alike(frame: pl.DataFrame, words: Words) -> str:
    """Say how many schools have a near, a fair, a stretched or no fair match."""
    counts = dict(frame["grade"].drop_nulls().value_counts().rows())
    parts = {grade: counts.get(grade, 0) for grade in ("near", "fair", "stretched", "none")}
    return words.say("families.alike", n=frame.height, **parts)


def _bands(moved: pl.Series) -> pl.DataFrame:
    """Return the share of schools in each band of how far a position moves."""
    last = BANDS[-1]
    found = [
        (float(low), f"{low}–{high}" if high < last else f"{low}+", _share(moved, low, high))
        for low, high in itertools.pairwise(BANDS)
    ]
    return pl.DataFrame(found, schema=["moved", "label", "share"], orient="row")


def _share(moved: pl.Series, low: int, high: int) -> float:
    """Return the share of schools in a band, as a percentage; the last band holds its upper edge."""
    inside = moved.is_between(low, high, closed="both" if high == BANDS[-1] else "left")
    return 100.0 * int(inside.sum()) / len(moved)


def _family_table(released: Released, frame: pl.DataFrame, story: Story, words: Words) -> Block:
    caption = words.say("families.table", system=glance.label(story, words))
    tables = _listed(_family_grid, frame, words, caption=caption)
    tables += tuple(_groups(story, words, frame["phase"][0]))
    return Block(grids=tables, sources=page.sources(released, words), how="families")


def _family_grid(frame: pl.DataFrame, words: Words, *, caption: str) -> Grid:
    heads = ("school", "authority", "position", "noise", "definitions", "match", "family")
    rows = (
        (
            row["name"], row["authority"] or "–", words.number(row["position"], 0),
            words.between(row["low"], row["high"], 0), words.between(row["lowest"], row["highest"], 0),
            words.sentences.get(f"match.{row['grade']}", "–"), _group(row, words),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    label = words.say("page.table_schools", n=frame.height)
    return page.grid(caption, page.heads(words, *heads), rows, numeric=(2, 3, 4), label=label)


def _group(row: dict[str, Any], words: Words) -> str:
    if not row["family"]:
        return "–"
    return words.say("families.honorary", family=row["family"]) if row["honorary"] else str(row["family"])


def _groups(story: Story, words: Words, phase: str) -> list[Grid]:
    """Return the groups that schools are convened in, where the evidence has them."""
    if story.groups is None:
        return []
    frame = story.groups.frame.filter(pl.col("phase") == phase).sort("family")
    rows = (
        (
            row["family"], words.number(row["schools"], 0), words.number(row["honorary"], 0),
            words.number(row["within"], 2), words.number(row["optimum"], 2),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = page.heads(words, "family", "schools", "honorary", "within", "optimum")
    caption = words.say("families.groups", n=frame.height, phase=words[f"phase.{phase}"])
    return [page.grid(caption, heads, rows, numeric=(1, 2, 3, 4))] if frame.height else []
