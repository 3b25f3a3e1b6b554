"""Effects by cohort and year of csdid and diff-diff, and the made-up schools on which they are asked.

The peers are not part of the project: `make setup-peers` installs them. Their answers on a small made-up
system are kept for the tests. Run: python bench/impact_peers.py --write
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

STORE = Path(__file__).parents[1] / "tests" / "oracle" / "impact_csdid.json"
#: Seed and years (with a gap) of the small system that is stored.
SEED, GAPS = 20_21, (2016, 2017, 2018, 2019, 2023, 2024, 2025)
NEVER = 0
#: How each side calls what we call simple, dynamic, cohort and calendar; diff-diff has no calendar.
CSDID = {"simple": "simple", "dynamic": "dynamic", "cohort": "group", "calendar": "calendar"}
DIFF_DIFF = {"simple": "simple", "dynamic": "event_study", "cohort": "group"}
#: A row: cohort (0 in an aggregation), year or place, effect, standard error.
Rows = list[tuple[int, int, float, float]]


def made(schools: int, years: tuple[int, ...], *, seed: int, covariates: int = 3) -> dict[str, Any]:
    """Schools that join in different years, as likely as their covariates say, half of them never."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(schools, covariates))
    wish = x @ (0.4 / (1 + np.arange(covariates))) + rng.logistic(size=schools)
    start = np.where(wish > np.median(wish), rng.choice(years[2:], size=schools), NEVER)
    drift = 0.1 * x[:, :1] * np.arange(len(years)) + rng.normal(size=len(years))
    figures = rng.normal(size=(schools, 1)) + drift + 0.5 * rng.normal(size=(schools, len(years)))
    since = np.array(years) - start[:, None]
    figures += np.where((start[:, None] != NEVER) & (since >= 0), 0.2 + 0.05 * since, 0)
    cluster = np.arange(schools) // 5
    return {"years": years, "x": x, "start": start, "figures": figures, "cluster": cluster}


def table(of: dict[str, Any]) -> Any:
    """The long table (pandas) that both peers take."""
    import pandas as pd

    schools, years = of["figures"].shape
    columns = {
        "school": np.repeat(np.arange(schools), years),
        "year": np.tile(np.array(of["years"]), schools),
        "figure": of["figures"].ravel(),
        "start": np.repeat(of["start"], years),
        "cluster": np.repeat(of["cluster"], years),
    }
    names = [f"x{number}" for number in range(of["x"].shape[1])]
    return pd.DataFrame(
        columns | {name: np.repeat(each, years) for name, each in zip(names, of["x"].T, strict=True)}
    )


def csdid(frame: Any, *, design: dict[str, str], covariates: list[str], cluster: str | None = None) -> Any:
    """Fit of csdid: design says method, controls and base; standard errors from the influence function."""
    from csdid.att_gt import ATTgt

    control = {"notyet": "notyettreated", "never": "nevertreated"}[design["controls"]]
    formula = f"figure~{'+'.join(covariates)}" if covariates else None
    asked = ATTgt(
        yname="figure", tname="year", idname="school", gname="start", data=frame,
        control_group=[control], xformla=formula, clustervar=cluster,
    )  # fmt: skip
    return asked.fit(est_method=design["method"], base_period=design["base"], bstrap=False)


def diff_diff(frame: Any, *, design: dict[str, str], covariates: list[str]) -> Any:
    """Fit of diff-diff; its clipping of chances of joining, which csdid and R's DRDID lack, is set aside."""
    from diff_diff import CallawaySantAnna

    control = {"notyet": "not_yet_treated", "never": "never_treated"}[design["controls"]]
    asked = CallawaySantAnna(
        control_group=control, estimation_method=design["method"], base_period=design["base"],
        pscore_trim=1e-12,
    )  # fmt: skip
    return asked.fit(
        frame, outcome="figure", unit="school", time="year", first_treat="start",
        covariates=covariates or None,
    )  # fmt: skip


def csdid_rows(fit: Any) -> dict[str, Rows]:
    """Cells and aggregations of csdid."""
    found = fit.results
    rows = {"cells": tidy(zip(found["group"], found["year"], found["att"], found["se"], strict=True))}
    for kind, name in CSDID.items():
        # It prints all that it adds up.
        with contextlib.redirect_stdout(io.StringIO()):
            added = fit.aggte(typec=name, bstrap=False, cband=False).atte
        if kind == "simple":
            rows[kind] = tidy([(0, 0, added["overall_att"], np.ravel(added["overall_se"])[0])])
            continue
        effects, errors = np.ravel(added["att_egt"]), np.ravel(added["se_egt"])
        rows[kind] = tidy(zip([0] * len(effects), added["egt"], effects, errors, strict=True))
    return rows


def diff_diff_rows(fit: Any) -> dict[str, Rows]:
    """Cells and aggregations of diff-diff."""
    cells = fit.group_time_effects.items()
    rows = {"cells": tidy((cohort, year, one["effect"], one["se"]) for (cohort, year), one in cells)}
    for kind, name in DIFF_DIFF.items():
        added = fit.aggregate(name).to_dataframe()
        labels = {
            "simple": [0] * len(added),
            "dynamic": added.get("event_time"),
            "cohort": added.get("label"),
        }
        rows[kind] = tidy(zip([0] * len(added), labels[kind], added["att"], added["se"], strict=True))
    return rows


def tidy(rows: Any) -> Rows:
    """Plain numbers without the reference cells that stand at 0 by definition, in order."""
    plain = [(int(one), int(other), float(effect), float(se)) for one, other, effect, se in rows]
    return sorted(row for row in plain if np.isfinite(row[3]) and row[3] > 0)


#: Both peers: how they are asked, and how their answer is read.
PEERS: dict[str, tuple[Callable[..., Any], Callable[[Any], dict[str, Rows]]]] = {
    "csdid": (csdid, csdid_rows),
    "diff-diff": (diff_diff, diff_diff_rows),
}


def designs() -> list[dict[str, str]]:
    """Every design that is compared; without covariates all methods are one."""
    return [
        {"method": method, "controls": controls, "base": base, "covariates": covariates}
        for covariates, methods in (("none", ("dr",)), ("three", ("dr", "reg", "ipw")))
        for method in methods
        for controls in ("notyet", "never")
        for base in ("varying", "universal")
    ]


def ask() -> dict[str, Any]:
    """All designs on the small system, and clustered errors of csdid."""
    of = made(400, GAPS, seed=SEED)
    frame, names = table(of), ["x0", "x1", "x2"]
    answers = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for design in designs():
            covariates = names if design["covariates"] == "three" else []
            for peer, (fit, read) in PEERS.items():
                rows = read(fit(frame.copy(), design=design, covariates=covariates))
                answers.append({"peer": peer, **design, "rows": rows})
        design = {"method": "dr", "controls": "notyet", "base": "varying", "covariates": "three"}
        rows = csdid_rows(csdid(frame.copy(), design=design, covariates=names, cluster="cluster"))
        answers.append({"peer": "csdid", **design, "cluster": "five schools", "rows": rows})
    versions = {peer: importlib.metadata.version(peer) for peer in PEERS}
    return {"script": "bench/impact_peers.py", "seed": SEED, "versions": versions, "answers": answers}


def main() -> None:
    """Ask both peers and, when asked, store."""
    found = ask()
    print(found["versions"], len(found["answers"]), "answers")
    if "--write" in sys.argv:
        STORE.write_text(json.dumps(found).replace('{"peer"', '\n{"peer"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
