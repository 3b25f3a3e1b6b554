"""The published pages as the site reads them: one look-up for a page, and nothing is worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from commonroom.store import pages

# Nothing that needs data frames is imported before a table or a picture is asked for: a worker of the site
# that only shows pages stays small.
if TYPE_CHECKING:
    from commonroom.disclosure import Released
    from commonroom.narrative.pages import forms
    from commonroom.narrative.pages.pictures import Picture

Language = Literal["en", "cy"]
#: Schools that a search names at most.
MOST = 100
#: Lists of schools alike that are held, about 0.2 MB each.
RECENT = 16


class Shown:
    """One published version: its documents, tables and pictures."""

    def __init__(self, kept: pages.Pages) -> None:
        """Arguments: the published file (`kept`)."""
        self.kept = kept
        # One page asks for its list several times: as itself, for its picture, for the table behind it.
        self._lists = lru_cache(maxsize=RECENT)(self._list)

    @cached_property
    def facts(self) -> forms.Facts:
        """Version, date, and what the keys in documents stand for."""
        return cast("forms.Facts", self.kept.single("facts"))

    def system(self) -> forms.System:
        """The page of the system."""
        return cast("forms.System", self._system)

    @cached_property
    def _system(self) -> Any:
        return self.kept.single("system")

    def dots(self) -> list[forms.Dot]:
        """The compared schools of the system and where they are, by name."""
        return cast("list[forms.Dot]", self.kept.single("dots"))

    @cached_property
    def located(self) -> dict[str, int]:
        """How many schools `dots` has, in all ("") and by phase: too many to read them at each page."""
        dots = self.dots()
        return {"": len(dots), **Counter(phase for dot in dots for phase in dot["phases"])}

    def school(self, number: str) -> forms.School | None:
        """The page of a school by its number, or by one that it had earlier; None when there is none."""
        found = self.kept.get("school", number)
        if found is None and (now := self.kept.school_of(number)) is not None:
            found = self.kept.get("school", now)
        return cast("forms.School | None", found)

    def alike(self, number: str, phase: str, preset: str | None = None) -> forms.Alike | None:
        """The schools most like one, nearest first, by a definition or the one that a page begins with."""
        chosen = preset or self.facts["default_preset"].get(cast("forms.Phase", phase), "")
        return self._lists(number, phase, chosen)

    def _list(self, number: str, phase: str, chosen: str) -> forms.Alike | None:
        found = self.kept.get("alike", number, phase, chosen)
        if found is None:
            return None
        near = found["members"]
        briefs = self.kept.briefs([number, *near["number"]], phase=phase)
        own = briefs[number]
        members = [
            briefs[other] | {name: values[at] for name, values in near.items()} | _PLAIN | {"place": at + 1}
            for at, other in enumerate(near["number"])
        ]
        alike = {
            **{name: own[name] for name in ("number", "name", "authority", "phase")},
            "preset": chosen,
            "presets": self._presets(phase),
            "own": own,
            "match": found["match"],
            "position": found["position"],
            "members": members,
        }
        return cast("forms.Alike", alike)

    def _presets(self, phase: str) -> list[str]:
        """The definitions of alike of a phase, the one that a page begins with first."""
        first = self.facts["default_preset"].get(cast("forms.Phase", phase))
        names = [name for name, one in self.facts["presets"].items() if phase in one["phases"]]
        return sorted(names, key=lambda name: (name != first, name))

    def family(self, phase: str, code: str, school: str | None = None) -> forms.Family | None:
        """A stable family, its members by name; roads are from `school`, if it is a member, to the others."""
        found = self.kept.get("family", phase, code)
        if found is None:
            return None
        numbers = found["numbers"]
        briefs = self.kept.briefs(numbers, phase=phase)
        seen_from = numbers.index(school) if school in numbers else None
        members = [
            briefs[number]
            | {"place": None, "mutual": None, "distance": found["distances"][at]}
            | {"likeness": found["likeness"][at], "honorary": found["honoraries"][at]}
            | {name: None if seen_from in (None, at) else found[name][seen_from][at] for name in _ROADS}
            for at, number in enumerate(numbers)
        ]
        kept = {name: found[name] for name in ("phase", "code", "schools", "honorary", "within", "optimum")}
        return cast("forms.Family", {**kept, "members": members})

    def authority(self, code: str) -> forms.InAuthority | None:
        """The schools of an authority, by name; None when there is no such authority."""
        return cast("forms.InAuthority | None", self.kept.get("authority", code))

    def search(self, text: str, limit: int = 20) -> list[forms.Found]:
        """The schools that somebody means who typed this, the surest first."""
        return cast("list[forms.Found]", self.kept.search(text, limit=min(limit, MOST)))

    def register(self) -> Iterator[forms.Listed]:
        """Every school of the register, by number."""
        return cast("Iterator[forms.Listed]", self.kept.register())

    def table(self, kind: str, key: Sequence[str] = ()) -> Released | None:
        """A list of a page as a table to take away (see pipeline.lists.KINDS); None when there is none."""
        from commonroom.pipeline import lists

        return lists.read(self, kind, tuple(key))

    def picture(self, kind: str, key: Sequence[str] = (), *, language: Language = "en") -> Picture | None:
        """A picture of a page (see narrative.pages.pictures.KINDS); None when there is nothing to draw."""
        from commonroom.narrative.pages import pictures

        return pictures.draw(self, kind, tuple(key), language=language)


_ROADS = ("km", "minutes", "travel")
_PLAIN = {"honorary": False}
_shown: dict[Path, Shown] = {}


def open(folder: Path) -> Shown:
    """Open the published pages in a folder: quick enough to be asked at every request.

    Raises SaidToPeople when nothing is published there, or by a program of another format.
    """
    folder = Path(folder)
    kept = pages.open(folder)
    known = _shown.get(folder)
    if known is None or known.kept is not kept:
        known = _shown[folder] = Shown(kept)
    return known
