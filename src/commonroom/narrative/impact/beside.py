"""Who was compared with whom, how alike they were, and who was left out: names, never by a figure."""

from __future__ import annotations

import polars as pl

from commonroom.narrative import page
from commonroom.narrative.impact import answer
from commonroom.narrative.impact.limits import variable
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import DIGITS, Voice
from commonroom.narrative.page import LISTED, Block

#: Designs that compare with everybody else.
WHOLE = ("dr", "reg", "ipw")
#: Upper ends of the mean distance for each word about how alike two schools are; 1 is any two schools.
ALIKE = ((0.35, "near"), (0.6, "fair"))


def compared(shown: Shown, role: str, voice: Voice) -> Block:
    """Return each school that took part with the schools beside it, by authority and name."""
    title, frame = voice["compared.title"], shown.comparisons.frame.filter(pl.col("role") == role)
    rule = voice.told.definition.comparison
    text = voice.say("compared.text", neighbours=rule.neighbours, years=rule.path_years, reuse=rule.reuse)
    design = {row["role"]: row["design"] for row in answer.rows(shown)}.get(role)
    if answer.is_of_one(shown, role):
        return Block(title=title, sentences=page.texts([voice["compared.mix"]]))
    if design in WHOLE:
        text = voice["compared.whole"]
    if frame.is_empty():
        return Block(title=title, sentences=page.texts([text, voice["compared.none"]]))
    schools = sorted(frame["school"].unique(), key=voice.order)
    more = voice.say("compared.more", n=len(schools) - LISTED) if len(schools) > LISTED else ""
    found = frame.partition_by("school", as_dict=True)
    grid = page.grid(
        voice["compared.caption"],
        [voice[f"compared.heads.{name}"] for name in ("school", "beside", "alike")],
        (_beside(school, found[(school,)], voice) for school in schools[:LISTED]),
        label=voice.say("compared.label", n=len(schools)),
    )
    return Block(title=title, sentences=page.texts([text, more]), grids=(grid,))


def _beside(school: str, frame: pl.DataFrame, voice: Voice) -> tuple[str, str, str]:
    rows = sorted(frame.iter_rows(named=True), key=lambda row: voice.order(row["comparison"]))
    parts = (
        voice.say(
            "compared.part", school=voice.full(row["comparison"]), share=voice.words.percent(row["weight"])
        )
        for row in rows
    )
    weights, distances = frame["weight"].to_numpy(), frame["distance"].to_numpy()
    mean = float((weights * distances).sum() / weights.sum())
    return voice.full(school), "; ".join(parts), voice[f"compared.{alike(mean)}"]


def alike(distance: float) -> str:
    """Return the word for a mean distance; one that is not known is no likeness."""
    return next((word for most, word in ALIKE if distance <= most), "far")


def balance(shown: Shown, role: str, voice: Voice) -> Block:
    """Return whether both sides were alike before the start, with the table of means."""
    title, frame = voice["balance.title"], shown.balance.frame.filter(pl.col("role") == role)
    if frame.is_empty():
        none = "balance.mix" if answer.is_of_one(shown, role) else "balance.none"
        return Block(title=title, sentences=page.texts([voice[none]]))
    limit = voice.told.definition.guards.balance
    poor = frame.filter(pl.col("after").abs() > limit)["variable"].to_list()
    said = voice.say("balance.good", limit=voice.words.number(limit, 2))
    if poor:
        names = voice.words.listed([variable(name, voice) for name in poor])
        said = voice.say("balance.poor", names=names, limit=voice.words.number(limit, 2))
    number = voice.words.number
    heads = ("variable", "joined", "comparison", "pool", "before", "after")
    grid = page.grid(
        voice["balance.caption"],
        [voice[f"balance.heads.{name}"] for name in heads],
        (
            (
                variable(row["variable"], voice),
                *(number(row[name], DIGITS) for name in ("joined", "comparison", "pool")),
                *(voice.sd(row[name]) for name in ("before", "after")),
            )
            for row in frame.iter_rows(named=True)
        ),
        numeric=(1, 2, 3, 4, 5),
    )
    return Block(title=title, sentences=page.texts([said]), grids=(grid,))


def left_out(shown: Shown, role: str, voice: Voice) -> Block:
    """Return who took part and does not count, by name, and who could not be compared, by reason."""
    frame = shown.left_out.frame.filter(pl.col("role") == role)
    joined = frame.filter(pl.col("side") == "joined")
    lost = joined["school"].n_unique()
    said = voice.say("left_out.some", n=lost) if lost else _unlisted(shown, role, voice)
    grids = []
    if lost:
        rows = sorted(joined.iter_rows(named=True), key=lambda row: (voice.order(row["school"]), row["why"]))
        grids.append(
            page.grid(
                voice["left_out.caption"],
                [voice[f"left_out.heads.{name}"] for name in ("school", "why", "year")],
                (
                    (voice.full(row["school"]), why(row["why"], voice), str(row["year"] or "–"))
                    for row in rows[:LISTED]
                ),
            )
        )
    pool = frame.filter(pl.col("side") != "joined")
    if pool.height:
        counted = pool.group_by("why").agg(schools=pl.col("school").n_unique()).sort("why").rows()
        grids.append(
            page.grid(
                voice["left_out.pool"],
                [voice[f"left_out.heads.{name}"] for name in ("why", "schools")],
                ((why(name, voice), voice.words.number(count, 0)) for name, count in counted),
                numeric=(1,),
            )
        )
    return Block(title=voice["left_out.title"], sentences=page.texts([said]), grids=tuple(grids))


def _unlisted(shown: Shown, role: str, voice: Voice) -> str:
    """Return that nobody was left out, or how many were that no list names."""
    (lost,) = [
        (row["asked"] or 0) - (row["schools"] or 0) for row in answer.rows(shown) if row["role"] == role
    ]
    return voice.say("left_out.unlisted", n=lost) if lost > 0 else voice["left_out.none"]


def why(name: str, voice: Voice) -> str:
    """Return why a school was left out, in words."""
    return voice.maybe(f"left_out.why.{name}", name)
