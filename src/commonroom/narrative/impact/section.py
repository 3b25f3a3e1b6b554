"""The part of the report that asks whether it helped."""

from __future__ import annotations

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.impact import definition
from commonroom.narrative import page
from commonroom.narrative.impact.voice import DIGITS, Row
from commonroom.narrative.page import Block, Grid, Picture, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words
from commonroom.panel import Measure

HEAD = "impact.section.heads"


def section(story: Story, words: Words) -> Section | None:
    """Return the findings so far, and what the lowest schools did next, or nothing where neither is there."""
    blocks = []
    if story.findings is not None and story.findings.frame.height:
        blocks.append(_findings(story, story.findings, words))
    if story.returns is not None:
        blocks.append(_returns(story, story.returns, words, first=not blocks))
    return Section("impact", words["nav.impact"], tuple(blocks)) if blocks else None


def _findings(story: Story, findings: Released, words: Words) -> Block:
    """Return what was found so far, in order of name: the effect with its range, and how strong it is."""
    labels = {
        one.step: one.label_cy if words.language == "cy" else one.label for one in definition.load().strength
    }
    heads = [words[f"{HEAD}.{name}"] for name in ("what", "measure", "effect", "strength")]
    rows = (
        (
            words.say(
                "impact.section.what", who=row["who"], role=words[f"impact.role.{row['role']}.who"]
            ),
            _label(story, row, words),
            words.say(
                "impact.amount.short_sd",
                value=words.signed(row["effect"], DIGITS), low=words.signed(row["low"], DIGITS),
                high=words.signed(row["high"], DIGITS),
            ),
            labels[row["strength"]],
        )
        for row in findings.frame.sort("who", "role", "measure", "theme", "practice").iter_rows(named=True)
    )  # fmt: skip
    grid = page.grid(words["impact.section.list"], heads, rows)
    return Block(sentences=page.texts([words["impact.section.found"]]), grids=(grid,), how="impact")


def _label(story: Story, row: Row, words: Words) -> str:
    known = story.facts.measures.get(row["measure"])
    if known is None:
        return str(row["measure"])
    return known.label_cy if words.language == "cy" else known.label


def _returns(story: Story, returns: Released, words: Words, *, first: bool) -> Block:
    """Return what the lowest fifth did next: a sentence for each phase, one picture, one table."""
    frame = returns.frame.drop_nulls(["value", "low", "high", "change"])
    phases = frame["phase"].unique(maintain_order=True).to_list()
    told = [_said(story, frame.filter(pl.col("phase") == phase), words) for phase in phases]
    said, before = [words["impact.section.intro"]] if first else [], ""
    for kind, sentence in (one for one in told if one[0]):
        # What two phases have in common is said once.
        said.append(sentence if kind == before else f"{words[f'impact.section.lead.{kind}']} {sentence}")
        before = kind
    if any(kind == "rose" for kind, _ in told):
        said.append(words["impact.section.rule"])
    return Block(
        sentences=page.texts(said),
        picture=_picture(story, returns, frame, words),
        grids=(_grid(frame, words),) if phases else (),
        sources=page.sources(returns, words),
        how="impact",
    )


def _said(story: Story, frame: pl.DataFrame, words: Words) -> tuple[str, str]:
    """Return what became of the lowest fifth of a phase (rose, stayed, fell), and how far, with its range."""
    lowest = frame.filter(pl.col("fifth") == "lowest").sort("year")
    if lowest.is_empty():
        return "", ""
    measure, last = story.facts.measures[lowest["measure"][0]], lowest.row(-1, named=True)
    digits = page.digits(measure.unit)
    low, high = last["change_low"], last["change_high"]
    kind = "rose" if low > 0 else "fell" if high < 0 else "stayed"
    ends = sorted((-low, -high)) if kind == "fell" else [low, high]
    said = words.say(
        f"impact.section.{kind}",
        phase=words[f"phase.{last['phase'].capitalize()}"], base=str(lowest["year"][0]),
        change=words.number(-last["change"] if kind == "fell" else last["change"], digits),
        unit=words[f"impact.unit.{measure.unit}"], nation=words["place.nation"], last=str(last["year"]),
        measure=_named(measure, words), span=words.between(ends[0], ends[1], digits),
    )  # fmt: skip
    return kind, said


def _named(measure: Measure, words: Words) -> str:
    return measure.label_cy if words.language == "cy" else measure.label


def _picture(story: Story, returns: Released, frame: pl.DataFrame, words: Words) -> Picture | None:
    """Return the phase with most schools as a small picture, or nothing where no figure may be shown."""
    if frame.is_empty():
        return None
    most = frame.sort("schools", "phase", descending=[True, False])["phase"][0]
    drawn = frame.filter(pl.col("phase") == most)
    released = page.cut(returns, drawn.select("fifth", "year", "value", "low", "high"))
    measure = story.facts.measures[drawn["measure"][0]]
    caption = words.say(
        "impact.section.caption", measure=_named(measure, words), base=str(drawn["year"].min()),
        nation=words["place.nation"],
    )  # fmt: skip
    names = {name: words[f"impact.section.{name}"] for name in ("lowest", "highest")}
    still = page.trusted(charts.returns(released, words=names | {"said": caption}))
    return Picture("impact-returns", caption, page.trusted(""), still)


def _change(row: Row, first: dict[str, int], words: Words) -> str:
    """Return the change since the first year with its range: none in that year itself."""
    if row["year"] == first[row["phase"]]:
        return "–"
    return f"{words.signed(row['change'])} ({words.between(row['change_low'], row['change_high'])})"


def _grid(frame: pl.DataFrame, words: Words) -> Grid:
    first = dict(frame.group_by("phase").agg(pl.col("year").min()).rows())
    heads = ("phase", "fifth", "year", "value", "range", "change", "schools")
    return page.grid(
        words["impact.section.table"],
        [words[f"{HEAD}.{name}"] for name in heads],
        (
            (
                words[f"phase.{row['phase']}"], words[f"impact.section.{row['fifth']}"], str(row["year"]),
                words.signed(row["value"]), words.between(row["low"], row["high"]),
                _change(row, first, words),
                words.number(row["schools"], 0),
            )
            for row in frame.iter_rows(named=True)
        ),
        numeric=(2, 3, 4, 5, 6),
    )  # fmt: skip
