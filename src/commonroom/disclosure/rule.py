"""What to protect in a frame, and what adds up in it."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Fewest pupils, and fewest respondents to a survey, that a figure may be about.
PUPILS, RESPONDENTS = 6, 5


@dataclass(frozen=True)
class Rows:
    """Rows that add up: the row whose `along` is `total` is made of the rows of its `parts`.

    Rows belong together when they agree on `within`; a measure's name may end in its part
    (`attainment8_disadvantaged`). Without `parts`, all other rows are parts, and pupils of the
    total who are in none of them are one more part. With them, parts not in the frame are
    protected too: they follow by subtraction.
    """

    along: str
    total: str
    within: tuple[str, ...]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Columns of one row that add up: `total` is made of `parts`; `gap` is first minus second.

    A part (or the gap) that the frame does not have may still be named: it is protected.
    """

    total: str
    parts: tuple[str, ...]
    gap: str = ""


@dataclass(frozen=True)
class Same:
    """Rows that agree on `within` repeat one figure, such as the cohort under several measures."""

    figure: str
    within: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """What to protect in a frame, and what adds up in it.

    `keys` identify a row. `figures` maps each protected column to the column with the number of
    people it is about (a number of people is about itself); no figures, nothing to withhold.
    `limit` is the fewest people a figure may be about. `official`: a figure whose number of people
    is not known passes, because its publisher has already withheld what is small; otherwise it is
    withheld. `relations` say what adds up. `people` is the word for them in the note.
    """

    keys: tuple[str, ...]
    figures: dict[str, str] = field(default_factory=dict)
    relations: tuple[Rows | Columns | Same, ...] = ()
    limit: int = PUPILS
    official: bool = False
    people: str = "pupils"


#: What may be shown of a panel's outcomes (tables.panel.OUTCOMES), which are official figures.
OUTCOMES = Rule(
    keys=("school", "year", "measure"),
    figures={"value": "cohort", "cohort": "cohort"},
    relations=(
        Rows("group", "all", ("school", "year", "phase", "measure"), ("disadvantaged", "other")),
        Same("cohort", ("school", "year", "phase", "group")),
    ),
    official=True,
)
