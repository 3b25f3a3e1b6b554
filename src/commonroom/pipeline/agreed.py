"""What people say and agreed, read from their files and from the folder of the plan before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from commonroom.partnerships import themes
from commonroom.partnerships.agreed import Agreed
from commonroom.partnerships.themes import PHASES, Themes
from commonroom.sources import agreed as tables
from commonroom.store import manifest, partnerships, register
from commonroom.store.evidence import Evidence
from commonroom.tables.partnerships import UNMATCHED


@dataclass(frozen=True)
class Files:
    """Files of what people say, each a CSV or XLSX table with a header; None where there is none."""

    said: Path | None = None
    capacities: Path | None = None
    trusts: Path | None = None
    ties: Path | None = None
    minutes: Path | None = None

    @property
    def given(self) -> dict[str, Path]:
        """The files that there are, by what they hold."""
        named = ("said", "capacities", "trusts", "ties", "minutes")
        return {name: path for name in named if (path := getattr(self, name)) is not None}


def read(
    opened: Evidence, files: Files, *, folder: Path | None = None, themes: Themes | None = None
) -> Agreed:
    """Read what people say of the schools of the evidence, and what was proposed and decided before.

    Arguments: the `opened` evidence; the `files`; the `folder` of plans, if there is one; the `themes`
    (the program's own when left out). Raises SaidToPeople with all that is to be mended in a file.
    """
    said = Agreed() if not files.given else _read(files, known(opened, themes=themes))
    if folder is None:
        return said
    ever = partnerships.decisions(folder)
    return replace(
        said,
        decisions=None if ever.is_empty() else ever,
        last=partnerships.read_last(folder),
        left=partnerships.read_last(folder, table=UNMATCHED),
    )


def _read(files: Files, there: tables.Known) -> Agreed:
    """What the files say; trusts first, since days may be those of a trust."""
    trusts = tables.trusts.read(files.trusts, known=there) if files.trusts else None
    if trusts is not None:
        there = replace(there, trusts=tuple(trusts["trust"].unique().sort()))
    return Agreed(
        statements=tables.statements.read(files.said, known=there) if files.said else None,
        capacities=tables.capacities.read(files.capacities, known=there) if files.capacities else None,
        trusts=trusts,
        ties=tables.ties.read(files.ties, known=there) if files.ties else None,
        minutes=tables.minutes.read(files.minutes, known=there) if files.minutes else None,
    )


def hashes(files: Files, *, folder: Path | None = None) -> dict[str, str]:
    """The hash of each file that a plan is made from, by what it holds: files, decisions, the plan before."""
    given = dict(files.given)
    if folder is not None:
        given |= {"decisions": folder / partnerships.DECISIONS, "last": folder / partnerships.PLAN}
    return {name: manifest.hash_file(path) for name, path in given.items() if path.is_file()}


def known(opened: Evidence, *, themes: Themes | None = None) -> tables.Known:
    """What a file may speak of: the schools, phases and authorities of the evidence, and the themes."""
    schools = opened.table("schools", columns=["authority", "in_system"])
    compared = opened.table("comparable", columns=["school", "phase"]).unique().sort("school", "phase")
    phases = dict(compared.group_by("school", maintain_order=True).agg("phase").rows())
    return tables.Known(
        look_up=_look_up(opened),
        phases=phases,
        themes=_themes(themes),
        authorities=tuple(schools["authority"].drop_nulls().unique().sort()),
    )


def _look_up(opened: Evidence) -> Callable[[str], str]:
    """Find a school by a number or a name; a number that was joined leads to its school."""
    schools = opened.table("schools", columns=["school", "name", "authority", "in_system"])
    joined = dict(opened.table("joins", columns=["number", "school"]).rows())

    def look_up(wanted: str) -> str:
        number = wanted.strip().removesuffix(".0")
        return register.look_up(schools, joined.get(number, wanted))

    return look_up


def _themes(given: Themes | None) -> tuple[tables.Theme, ...]:
    found = themes.load() if given is None else given
    return tuple(
        tables.Theme(name, tuple(phase for phase in PHASES if one.basis(phase)), (one.label, one.label_cy))
        for name, one in found.themes.items()
    )
