"""Several series of the same schools as one Gaussian process, fitted by likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from commonroom.value_added.errors import NotEnoughYears
from commonroom.value_added.likelihood import TREND_UNIT
from commonroom.value_added.school_years import Floats
from commonroom.value_added.series import MEASURE, Series

#: Patterns of what is known that fewer schools share are not used to fit (they are foreseen all the same).
FEWEST_ALIKE = 12
#: Classes of cohort size within a pattern, when noise goes with it.
CLASSES = 5
#: Fewest years from first to last result for an own trend (METHODS.md section 4: it needs a long base).
SPAN_FOR_TREND = 5
NUGGET = 1e-4
RIDGE = 1e-5


@dataclass(frozen=True)
class Part:
    """One part of the covariance: loadings (I, m), the lower triangle it fills, and how it fades.

    `fades` (I, I) is the distance in years of a part that fades by a rate to be estimated, or None;
    `where` (I, I) is 1 where the part is; `noisy` says that it goes with the cohort's noise.
    """

    loadings: Floats
    where: Floats
    fades: Floats | None = None
    noisy: bool = False

    @cached_property
    def triangle(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places of the free parameters in the root."""
        return np.tril_indices(self.loadings.shape[1])


@dataclass(frozen=True)
class Alike:
    """K patterns of what is known, each of schools with the same columns known (and a class of noise).

    `both` (K, I, I): which pairs of columns are known; `schools` (K): how many; `squares` (K, I, I):
    their mean squares and products, 0 where not known; `noise` (K): their mean.
    """

    both: NDArray[np.bool_]
    schools: Floats
    squares: Floats
    noise: Floats


@dataclass(frozen=True)
class Process:
    """A fitted process: covariance of all columns (I, I) without, and per unit of, cohort noise."""

    covariance: Floats
    noisy: Floats
    persistence: float

    def expect(self, values: Floats, noise: Floats, column: int) -> tuple[Floats, Floats]:
        """Mean and variance (J) of one column given all that is known in `values` (J, I), itself unseen."""
        means, variances = np.zeros(len(values)), np.zeros(len(values))
        known = np.isfinite(values)
        known[:, column] = False
        alike, which = np.unique(np.packbits(known, axis=1), axis=0, return_inverse=True)
        for place in range(len(alike)):
            rows = np.flatnonzero(which.ravel() == place)
            columns = np.flatnonzero(known[rows[0]])
            figures = values[np.ix_(rows, columns)]
            means[rows], variances[rows] = self._given(figures, noise[rows], columns, column)
        return means, variances

    def _given(
        self, figures: Floats, noise: Floats, columns: NDArray[np.intp], asked: int
    ) -> tuple[Floats, Floats]:
        """Mean and variance of the column asked for, of schools of which the same `columns` are known.

        One turn makes both covariances diagonal, so that no school needs a system of its own.
        """
        root = np.linalg.inv(np.linalg.cholesky(self.covariance[np.ix_(columns, columns)]))
        sizes, vectors = np.linalg.eigh(root @ self.noisy[np.ix_(columns, columns)] @ root.T)
        turn = vectors.T @ root
        across = turn @ self.covariance[columns, asked] + np.outer(noise, turn @ self.noisy[columns, asked])
        weights = across / (1 + np.outer(noise, sizes))
        whole = self.covariance[asked, asked] + noise * self.noisy[asked, asked]
        return ((figures @ turn.T) * weights).sum(axis=1), whole - (across * weights).sum(axis=1)


def trend_is_allowed(past: list[int]) -> bool:
    """Whether the years with results are long enough a base for an own linear trend."""
    return past[-1] - past[0] >= SPAN_FOR_TREND and len(past) >= SPAN_FOR_TREND


def parts(series: Series, *, noisy: bool) -> list[Part]:
    """The parts: lasting (with an own trend of the measure if the years allow), fading, one year, noise."""
    variables = list(dict.fromkeys(series.names))
    index = np.array([variables.index(name) for name in series.names])
    loadings = np.eye(len(variables))[index]
    years = series.years.astype(np.float64)
    lasting = years == 0
    moving = [name for name in variables if not lasting[series.names.index(name)]]
    columns = [variables.index(name) for name in moving]
    apart = np.abs(years[:, None] - years[None, :])
    apart[lasting[:, None] | lasting[None, :]] = 0.0
    everywhere = np.ones_like(apart)
    same = ((apart == 0) & ~lasting[:, None] & ~lasting[None, :]).astype(np.float64)
    # The measure comes after the lasting context, so that its own lasting level is what that leaves.
    order = [place for place in range(len(variables)) if place not in columns] + columns
    lasting_part = loadings[:, order]
    past = series.past
    if trend_is_allowed(past):
        own = np.array(series.names) == MEASURE
        tilt = np.where(own, (years - (past[0] + past[-1]) / 2) / TREND_UNIT, 0.0)
        lasting_part = np.column_stack([lasting_part, tilt])
    found = [
        Part(lasting_part, everywhere),
        Part(loadings[:, columns], everywhere, fades=apart),
        Part(loadings[:, columns], same),
    ]
    return [*found, Part(loadings[:, columns], same, noisy=True)] if noisy else found


def patterns(values: Floats, noise: Floats) -> Alike:
    """Schools by what is known of them (and by class of noise), with enough alike to be used."""
    known = np.isfinite(values)
    edges = np.unique(np.quantile(noise, np.linspace(0, 1, CLASSES + 1)[1:-1]))
    keys = np.column_stack([np.digitize(noise, edges).astype(np.uint8), np.packbits(known, axis=1)])
    _, which, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    filled = np.where(known, values, 0.0)
    both, squares, sizes = [], [], []
    for place in np.flatnonzero(count >= FEWEST_ALIKE):
        rows = np.flatnonzero(which.ravel() == place)
        columns = known[rows[0]]
        if columns.sum() > 1:
            both.append(columns[:, None] & columns[None, :])
            squares.append(filled[rows].T @ filled[rows] / len(rows))
            sizes.append((len(rows), float(noise[rows].mean())))
    schools, means = np.array(sizes, dtype=np.float64).reshape(-1, 2).T
    return Alike(np.array(both), schools, np.array(squares), means)


def fit(series: Series) -> Process:
    """The process under which what is known of the schools is likeliest, mean 0 throughout.

    Exact Gaussian likelihood of all schools with a common pattern, exact gradient, L-BFGS. Raises
    NotEnoughYears where no pattern is common.
    """
    noisy = bool(np.ptp(series.noise) > 0)
    built = parts(series, noisy=noisy)
    alike = patterns(series.values, series.noise)
    if not alike.schools.size:
        raise NotEnoughYears(
            f"there are {len(series.schools)} schools, too few of whom the same is known to foresee from.",
            remedy="Add schools, or foresee another measure.",
        )
    start = np.concatenate(
        [*(_start(part, place) for place, part in enumerate(built)), [np.log(0.85 / 0.15)]]
    )
    found = minimize(
        _unlikely, start, args=(built, alike), jac=True, method="L-BFGS-B",
        options={"maxiter": 300, "maxfun": 600},
    )  # fmt: skip
    roots, persistence = _unpack(found.x, built)
    filled = [_filled(part, root, persistence) for part, root in zip(built, roots, strict=True)]
    fixed = sum(filled[:3]) + NUGGET * np.eye(len(series.names))
    return Process(np.asarray(fixed), filled[3] if noisy else np.zeros_like(fixed), persistence)


def _start(part: Part, place: int) -> Floats:
    size = part.loadings.shape[1]
    root = np.eye(size) * (0.6 if place == 0 else 0.3)
    # Not the same everywhere: a likelihood can be flat where all roots are multiples of each other.
    root = root + 0.03 * np.cos(np.arange(size * size) + place).reshape(size, size)
    if place == 1:
        root[:, 0] = 0.5
    return np.asarray(root[part.triangle])


def _unpack(vector: Floats, built: list[Part]) -> tuple[list[Floats], float]:
    roots, first = [], 0
    for part in built:
        rows, columns = part.triangle
        root = np.zeros((part.loadings.shape[1],) * 2)
        root[rows, columns] = vector[first : first + len(rows)]
        first += len(rows)
        roots.append(root)
    return roots, float(1 / (1 + np.exp(-vector[-1])))


def _filled(part: Part, root: Floats, persistence: float) -> Floats:
    """Covariance (I, I) of one part."""
    half = part.loadings @ root
    fade = part.where if part.fades is None else persistence**part.fades
    return np.asarray((half @ half.T) * fade)


def _unlikely(vector: Floats, built: list[Part], alike: Alike) -> tuple[float, Floats]:
    """-2 log likelihood for one school on average, a small ridge, and the gradient of both."""
    roots, persistence = _unpack(vector, built)
    filled = [_filled(part, root, persistence) for part, root in zip(built, roots, strict=True)]
    fixed = sum(filled[:3]) + NUGGET * np.eye(len(filled[0]))
    whole = fixed + alike.noise[:, None, None] * filled[3] if len(filled) > 3 else fixed[None]
    # What is not known stands alone with variance 1: it adds nothing, and all have one shape.
    covariance = np.where(alike.both, whole, np.eye(len(fixed)))
    inverse = np.linalg.inv(covariance)
    explained = inverse @ alike.squares
    traces = np.trace(explained, axis1=1, axis2=2)
    value = float(alike.schools @ (np.linalg.slogdet(covariance)[1] + traces))
    slopes = np.where(alike.both, alike.schools[:, None, None] * (inverse - explained @ inverse), 0.0)
    plain, weighted = slopes.sum(axis=0), np.tensordot(alike.noise, slopes, axes=1)
    total = float(alike.schools.sum())
    gradient = []
    for part, root in zip(built, roots, strict=True):
        fade = part.where if part.fades is None else persistence**part.fades
        inner = part.loadings.T @ ((weighted if part.noisy else plain) * fade) @ part.loadings
        gradient.append(2 * (inner @ root)[part.triangle])
    fades = np.asarray(built[1].fades)
    gradient.append(np.array([(plain * filled[1] * fades).sum() * (1 - persistence)]))
    ridge = RIDGE * float(vector @ vector)
    return value / total + ridge, np.concatenate(gradient) / total + 2 * RIDGE * vector
