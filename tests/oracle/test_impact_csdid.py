"""Effects by cohort and year, and what they add up to, are those of csdid and diff-diff.

Their answers are stored beside (impact_csdid.json, made by bench/impact_peers.py), so that they are always
compared; where both are installed they are asked again, and must still say what is stored. diff-diff's doubly
robust estimator divides the comparison schools' sum by the number of joiners rather than by their weights;
that difference, and no other, is shown to explain its answers.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commonroom.impact import staggered
from commonroom.impact.study import Cells, Study
from conftest import missing
from oracle.dense_staggered import cell

PEERS = Path(__file__).parents[2] / "bench" / "impact_peers.py"
STORED = json.loads(Path(__file__).with_name("impact_csdid.json").read_text(encoding="utf-8"))
NEAR = 1e-10


def bench() -> Any:
    """The script that asks the peers, which makes the schools too."""
    spec = importlib.util.spec_from_file_location("impact_peers", PEERS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    peers = bench()
    assert STORED["seed"] == peers.SEED
    return dict(peers.made(400, peers.GAPS, seed=peers.SEED))


def study(made: dict[str, Any]) -> Study:
    unknown = np.full(400, np.nan)
    return Study(
        schools=np.arange(400).astype(str),
        years=np.array(made["years"]),
        figures=made["figures"],
        start=made["start"],
        cluster=made["cluster"],
        area=np.zeros(400, dtype=np.int64),
        pupils=unknown,
        context=made["x"],
        variables=("x0", "x1", "x2"),
        family=np.full(400, -1),
        easting=unknown,
        northing=unknown,
    )


def ours(made: dict[str, Any], answer: dict[str, Any]) -> Cells:
    return staggered.estimate(
        study(made),
        method=answer["method"],
        controls=staggered.Against(answer["controls"], answer["base"]),
        covariates=made["x"] if answer["covariates"] == "three" else None,
    )


def named(answer: dict[str, Any]) -> str:
    words = (answer[word] for word in ("peer", "method", "controls", "base", "covariates"))
    return "-".join([*words, *(["clustered"] if "cluster" in answer else [])])


def apart(answer: dict[str, Any]) -> bool:
    """Whether the peer's estimator is another one."""
    return answer["peer"] == "diff-diff" and answer["method"] == "dr" and answer["covariates"] == "three"


SAME = [answer for answer in STORED["answers"] if not apart(answer)]
OTHER = [answer for answer in STORED["answers"] if apart(answer)]


@pytest.mark.parametrize("answer", SAME, ids=named)
def test_effects_and_errors_are_those_of_the_peers(made: dict[str, Any], answer: dict[str, Any]) -> None:
    cells, of = ours(made, answer), study(made)
    cluster = of.cluster if "cluster" in answer else np.arange(400)
    combined = {kind: staggered.aggregate(cells, of, kind=kind) for kind in answer["rows"] if kind != "cells"}
    se = [np.sqrt((np.bincount(cluster, each) ** 2).sum()) / 400 for each in cells.influence.T]
    got = {"cells": np.column_stack([cells.cohort, cells.year, cells.effect, se])}
    for kind, each in combined.items():
        errors = staggered.spread(each, cluster=cluster)
        got[kind] = np.column_stack([np.zeros(each.at.size), each.at, each.effect, errors])
    for kind, rows in answer["rows"].items():
        wanted = np.array(rows)
        if kind == "dynamic" and answer["base"] == "universal":
            # They count the base year of each cohort as an effect of 0; we leave it out, which only tells
            # before the start.
            wanted, got[kind] = wanted[wanted[:, 1] >= 0], got[kind][got[kind][:, 1] >= 0]
        np.testing.assert_allclose(got[kind], wanted, rtol=0, atol=NEAR, err_msg=kind)


@pytest.mark.parametrize("answer", OTHER, ids=named)
def test_diff_diff_differs_in_what_it_divides_by(made: dict[str, Any], answer: dict[str, Any]) -> None:
    cells, of = ours(made, answer), study(made)
    for number, (cohort, year, effect, se) in enumerate(answer["rows"]["cells"]):
        assert (cells.cohort[number], cells.year[number]) == (cohort, year)
        used = np.isfinite(cells.residuals[:, number])
        base = of.base(cohort) if year >= cohort or answer["base"] == "universal" else of.base(year)
        change = of.column(year)[used] - of.figures[used, base]
        sides = change, (of.start == cohort)[used], made["x"][used]
        for summed, wanted in ((True, (effect, se)), (False, (cells.effect[number], None))):
            got, influence = cell(*sides, weights=np.ones(used.sum()), method="dr", summed=summed)
            error = np.sqrt(influence @ influence) / influence.size
            own = wanted[1] or np.sqrt((cells.influence[:, number] ** 2).sum()) / 400
            np.testing.assert_allclose([got, error], [wanted[0], own], rtol=0, atol=NEAR)
        # A fiftieth of a standard error is the most that it comes to here.
        assert abs(cells.effect[number] - effect) < 0.02 * se


def test_peers_still_say_what_is_stored() -> None:
    if importlib.util.find_spec("csdid") is None or importlib.util.find_spec("diff_diff") is None:
        missing("csdid and diff-diff are not installed (their stored answers were compared).")
    again = json.loads(json.dumps(bench().ask()))
    assert again["versions"] == STORED["versions"]
    for now, then in zip(again["answers"], STORED["answers"], strict=True):
        assert named(now) == named(then)
        for kind, rows in then["rows"].items():
            np.testing.assert_allclose(now["rows"][kind], rows, rtol=0, atol=NEAR)
