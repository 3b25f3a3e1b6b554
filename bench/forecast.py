"""The year left out, foreseen by every model in the same run, and how long value added takes.

Attainment 8 in 2019, 2023, 2024 and 2025, the expected standard in 2018, 2024 and 2025, each from
the results up to the year before (2025 from those up to 2023, and 2018, as METHODS.md asks, so that
2024 does not help), mainstream schools of England. The scored schools are METHODS.md's: those with
a result in the latest year (Attainment 8) or in every earlier year (expected standard). Authorities
whose code modulo 5 is 2 chose nothing; their rows are printed beside the others.
Run: python bench/forecast.py [--write]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from commonroom import panel, value_added
from commonroom.errors import SaidToPeople
from commonroom.panel import measures, systems
from commonroom.sources import bundled

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "forecast.json"
#: Measure: the part of schools that is scored, and year, latest results used, CRPS asked.
ASKED = {
    "attainment8": (
        "all",
        [(2019, 2018, 0.156), (2023, 2019, 0.187), (2024, 2023, 0.139), (2025, 2023, 0.171)],
    ),
    "rwm_expected": ("complete history", [(2018, 2017, 0.41), (2024, 2018, 0.465), (2025, 2018, 0.48)]),
}
BELOW_REGRESSION = 0.03
COVERAGE = {"cover50": (0.5, 0.04), "cover80": (0.8, 0.04), "cover95": (0.95, 0.02)}
NEWCOMERS = 0.93


def verdicts(frame: pl.DataFrame, part: str, asked: list[tuple[int, int, float]]) -> list[dict[str, object]]:
    """What was asked of each year beside what was measured."""
    found = []
    for year, _, crps in asked:
        rows = {
            (row["schools"], row["model"]): row
            for row in frame.filter(pl.col("year") == year).iter_rows(named=True)
        }
        ours, last = rows[part, "ours"], rows[part, "last value"]
        record: dict[str, object] = {
            "year": year,
            "n": ours["n"],
            "crps": ours["crps"],
            "asked": crps,
            "met": round(ours["crps"], 4) <= crps,
            "better_than_last": last["less_high95"] < 0,
            "coverage_met": all(abs(ours[name] - at) <= off for name, (at, off) in COVERAGE.items()),
            **{name: ours[name] for name in COVERAGE},
        }
        if (part, "regression") in rows:
            peer = rows[part, "regression"]
            below = -peer["less"] / peer["crps"]
            record |= {
                "regression": peer["crps"],
                "below_regression": below,
                "difference": [peer["less_low95"], peer["less_high95"]],
                "below_met": below >= BELOW_REGRESSION and peer["less_high95"] < 0,
            }
        new = rows.get(("without history", "ours"))
        if new:
            record |= {
                "newcomers": new["n"],
                "newcomers_cover95": new["cover95"],
                "newcomers_met": new["cover95"] >= NEWCOMERS,
            }
        for group in ("choosing", "held-out"):
            record[group] = rows[group, "ours"]["crps"]
            record[f"{group} last value"] = rows[group, "last value"]["crps"]
            if (group, "regression") in rows:
                record[f"{group} regression"] = rows[group, "regression"]["crps"]
        found.append(record)
    return found


def timed(built: panel.Panel, outcomes: pl.DataFrame) -> dict[str, object]:
    """Seconds of estimating every measure with enough years, and of Attainment 8 (median of three)."""
    seconds: dict[str, object] = {}
    start = time.perf_counter()
    for phase in ("secondary", "primary"):
        for measure in measures.load().values():
            if measure.phase not in (phase, "both") or measure.group != "all":
                continue
            try:
                value_added.estimate(outcomes, built.context, measure=measure, phase=phase)
            except SaidToPeople:
                continue
    seconds["every measure, both phases"] = round(time.perf_counter() - start, 2)
    attainment8 = measures.load(["attainment8"])["attainment8"]
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        value_added.estimate(outcomes, built.context, measure=attainment8)
        runs.append(time.perf_counter() - start)
    seconds["attainment8"] = round(statistics.median(runs), 2)
    return seconds


def main() -> None:
    """Foresee, score, time and, when asked, store."""
    reading = bundled.read()
    inputs = panel.Inputs(reading.schools, reading.figures, reading.links, reading.problems)
    built = panel.build(inputs, measures=measures.load(), system=systems.load("england"))
    schools = built.schools.filter(pl.col("kind") == "mainstream")
    outcomes = built.outcomes.join(schools.select("school"), on="school", how="semi")
    store: dict[str, object] = {"script": "bench/forecast.py"}
    pl.Config.set_tbl_rows(200).set_tbl_cols(20).set_tbl_hide_dataframe_shape(True)
    pl.Config.set_tbl_formatting("ASCII_MARKDOWN").set_float_precision(4).set_tbl_width_chars(180)
    for name, (part, asked) in ASKED.items():
        measure = measures.load([name])[name]
        start = time.perf_counter()
        cases = [(year, latest) for year, latest, _ in asked]
        frame = value_added.left_out_year(
            outcomes, built.context, schools=schools, measure=measure, cases=cases
        )
        spent = round(time.perf_counter() - start, 2)
        print(f"\n{name}: {len(cases)} years left out in {spent} s")
        shown = frame.filter(pl.col("schools").is_in(["all", part, "held-out", "without history"]))
        print(shown.drop("phase", "measure"))
        judged = verdicts(frame, part, asked)
        for record in judged:
            print({key: round(v, 4) if isinstance(v, float) else v for key, v in record.items()})
        store[name] = {"seconds": spent, "scored": part, "judged": judged, "rows": frame.to_dicts()}
    store["estimate_seconds"] = timed(built, outcomes)
    print(store["estimate_seconds"])
    if "--write" in sys.argv:
        commit = ["git", "rev-parse", "--short", "HEAD"]
        store["commit"] = subprocess.run(
            commit, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        STORE.parent.mkdir(parents=True, exist_ok=True)
        rounded = json.loads(json.dumps(store), parse_float=lambda text: round(float(text), 4))
        STORE.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
