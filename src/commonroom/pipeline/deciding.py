"""Decisions: what schools said to their proposals, recorded where the next plan finds it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.errors import SaidToPeople
from commonroom.partnerships import agreed as agreement
from commonroom.pipeline import agreed
from commonroom.sources import agreed as tables
from commonroom.store import evidence as evidences
from commonroom.store import partnerships

NEED = ("receiver", "phase", "theme")
WORDS = ("accept", "decline", "pause", "later")


def decide(folder: Path, file: Path, *, evidence: Path, date: datetime.date | None = None) -> Released:
    """Record what schools decided, and say what was recorded and what comes next.

    Arguments: the `folder` of the plan; the `file` of decisions, a CSV or XLSX table (the plan's own
    proposals.csv with a column `decision` will do); the `evidence` folder, for the names of schools; the
    `date` of rows that have none. Raises SaidToPeople with all that is to be mended; then nothing is
    recorded.
    """
    folder = Path(folder)
    opened = evidences.open(evidence)
    there = agreed.known(opened)
    last = partnerships.read_last(folder)
    if last is None:
        raise partnerships.no_plan(folder)
    ever = partnerships.proposed(folder)
    there = replace(there, themes=_themes(ever, there.themes))
    given = tables.decisions.read(file, known=there, date=date)
    names = opened.table("schools", columns=["school", "name"])
    new = partnerships.record(folder, given, check=lambda whole: _check(whole, names, folder))
    shown = _name(new, names)
    released = disclosure.release(shown, rule=Rule(keys=(*NEED, "provider")), source=f"Decisions in {folder}")
    return replace(released, sentences=_say(new, given, folder=folder, last=last))


def _themes(ever: pl.DataFrame, known: Sequence[tables.Theme]) -> tuple[tables.Theme, ...]:
    """The themes that were ever proposed, which may be those of a file of people's own."""
    labels = {one.name: one.labels for one in known}
    return tuple(
        tables.Theme(name, labels=labels.get(name, ())) for name in ever["theme"].unique().sort().to_list()
    )


def _check(whole: pl.DataFrame, names: pl.DataFrame, folder: Path) -> None:
    """Refuse a second partner in a theme beside one that was accepted."""
    words = agreement.in_force(whole).filter(pl.col("decision").is_in(["accept", "pause"]))
    several = (
        words.group_by(NEED, maintain_order=True).agg("provider").filter(pl.col("provider").list.len() > 1)
    )
    if several.is_empty():
        return
    called = dict(names.rows())
    said = [
        f"{called.get(receiver, receiver)} in {theme} by {' and '.join(called.get(p, p) for p in providers)}"
        for receiver, _, theme, providers in several.rows()
    ]
    raise SaidToPeople(
        f"a school is helped by one school in a theme, but these are accepted: {'; '.join(said)}.",
        where=str(folder),
        remedy="Decline or put off all but one of each.",
    )


def _name(new: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Decisions with the names of both schools, in the order they were given."""
    receivers, providers = (
        names.rename({"school": side, "name": f"{side}_name"}) for side in ("receiver", "provider")
    )
    joined = new.join(receivers, on="receiver", how="left", maintain_order="left")
    joined = joined.join(providers, on="provider", how="left", maintain_order="left")
    who = ["receiver", "receiver_name", "phase", "theme", "provider", "provider_name"]
    return joined.select(*who, "decision", "by", "reason", "date", "until")


def _say(new: pl.DataFrame, given: pl.DataFrame, *, folder: Path, last: pl.DataFrame) -> tuple[str, ...]:
    """What was recorded, what is still open, and what comes next."""
    counts = dict(new["decision"].value_counts().rows())
    parts = ", ".join(f"{counts[word]} {word}" for word in WORDS if word in counts)
    said = [f"{_counted(new.height, 'decision')} recorded{f': {parts}' if parts else ''}."]
    if new.height < given.height:
        again = given.height - new.height
        said.append(f"{again:,} row{' was' if again == 1 else 's were'} recorded before.")
    words = agreement.in_force(partnerships.decisions(folder))
    pair = [*NEED, "provider"]
    waiting = last.filter(pl.col("state").is_in(["new", "kept"])).join(words, on=pair, how="anti").height
    said.append(f"Of the plan, {_counted(waiting, 'proposal')} still to be decided.")
    said.append(
        f"Next: commonroom partnerships propose --out {folder}. What was accepted stays, a pair that "
        "declined is not proposed again, and as little else as possible changes."
    )
    return tuple(said)


def _counted(number: int, noun: str) -> str:
    """A number with its noun and verb: 1 decision is, 2 decisions are."""
    return f"{number:,} {noun}{' is' if number == 1 else 's are'}"
