"""Everything known of schools before a year's results, as standardised series beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from commonroom.panel import Measure
from commonroom.value_added import contexts, places
from commonroom.value_added.errors import NotEnoughYears, NotThisMeasure
from commonroom.value_added.school_years import FEWEST_SCHOOLS, Floats

#: Progress 8 is Attainment 8 less what prior attainment leads to expect, divided by ten (DfE): the two
#: together give the cohort's prior attainment in years in which it is not published itself.
PROGRESS_OF = {"attainment8": ("progress8", 10.0)}
#: Two measures of one year that go together at least so much speak of the same thing.
ALIKE = 0.5
#: Endings of measures that are not levels: progress is a level less an expectation, a gap a difference.
NOT_LEVELS = ("_progress", "progress8", "_gap")
#: How many nearest schools the neighbourhood of a school is.
NEAREST = 20
#: School-wide context that is used as it was last known; each by the first of its names that is known
#: (six years of free meals say more of a school than one day of them).
LASTING = {"free meals": ("fsm6", "fsm"), "eal": ("eal",), "sen": ("sen_support",), "ehcp": ("ehcp",)}
MEASURE, PRIOR, DISADVANTAGED = "measure", "prior", "disadvantaged"
#: What ours hears besides: other measures of the same thing, and how schools near by did.
ALSO, NEAR = "other measures", "near"


@dataclass(frozen=True)
class Series:
    """What is known of J schools as I columns: `values` (J, I) in z, nan where unknown.

    Column i is variable `names[i]` in year `years[i]` (0: lasting context without a year). The last
    column is the measure in the year foreseen, all nan. `noise` (J): size of a cohort's noise
    against the typical school's; all 1 unless the measure is a share.
    """

    schools: tuple[str, ...]
    names: tuple[str, ...]
    years: NDArray[np.int64]
    values: Floats
    noise: Floats

    def column(self, name: str, year: int) -> int:
        """Place of a variable's year; -1 when it is not there."""
        there = [i for i, found in enumerate(self.names) if found == name and self.years[i] == year]
        return there[0] if there else -1

    @property
    def past(self) -> list[int]:
        """Years of results, oldest first."""
        return [int(year) for name, year in zip(self.names[:-1], self.years, strict=False) if name == MEASURE]

    @property
    def history(self) -> NDArray[np.int64]:
        """How many past results each school has (J)."""
        columns = [self.column(MEASURE, year) for year in self.past]
        return np.asarray(np.isfinite(self.values[:, columns]).sum(axis=1))


@dataclass(frozen=True)
class _Frames:
    outcomes: pl.DataFrame
    context: pl.DataFrame
    measure: Measure
    schools: tuple[str, ...]
    year: int

    @cached_property
    def years(self) -> list[int]:
        """Years of context."""
        return self.context["year"].unique().sort().to_list()

    @cached_property
    def at(self) -> places.Places:
        """Where the rows of context stand."""
        return places.find(self.context, self.schools, np.array(self.years, dtype=np.int64))


def gather(
    outcomes: pl.DataFrame, context: pl.DataFrame, *, schools: pl.DataFrame, measure: Measure, year: int
) -> Series:
    """The series known before the results of `year`: results of earlier years, context up to that year.

    Arguments: frames of tables.panel; results of `year` and later in `outcomes` are not read, nor
    context that the panel carried back from a later year. Raises NotThisMeasure or NotEnoughYears.
    """
    before = compared(outcomes.filter(pl.col("year") < year), schools, measure)
    mine = before.filter((pl.col("measure") == measure.name) & pl.col("value").is_finite())
    if mine.is_empty():
        raise NotThisMeasure(
            f"there is no figure of {measure.label} before {year}.", remedy="Foresee a later year."
        )
    # Shares of pupils are many small ones and few large; their roots are more nearly normal.
    shares = sorted({"disadvantaged", *(name for names in LASTING.values() for name in names)})
    beside = compared(context, schools, measure).with_columns(pl.col(shares).clip(0).sqrt())
    present = beside.filter(pl.col("year") == year)["school"]
    names = tuple(pl.concat([mine["school"], present]).unique().sort())
    frames = _Frames(before, beside, measure, names, year)
    results = _standardised(before, measure.name, names)
    if len(results) < 2:
        raise NotEnoughYears(
            f"{measure.label} has {len(results)} usable year before {year}; two are needed.",
            remedy="Foresee a later year, or add earlier ones.",
        )
    columns = [(MEASURE, at, values) for at, values in results.items()]
    columns += _cohorts_own(frames, results)
    if measure.kind == "share":
        columns += [(ALSO, at, values) for at, values in _also(frames, results).items()]
    columns += [(name, 0, values) for name, values in _lasting(frames, schools, results).items()]
    columns.append((MEASURE, year, np.full(len(names), np.nan)))
    return Series(
        names,
        tuple(name for name, _, _ in columns),
        np.array([at for _, at, _ in columns], dtype=np.int64),
        np.column_stack([values for _, _, values in columns]),
        _noise(_cohort_sizes(outcomes, measure, year), names)
        if measure.kind == "share"
        else np.ones(len(names)),
    )


def compared(frame: pl.DataFrame, schools: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The rows of the measure's phase and of these schools."""
    return frame.filter(pl.col("phase") == measure.phase).join(
        schools, on="school", how="semi", maintain_order="left"
    )


def standard(values: Floats) -> Floats:
    """Values in standard deviations from their mean; all nan when they do not differ."""
    known = values[np.isfinite(values)]
    spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    return np.asarray((values - known.mean()) / spread if spread > 0 else np.full_like(values, np.nan))


def of_year(outcomes: pl.DataFrame, measure: Measure, schools: tuple[str, ...], year: int) -> Floats:
    """The results of one year (J) in z, nan where there is none."""
    rows = outcomes.filter(
        (pl.col("measure") == measure.name)
        & (pl.col("phase") == measure.phase)
        & (pl.col("year") == year)
        & pl.col("value").is_finite()
    )
    return standard(places.one(rows, "value", schools))


def _standardised(outcomes: pl.DataFrame, name: str, schools: tuple[str, ...]) -> dict[int, Floats]:
    """A measure's years, oldest first, each in z; years with too few schools are left out."""
    rows = outcomes.filter((pl.col("measure") == name) & pl.col("value").is_finite())
    years = rows["year"].unique().sort().to_list()
    grid = places.find(rows, schools, np.array(years, dtype=np.int64)).grid(rows["value"])
    found = {year: standard(grid[:, time]) for time, year in enumerate(years)}
    return {year: z for year, z in found.items() if np.isfinite(z).sum() >= FEWEST_SCHOOLS}


def _cohorts_own(frames: _Frames, results: dict[int, Floats]) -> list[tuple[str, int, Floats]]:
    """The cohorts' own context, up to the year foreseen, if it is known beside some earlier result."""
    prior, poor = _own_years(frames, "prior"), _own_years(frames, "disadvantaged")
    low, high = _own_years(frames, "prior_low"), _own_years(frames, "prior_high")
    for year in sorted(set(low) & set(high)):
        prior.setdefault(year, standard(high[year] - low[year]))
    for year, values in _implied(frames).items():
        prior[year] = np.where(np.isfinite(values), values, prior.get(year, values))
    found = []
    for name, series in ((PRIOR, prior), (DISADVANTAGED, poor)):
        if any(year in results for year in series):
            found += [(name, year, series[year]) for year in sorted(series) if year >= min(results)]
    return found


def _own_years(frames: _Frames, name: str) -> dict[int, Floats]:
    """Years of a variable that were known by the year foreseen, in z, those carried over left out."""
    at = frames.at
    mine = contexts.own(frames.context, name, at)
    values = np.where(mine, contexts.standardised(frames.context[name], at), np.nan)
    enough = np.isfinite(values).sum(axis=0) >= FEWEST_SCHOOLS
    return {
        year: values[:, place]
        for place, year in enumerate(frames.years)
        if enough[place] and year <= frames.year
    }


def _implied(frames: _Frames) -> dict[int, Floats]:
    """Prior attainment that a published progress measure implies, by year, in z."""
    progress, times = PROGRESS_OF.get(frames.measure.name, ("", 1.0))
    name = frames.measure.name
    wide = frames.outcomes.filter(pl.col("measure").is_in([name, progress])).pivot(
        "measure", index=["school", "year"], values="value", aggregate_function="first"
    )
    if progress not in wide.columns:
        return {}
    rows = wide.select("school", "year", value=pl.col(name) - times * pl.col(progress), measure=pl.lit(PRIOR))
    return _standardised(rows, PRIOR, frames.schools)


def _also(frames: _Frames, results: dict[int, Floats]) -> dict[int, Floats]:
    """Mean of the phase's other measures that speak of the same thing, by year, in z.

    A share above a threshold forgets what the scores behind it know.
    """
    total = {year: np.zeros(len(frames.schools)) for year in results}
    count = {year: np.zeros(len(frames.schools)) for year in results}
    others = frames.outcomes.filter(pl.col("group") == frames.measure.group)["measure"].unique().sort()
    for name in (name for name in others if not name.endswith(NOT_LEVELS)):
        years = _standardised(frames.outcomes, name, frames.schools) if name != frames.measure.name else {}
        both = [(results[year], years[year]) for year in years if year in results]
        if not both or np.mean([_correlation(a, b) for a, b in both]) < ALIKE:
            continue
        for year in set(years) & set(results):
            known = np.isfinite(years[year])
            total[year][known] += years[year][known]
            count[year][known] += 1
    with np.errstate(invalid="ignore"):
        return {year: standard(total[year] / count[year]) for year in sorted(total) if count[year].any()}


def _correlation(a: Floats, b: Floats) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[both], b[both])[0, 1]) if both.sum() >= FEWEST_SCHOOLS else 0.0


def _lasting(frames: _Frames, schools: pl.DataFrame, results: dict[int, Floats]) -> dict[str, Floats]:
    """School-wide context as last known, who may enter, and how schools near by did; in z."""
    found: dict[str, Floats] = {}
    for label, names in LASTING.items():
        values = np.full(len(frames.schools), np.nan)
        for name in names:
            for _, z in sorted(_own_years(frames, name).items(), reverse=True):
                values = np.where(np.isnan(values), z, values)
        # What is known of few schools (a pilot, one city) would only say which schools those are.
        if np.isfinite(values).mean() >= contexts.KNOWN_ENOUGH:
            found[label] = standard(values)
    facts = pl.DataFrame({"school": frames.schools}).join(
        schools.select("school", "gender", "easting", "northing"),
        on="school", how="left", maintain_order="left",
    )  # fmt: skip
    girls = (facts["gender"] == "girls").fill_null(False).cast(pl.Float64)
    found["girls"] = standard(girls.to_numpy())
    east, north = (facts[name].cast(pl.Float64).to_numpy() for name in ("easting", "northing"))
    found = {name: values for name, values in found.items() if np.isfinite(values).any()}
    near = _near(np.column_stack([east, north]), _beyond(found, results))
    return {**found, NEAR: near} if np.isfinite(near).any() else found


def _beyond(lasting: dict[str, Floats], results: dict[int, Floats]) -> Floats:
    """Mean past result of each school beyond what its lasting context leads to expect (J)."""
    stacked = np.column_stack(list(results.values()))
    count = np.isfinite(stacked).sum(axis=1)
    mean = np.where(count > 0, np.nansum(stacked, axis=1) / np.maximum(count, 1), np.nan)
    context = [np.nan_to_num(values) for values in lasting.values()]
    design = np.column_stack([np.ones(len(mean)), *context])
    known = count > 0
    effects = np.linalg.lstsq(design[known], mean[known], rcond=None)[0]
    return np.asarray(mean - design @ effects)


def _near(sites: Floats, beyond: Floats) -> Floats:
    """Mean of `beyond` over the nearest schools, the school itself left out, in z."""
    there = np.isfinite(sites).all(axis=1)
    used = np.flatnonzero(there & np.isfinite(beyond))
    if len(used) <= NEAREST:
        return np.full(len(sites), np.nan)
    asked = np.flatnonzero(there)
    nearest = used[cKDTree(sites[used]).query(sites[asked], k=NEAREST + 1)[1]]
    others = nearest != asked[:, None]
    result = np.full(len(sites), np.nan)
    result[asked] = (beyond[nearest] * others).sum(axis=1) / others.sum(axis=1)
    return standard(result)


def _cohort_sizes(outcomes: pl.DataFrame, measure: Measure, year: int) -> pl.DataFrame:
    """Cohorts up to the year foreseen: how many pupils will be examined is known before how they did."""
    return outcomes.filter(
        (pl.col("measure") == measure.name) & (pl.col("phase") == measure.phase) & (pl.col("year") <= year)
    ).select("school", "year", "cohort")


def _noise(mine: pl.DataFrame, schools: tuple[str, ...]) -> Floats:
    """Typical over own cohort (J): by how much more, or less, chance speaks in a school's share."""
    latest = mine.filter(pl.col("cohort") >= 1).sort("year").group_by("school").agg(pl.col("cohort").last())
    cohorts = places.one(latest, "cohort", schools)
    known = cohorts[np.isfinite(cohorts)]
    if not len(known):
        return np.ones(len(schools))
    typical = float(np.median(known))
    return np.asarray(np.clip(typical / np.where(np.isfinite(cohorts), cohorts, typical), 0.2, 4.0))
