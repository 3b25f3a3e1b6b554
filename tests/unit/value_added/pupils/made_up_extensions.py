"""Made-up pupils with groups, years and weights, and their sums, added up with numpy."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.tables.sums import LEFT_OUT, Plan, Sums


def pupils(
    *,
    schools: int = 12,
    each: int = 12,
    years: tuple[int, ...] = (2022, 2023, 2024),
    groups: tuple[str, ...] = ("no", "yes"),
    level: float = 0.6,
    seed: int = 1,
) -> pl.DataFrame:
    """Pupils spread unevenly over schools: prior, meals, a group, a year, a weight and a score."""
    random = np.random.default_rng(seed)
    size = schools * each
    place = np.concatenate([np.arange(schools), random.integers(0, schools, size - schools)])
    group = random.integers(0, len(groups), size)
    prior = random.standard_normal(size)
    meals = (random.random(size) < 0.3).astype(float)
    own = level * random.standard_normal(schools)
    tilt = 0.3 * random.standard_normal(schools)
    noise = random.standard_normal(size) * (1 + 0.7 * group)
    return pl.DataFrame({
        "urn": [f"s{number:03d}" for number in place],
        "year": [str(year) for year in random.choice(years, size)],
        "group": [groups[number] for number in group],
        "prior": prior,
        "meals": meals,
        "score": 0.5 * prior - 0.3 * meals + own[place] + tilt[place] * prior + noise,
        "w": random.uniform(0.5, 2, size),
    })  # fmt: skip


def drifting(
    *,
    schools: int = 10,
    most: int = 8,
    years: tuple[int, ...] = (2018, 2019, 2021, 2022, 2024),
    persistent: float = 0.5,
    drift: float = 0.7,
    noise: float = 1.0,
    seed: int = 1,
) -> pl.DataFrame:
    """Pupils of schools that drift (0.7 a year) about a level that persists; some years are empty."""
    random = np.random.default_rng(seed)
    when = np.array(years)
    root = np.linalg.cholesky(0.7 ** np.abs(when[:, None] - when))
    effect = persistent * random.standard_normal(schools)
    effect = effect + drift * root @ random.standard_normal((len(years), schools))
    count = random.integers(1, most + 1, (len(years), schools)) * (
        random.random((len(years), schools)) > 0.15
    )
    year, school = (np.repeat(place.ravel(), count.ravel()) for place in np.indices(count.shape))
    size = len(year)
    prior = random.standard_normal(size)
    outcome = 0.5 * prior + effect[year, school] + 0.1 * year + noise * random.standard_normal(size)
    return pl.DataFrame({
        "urn": [f"s{number:03d}" for number in school],
        "year": [str(when[place]) for place in year],
        "prior": prior,
        "meals": (random.random(size) < 0.3).astype(float),
        "score": outcome,
        "w": random.uniform(0.5, 2, size),
    })  # fmt: skip


def plan(*by: str, weight: str = "", intake: tuple[str, ...] = ("prior", "meals")) -> Plan:
    """A question about these pupils; centres are not quite the means."""
    centres = (*(0.1 * place for place in range(1, len(intake) + 1)), 0.2)
    return Plan(school="urn", outcome="score", intake=intake, weight=weight, by=by, centres=centres)


def add_up(frame: pl.DataFrame, question: Plan) -> Sums:
    """The sums of complete pupils, by one matrix product per school (and `by`)."""
    keys = [question.school, *question.by]
    rows = []
    for key, cell in sorted(frame.group_by(keys), key=lambda found: found[0]):
        w = cell[question.weight].to_numpy() if question.weight else np.ones(cell.height)
        numbers = cell.select(question.variables).to_numpy() - np.array(question.centres)
        values = np.column_stack([np.ones(cell.height), numbers])
        products = (values * w[:, None]).T @ values
        sums = [float(products[i, j]) for i, j in question.products]
        rows.append([*key, cell.height, 0, float(w @ w), float(np.log(w).sum()), *sums])
    schema = dict.fromkeys(["school", *question.by], pl.String()) | {"pupils": pl.Int64()}
    schema |= {"left_out": pl.Int64(), "weight_squared": pl.Float64(), "log_weight": pl.Float64()}
    schema |= dict.fromkeys(question.columns, pl.Float64())
    return Sums(pl.DataFrame(rows, schema=schema, orient="row"), question, LEFT_OUT.empty())
