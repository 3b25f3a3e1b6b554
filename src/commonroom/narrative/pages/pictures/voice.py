"""Words and numbers around a picture, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from commonroom.narrative.pages import forms
    from commonroom.narrative.words import Words


class Source(Protocol):
    """Where the documents of a published version come from."""

    @property
    def facts(self) -> forms.Facts:
        """Facts of the version."""

    def school(self, number: str) -> forms.School | None:
        """The page of a school."""

    def alike(self, number: str, phase: str, preset: str | None = None) -> forms.Alike | None:
        """The schools most like one."""

    def family(self, phase: str, code: str, school: str | None = None) -> forms.Family | None:
        """A stable family."""

    def system(self) -> forms.System:
        """The page of the system."""

    @property
    def located(self) -> dict[str, int]:
        """How many schools `dots` has, in all ("") and by phase."""

    def dots(self) -> list[forms.Dot]:
        """The schools of the system, and where they are."""


@dataclass(frozen=True)
class Voice:
    """The facts of a version, and the words of a language."""

    facts: forms.Facts
    words: Words

    @property
    def system(self) -> str:
        """The name of the system."""
        return self.of(self.facts["system"])

    @property
    def nation(self) -> str:
        """The name of what schools are compared with."""
        return self.of(self.facts["nation"])

    def of(self, label: forms.Label) -> str:
        """A name in the language of the page."""
        return label["cy"] if self.words.language == "cy" else label["en"]

    def measure(self, name: str) -> str:
        """The name of a measure."""
        one = self.facts["measures"][name]
        return one["label_cy"] if self.words.language == "cy" else one["label"]

    def unit(self, name: str) -> str:
        """The unit of a difference of a measure."""
        return self.of(self.facts["measures"][name]["unit_label"])

    def figure(self, value: float | None, measure: str) -> str:
        """A figure of a measure, with the sign of a share."""
        one = self.facts["measures"][measure]
        said = self.words.number(value, one["digits"])
        return f"{said}%" if one["unit"] == "%" and value is not None else said

    def signed(self, figure: Any, measure: str) -> tuple[str, str]:
        """A difference and its range."""
        digits = self.facts["measures"][measure]["digits"]
        between = self.words.between(figure["low"], figure["high"], digits)
        return self.words.signed(figure["value"], digits), between

    def heads(self, *names: str) -> tuple[str, ...]:
        """The heads of a table's columns."""
        return tuple(self.words[f"column.{name}"] for name in names)
