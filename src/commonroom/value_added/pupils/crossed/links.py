"""How schools and neighbourhoods hang together, and what can therefore be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from commonroom.value_added.pupils.crossed.cells import AREA, SCHOOL, Crossing

#: Three levels are the fewest between which a variance can be told.
FEWEST = 3


@dataclass(frozen=True)
class Links:
    """`told`: the factors (0 schools, 1 neighbourhoods) whose variance can be told; `sentences` say the rest.

    `parts`: groups of schools that share no neighbourhood with any school outside.
    """

    told: tuple[int, ...]
    parts: int
    sentences: tuple[str, ...]


def trace(crossing: Crossing, *, name: str) -> Links:
    """Which variances the cells can tell, in sentences that call a neighbourhood by the column `name`."""
    schools, areas = crossing.weights.shape
    of_school, of_area = (np.bincount(places) for places in sparse.coo_array(crossing.weights).coords)
    parts = int(
        connected_components(sparse.block_array([[None, crossing.weights], [crossing.weights.T, None]]))[0]
    )
    told: tuple[int, ...] = (SCHOOL, AREA)
    said = []
    if areas < FEWEST:
        told, why = (SCHOOL,), f"There are fewer than {FEWEST} different values of {name}"
    elif parts == schools == areas:
        told, why = (SCHOOL,), f"Every {name} has one school and every school one {name}"
    elif crossing.pupils[AREA].max() == 1:
        told, why = (SCHOOL,), f"No {name} has more than one pupil"
    if AREA not in told:
        what = "pupils" if "pupil" in why else "schools"
        said.append(f"{why}: what {name} adds cannot be told from what {what} add, and is counted with it.")
    elif of_area.max() == 1:
        said.append(
            f"Every {name} has pupils of one school only: a school's effect is told from its {name} by "
            "their differences within the school alone."
        )
    elif of_school.max() == 1:
        said.append(f"Every school has pupils of one {name} only: schools are compared within {name}.")
    elif parts > 1:
        said.append(
            f"Schools fall into {parts} groups without a common {name}: between groups, schools are compared "
            f"as if {name} were alike on average."
        )
    return Links(told, parts, tuple(said))
