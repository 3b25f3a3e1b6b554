"""Made-up schools on a map whose changes share shocks of areas and of neighbourhoods."""

from __future__ import annotations

import numpy as np

from commonroom.impact import definition
from commonroom.impact.study import Study

#: The definition, with a context of one variable and few neighbours.
DEFINITION = definition.load()
DEFINITION = DEFINITION.model_copy(
    update={
        "comparison": DEFINITION.comparison.model_copy(
            update={"context": ("need",), "neighbours": 5, "out_of_family": 0.0}
        )
    }
)


def world(
    seed: int = 1, *, schools: int = 400, areas: int = 20, shared: float = 0.0, local: float = 0.0
) -> Study:
    """Schools in square areas, figures of 2016 to 2019, path and need foreseeing part of what comes.

    `shared`: sd of a shock of the area since 2018; `local`: sd of one of the neighbourhood, which fades.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(areas)))
    area = np.sort(rng.integers(0, areas, schools))
    east = (area % side + rng.random(schools)) * 10_000.0
    north = (area // side + rng.random(schools)) * 10_000.0
    level, need = rng.normal(size=schools), rng.normal(size=schools)
    pupils = rng.integers(15, 200, schools).astype(float)
    noise = rng.normal(size=(schools, 4)) * (0.2 + 3.0 / pupils)[:, None]
    figures = level[:, None] + noise - 0.2 * need[:, None] * np.array([0, 0, 1, 1])
    figures[:, 2:] += shared * rng.normal(size=areas)[area][:, None]
    if local:
        middle = rng.random((40, 2)) * side * 10_000.0
        apart = np.hypot(east[:, None] - middle[:, 0], north[:, None] - middle[:, 1])
        figures[:, 2:] += local * (np.exp(-apart / 4000.0) @ rng.normal(size=40))[:, None]
    return Study(
        schools=np.array([f"{number:05d}" for number in range(schools)]),
        years=np.array([2016, 2017, 2018, 2019]),
        figures=figures,
        start=np.zeros(schools, dtype=np.int64),
        cluster=area.copy(),
        area=area,
        pupils=pupils,
        context=need[:, None],
        variables=("need",),
        family=np.arange(schools) % 8,
        easting=east,
        northing=north,
    )


def taking(study: Study, rows: np.ndarray, *, together: np.ndarray | None = None, start: int = 2018) -> Study:
    """The study in which schools of some rows joined, each by itself or `together` by number."""
    from dataclasses import replace

    starts, cluster = study.start.copy(), study.cluster.copy()
    starts[rows] = start
    cluster[rows] = 10_000 + (np.arange(rows.size) if together is None else together)
    return replace(study, start=starts, cluster=cluster)
