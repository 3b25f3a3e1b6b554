"""How often 95 % intervals of value added from pupils hold the truth, with 15, 40 and 200 schools.

    python bench/coverage.py [--replicates 2000] [--write]

Made-up pupils of unequal schools (8 to 300 pupils, median 55; columns: a standardised prior attainment
and a 0/1 disadvantage that both differ between schools) with a known model are summed and estimated,
again and again; fixed effects, schools' own effects (and slopes) and variances are new every time or
known. An interval that is not given (a variance of which nothing was detected) does not hold the truth.
--write stores docs/reference/measured/coverage.json and the figure docs/images/coverage.png.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

# Two processes share the machine, so each has one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from commonroom import value_added  # noqa: E402
from commonroom.tables.sums import LEFT_OUT, Plan, Sums  # noqa: E402
from commonroom.value_added import pupils  # noqa: E402
from commonroom.value_added.pupils import blocks, optimum, uncertainty  # noqa: E402

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "coverage.json"
FIGURE = ROOT / "docs" / "images" / "coverage.png"
ASKED = {15: 0.92, 40: 0.94, 200: 0.945}
SEED, CHUNK = 20260802, 50
#: Replicates in which the variances of slope models have intervals.
VARIANCES = 500
PLAN = Plan("school", "outcome", ("prior", "disadvantaged"), centres=(0.0, 0.0, 0.0))
#: The truth, near what secondary schools show: a school's level and its slope on prior attainment.
FIXED = {"intercept": 0.1, "prior": 0.6, "disadvantaged": -0.25}
LEVEL, SLOPE, CORRELATION, PUPIL = 0.09, 0.0144, 0.3, 0.56
COVARIANCE = CORRELATION * (LEVEL * SLOPE) ** 0.5
KINDS = {
    "fixed": "Coefficients",
    "school": "Schools' effects",
    "slope": "Schools' slopes",
    "variance": "Variances",
}


def design(schools: int) -> np.ndarray:
    """Pupils of each school, unequal and the same in every replicate (schools,)."""
    rng = np.random.default_rng([SEED, schools])
    return np.clip(np.exp(rng.normal(np.log(55), 0.7, schools)), 8, 300).astype(int)


def simulate(schools: int, sloped: bool, replicate: int) -> tuple[Sums, np.ndarray]:
    """The sums of one replicate, and the true effects of its schools (schools, 2)."""
    rng = np.random.default_rng([SEED, schools, int(sloped), replicate])
    sizes = design(schools)
    covariance = np.array([[LEVEL, COVARIANCE], [COVARIANCE, SLOPE]])
    effects = rng.multivariate_normal((0, 0), covariance, schools) * (1, float(sloped))
    at = np.repeat(np.arange(schools), sizes)
    prior = rng.normal(0, 0.4, schools)[at] + rng.normal(0, 0.9, at.size)
    disadvantaged = (rng.random(at.size) < rng.beta(1.5, 4, schools)[at]).astype(float)
    outcome = FIXED["intercept"] + effects[at, 0] + rng.normal(0, PUPIL**0.5, at.size)
    outcome += (FIXED["prior"] + effects[at, 1]) * prior + FIXED["disadvantaged"] * disadvantaged
    values = np.column_stack([np.ones(at.size), prior, disadvantaged, outcome])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    columns = {f"sum_{i}_{j}": np.add.reduceat(values[:, i] * values[:, j], starts) for i, j in PLAN.products}
    names = [f"{100000 + place}" for place in range(schools)]
    frame = pl.DataFrame({"school": names, "pupils": sizes, "left_out": np.zeros(schools, dtype=int)})
    frame = frame.with_columns(weight_squared=pl.col("pupils").cast(float), log_weight=0.0)
    return Sums(
        frame.with_columns(**{k: pl.Series(v) for k, v in columns.items()}), PLAN, LEFT_OUT.empty()
    ), effects


def held(frame: pl.DataFrame, truth: Any) -> np.ndarray:
    """Whether each interval holds its truth; an interval that is not given does not."""
    low, high = frame["low95"].to_numpy(), frame["high95"].to_numpy()
    return (low <= truth) & (truth <= high)


def replicate(number: int, *, schools: int, sloped: bool) -> dict[str, float]:
    """One replicate: whether each interval holds the truth, of schools' effects the share that does.

    Intervals of variances of slope models are searched for along the likelihood and take most of the
    time, so only the first replicates have them.
    """
    sums, effects = simulate(schools, sloped, number)
    model = value_added.Model(slope=("prior",) if sloped else ())
    known = uncertainty.spread(optimum.fit(blocks.arrange(sums, model)))
    coefficients = uncertainty.coefficients(known)
    result = {
        f"fixed {name}": float(kept)
        for name, kept in zip(FIXED, held(coefficients, list(FIXED.values())), strict=True)
    }
    assert coefficients["variable"].to_list() == list(FIXED)
    own = pupils.effects.schools(known, draws=100)
    for place, term in enumerate(["intercept", "prior"] if sloped else ["intercept"]):
        mine = own.filter(pl.col("term") == term)
        result["slope" if place else "school"] = float(held(mine, effects[:, place]).mean())
    if not sloped or number < VARIANCES:
        result |= variances(pupils.components.components(known), sloped)
    result["state " + (known.fit.state or "inner")] = 1.0
    return result


def variances(components: pl.DataFrame, sloped: bool) -> dict[str, float]:
    """Whether the intervals of the variances (and the covariance) hold the truth."""
    truth = {"variance of intercept": LEVEL, "residual variance": PUPIL}
    if sloped:
        truth |= {"variance of slope of prior": SLOPE}
        truth |= {"covariance of intercept and slope of prior": COVARIANCE}
    given = components.filter(pl.col("component").is_in(list(truth)))
    values = given["component"].replace_strict(truth, return_dtype=pl.Float64).to_numpy()
    kept = dict(zip(given["component"], held(given, values), strict=True))
    return {f"variance {name}": float(kept.get(name, False)) for name in truth}


def chunk(start: int, *, schools: int, sloped: bool, replicates: int) -> list[dict[str, float]]:
    """Some replicates in a row."""
    return [
        replicate(number, schools=schools, sloped=sloped)
        for number in range(start, min(start + CHUNK, replicates))
    ]


def measure(schools: int, sloped: bool, replicates: int, workers: ProcessPoolExecutor) -> dict[str, Any]:
    """Coverage of every interval with its Monte Carlo error, and by kind."""
    work = partial(chunk, schools=schools, sloped=sloped, replicates=replicates)
    rows = [row for part in workers.map(work, range(0, replicates, CHUNK)) for row in part]
    names = sorted({name for row in rows for name in row})

    def tell(wanted: Callable[[str], bool]) -> dict[str, float]:
        """The mean over replicates of what is wanted, its Monte Carlo error, and how many there were."""
        each = [[value for name, value in row.items() if wanted(name)] for row in rows]
        values = np.array([np.mean(found) for found in each if found])
        error = float(values.std(ddof=1)) / np.sqrt(len(values))
        return {"share": round(float(values.mean()), 4), "error": round(error, 4), "replicates": len(values)}

    states = [name for name in names if name.startswith("state")]
    return {
        "schools": schools, "model": "slope" if sloped else "intercept", "asked": ASKED[schools],
        "by_kind": {
            kind: tell(lambda name, kind=kind: name.split(" ")[0] == kind)
            for kind in KINDS if any(name.split(" ")[0] == kind for name in names)
        },
        "each": {name: tell(lambda other, name=name: other == name) for name in names if name not in states},
        "states": {name: sum(name in row for row in rows) for name in states},
    }  # fmt: skip


def draw(found: list[dict[str, Any]]) -> bytes:
    """The figure: for each number of schools, what was found of each kind beside 95 and what was asked."""
    import altair as alt

    from commonroom import charts

    panels = [
        _panel([part for part in found if part["schools"] == number], first=number == 15, middle=number == 40)
        for number in ASKED
    ]
    title = {
        "fontSize": 13,
        "color": charts.INK,
        "anchor": "start",
        "fontWeight": 600,
        "offset": 20,
        "frame": "group",
    }
    whole = alt.hconcat(*panels, spacing=26).configure(**{**charts.THEME, "background": charts.PAPER})
    return charts.png(whole.configure_title(**title))


def _panel(found: list[dict[str, Any]], *, first: bool, middle: bool) -> Any:
    """One number of schools: a disc where only levels differ between schools, a diamond with slopes."""
    import altair as alt

    from commonroom import charts

    names = {"intercept": "levels differ", "slope": "slopes differ too"}
    rows = [
        {
            "kind": KINDS[kind], "model": names[part["model"]], "share": 100 * value["share"],
            "low": 100 * (value["share"] - 1.96 * value["error"]),
            "high": 100 * (value["share"] + 1.96 * value["error"]),
        }
        for part in found for kind, value in part["by_kind"].items()
    ]  # fmt: skip
    asked, order = 100 * found[0]["asked"], list(names.values())
    chart = alt.Chart(alt.InlineData(values=rows))
    place = alt.Y(
        "kind:N",
        sort=list(KINDS.values()),
        title=None,
        axis=alt.Axis(labels=first, ticks=False, domain=False),
    )
    offset = alt.YOffset("model:N", sort=order)
    across = alt.X(
        "share:Q",
        title="Intervals that hold the truth, per cent" if middle else "",
        scale=alt.Scale(domain=[91, 98], zero=False),
    )
    shape = alt.Shape("model:N", legend=None, scale=alt.Scale(domain=order, range=["circle", "diamond"]))
    fill = alt.Fill("model:N", legend=None, scale=alt.Scale(domain=order, range=[charts.HERE, charts.PAPER]))
    line = chart.mark_rule(color=charts.GREY, strokeWidth=2)
    point = chart.mark_point(size=70, color=charts.HERE, opacity=1, strokeWidth=1.6)
    layers = [
        _line(95, "95", "left", strokeWidth=1.2),
        _line(asked, f"asked {asked:g}", "right" if asked > 93 else "center", strokeDash=[4, 3]),
        line.encode(x="low:Q", x2="high:Q", y=place, yOffset=offset),
        point.encode(across, place, offset, shape=shape, fill=fill),
    ]
    if first:
        words = chart.transform_filter(alt.datum.kind == KINDS["fixed"])
        text = words.mark_text(align="left", dx=8, fontSize=11, color=charts.INK)
        layers.append(text.encode(x="high:Q", y=place, yOffset=offset, text="model:N"))
    return alt.layer(*layers).properties(width=225, height=190, title=f"{found[0]['schools']} schools")


def _line(where: float, words: str, align: str, **looks: Any) -> Any:
    """An upright line with its words above."""
    import altair as alt

    from commonroom import charts

    one = alt.Chart(alt.InlineData(values=[{"where": where, "words": words}]))
    rule = one.mark_rule(color=charts.QUIET, **looks).encode(x="where:Q")
    text = one.mark_text(align=align, baseline="bottom", dy=-4, fontSize=11, color=charts.QUIET)
    return rule + text.encode(x="where:Q", y=alt.value(0), text="words:N")


def main() -> None:
    """Simulate, say each coverage beside what was asked, and store both figure and numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--figure", action="store_true", help="only draw the stored numbers again")
    asked = parser.parse_args()
    if asked.figure:
        FIGURE.write_bytes(draw(json.loads(STORE.read_text())["found"]))
        return
    found = []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as workers:
        for schools in ASKED:
            for sloped in (False, True):
                start = time.perf_counter()
                part = measure(schools, sloped, asked.replicates, workers)
                found.append(part)
                took = time.perf_counter() - start
                print(f"\n{schools} schools, {part['model']}: asked {part['asked']} ({took:.0f} s)")
                for name, row in {**part["by_kind"], **part["each"]}.items():
                    print(f"  {name:50s} {row['share']:.4f} +- {row['error']:.4f}", flush=True)
                print(f"  {part['states']}", flush=True)
    if asked.write:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        about = {"script": "bench/coverage.py", "commit": commit, "replicates": asked.replicates}
        STORE.write_text(json.dumps({**about, "found": found}, indent=1) + "\n")
        FIGURE.write_bytes(draw(found))
    short = [
        f"{part['schools']} schools, {part['model']}, {kind}: {row['share']:.3f} (asked {part['asked']})"
        for part in found for kind, row in part["by_kind"].items() if row["share"] < part["asked"]
    ]  # fmt: skip
    print("\nFalls short: " + "; ".join(short) if short else "\nEvery kind of interval is as asked.")


if __name__ == "__main__":
    sys.exit(main())
