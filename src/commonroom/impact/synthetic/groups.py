"""Groups of schools as donors and placebos: areas, neighbouring areas, alliances of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from commonroom.impact.study import Flags, Floats, Study


@dataclass(frozen=True)
class Groups:
    """Groups (k) of the schools of a study (n), which may share schools: names, and `members` (k, n)."""

    names: tuple[str, ...]
    members: Flags


@dataclass(frozen=True)
class Others:
    """Whom a unit stands beside when donors and placebos differ.

    `donors`: flags of single schools (n), or groups; `placebos`: groups like the unit (a city of ten
    authorities beside a mix of single authorities, with other tens of neighbouring authorities as placebos).
    """

    donors: Flags | Groups
    placebos: Groups


def areas(study: Study, *, among: Flags, joined: int = 1) -> Groups:
    """Return groups of schools by area, or of `joined` neighbouring areas, one round each area.

    Arguments: a study of n schools; `among` (n): schools that may be in a group. Neighbours are near by the
    mean place of their schools; an area without a known place stands in no group of several.
    """
    numbers, position = np.unique(study.area[among], return_inverse=True)
    single = np.zeros((numbers.size, study.start.size), dtype=bool)
    single[position, np.flatnonzero(among)] = True
    names = [f"area {number}" for number in numbers]
    if joined == 1:
        return Groups(tuple(names), single)
    places = np.array([_middle(study, schools) for schools in single]).reshape(-1, 2)
    near = _nearest(places, size=joined)
    members = np.array([single[row].any(axis=0) for row in near]).reshape(-1, study.start.size)
    labels = tuple(" + ".join(names[area] for area in row) for row in near)
    return Groups(labels, members)


def neighbours(study: Study, *, among: Flags, size: int, most: int | None = None) -> Groups:
    """Return groups of `size` neighbouring schools, one round each school, at most `most` of them.

    Arguments: a study of n schools; `among` (n): schools that may be in a group; those whose place is not
    known are in none. Of more groups than `most`, evenly many are taken in the order of schools.
    """
    known = among & np.isfinite(study.easting) & np.isfinite(study.northing)
    rows = np.flatnonzero(known)
    near = _nearest(np.column_stack([study.easting[rows], study.northing[rows]]), size=size)
    if most is not None and len(near) > most:
        near = near[np.linspace(0, len(near) - 1, most).round().astype(int)]
    members = np.zeros((len(near), study.start.size), dtype=bool)
    if len(near):
        np.put_along_axis(members, rows[near], True, axis=1)
    return Groups(tuple(f"{study.schools[rows[row[0]]]} + {size - 1}" for row in near), members)


def drawn(study: Study, *, among: Flags, size: int, number: int, seed: int) -> Groups:
    """Return `number` groups of `size` schools drawn at random, for where no place is known.

    Arguments: a study of n schools; `among` (n): schools that may be in a group; a seed. None where there
    are fewer schools than `size`.
    """
    rows = np.flatnonzero(among)
    members = np.zeros((number if rows.size >= size else 0, study.start.size), dtype=bool)
    rng = np.random.default_rng(seed)
    for group in members:
        group[rng.choice(rows, size=size, replace=False)] = True
    return Groups(tuple(f"drawn {place + 1}" for place in range(len(members))), members)


def _middle(study: Study, schools: Flags) -> Floats:
    """Return the mean place of schools (2): NaN where none is known."""
    known = schools & np.isfinite(study.easting) & np.isfinite(study.northing)
    if not known.any():
        return np.full(2, np.nan)
    return np.array([study.easting[known].mean(), study.northing[known].mean()])


def _nearest(places: Floats, *, size: int) -> npt.NDArray[np.int64]:
    """Return groups of `size` places (k, size), each place first in its own; equal groups only once."""
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    if known.size < size:
        return np.empty((0, size), dtype=np.int64)
    _, near = cKDTree(places[known]).query(places[known], k=range(1, size + 1))
    # Where several schools are in one place, the nearest of one need not be itself.
    rest = [[other for other in row if other != me][: size - 1] for me, row in enumerate(near)]
    near = np.column_stack([np.arange(known.size), np.array(rest).reshape(known.size, -1)]).astype(np.int64)
    _, first = np.unique(np.sort(near, axis=1), axis=0, return_index=True)
    return np.asarray(known[near[np.sort(first)]])
