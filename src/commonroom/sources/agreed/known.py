"""What a table of people's own may speak of: schools, phases, themes, authorities and trusts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Theme:
    """A theme: its name, the phases that have it, and what else people call it (its labels)."""

    name: str
    phases: tuple[str, ...] = ("primary", "secondary")
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What there is to speak of.

    `look_up` takes a number or a name as people write it and returns the identity of the one school
    that is meant; it raises SaidToPeople with suggestions. `phases` are those of each school that takes
    part. `authorities` are names; `trusts` too, or None where nobody said which school is in which.
    """

    look_up: Callable[[str], str]
    phases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    themes: Sequence[Theme] = ()
    authorities: Sequence[str] = ()
    trusts: Sequence[str] | None = None
