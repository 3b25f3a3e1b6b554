"""How good the data are: publications, coverage, what was left out, joins, problems, missing figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from commonroom.narrative import glance, page
from commonroom.narrative.page import Block, Grid, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words

#: Joins that a page lists; the evidence has them all.
JOINED_SHOWN = 1000


def tell(story: Story, words: Words) -> Section:
    """Return the section on the quality of the data, each list with its count first."""
    blocks = (
        Block(
            sentences=page.texts([words["quality.intro"], words["quality.coverage"]]),
            grids=(_coverage(story, words),),
            how="publications",
        ),
        _left_out(story, words),
        _joins(story, words),
        _problems(story, words),
        _missing(story, words),
        *_notes(story, words),
    )
    return Section("quality", words["nav.quality"], blocks)


def releases(story: Story, words: Words) -> Grid:
    """Return the publications, the years they cover and how many figures each gave."""
    rows = (
        (
            row["release"], _span(row["first"], row["last"]),
            words.number(row["schools"], 0), words.number(row["figures"], 0),
        )
        for row in story.releases.frame.iter_rows(named=True)
    )  # fmt: skip
    heads = page.heads(words, "release", "years", "schools", "figures")
    return page.grid(words["quality.releases_caption"], heads, rows, numeric=(2, 3))


def _coverage(story: Story, words: Words) -> Grid:
    frame = story.coverage.frame
    years = [str(year) for year in frame["year"].unique().sort()]
    wide = frame.pivot(on="year", index=["phase", "measure"], values="schools", sort_columns=True)
    named = [
        (words[f"phase.{row['phase']}"], glance.measure(story, words, row["measure"]), row)
        for row in wide.iter_rows(named=True)
    ]
    rows = (
        (said, phase, *(words.number(row[year], 0) for year in years))
        for phase, said, row in sorted(named, key=lambda each: each[:2])
    )
    caption = words.say("quality.coverage_caption", system=glance.label(story, words))
    heads = [*page.heads(words, "measure", "phase"), *years]
    return page.grid(caption, heads, rows, numeric=range(2, 2 + len(years)))


def _left_out(story: Story, words: Words) -> Block:
    frame = story.left_out.frame
    gone = int(frame["figures"].sum())
    total = int(story.releases.frame["figures"].sum()) + gone
    said = words.say("quality.left_out", n=gone, figures=gone, total=total)
    if not gone:
        return Block(sentences=page.texts([words["quality.left_out_none"]]))
    rows = ((why(words, row[0]), words.number(row[1], 0)) for row in frame.select("why", "figures").rows())
    table = page.grid(
        words["quality.left_out_caption"], page.heads(words, "why", "figures"), rows, numeric=(1,)
    )
    return Block(sentences=page.texts([said]), grids=(table,))


def _joins(story: Story, words: Words) -> Block:
    frame = story.joins.frame
    rows = (
        (words[f"quality.rule.{rule}"], words.number(numbers, 0))
        for rule, numbers in frame.select("rule", "numbers").rows()
    )
    followed = int(frame.filter(pl.col("rule") != "apart")["numbers"].sum())
    table = page.grid(words["quality.joins_caption"], page.heads(words, "rule", "number"), rows, numeric=(1,))
    more = 0 if story.joined is None else story.joined.frame.height - JOINED_SHOWN
    rest = words.say("quality.more", n=more) if more > 0 else ""
    said = page.texts([words.say("quality.joins", numbers=followed), rest])
    return Block(sentences=said, grids=(table, *_joined(story, words)))


def _joined(story: Story, words: Words) -> list[Grid]:
    """Return each number of the system's schools that was joined, or kept apart though it was linked."""
    if story.joined is None or story.joined.frame.is_empty():
        return []
    rows = (
        (
            row["name"] or "–", row["school"], row["number"], words[f"quality.rule.{row['rule']}"],
            words.date(row["date"]) if row["date"] else "–",
        )
        for row in story.joined.frame.head(JOINED_SHOWN).iter_rows(named=True)
    )  # fmt: skip
    caption = words.say("quality.joined_caption", system=glance.label(story, words))
    heads = page.heads(words, "school", "number_now", "number_then", "rule", "date")
    return [page.grid(caption, heads, rows)]


def _problems(story: Story, words: Words) -> Block:
    frame = story.problems.frame
    if frame.is_empty():
        return Block(sentences=page.texts([words["quality.problems_none"]]))
    total = int(frame["total"][0])
    names = ["file", "row", "column", "school", "what", "remedy"]
    rows = ([str(cell) if cell is not None else "–" for cell in row] for row in frame.select(names).rows())
    table = page.grid(words["quality.problems_caption"], page.heads(words, *names), rows)
    more = words.say("quality.more", n=total - frame.height) if total > frame.height else ""
    return Block(sentences=page.texts([words.say("quality.problems", n=total), more]), grids=(table,))


def _missing(story: Story, words: Words) -> Block:
    frame = story.missing.frame
    system = glance.label(story, words)
    if frame.is_empty():
        return Block(sentences=page.texts([words.say("quality.missing_none", system=system)]))
    rows = (
        (
            words[f"phase.{row['phase']}"],
            words[f"kind.{row['kind']}"],
            why(words, row["why"]),
            words.number(row["figures"], 0),
        )
        for row in frame.iter_rows(named=True)
    )
    heads = page.heads(words, "phase", "kind", "why", "figures")
    table = page.grid(words["quality.missing_caption"], heads, rows, numeric=(3,))
    said = words.say("quality.missing", n=int(frame["figures"].sum()), system=system)
    return Block(sentences=page.texts([said]), grids=(table,))


def _notes(story: Story, words: Words) -> list[Block]:
    """Return what the build did not do, in the words of the build, which speaks English."""
    notes = story.facts.notes
    if not notes:
        return []
    table = page.grid(words["quality.notes_caption"], page.heads(words, "what"), ([note] for note in notes))
    said = words.say("quality.notes", n=len(notes))
    return [Block(sentences=page.texts([said]), grids=(replace(table, language="en"),))]


def why(words: Words, reason: str | None) -> str:
    """Return a reason in the language of the page; one that has no words yet, as it was written."""
    return words.sentences.get(f"why.{reason}", reason or "–")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def measures(story: Story, words: Words, names: Iterable[str]) -> Grid:
    """Return what each measure means, its unit, its source and the date it was read."""
    known = sorted((glance.measure(story, words, name), name) for name in names)
    rows = []
    for said, name in known:
        one = story.facts.measures[name]
        rows.append(
            (
                said,
                words.sentences.get(f"meaning.{name}", one.meaning),
                words[f"unit.{one.unit}"],
                f"{one.source}, {words.date(one.date)}",
            )
        )
    heads = page.heads(words, "measure", "meaning", "unit", "source")
    return page.grid(words["methods.measures_caption"], heads, rows)
