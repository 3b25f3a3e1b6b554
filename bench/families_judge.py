"""Families judged on real data: every preset and the learned metric, out of sample by authority.

The peer in the same run is dfe-2026-secondary, plain, as it is published. Attainment 8 of 2019 and
2023, mainstream secondaries whose prior attainment, disadvantage and EAL of that very year are known;
families of fifty. Held-out authorities (code modulo 5 is 2) were never used to choose anything; their
rows are printed beside the others. Run: python bench/families_judge.py [--write]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

from commonroom import families, panel
from commonroom.families.intake import complete_prior
from commonroom.families.judgement import judge
from commonroom.families.metric import Learned, learn
from commonroom.panel import measures, systems
from commonroom.sources import bundled

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "families_judge.json"
CASES = {
    "secondary": ("attainment8", (2019, 2023)),
    "primary": ("rwm_expected", (2024,)),
}
PRESETS = {phase: list(families.PRESETS[phase]) for phase in CASES}
#: What the issue asks of the learned metric, and how it is compared.
ASKED = {"r2": 0.010, "gap_mean": 0.25, "reciprocity": 0.60, "most_used": 125, "correlation": 0.08}


def schools_of(
    inputs: panel.Inputs, *, phase: str, measure: str, year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Schools with the context of that very year, and their outcomes."""
    then = replace(inputs, figures=inputs.figures.filter(pl.col("year") == year))
    built = panel.build(then, measures=measures.load(), system=systems.load("england"))
    context = built.context.filter(pl.col("phase") == phase, pl.col("year") == year)
    outcomes = built.outcomes.filter(
        pl.col("measure") == measure,
        pl.col("year") == year,
        pl.col("group") == "all",
        pl.col("value").is_not_null(),
    )
    rows = built.schools.join(context.drop("release"), on="school").join(outcomes, on="school", how="semi")
    known = pl.col("eal").is_not_null() & pl.col("easting").is_not_null()
    if phase == "secondary":
        known &= pl.coalesce("prior", "prior_low").is_not_null() & pl.col("disadvantaged").is_not_null()
    return rows.filter(known, pl.col("kind") == "mainstream").sort("school"), outcomes


def timed(rows: pl.DataFrame, outcomes: pl.DataFrame, *, phase: str) -> tuple[Learned, float]:
    """The learned metric, and the median seconds of three times learning it."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        learned = learn(rows, outcomes, phase=phase)
        seconds.append(time.perf_counter() - start)
    return learned, statistics.median(seconds)


def verdict(judged: pl.DataFrame) -> dict[str, dict[str, object]]:
    """The five numbers of the learned metric beside what was asked, for each group of authorities."""
    result: dict[str, dict[str, object]] = {}
    for group in judged["rows"].unique(maintain_order=True):
        rows = judged.filter(pl.col("rows") == group)
        ours = rows.filter(pl.col("preset") == "learned", pl.col("adjusted")).row(0, named=True)
        peer = rows.filter(pl.col("preset") == "dfe-2026-secondary", ~pl.col("adjusted")).row(0, named=True)
        met = {
            "r2": ours["r2"] >= peer["r2"] + ASKED["r2"],
            "gap_mean": ours["gap_mean"] <= ASKED["gap_mean"],
            "reciprocity": ours["reciprocity"] >= ASKED["reciprocity"],
            "most_used": ours["most_used"] <= ASKED["most_used"],
            "correlation": ours["correlation"] <= ASKED["correlation"],
        }
        numbers = {name: round(float(ours[name]), 4) for name in met}
        result[str(group)] = {"learned": numbers, "r2_dfe": round(peer["r2"], 4), "met": met}
        print(
            f"  {group:9} R2 {ours['r2']:.4f} (dfe {peer['r2']:.4f}), "
            + ", ".join(f"{name} {numbers[name]:g}{'' if met[name] else ' NOT MET'}" for name in met)
        )
    return result


def main() -> None:
    """Judge both phases."""
    reading = bundled.read()
    inputs = panel.Inputs(reading.schools, reading.figures, reading.links, reading.problems)
    store: dict[str, object] = {"script": "bench/families_judge.py", "asked": ASKED}
    before: dict[str, pl.DataFrame] = {}
    for phase, (measure, years) in CASES.items():
        for year in years:
            rows, outcomes = schools_of(inputs, phase=phase, measure=measure, year=year)
            learned, seconds = timed(rows, outcomes, phase=phase)
            judged = judge(
                rows,
                outcomes,
                phase=phase,
                presets=[*PRESETS[phase], learned.preset],
                expected=learned.expected,
            )
            print(f"{measure} {year}: {rows.height} schools, learned in {seconds:.2f} s")
            record: dict[str, object] = {
                "schools": rows.height,
                "seconds": round(seconds, 2),
                "weights": learned.weights.to_dicts(),
                "importance": learned.importance.to_dicts(),
                "curve": learned.curve.with_columns(
                    context=pl.when(pl.col("context").is_finite()).then("context")
                ).to_dicts(),
                "judged": judged.to_dicts(),
            }
            if phase == "secondary":
                record["verdict"] = verdict(judged)
                scored = complete_prior(rows).join(learned.expected.select("school", "score"), on="school")
                now = {
                    name: families.find(scored, preset=preset).neighbours
                    for name, preset in {"learned": learned.preset, "dfe": "dfe-2026-secondary"}.items()
                }
                overlap = {
                    name: round(float(families.churn(now[name], earlier)["overlap"].mean()), 3)
                    for name, earlier in before.items()
                }
                print(f"  mean Jaccard overlap with the families of the year before: {overlap}")
                record["overlap"], before = overlap, now
            store[f"{measure} {year}"] = record
    if "--write" in sys.argv:
        commit = ["git", "rev-parse", "--short", "HEAD"]
        store["commit"] = subprocess.run(
            commit, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        STORE.parent.mkdir(parents=True, exist_ok=True)
        rounded = json.loads(json.dumps(store), parse_float=lambda text: round(float(text), 4))
        STORE.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
