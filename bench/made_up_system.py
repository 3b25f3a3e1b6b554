"""Made-up school systems of any size: towns, authorities, trusts, likeness, needs and strengths.

Shares of needs and strengths, schools for each square kilometre, sizes and effects are those of the
bundled panel of England (17,280 schools, of which 8,692 primary and 1,778 secondary have a standing),
so that a need has about thirty candidates at any size. A system of twice the schools has twice the area.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from scipy.spatial import cKDTree
from scipy.special import ndtr, ndtri

from commonroom.families import Caliper, Preset, Variable
from commonroom.families.placement import Placement, place
from commonroom.partnerships.ground import Ground
from commonroom.tables import partnerships as tables

#: Schools of each phase with a need, and with a strength, among all of the phase in England.
SHARES = {
    "primary": {
        "attainment": (2054, 2170), "attendance": (1483, 1684), "eal": (676, 734),
        "mathematics": (2624, 2704), "reading": (2314, 2342), "send": (541, 548),
    },
    "secondary": {
        "attainment": (668, 474), "eal": (98, 112), "ebacc": (597, 586),
        "english-and-mathematics": (434, 457), "mobility": (89, 98), "send": (109, 117),
    },
}  # fmt: skip
ALL = {"primary": 14_160, "secondary": 3_265}
SQUARE_KM, TOWN, AUTHORITY, TRUST, CRITERIA = 130_000 / 17_280, 60, 115, 6, 6
#: Share of the variance between schools that is between authorities, as in the panel (0.04 to 0.20).
BETWEEN = 0.13
#: Share of schools in a trust, in a town (the rest is anywhere), and Keys to Success schools.
TRUSTED, URBAN, KEYS = 0.45, 0.75, 0.08
PUPILS = {"primary": 245.0, "secondary": 1050.0}
#: Family distance that counts as 1: half of the candidates are nearer, as in the panel.
CALIPER = {"primary": 1.2, "secondary": 1.2}


def make(schools: int, *, seed: int = 20260801) -> tuple[pl.DataFrame, Ground]:
    """Return standing and ground of so many made-up schools, both phases together."""
    rng = np.random.default_rng([seed, schools])
    secondary = rng.random(schools) < ALL["secondary"] / sum(ALL.values())
    phase = np.where(secondary, "secondary", "primary")
    where = _settle(rng, schools)
    centres = rng.random((max(2, schools // AUTHORITY), 2)) * _side(schools)
    authority = cKDTree(centres).query(where)[1]
    trust = rng.integers(0, 1 + AUTHORITY // TRUST // 2, schools)
    names = [
        f"Trust {a}-{t}" if belongs else None
        for a, t, belongs in zip(authority, trust, rng.random(schools) < TRUSTED, strict=True)
    ]
    usual = np.where(secondary, PUPILS["secondary"], PUPILS["primary"])
    frame = pl.DataFrame(
        {
            "school": [f"{1_000_000 + n}" for n in range(schools)],
            "phase": phase,
            "name": [f"School {n}" for n in range(schools)],
            "authority": [f"Authority {n}" for n in authority],
            "easting": where[:, 0] * 1000,
            "northing": where[:, 1] * 1000,
            "pupils": np.rint(usual * np.exp(0.5 * rng.standard_normal(schools))),
            "disadvantage": 100 * rng.random(schools),
            "trust": pl.Series(names, dtype=pl.String),
        }
    )
    placed = {one: _place(rng, frame.filter(phase=one)) for one in SHARES}
    return _stand(rng, frame), Ground(frame, placed, CALIPER)


def _side(schools: int) -> float:
    """Kilometres of one side of the land."""
    return float(np.sqrt(schools * SQUARE_KM))


def _settle(rng: np.random.Generator, schools: int) -> np.ndarray:
    """Where each school is, in kilometres: in towns of different sizes, or anywhere."""
    side, towns = _side(schools), max(3, schools // TOWN)
    middle, size = rng.random((towns, 2)) * side, rng.lognormal(0.0, 1.0, towns)
    town = rng.choice(towns, schools, p=size / size.sum())
    near = middle[town] + rng.standard_normal((schools, 2)) * (2.0 + 2.0 * np.sqrt(size[town]))[:, None]
    anywhere = rng.random((schools, 2)) * side
    return np.where(rng.random((schools, 1)) < URBAN, np.clip(near, 0, side), anywhere)


def _place(rng: np.random.Generator, frame: pl.DataFrame) -> Placement:
    """Schools on made-up criteria of likeness, each half as all the others together in weight."""
    weights = 0.5 ** np.arange(CRITERIA)
    variables = tuple(
        Variable(name=f"v{n}", weight=float(weight)) for n, weight in enumerate(weights / weights.sum())
    )
    columns = {f"v{n}": rng.standard_normal(frame.height) for n in range(CRITERIA)}
    preset = Preset(
        name="bench", label="Bench", phase="any", variables=variables, caliper=Caliper(), source="bench",
        date=date(2026, 1, 1),
    )  # fmt: skip
    return place(frame.select("school").with_columns(**columns), preset=preset)


def _stand(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Needs and strengths in the shares of the panel; who is in need in one theme is so in others."""
    found = []
    for phase, themes in SHARES.items():
        schools = frame.filter(phase=phase)
        size = schools.height
        area = schools["authority"].rank("dense").to_numpy() - 1
        of_area = rng.standard_normal(area.max(initial=0) + 1)[area]
        own, keys = rng.standard_normal(size), rng.random(size) < KEYS
        common = np.sqrt(1 - 2 * BETWEEN) * own + np.sqrt(2 * BETWEEN) * of_area
        for theme, (needs, strengths) in themes.items():
            score = np.sqrt(0.5) * (common + rng.standard_normal(size))
            need = score < ndtri(needs / ALL[phase])
            strong = score > -ndtri(strengths / ALL[phase])
            effect = np.where(need, -1, 1) * (0.3 + rng.gamma(2.0, 0.23, size))
            sd = rng.uniform(0.15, 0.4, size)
            rows = schools.select("school", "phase").with_columns(
                theme=pl.lit(theme), measure=pl.lit("made_up"), effect=effect, sd=sd,
                probability=ndtr(effect / sd), agreement=pl.lit(1.0), why=pl.lit("evidence"),
                kind=pl.Series(np.where(need, "need", np.where(strong, "strength", ""))), keys=keys & need,
                cohort=pl.lit(40.0), spread=pl.lit(10.0), source=pl.lit("made up"),
            )  # fmt: skip
            found.append(rows.filter(pl.col("kind") != ""))
    whole = pl.concat(found).with_columns(evidence="kind", said=pl.lit(None, dtype=pl.String))
    whole = whole.with_columns(keys=pl.col("keys").any().over("school", "phase"))
    return tables.STANDING.check(whole).sort("school", "phase", "theme")
