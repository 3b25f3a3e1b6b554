"""The Greater Manchester Challenge (2008 to 2011) on inspection judgements: the worked example's figures.

    python bench/challenge.py [--write] [--figures]

Shares of judgements good or outstanding in Greater Manchester's ten authorities beside authorities that had
no such programme (not London, not the Black Country), by period and phase; placebo groups of ten neighbouring
authorities and of ten other metropolitan ones; each school beside its judgement before; a synthetic control;
and what the schools that took a new number, and so left the history, could have been.
--write stores docs/reference/measured/challenge.json and docs/images/challenge-*.png; --figures only draws
the stored numbers again. About twenty seconds.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from commonroom.impact import judgements, strength, synthetic
from commonroom.impact.judgements import Fates, Period, Placebos
from commonroom.impact.strength import Facts
from commonroom.impact.study import Estimate
from commonroom.panel import systems
from commonroom.sources import bundled
from commonroom.sources import judgements as told
from commonroom.tables.impact import GUARDS

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "challenge.json"
IMAGES = ROOT / "docs" / "images"
PHASES = ("secondary", "primary")
PERIODS = (
    Period("before", datetime.date(2005, 9, 1), datetime.date(2008, 3, 31)),
    Period("during", datetime.date(2008, 4, 1), datetime.date(2011, 3, 31)),
    Period("after", datetime.date(2011, 4, 1), datetime.date(2012, 8, 31)),
    Period("later", datetime.date(2012, 9, 1), datetime.date(2015, 8, 31)),
    Period("last", datetime.date(2015, 9, 1), datetime.date(2020, 2, 29)),
)
BLACK_COUNTRY = ("Dudley", "Sandwell", "Walsall", "Wolverhampton")
#: Codes of metropolitan districts outside London.
METROPOLITAN = (330, 394)
#: Schools are those with results in this year, about when the history was gathered.
GATHERED = 2018
#: What missing schools could have been: share good by what became of them.
ASSUMED = {
    "nearly all converters, few sponsored": {"converter": 0.9, "sponsored": 0.2, "other": 0.5},
    "most converters, some sponsored": {"converter": 0.7, "sponsored": 0.3, "other": 0.5},
    "half of all": {"converter": 0.5, "sponsored": 0.5, "other": 0.5},
}
SMALLEST, DRAWS, SEED = 0.05, 999, 2008


@dataclass(frozen=True)
class Case:
    """One phase: its judgements, the areas that took part, placebo groups, and what became of schools."""

    rows: pl.DataFrame
    joined: tuple[str, ...]
    groups: list[tuple[str, ...]]
    metropolitan: list[tuple[str, ...]]
    fates: Fates


def cases() -> dict[str, Case]:
    """Both phases, from the bundled data."""
    reading, history = bundled.read(), told.ship().rows
    names = dict(reading.schools.drop_nulls("authority").select("authority", "authority_code").iter_rows())
    joined = tuple(sorted(names[name] for name in systems.load("greater-manchester").authorities))
    placed = judgements.label(judgements.place(history, reading.schools).rows, periods=PERIODS)
    rows = placed.filter(
        pl.col("region").ne_missing("London"), ~pl.col("area").is_in([names[name] for name in BLACK_COUNTRY])
    )
    fsm = reading.figures.filter(pl.col("variable") == "fsm6").sort("school", "year")
    fsm = fsm.unique("school", keep="first").select("value", number="school").rename({"value": "fsm6"})
    rows = rows.join(fsm, on="number", how="left", maintain_order="left")
    found = {}
    for phase in PHASES:
        mine = rows.filter(phase=phase)
        now = reading.figures.filter(phase=phase, year=GATHERED)["school"].unique()
        schools = reading.schools.filter(pl.col("school").is_in(now.implode()), kind="mainstream")
        fates = judgements.fates(schools, reading.links, history, by=PERIODS[1].last)
        mine = mine.join(fates.areas.select("area", "kept"), on="area", how="left", maintain_order="left")
        groups = judgements.groups(mine, joined=joined, size=len(joined))
        others = mine.filter(
            pl.col("area").cast(pl.Int64).is_between(*METROPOLITAN), ~pl.col("area").is_in(joined)
        )["area"]
        rng, pool = np.random.default_rng(SEED), others.unique().sort().to_numpy()
        drawn = [tuple(rng.choice(pool, len(joined), replace=False)) for _ in range(DRAWS)]
        found[phase] = Case(mine, joined, groups, drawn, fates)
    return found


def numbers(one: Estimate) -> dict[str, float]:
    """An estimate as points."""
    return {
        "points": round(100 * one.effect, 2),
        "low": round(100 * one.low, 2),
        "high": round(100 * one.high, 2),
        "p": round(one.p, 4),
    }


def ranked(one: Placebos) -> dict[str, float]:
    """A gap beside placebo groups, in points."""
    found = {name: round(100 * getattr(one, name), 2) for name in ("gap", "low", "high")}
    return found | {"p": round(one.p, 4)}


def measure(case: Case) -> dict[str, Any]:
    """Every figure of one phase."""
    rows, joined = case.rows, case.joined
    places = {}
    for period in [each.name for each in PERIODS]:
        base = None if period == "before" else "before"
        near, change, far = (
            judgements.rank(rows, joined=joined, groups=groups, period=period, base=from_)
            for groups, from_ in ((case.groups, None), (case.groups, base), (case.metropolitan, None))
        )
        places[period] = ranked(near) | {
            "groups": near.gaps.height,
            "metropolitan": ranked(far),
            "placebos": [round(100 * gap, 2) for gap in near.gaps["gap"]],
        }
        if base:
            did = judgements.change(rows, joined=joined, before="before", after=period)
            places[period]["change"] = ranked(change) | {"did": numbers(did)}
    during = rows.filter(pl.col("area").is_in(joined), period="during")
    result = {
        "schools": during["number"].n_unique(),
        "counts": judgements.count(rows, joined=joined).drop("phase").to_dicts(),
        "places": places,
        "allowing": {period: allow(case, period) for period in ("during", "after", "later")},
        "fates": counted_fates(case),
        "filled": fill(case),
        "regression_to_mean": regression_to_mean(case),
        "without_one": without_one(case),
        "yearly": yearly(case),
    }
    return result | {"strength": judge(result)}


def allow(case: Case, period: str) -> dict[str, dict[str, float]]:
    """The gap of a period, school year by school year, with more and more allowed for."""
    rows = case.rows.filter(period=period)
    again = rows.drop_nulls("previous")
    asked = {
        "school year": (rows, ()),
        "judged before": (again, ()),
        "previous judgement": (again, ("previous", "since")),
        "previous judgement and deprivation": (again.drop_nulls("fsm6"), ("previous", "since", "fsm6")),
        "schools that kept their number": (rows, ("kept",)),
    }
    found = {}
    for name, (some, allowing) in asked.items():
        one = judgements.level(some, joined=case.joined, allowing=allowing)
        mine = some.filter(pl.col("area").is_in(case.joined)).height
        found[name] = numbers(one) | {"judged": some.height, "joined": mine}
    moved = again.with_columns(good=pl.col("good").cast(pl.Int8) - pl.col("previously_good").cast(pl.Int8))
    found["own change"] = numbers(judgements.level(moved, joined=case.joined))
    return found


def counted_fates(case: Case) -> dict[str, dict[str, int]]:
    """How many schools kept their number, or left the history and how."""
    mine = pl.col("area").is_in(case.joined)
    known = case.fates.schools.filter(pl.col("area").is_in(case.rows["area"].unique().implode()))
    sides = {"joined": mine, "comparison": ~mine}
    return {
        side: dict(known.filter(which).group_by("fate").len().sort("fate").iter_rows())
        for side, which in sides.items()
    }


def fill(case: Case) -> dict[str, list[float]]:
    """Both shares during the Challenge (and the gap), had the missing schools been judged as assumed."""
    during = case.rows.filter(period="during")
    none, every = (dict.fromkeys(("converter", "sponsored", "other"), share) for share in (0.0, 1.0))
    found = {
        name: judgements.fill(during, case.fates, joined=case.joined, assumed=assumed)
        for name, assumed in (*ASSUMED.items(), ("none", none), ("every", every))
    }
    worst = (found["none"][0], found["every"][1])
    best = (found["every"][0], found["none"][1])
    shown = {name: found[name] for name in ASSUMED} | {"worst": worst, "best": best}
    return {name: [round(100 * x, 2) for x in (*two, two[0] - two[1])] for name, two in shown.items()}


def regression_to_mean(case: Case) -> dict[str, float]:
    """What placebo groups as far from the others before had done since: a line through all groups."""
    before = judgements.rank(case.rows, joined=case.joined, groups=case.groups, period="before")
    change = judgements.rank(
        case.rows, joined=case.joined, groups=case.groups, period="during", base="before"
    )
    both = before.gaps.join(change.gaps, on="group", suffix="_change")
    slope, level = np.polyfit(both["gap"].to_numpy(), both["gap_change"].to_numpy(), 1)
    return {"slope": round(float(slope), 3), "foreseen": round(100 * float(level + slope * before.gap), 2)}


def without_one(case: Case) -> list[float]:
    """The smallest and largest gap during the Challenge when one authority of the ten is left out."""
    gaps = []
    for area in case.joined:
        rest = [other for other in case.joined if other != area]
        rows = case.rows.filter(pl.col("area") != area)
        gaps.append(judgements.rank(rows, joined=rest, groups=(), period="during").gap)
    return [round(100 * min(gaps), 2), round(100 * max(gaps), 2)]


def yearly(case: Case) -> dict[str, Any]:
    """Shares by school year, and a synthetic control of the ten as one where each has a figure each year."""
    sides = pl.when(pl.col("area").is_in(case.joined)).then(pl.lit("joined")).otherwise(pl.lit("comparison"))
    by_year = case.rows.filter(pl.col("year") <= 2015).group_by("year", side=sides)
    shares = by_year.agg(judged=pl.len(), share=(100 * pl.col("good").mean()).round(2)).sort("year", "side")
    # The last school year that ends within the Challenge or just after it.
    units = judgements.study(case.rows.filter(pl.col("year") <= 2011), joined=case.joined, start=2009)
    others = synthetic.Others(
        synthetic.areas(units, among=~units.joined),
        synthetic.areas(units, among=~units.joined, joined=len(case.joined)),
    )
    options = synthetic.Options(weighted=True)
    found = synthetic.control(units, unit=units.joined, donors=others, start=2009, options=options)
    return {
        "shares": shares.to_dicts(),
        "synthetic": numbers(found.effect)
        | {
            "years": found.years.tolist(), "gap": [round(100 * gap, 2) for gap in found.gap.tolist()],
            "placebos": found.placebos.height, "authorities": found.schools, "lost": found.lost,
            "limits": list(found.limits),
        },
    }  # fmt: skip


def judge(found: dict[str, Any]) -> dict[str, Any]:
    """The step of evidence, by the published rule."""
    place, before, fates = found["places"]["during"], found["places"]["before"], found["fates"]["joined"]
    there = sum(number for fate, number in fates.items() if fate != "new")
    counted = {one["side"]: one["judged"] for one in found["counts"] if one["period"] == "during"}
    reach = (place["high"] - place["low"]) / 200
    bounds = (found["filled"]["worst"][2], found["filled"]["best"][2])
    guards = pl.DataFrame(
        [
            {"guard": "pretrend", "p": before["p"], "verdict": "holds" if before["p"] > 0.05 else "fails"},
            {"guard": "permutation", "p": place["p"], "verdict": "holds" if place["p"] < 0.05 else "fails"},
            {"guard": "leave_one_out", "verdict": one_sign(found["without_one"], place)},
            {"guard": "closures", "verdict": "fails" if bounds[0] < 0 < bounds[1] else "holds"},
        ],
        schema_overrides={"p": pl.Float64},
    )
    empty = [
        pl.lit(None, dtype=GUARDS.schema[name]).alias(name) for name in GUARDS.schema if name not in guards
    ]
    facts = Facts(
        effect=place["gap"] / 100, low=place["low"] / 100, high=place["high"] / 100, p=place["p"],
        smallest=SMALLEST, detectable=reach * (1.96 + 0.84) / 1.96, schools=found["schools"], asked=there,
        clusters=1, comparison=counted["comparison"], planned=False, questions=len(PHASES),
    )  # fmt: skip
    said = strength.judge(facts, guards.with_columns(empty))
    return {"step": said.step, "verdict": said.verdict, "reasons": list(said.reasons)}


def one_sign(gaps: list[float], place: dict[str, Any]) -> str:
    """Whether the gap without one authority has the sign of the whole."""
    return "holds" if min(gaps) * max(gaps) > 0 else "fails" if place["p"] < 0.05 else "unclear"


def report(found: dict[str, Any]) -> None:
    """Say the main figures."""
    for phase, one in found.items():
        for period, place in one["places"].items():
            print(
                f"{phase:9} {period:7} gap {place['gap']:+6.1f} [{place['low']:+.1f}, {place['high']:+.1f}] "
                f"p {place['p']:.3f} (metropolitan {place['metropolitan']['p']:.3f})"
            )
        for name, two in one["filled"].items():
            print(f"{phase:9} {name}: {two}")
        for name, one_of in one["allowing"]["during"].items():
            print(f"{phase:9} {name}: {one_of}")
        print(
            phase, one["regression_to_mean"], one["without_one"], one["yearly"]["synthetic"], one["strength"]
        )


def main() -> None:
    """Reckon everything, say it, and store it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--figures", action="store_true", help="only draw the stored numbers again")
    asked = parser.parse_args()
    if not asked.figures:
        found = {phase: measure(case) for phase, case in cases().items()}
        report(found)
        if asked.write:
            commit = subprocess.run(
                ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True, cwd=ROOT
            ).stdout.strip()
            stored = {"script": "bench/challenge.py", "commit": commit, "found": found}
            STORE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    if asked.write or asked.figures:
        from challenge_pictures import draw

        for name, picture in draw(json.loads(STORE.read_text(encoding="utf-8"))["found"]).items():
            (IMAGES / f"challenge-{name}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
