"""Schools crossed with neighbourhoods are lme4's, at the same ratios of variances and at the optimum.

lme4's answers are stored beside (crossed_lme4.json), so that they are always compared; where R and lme4
are installed they are asked again, and must still say what is stored.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from commonroom.value_added.pupils import Model, crossed
from commonroom.value_added.pupils.crossed import cells, effects, likelihood
from commonroom.value_added.pupils.uncertainty import basis
from conftest import need_r
from unit.value_added.pupils.made_up_crossed import Pupils, local, pupils, sum_up

STORED = Path(__file__).with_name("crossed_lme4.json")
#: Ratios of the variances of schools and neighbourhoods to the residual one, where both are compared.
RATIOS = (0.3, 0.2)
CASES = {
    "weighted": {"shape": (60, 90, 2500, 6), "weighted": True, "spreads": (0.5, 0.4)},
    "region": {"shape": (300, 700, 20_000, 12), "weighted": False, "spreads": (0.3, 0.2)},
    "no neighbourhoods": {"shape": (40, 30, 900, 5), "weighted": False, "spreads": (0.5, 0.0)},
}
R = """
suppressMessages(library(lme4))
folder <- commandArgs(TRUE)[1]
ratios <- as.numeric(commandArgs(TRUE)[2:3])
say <- function(...) cat(paste(sprintf("%.15g", unname(c(...))), collapse = ","), "\\n")
tell <- function(m, crit) {
  v <- as.data.frame(VarCorr(m))
  say(crit, v$vcov[v$grp == "school"], v$vcov[v$grp == "area"], sigma(m)^2, fixef(m),
      sqrt(diag(as.matrix(vcov(m)))))
}
first <- function(m, of) {
  r <- ranef(m, condVar = TRUE)[[of]]
  rows <- paste0(substr(of, 1, 1), 0:2)
  c(r[rows, 1], attr(r, "postVar")[1, 1, match(rows, rownames(r))])
}
for (file in sort(list.files(folder, "csv$", full.names = TRUE))) {
  d <- read.csv(file, stringsAsFactors = TRUE)
  for (reml in c(TRUE, FALSE)) {
    f <- y ~ x1 + x2 + (1 | school) + (1 | area)
    whole <- lFormula(f, d, weights = w, REML = reml)
    at <- do.call(mkLmerDevfun, whole)
    theta <- sqrt(c(school = ratios[1], area = ratios[2]))[names(whole$reTrms$cnms)]
    crit <- at(theta)
    m <- mkMerMod(environment(at), list(par = theta, fval = crit, feval = 1, conv = 0, message = ""),
                  whole$reTrms, fr = whole$fr)
    tell(m, crit)
    say(first(m, "school"), first(m, "area"))
    best <- lmer(f, d, weights = w, REML = reml,
                 control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))
    tell(best, if (reml) REMLcrit(best) else deviance(best))
  }
}
"""


def made(name: str) -> Pupils:
    case = CASES[name]
    schools, areas, size, near = case["shape"]
    of = local(schools, areas, size, near=near, seed=9)
    return pupils(*of, spreads=case["spreads"], weighted=case["weighted"], seed=2)


def ask(folder: Path) -> dict[str, list[list[float]]]:
    """lme4's numbers for each case, from R."""
    for number, name in enumerate(CASES):
        data = made(name)
        columns = zip(data.school, data.area, *data.x.T, data.y, data.w, strict=True)
        lines = [f"s{s},a{a}," + ",".join(repr(float(v)) for v in rest) for s, a, *rest in columns]
        (folder / f"{number}.csv").write_text("\n".join(["school,area,x1,x2,y,w", *lines]))
    (folder / "ask.R").write_text(R)
    done = subprocess.run(
        ["Rscript", str(folder / "ask.R"), str(folder), *map(str, RATIOS)],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [[float(cell) for cell in line.split(",")] for line in done.stdout.strip().splitlines()]
    return {name: rows[6 * number : 6 * number + 6] for number, name in enumerate(CASES)}


@pytest.fixture(scope="module")
def stored() -> dict[str, list[list[float]]]:
    return json.loads(STORED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", CASES)
def test_at_the_same_ratios_everything_is_lme4s(
    stored: dict[str, list[list[float]]], name: str, method: str
) -> None:
    theirs, first, _ = stored[name][0 if method == "reml" else 3 :][:3]
    crossing = cells.arrange(sum_up(made(name)), Model(crossed="area"))
    at = likelihood.evaluate(crossing, np.array(RATIOS), reml=method == "reml")
    turn = basis(crossing.blocks)
    b = turn @ at.b
    b[0] += crossing.blocks.outcome_centre
    errors = np.sqrt(np.diag(turn @ at.variance @ turn.T))
    assert at.criterion == pytest.approx(theirs[0], rel=1e-9)
    assert [*at.variances[1:], at.s2, *b, *errors] == pytest.approx(theirs[1:], rel=1e-9)
    known = effects.know(crossing, at, told=(0, 1))
    names = (crossing.blocks.schools, crossing.areas)
    for factor, letter in enumerate("sa"):
        rows = [names[factor].index(f"{letter}{number}") for number in range(3)]
        conditional, _, _ = effects.errors(known, factor)
        ours = [*at.effects[factor][rows], *conditional[rows]]
        assert ours == pytest.approx(first[6 * factor : 6 * factor + 6], rel=1e-9)


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_lme4s_or_better(stored: dict[str, list[list[float]]], name: str, method: str) -> None:
    theirs = stored[name][2 if method == "reml" else 5]
    found = crossed.estimate(sum_up(made(name)), model=Model(crossed="area", method=method), draws=100)
    assert found.fit["criterion"][0] <= theirs[0] + 1e-8 * abs(theirs[0])
    assert found.components["value"][:3].to_list() == pytest.approx(theirs[1:4], rel=2e-5, abs=1e-9)
    effects = [*found.coefficients["effect"], *found.coefficients["se"]]
    assert effects == pytest.approx(theirs[4:], rel=2e-5)


def test_lme4_still_says_what_is_stored(stored: dict[str, list[list[float]]], tmp_path: Path) -> None:
    need_r("lme4")
    for name, rows in ask(tmp_path).items():
        for now, then in zip(rows, stored[name], strict=True):
            assert now == pytest.approx(then, rel=1e-5, abs=1e-7)
