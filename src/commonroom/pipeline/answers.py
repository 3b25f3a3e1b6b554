"""The questions that interfaces ask of the evidence, each with one answer that may be shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from commonroom import disclosure, families, performance
from commonroom.disclosure import Released, Rule
from commonroom.errors import SaidToPeople
from commonroom.pipeline import definitions
from commonroom.store import evidence, register
from commonroom.store.evidence import Evidence

#: Columns of a school that stand before its figures.
WHO = ("school", "name", "authority")


def find(folder: Path, *, school: str, preset: str | None, k: int, phase: str | None) -> Released:
    """The `k` schools most like one school, nearest first, with sentences on match and sensitivity.

    Arguments: the evidence `folder`; a `school` by number or name; a `preset` by name or file, or the
    learned one; a `phase`, or the school's own. Raises SaidToPeople.
    """
    opened = evidence.open(folder)
    asked = _look_up(opened, school)
    there = opened.table("comparable", where={"school": asked})["phase"].to_list()
    chosen = phase or (there[-1] if there else None)
    if chosen is None or chosen not in there:
        raise SaidToPeople(
            f"the school has no results to compare by{f' in the {phase} phase' if phase else ''}.",
            where=school,
            remedy="Only mainstream schools with results in the latest year are compared.",
        )
    pool = opened.table("comparable", where={"phase": chosen})
    found = families.find(pool, preset=definitions.preset(opened, preset, phase=chosen), k=k, only=[asked])
    names = pool.select(neighbour="school", name="name", authority="authority")
    rows = found.neighbours.join(names, on="neighbour", maintain_order="left").select(
        "rank", pl.col("neighbour").alias("school"), "name", "authority", "distance", "inside", "mutual"
    )
    released = disclosure.release(
        rows,
        rule=Rule(keys=("rank",)),
        source=f"{found.preset.label}. {found.preset.source}",
        date=str(found.preset.date),
    )
    said = [*_match(found), *_churn(opened, asked, found.preset.name), *_sensitivity(opened, asked, chosen)]
    return replace(released, sentences=(*said, *found.notes))


def _match(found: families.Families) -> list[str]:
    """How good the match is, who names the school back, and how often it is named."""
    quality = found.quality.row(0, named=True)
    if quality["reciprocity"] is None:
        return [quality["sentence"]]
    share = f"{quality['reciprocity']:.0%} of them name it back"
    return [quality["sentence"], f"{share}; it is among the nearest of {quality['used']} schools."]


def _churn(opened: Evidence, school: str, preset: str) -> list[str]:
    """How many of the neighbours are those of the year before, where that is known."""
    if "churn" not in opened.manifest.tables:
        return []
    rows = opened.table("churn", where={"school": school, "preset": preset})
    return [
        f"Of its neighbours of the year before, {row['kept']} of {row['kept'] + row['left']} are still there."
        for row in rows.iter_rows(named=True)
    ]


def _look_up(opened: Evidence, school: str) -> str:
    """The school meant by a number or a name; a number that was joined leads to its school."""
    joined = opened.table("joins", where={"number": school.strip()})["school"].to_list()
    known = opened.table("schools", columns=["school", "name", "authority", "in_system"])
    return register.look_up(known, joined[0] if joined else school)


def _sensitivity(opened: Evidence, school: str, phase: str) -> list[str]:
    """How far the school's position depends on the preset, where it is of the system."""
    rows = opened.table("sensitivity", where={"school": school, "phase": phase})
    return [str(sentence) for sentence in rows["sentence"]]


def group(folder: Path, *, preset: str | None, phase: str | None) -> Released:
    """The stable families of the system's schools, in order of family and name."""
    opened = evidence.open(folder)
    if preset in (None, definitions.LEARNED):
        rows = opened.table("families", where={"phase": phase} if phase else None)
    else:
        rows = pl.concat(_grouped(opened, str(preset), named) for named in _phases(opened, phase))
    who = opened.table("schools", columns=list(WHO))
    shown = ["phase", "family", *WHO, "honorary", "distance", "moved", "why"]
    frame = rows.join(who, on="school").select(shown).sort("phase", "family", "name", "school")
    return _release(frame, "Families of Schools: METHODS section 2", keys=("phase", "school"))


def _grouped(opened: Evidence, preset: str, phase: str) -> pl.DataFrame:
    """Families of one phase under a preset that the evidence does not hold."""
    pool = opened.table("comparable", where={"phase": phase})
    mine = pool.filter("in_system")["school"].to_list()
    found = families.group(pool, preset=definitions.preset(opened, preset, phase=phase), only=mine)
    return found.families.with_columns(pl.lit(phase).alias("phase"))


def _phases(opened: Evidence, phase: str | None) -> list[str]:
    """The phase asked for, or all that the evidence has."""
    return [phase] if phase else sorted(opened.table("comparable", columns=["phase"])["phase"].unique())


def judge(folder: Path) -> Released:
    """Every preset judged out of sample: what it predicts, how alike and how fair its families are."""
    opened = evidence.open(folder)
    frame = opened.table("families_judged").sort("phase", "rows", "preset", "adjusted")
    return _release(frame, "Families judged on authorities not seen", keys=("phase", "preset"))


def estimate(folder: Path, *, measure: str | None, school: str | None) -> Released:
    """What schools of the system add: level beyond context and its change, with 80 % intervals."""
    opened = evidence.open(folder)
    where: dict[str, object] = {}
    if measure is not None:
        where["measure"] = _known_measure(opened, measure)
    if school is not None:
        where["school"] = _look_up(opened, school)
    who = opened.table("schools", columns=[*WHO])
    found = opened.table("performance_map", where=where).join(who, on="school")
    columns = [*WHO, "phase", "measure", "start", "end", "attainment", "attainment_low", "attainment_high"]
    columns += ["improvement", "improvement_low", "improvement_high", "pupils"]
    frame = found.select(columns).sort("name", "school", "phase", "measure")
    figures = {name: "pupils" for name in columns if name.startswith(("attainment", "improvement"))}
    rule = Rule(keys=("school", "phase", "measure"), figures=figures, official=True)
    released = disclosure.release(frame, rule=rule, source=_releases(opened))
    told = opened.table("value_added_sentences")
    kept = told.filter(pl.col("measure").is_in(frame["measure"].unique().implode()))
    return replace(released, sentences=tuple(kept["sentence"]))


def _known_measure(opened: Evidence, measure: str) -> str:
    """The measure, if the evidence has estimates of it."""
    known = opened.table("value_added_sentences")["measure"].unique().sort().to_list()
    if measure not in known:
        raise SaidToPeople(
            "there is no estimate of this measure in the evidence.",
            where=measure,
            remedy=f"Choose one of: {', '.join(known)}.",
        )
    return measure


def _releases(opened: Evidence) -> str:
    """Publications that the evidence is from, in short."""
    found = {release for given in opened.manifest.inputs.values() for release in given.releases}
    return f"{len(found)} publications, listed in the report; evidence {opened.version}"


def left_out_year(folder: Path) -> Released:
    """How well each year left out was foreseen, by every model."""
    frame = evidence.open(folder).table("value_added_left_out_years")
    keys = ("phase", "measure", "year", "schools", "model")
    return _release(frame.sort(keys), "The left-out-year test: METHODS section 4", keys=keys)


def map(folder: Path, *, phase: str | None) -> Released:
    """The performance map of the headline measures: attainment by improvement, in order of name."""
    opened = evidence.open(folder)
    heads = [name for name, one in definitions.measures(opened).items() if one.headline]
    where = {"measure": heads} | ({"phase": phase} if phase else {})
    who = opened.table("schools", columns=[*WHO])
    frame = opened.table("performance_map", where=where).join(who, on="school")
    columns = [*WHO, "phase", "measure", "start", "end", "pupils", "attainment", "attainment_low"]
    columns += ["attainment_high", "improvement", "improvement_low", "improvement_high", "quadrant"]
    frame = frame.select([*columns, "probability"]).sort("phase", "name", "school")
    return disclosure.release(frame, rule=performance.MAP_RULE, source=_releases(opened))


def gap(folder: Path) -> Released:
    """The gap between disadvantaged and other pupils: the system, the rest, the nation."""
    opened = evidence.open(folder)
    frame = opened.table("performance_gap").sort("phase", "measure", "year", "place")
    return disclosure.release(frame, rule=performance.GAP_RULE, source=_releases(opened))


def floor(folder: Path) -> Released:
    """Schools below the floor, in years that had one."""
    opened = evidence.open(folder)
    frame = opened.table("performance_floor").sort("phase", "measure", "year", "place")
    return disclosure.release(frame, rule=performance.FLOOR_RULE, source=_releases(opened))


def _release(frame: pl.DataFrame, source: str, *, keys: tuple[str, ...]) -> Released:
    """Release a table behind which there is no pupil."""
    return disclosure.release(frame, rule=Rule(keys=keys), source=source)
