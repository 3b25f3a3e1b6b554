"""Synthetic designs the slow way: every face, general minimisers, and regressions with dummies."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import minimize

Floats = np.ndarray


def every_face(gram: Floats, linear: Floats) -> tuple[Floats, float]:
    """The best weights on the simplex by solving every set of donors, and the value there."""
    best, least = np.empty(0), np.inf
    for size in range(1, len(linear) + 1):
        for donors in combinations(range(len(linear)), size):
            inside = list(donors)
            system = np.block(
                [[gram[np.ix_(inside, inside)], np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]]
            )
            answer = np.linalg.lstsq(system, np.append(linear[inside], 1.0), rcond=None)[0][:-1]
            if (answer < 0).any():
                continue
            weights = np.zeros(len(linear))
            weights[inside] = answer
            value = float(weights @ gram @ weights - 2 * linear @ weights)
            if value < least:
                best, least = weights, value
    return best, least


def descend(value, slope, start: Floats, bounds) -> Floats:  # type: ignore[no-untyped-def]
    """A general minimiser with the sum of the bounded weights fixed at 1."""
    weighing = np.array([low == 0 for low, _ in bounds], dtype=float)
    found = minimize(
        value,
        start,
        jac=slope,
        bounds=bounds,
        constraints={"type": "eq", "fun": lambda w: weighing @ w - 1, "jac": lambda w: weighing},
        method="SLSQP",
        options={"maxiter": 2000, "ftol": 1e-15},
    )
    return np.asarray(found.x)


def with_constant(columns: Floats, target: Floats, ridge: float) -> Floats:
    """Weights on the simplex, with a free constant, of |c + columns w - target|^2 + ridge |w|^2."""
    scale = float((columns.std(axis=0).mean() ** 2) * len(target))

    def value(at: Floats) -> float:
        rest = at[0] + columns @ at[1:] - target
        return float(rest @ rest + ridge * at[1:] @ at[1:]) / scale

    def slope(at: Floats) -> Floats:
        rest = at[0] + columns @ at[1:] - target
        return np.append(2 * rest.sum(), 2 * columns.T @ rest + 2 * ridge * at[1:]) / scale

    k = columns.shape[1]
    start = np.append(0.0, np.full(k, 1 / k))
    return descend(value, slope, start, [(None, None), *[(0, 1)] * k])[1:]


def two_way(figures: Floats, treated: Floats, after: Floats, weights: Floats) -> float:
    """The coefficient of treated x after in a weighted regression on a dummy for each unit and year."""
    units, years = figures.shape
    columns = [np.outer(treated, after).ravel()]
    columns += [np.repeat(np.eye(units)[unit], years) for unit in range(units)]
    columns += [np.tile(np.eye(years)[year], units) for year in range(1, years)]
    root = np.sqrt(weights.ravel())
    design = np.column_stack(columns) * root[:, None]
    return float(np.linalg.lstsq(design, figures.ravel() * root, rcond=None)[0][0])


def difference(own: Floats, others: Floats, before: int) -> tuple[float, Floats, Floats]:
    """Synthetic difference-in-differences as algorithm 1 of the paper has it: effect, unit and year weights.

    `own` (s, T) and `others` (J, T).
    """
    years = others.shape[1]
    after = years - before
    changes = np.array([row[t + 1] - row[t] for row in others for t in range(before - 1)])
    sigma = np.sqrt(((changes - changes.mean()) ** 2).mean())
    zeta = (len(own) * after) ** 0.25 * sigma
    target = own[:, :before].mean(axis=0)
    omega = with_constant(others[:, :before].T, target, zeta**2 * before)
    times = with_constant(
        others[:, :before], others[:, before:].mean(axis=1), (1e-6 * sigma) ** 2 * len(others)
    )
    return regression(own, others, before, (omega, times)), omega, times


def regression(own: Floats, others: Floats, before: int, weights: tuple[Floats, Floats]) -> float:
    """The effect with given weights of donors and years, by the regression."""
    omega, times = weights
    after = others.shape[1] - before
    units = np.append(np.full(len(own), 1 / len(own)), omega)
    by_year = np.append(times, np.full(after, 1 / after))
    treated = np.append(np.ones(len(own)), np.zeros(len(others)))
    later = np.append(np.zeros(before), np.ones(after))
    return two_way(np.vstack([own, others]), treated, later, np.outer(units, by_year))
