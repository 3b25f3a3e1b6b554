"""The system at a glance: how many schools and pupils, which years, and how it stands beside the nation."""

from __future__ import annotations

from typing import Any

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import page
from commonroom.narrative.page import Block, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words

PLACES = ("system", "nation")


def tell(story: Story, words: Words) -> Section:
    """Return the first section: plain sentences, then one picture for each phase."""
    phases = [phase for phase in story.facts.headline if not _of(story, phase).is_empty()]
    first = Block(sentences=page.texts([_count(story, words, phases), _years(story, words)]))
    last = Block(
        sentences=page.texts([words["glance.range_note"], _mainstream(story, words), words["glance.no_rank"]])
    )
    blocks = (_phase(story, words, phase) for phase in phases)
    return Section("glance", words["nav.glance"], (first, *blocks, last))


def label(story: Story, words: Words) -> str:
    """Return the name of the system in the language of the page."""
    system = story.facts.system
    return system.label_cy if words.language == "cy" else system.label


def measure(story: Story, words: Words, name: str) -> str:
    """Return the name of a measure in the language of the page."""
    known = story.facts.measures[name]
    return known.label_cy if words.language == "cy" else known.label


def _of(story: Story, phase: str) -> pl.DataFrame:
    """Return the averages of a phase from the last break of its series on."""
    frame = story.glance.frame.filter(
        pl.col("phase") == phase, pl.col("measure") == story.facts.headline[phase]
    )
    breaks = story.facts.measures[story.facts.headline[phase]].breaks
    return frame.filter(pl.col("year") >= max(breaks, default=0))


def _count(story: Story, words: Words, phases: list[str]) -> str:
    schools = story.schools.frame
    mainstream = schools.filter(pl.col("kind") == "mainstream")
    counts = mainstream.group_by("phase").agg(n=pl.col("school").n_unique().cast(pl.Int64))
    by_phase = dict(counts.rows())
    parts = [words.say(f"glance.count_phase.{phase}", n=by_phase.get(phase, 0)) for phase in phases]
    return words.say(
        "glance.count",
        schools=mainstream["school"].n_unique(),
        authorities=words.say("glance.authorities", n=mainstream["authority"].n_unique()),
        parts=", ".join(parts),
    )


def _years(story: Story, words: Words) -> str:
    years = story.coverage.frame["year"].unique().sort().to_list()
    return words.say("glance.years", years=words.listed([str(year) for year in years]))


def _mainstream(story: Story, words: Words) -> str:
    others = story.schools.frame.filter(pl.col("kind") != "mainstream")["school"].n_unique()
    return words.say("glance.mainstream", n=others, others=others) if others else ""


def _phase(story: Story, words: Words, phase: str) -> Block:
    """Return one phase: where it stands now, since when, a picture and its table."""
    name = story.facts.headline[phase]
    said, unit = measure(story, words, name), story.facts.measures[name].unit
    frame = _of(story, phase)
    years = frame["year"].unique().sort().to_list()
    now, then = _at(frame, years[-1]), _at(frame, years[0])
    system = label(story, words)
    sentences = [
        _beside(now, words, system=system, said=said, unit=unit),
        _since(then, now, words) if len(years) > 1 and not _alone(now) else "",
        words.say(
            "glance.pupils", year=str(years[-1]), age=words[f"glance.age.{phase}"],
            pupils=words.number(now["system"]["pupils"], 0),
        ),
    ]  # fmt: skip
    sentences += [
        words.say("glance.break", measure=said, year=str(year)) for year in story.facts.measures[name].breaks
    ]
    return Block(
        title=words[f"phase.{phase.capitalize()}"],
        sentences=page.texts(sentences),
        picture=_picture(story, words, frame, unit=unit),
        grids=(
            _grid(
                frame, words, caption=words.say("glance.caption", measure=said, system=system), system=system
            ),
        ),
        sources=page.sources(_only(story.glance, frame), words),
        how="intervals",
    )


def _at(frame: pl.DataFrame, year: int) -> dict[str, dict[str, Any]]:
    rows = frame.filter(pl.col("year") == year).iter_rows(named=True)
    return {row["place"]: row for row in rows}


def _beside(now: dict[str, dict[str, Any]], words: Words, *, system: str, said: str, unit: str) -> str:
    """Say where the system stands beside the nation, and whether that is sure."""
    here, there, apart = now["system"], now["nation"], now["difference"]
    kind = (
        "alone" if _alone(now) else "level" if _unsure(apart) else "above" if apart["value"] > 0 else "below"
    )
    mark = "%" if unit == "%" else ""
    return words.say(
        f"glance.beside.{kind}",
        year=str(here["year"]), measure=said, system=system,
        value=words.number(here["value"]) + mark, nation=words.number(there["value"]) + mark,
        low=words.number(here["low"]), high=words.number(here["high"]),
        difference=words.signed(apart["value"]),
        dlow=words.signed(apart["low"]), dhigh=words.signed(apart["high"]),
    )  # fmt: skip


def _alone(now: dict[str, dict[str, Any]]) -> bool:
    """Say whether the system is the whole nation, so that there is nothing to stand beside."""
    return bool(now["system"]["schools"] == now["nation"]["schools"])


def _unsure(apart: dict[str, Any]) -> bool:
    """Say whether the range of a difference, as it is shown, touches nought."""
    low, high = apart["low"], apart["high"]
    return low is None or high is None or round(low, 1) <= 0 <= round(high, 1)


def _since(then: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]], words: Words) -> str:
    """Say how the difference from the nation was in the first year, and whether it changed."""
    before, after = then["difference"], now["difference"]
    spread = ((before["high"] - before["low"]) ** 2 + (after["high"] - after["low"]) ** 2) ** 0.5 / 2
    kind = "same" if abs(after["value"] - before["value"]) <= spread else "changed"
    return words.say(f"glance.since.{kind}", first=str(before["year"]), before=words.signed(before["value"]))


def _picture(story: Story, words: Words, frame: pl.DataFrame, *, unit: str) -> page.Picture:
    said = measure(story, words, frame["measure"][0])
    labels = words.group("chart") | {
        "system": label(story, words), "nation": words["place.nation"], "value": words[f"mark.{unit}"],
    }  # fmt: skip
    shown = _only(
        story.glance,
        frame.filter(pl.col("place").is_in(PLACES)).sort("year", "place", descending=[False, True]),
    )
    caption = words.say("glance.caption", measure=said, system=label(story, words))
    phase = frame["phase"][0]
    return page.picture(f"glance-{phase}", charts.years(shown, words=labels, series=PLACES), caption=caption)


def _only(released: Released, frame: pl.DataFrame) -> Released:
    """Return what was released, cut down to the rows of `frame` and the publications they are from."""
    return page.cut(released, frame.drop("source"), source=page.named(frame))


def _grid(frame: pl.DataFrame, words: Words, *, caption: str, system: str) -> page.Grid:
    names = {"system": system, "nation": words["place.nation"], "difference": words["column.difference"]}
    order = list(names)
    rows = sorted(frame.iter_rows(named=True), key=lambda row: (row["year"], order.index(row["place"])))
    heads = ["year", "place", "value", "range", "schools", "pupils"]
    return page.grid(
        caption,
        [words[f"column.{head}"] for head in heads],
        (
            (
                str(row["year"]), names[row["place"]],
                (words.signed if row["place"] == "difference" else words.number)(row["value"]),
                words.between(row["low"], row["high"]),
                words.number(row["schools"], 0), words.number(row["pupils"], 0),
            )
            for row in rows
        ),
        numeric=(2, 3, 4, 5),
    )  # fmt: skip
