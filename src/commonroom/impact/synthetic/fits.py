"""Weights of donors and years: synthetic control, and synthetic difference-in-differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.study import Floats
from commonroom.impact.synthetic import simplex
from commonroom.impact.synthetic.answer import Method
from commonroom.impact.synthetic.options import Options

#: Ridge on the weights of years, in the noise of figures (an extremely small one, as the paper has it).
YEARS = 1e-6


@dataclass(frozen=True)
class Fit:
    """Weights of donors (J), weights of the years before the start (T0), and the gap by year (T)."""

    donors: Floats
    years: Floats
    gap: Floats


@dataclass(frozen=True)
class Case:
    """One unit and its donors: `value` (T), `others` (J, T), `apart` (J, p): predictors less the unit's.

    `before`: years before the start (T0); `treated`: how many schools stand for the unit.
    """

    value: Floats
    others: Floats
    apart: Floats
    before: int
    treated: int


def fit(case: Case, *, method: Method, options: Options) -> Fit:
    """Return the weights and gaps of one case by one method."""
    return _control(case, options) if method == "synthetic" else difference(case)


def _control(case: Case, options: Options) -> Fit:
    """Return the mix that is nearest to the unit in its predictors.

    Smallest over the simplex: |x - sum w_j x_j|^2 + penalty sum w_j |x - x_j|^2 + ridge sum w_j^2 (Abadie,
    Diamond & Hainmueller 2010; Abadie & L'Hour 2021). Weights sum to 1, so predictors may be taken less
    the unit's, which leaves a quadratic form with no large numbers to cancel.
    """
    own = (case.apart**2).sum(axis=1)
    weights = simplex.solve(case.apart, ridge=options.ridge, linear=-0.5 * options.penalty * own)
    years = np.full(case.before, 1 / case.before)
    return Fit(weights, years, case.value - weights @ case.others)


def difference(case: Case) -> Fit:
    """Return the weights of synthetic difference-in-differences, with the gap less its weighted past.

    Unit weights follow the path before the start up to a constant, with the ridge zeta^2 T0,
    zeta = (treated T1)^(1/4) sigma, sigma the sd of yearly changes of donors before the start; year weights
    foresee the later mean of donors up to a constant. The mean gap from the start on is the effect of the
    weighted two-way regression. Source: Arkhangelsky et al. 2021, equations 4 to 6 and algorithm 1.
    """
    early, late = case.others[:, : case.before], case.others[:, case.before :]
    sigma = float(np.diff(early, axis=1).std())
    zeta = (case.treated * late.shape[1]) ** 0.25 * sigma
    donors = _level(early.T, case.value[: case.before], ridge=zeta**2 * case.before)
    years = _level(early, late.mean(axis=1), ridge=(YEARS * sigma) ** 2 * len(early))
    apart = case.value - donors @ case.others
    return Fit(donors, years, apart - years @ apart[: case.before])


def _level(columns: Floats, target: Floats, *, ridge: float) -> Floats:
    """Return weights on the simplex (k) of `columns` (m, k) that follow a target (m) up to a constant."""
    apart = columns - target[:, None]
    apart = apart - apart.mean(axis=0)
    return simplex.solve(apart.T, ridge=ridge)
