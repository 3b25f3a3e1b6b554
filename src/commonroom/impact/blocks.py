"""The difference within blocks: where a lottery inside each block chose who took part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from commonroom.impact.study import Estimate, Flags, Floats, Ints

#: How errors by cluster are corrected for few clusters: cr1 counts degrees of freedom (where each unit is its
#: own cluster, that is HC1); cr2 undoes what the fit took out of residuals, with degrees of freedom to match.
Correction = Literal["cr1", "cr2"]
#: A column that varies less than this share of its size within blocks says nothing there.
FLAT = 1e-9


@dataclass(frozen=True)
class Trial:
    """Units (n) in blocks: pupils in schools, schools in families, inspections in years.

    `outcome` (n); `treated` (n): which took part; `block` (n): number of the block within which they are
    compared; `cluster` (n): number of what was chosen as one (a class, a school, an authority);
    `covariates` (n, p): what else is allowed for, with no column where nothing is.
    """

    outcome: Floats
    treated: Flags
    block: Ints
    cluster: Ints
    covariates: Floats


def estimate(trial: Trial, *, correction: Correction = "cr2", level: float = 0.95) -> Estimate:
    """Regress the outcome on who took part, with a level for each block, errors clustered.

    Arguments: the `trial`; the `correction` for few clusters (Bell and McCaffrey 2002; Pustejovsky and
    Tipton 2018 for cr2 with Satterthwaite's degrees of freedom); the `level` of the interval. The effect is
    in the unit of the outcome. Raises ValueError where no block holds both sides, or only one cluster.
    """
    design = _design(trial)
    numbers = np.unique(trial.cluster, return_inverse=True)[1].astype(np.int64)
    clusters = int(numbers.max()) + 1
    if clusters < 2:
        raise ValueError("errors by cluster need two clusters")
    solved = np.linalg.pinv(design).astype(np.float64)
    columns = design.shape[1]
    fitted = solved @ trial.outcome
    residual = trial.outcome - design @ fitted
    if correction == "cr1":
        sums = np.bincount(numbers, weights=solved[0] * residual)
        units = trial.outcome.size
        scale = clusters / (clusters - 1) * (units - 1) / (units - columns)
        error, degrees = float(np.sqrt(scale * (sums**2).sum())), float(min(clusters - 1, units - columns))
    else:
        error, degrees = _satterthwaite(design, solved, residual, numbers)
    reach = float(stats.t.ppf(0.5 + level / 2, degrees)) * error
    p = float(2 * stats.t.sf(abs(fitted[0]) / error, degrees)) if error else float(fitted[0] == 0)
    effect = float(fitted[0])
    return Estimate(effect, error, effect - reach, effect + reach, p, "clusters", clusters)


def permute(trial: Trial, *, draws: int, seed: int) -> float:
    """The share of redrawn lotteries, this one counted, whose effect is at least as far from none.

    Arguments: the `trial`, in which a whole cluster takes part or none of it and lies in one block; how many
    `draws` of who took part, within blocks; their `seed`. Covariates are taken out of the outcome within
    blocks first (Rosenbaum 2002). Raises ValueError where a cluster is on both sides or in two blocks.
    """
    names, first, numbers = np.unique(trial.cluster, return_index=True, return_inverse=True)
    treated, block = trial.treated[first], trial.block[first]
    if (treated[numbers] != trial.treated).any() or (block[numbers] != trial.block).any():
        raise ValueError("a cluster is on both sides, or in two blocks")
    places = np.unique(trial.block, return_inverse=True)[1]
    rest, outcome = _within(trial.covariates, places), _within(trial.outcome[:, None], places)[:, 0]
    left = outcome - rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    total, size = np.bincount(numbers, weights=left), np.bincount(numbers).astype(float)
    rng = np.random.default_rng(seed)
    order = np.argsort(block, kind="stable")
    draw = np.tile(treated[order].astype(float), (draws + 1, 1))
    edges = np.flatnonzero(np.diff(block[order])) + 1
    for part in np.split(np.arange(names.size), edges):
        draw[1:, part] = rng.permuted(draw[1:, part], axis=1)
    # Within blocks the regression on who took part is a ratio: of its sum with the outcome to its spread.
    inside = np.add.reduceat(draw * size[order], np.r_[0, edges], axis=1)
    whole = np.add.reduceat(size[order], np.r_[0, edges])
    spread = (inside - inside**2 / whole).sum(axis=1)
    effects = np.abs((draw @ total[order]) / spread)
    return float((effects >= effects[0] * (1 - FLAT)).mean())


def _design(trial: Trial) -> Floats:
    """Who took part, the covariates that vary within blocks, and a column for each block."""
    places = np.unique(trial.block, return_inverse=True)[1]
    side = trial.treated.astype(float)[:, None]
    if not np.abs(_within(side, places)).max() > FLAT:
        raise ValueError("no block holds both sides")
    spread = np.abs(_within(trial.covariates, places)).max(axis=0, initial=0)
    kept = trial.covariates[:, spread > FLAT * (1 + np.abs(trial.covariates).max(axis=0, initial=0))]
    return np.column_stack([side, kept, np.eye(int(places.max()) + 1)[places]])


def _within(columns: Floats, places: Ints) -> Floats:
    """Columns (n, p) less the mean of each in its block."""
    size = np.bincount(places)
    means = [np.bincount(places, weights=column) / size for column in columns.T]
    return columns - np.column_stack([*means, np.empty((size.size, 0))])[places]


def _satterthwaite(design: Floats, solved: Floats, residual: Floats, numbers: Ints) -> tuple[float, float]:
    """Standard error of the first coefficient by cr2, and its degrees of freedom."""
    inverse = solved @ solved.T
    squares, sizes, pulls = [], [], []
    for cluster in range(int(numbers.max()) + 1):
        rows = design[numbers == cluster]
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - rows @ inverse @ rows.T)
        # A direction that the fit took out whole has no residual left to scale.
        root = np.where(values > FLAT, 1 / np.sqrt(np.maximum(values, FLAT)), 0)
        moved = vectors @ (root * (vectors.T @ (rows @ inverse[0])))
        squares.append(float(moved @ residual[numbers == cluster]) ** 2)
        sizes.append(float(moved @ moved))
        pulls.append(rows.T @ moved)
    pull = np.array(pulls)
    covariance = np.diag(sizes) - pull @ inverse @ pull.T
    degrees = np.trace(covariance) ** 2 / (covariance**2).sum()
    return float(np.sqrt(sum(squares))), float(degrees)
