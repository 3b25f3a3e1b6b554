"""A first mapping by looking at a table: names of columns in English and Welsh, and what is in them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict

from commonroom import settings
from commonroom.sources import files, numbers, table
from commonroom.sources.files import ROW
from commonroom.sources.mapping import CODES

#: Of the cells of a column that is a number, so many are.
MOSTLY = 0.6
#: A column with more different texts than this is no list of phases, and no list of codes.
MANY = 20


class Names(BaseModel):
    """Words in column names (definitions/sources/names.yaml), as regular expressions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: dict[str, tuple[str, ...]]
    share: str
    fewer_is_better: str
    primary: str
    secondary: str

    def phase(self, text: str) -> str | None:
        """The phase that a text in a cell stands for, or None."""
        words = plain(text)
        if re.search(self.primary, words):
            return "primary"
        return "secondary" if re.search(self.secondary, words) else None


@dataclass
class _Looked:
    """What was seen: which column is what, and why; columns that nothing was made of."""

    frame: pl.DataFrame
    names: Names
    roles: dict[str, tuple[str, str]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)

    @property
    def free(self) -> list[str]:
        """Columns without a role yet, in the order of the file."""
        taken = {column for column, _ in self.roles.values()} | {ROW} | set(self.outcomes)
        return [name for name in self.frame.columns if name not in taken]


def suggest(path: str | Path) -> str:
    """Return the YAML text of a first mapping for a table, with what it was guessed from.

    The text reads the table straight away; the comments say what to check. Raises SaidToPeople if
    the file is no table.
    """
    sheet = files.open_sheet(files.find(path)[0])
    looked = _look(sheet.frame)
    return "".join(
        [
            f"# A first mapping for {sheet.name}, written by looking at it. Check every line.\n",
            _line("title", sheet.name, "as it is printed beside each figure"),
            _line("source", sheet.name, "who published it, and under which licence"),
            "date: 2000-01-01  # the day it was published\n",
            *_write_identity(looked, sheet.name),
            *_write_location(looked),
            *_write_outcomes(looked),
            *_write_context(looked),
            *_write_missing(looked),
            *_write_unused(looked),
        ]
    )


def plain(text: str) -> str:
    """A column name in small letters without accents, with single spaces for all else."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", flat).lower()
    return " ".join(re.sub(r"[^a-z0-9%'/-]+", " ", spaced).split())


def _values(frame: pl.DataFrame, column: str) -> pl.Series:
    return frame.select(numbers.number(pl.col(column))).to_series().drop_nulls()


def _is_number(frame: pl.DataFrame, column: str) -> bool:
    """Whether most cells that are filled, and are no known code, are numbers."""
    text = frame[column].str.strip_chars()
    filled = text.filter((text != "") & ~text.str.to_uppercase().is_in(list(CODES)))
    return len(filled) > 0 and len(_values(frame, column)) >= MOSTLY * len(filled)


def _is_year(frame: pl.DataFrame, column: str) -> bool:
    years = frame.select(table.parse_year(pl.col(column))).to_series()
    return len(years) - years.null_count() >= MOSTLY * len(years)


def _is_text(frame: pl.DataFrame, column: str) -> bool:
    return not _is_number(frame, column)


def _anything(frame: pl.DataFrame, column: str) -> bool:
    return True


def _look(frame: pl.DataFrame) -> _Looked:
    looked = _Looked(frame, names := settings.load(Names, "sources/names"))

    def is_phase(frame: pl.DataFrame, column: str) -> bool:
        texts = frame[column].drop_nulls().unique()
        return len(texts) <= MANY and any(names.phase(text) for text in texts)

    fits: dict[str, Callable[[pl.DataFrame, str], bool]] = {
        "school": _anything,
        "name": _is_text,
        "year": _is_year,
        "phase": is_phase,
        "authority": _anything,
        "predecessor": _anything,
    }
    for role, patterns in names.roles.items():
        if role == "outcome":
            continue
        fit = fits.get(role, _is_number)
        for column in (c for pattern in patterns for c in looked.free if re.search(pattern, plain(c))):
            if fit(frame, column):
                looked.roles[role] = (column, "by its name")
                break
    if "school" not in looked.roles:
        looked.roles["school"] = (_most_distinct(looked), "it has the most different values")
    _find_outcomes(looked)
    return looked


def _most_distinct(looked: _Looked) -> str:
    """The column that tells rows apart best; a name, if there is nothing better."""
    free = [*looked.free, *(column for column, _ in looked.roles.values())]
    return max(free, key=lambda column: looked.frame[column].n_unique())


def _find_outcomes(looked: _Looked) -> None:
    named = [
        column
        for column in looked.free
        if any(re.search(pattern, plain(column)) for pattern in looked.names.roles["outcome"])
        and _is_number(looked.frame, column)
    ]
    numeric = [column for column in looked.free if _is_number(looked.frame, column)]
    looked.outcomes.extend(named or numeric[:1])
    if not looked.outcomes:
        role = next((r for r in ("fsm", "pupils", "cohort") if r in looked.roles), "school")
        looked.outcomes.append(looked.roles[role][0])


def _quote(text: object) -> str:
    """A text as YAML writes it on one line, quoted where it must be."""
    return str(yaml.safe_dump(text, allow_unicode=True, width=1000)).split("\n")[0]


def _line(key: str, value: object, comment: str, *, indent: int = 0) -> str:
    return f"{' ' * indent}{key}: {_quote(value)}  # {comment}\n"


def _write_identity(looked: _Looked, file: str) -> list[str]:
    lines = []
    for role, check in (
        ("school", "the number that stays with a school from year to year"),
        ("name", "the school's name"),
        ("authority", "the authority, district or consortium"),
        ("predecessor", "the number that this one continues"),
    ):
        if role in looked.roles:
            column, why = looked.roles[role]
            lines.append(_line(role, column, f"{why}; check that it is {check}"))
    return [*lines, _write_year(looked, file), _write_phase(looked)]


def _write_year(looked: _Looked, file: str) -> str:
    check = "it must be the calendar year in which the school year ends"
    if "year" in looked.roles:
        return _line("year", looked.roles["year"][0], f"by its name and years in it; {check}")
    in_name = pl.select(table.parse_year(pl.lit(file))).item()
    why = "from the file's name" if in_name else "NOT FOUND: write it here"
    return _line("year", in_name or 2000, f"{why}; {check}")


def _write_phase(looked: _Looked) -> str:
    if "phase" not in looked.roles:
        return _line("phase", "secondary", "NOT FOUND: primary or secondary")
    column = looked.roles["phase"][0]
    lines = [
        "phase:  # by its name and words in it; check what each text means\n",
        f"  column: {_quote(column)}\n",
        "  values:\n",
    ]
    for text in looked.frame[column].drop_nulls().str.strip_chars().unique().sort():
        phase = looked.names.phase(text)
        lines.append(_line(_quote(text), phase or "all", "by its words" if phase else "NOT KNOWN", indent=4))
    return "".join(lines)


def _write_location(looked: _Looked) -> list[str]:
    for pair in (("latitude", "longitude"), ("easting", "northing")):
        if all(role in looked.roles for role in pair):
            return [
                "location:  # by its name; distances are used, nothing is drawn on a street map\n",
                *(f"  {role}: {_quote(looked.roles[role][0])}\n" for role in pair),
            ]
    return []


def _write_outcomes(looked: _Looked) -> list[str]:
    lines = ["outcomes:  # keep what schools are to be seen by; name each as you would say it\n"]
    names: list[str] = []
    for column in looked.outcomes:
        name = re.sub(r"[^a-z0-9]+", "_", plain(column).replace("%", " percent ")).strip("_")
        name = name if name[:1].isalpha() else f"outcome_{name}".rstrip("_")
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
        lines += [f"  {names[-1]}:\n", f"    column: {_quote(column)}\n", f"    label: {_quote(column)}\n"]
        lines += _write_unit(looked, column)
        if "cohort" in looked.roles:
            cohort = looked.roles["cohort"][0]
            lines.append(_line("cohort", cohort, "by its name: pupils the figure is about", indent=4))
        down = re.search(looked.names.fewer_is_better, plain(column))
        why = "by its name" if down else "check: is more better?"
        lines.append(_line("direction", "lower" if down else "higher", why, indent=4))
    return lines


def _write_unit(looked: _Looked, column: str) -> list[str]:
    values = _values(looked.frame, column)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 100.0)  # type: ignore[arg-type]
    signs = looked.frame[column].str.contains("%").any()
    if (signs or re.search(looked.names.share, plain(column))) and low >= 0 and high <= 100:
        why = "% signs in it" if signs else "by its name, and all from 0 to 100"
        return [_line("unit", "%", why, indent=4), _line("kind", "share", "of pupils", indent=4)]
    kind = "progress" if low < 0 < high else "score"
    room = max(high - low, 1.0)
    floor = low - room if low < 0 else max(0.0, low - room)
    return [
        _line("unit", "points", "not a percentage, by its name and numbers", indent=4),
        _line("kind", kind, "score, progress or gap", indent=4),
        _line("low", math.floor(floor), "the lowest that is possible; a guess", indent=4),
        _line("high", math.ceil(high + room), "the highest that is possible; a guess", indent=4),
    ]


def _write_context(looked: _Looked) -> list[str]:
    found = [r for r in ("pupils", "fsm", "eal", "sen_support", "stability") if r in looked.roles]
    return ["context:  # who the pupils are; percentages, except pupils\n"] * bool(found) + [
        _line(role, looked.roles[role][0], "by its name", indent=2) for role in found
    ]


def _write_missing(looked: _Looked) -> list[str]:
    """Texts in columns of numbers that are no numbers, for people to say what they mean."""
    columns = [*looked.outcomes]
    columns += [c for role, (c, _) in looked.roles.items() if role in ("fsm", "eal", "sen_support", "pupils")]
    texts: set[str] = set()
    for column in columns:
        text = looked.frame[column].str.strip_chars()
        odd = looked.frame.select(numbers.number(pl.col(column)).is_null()).to_series()
        texts |= set(text.filter(odd & text.is_not_null() & (text != "")).unique())
    if not texts or len(texts) > MANY:
        return []
    lines = ["missing:  # texts in place of a number; say why there is none\n"]
    return lines + [f"  {_quote(t)}: {CODES.get(t.upper(), 'not given')}\n" for t in sorted(texts)]


def _write_unused(looked: _Looked) -> list[str]:
    free = looked.free
    return [f"# Not used: {', '.join(' '.join(c.split()) for c in free)}\n"] if free else []
