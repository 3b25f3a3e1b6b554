"""Where things belong, for the one question of permission."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """Where something belongs: schools by number, systems by name, and people named on it by id."""

    schools: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    people: frozenset[int] = field(default_factory=frozenset)


class Placed(Protocol):
    """Anything that belongs somewhere."""

    def place(self) -> Place:
        """Return where it belongs."""
        ...
