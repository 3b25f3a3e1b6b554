"""Themes that schools can help each other with, as the definitions name them."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language
from pydantic import BaseModel

from commonroom import settings

PHASES = ("primary", "secondary")


class Theme(BaseModel):
    """A theme: what it is called, and in which phases there is such a theme."""

    label: str
    label_cy: str
    primary: dict[str, object] | None = None
    secondary: dict[str, object] | None = None

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases in which schools can help each other with it."""
        return tuple(phase for phase in PHASES if getattr(self, phase) is not None)


class Themes(BaseModel):
    """All themes by name."""

    themes: dict[str, Theme]


@lru_cache(maxsize=1)
def known() -> dict[str, Theme]:
    """Return every theme by name, in the order of the definitions."""
    return settings.load(Themes, "themes").themes


def label(name: str, language: str | None = None) -> str:
    """Return what a theme is called in a language (that of the page); its name where it is not known."""
    theme = known().get(name)
    if theme is None:
        return name
    return theme.label_cy if (language or get_language()) == "cy" else theme.label


def choices() -> list[tuple[str, str]]:
    """Return names and labels of every theme, by label."""
    return sorted(((name, label(name)) for name in known()), key=lambda one: one[1])


def has(name: str, phase: str) -> bool:
    """Say whether schools can help each other with a theme in a phase."""
    theme = known().get(name)
    return theme is not None and phase in theme.phases
