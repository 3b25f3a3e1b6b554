"""What we refuse to say: the only way from a frame to a page, a file or the terminal.

Two rules. A figure about fewer people than the limit is withheld, and so is whatever would let
somebody work it out from the figures that stay. The second rule is exact: the frame is read as a
system of linear relations (a whole is the pupil-weighted sum of its parts; a gap is a difference;
a number of pupils is the same under every measure), the reader is assumed to know every number of
pupils, and a figure is safe only if the released ones do not determine it.

What is not covered: bounds. From "98 % of 100 pupils" a reader may infer a range for a group of
three; no single value follows, and the official tables accept the same. Small numerators are
allowed as well (one pupil of thirty): as there, the rule looks at the cohort.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.disclosure.relations import Cells, read
from commonroom.disclosure.released import Released
from commonroom.disclosure.rule import OUTCOMES, PUPILS, RESPONDENTS, Columns, Rows, Rule, Same
from commonroom.errors import CommonroomError

__all__ = [
    "OUTCOMES", "PUPILS", "RESPONDENTS", "Columns", "DisclosureError", "Released", "Rows", "Rule",
    "Same", "release",
]  # fmt: skip

SUBTRACTION = "would follow by subtraction"
UNKNOWN = "number unknown"


class DisclosureError(CommonroomError):
    """A rule does not fit the frame it is to protect."""


def release(frame: pl.DataFrame, *, rule: Rule, source: str = "", date: str = "") -> Released:
    """Return `frame` without small numbers and without what would reveal them.

    Arguments: any `frame`; the `rule` that says which columns are figures about how many people
    and what adds up; the `source` (publication) and `date` that a reader is to see.
    Raises DisclosureError when a key or a figure that the rule protects is not in the frame.
    Method: DOMAIN.md "What must never happen"; complementary suppression by linear dependence.
    """
    unplaced = [key for key in rule.keys if key not in frame.columns]
    if unplaced or (rule.figures and not set(rule.figures) & set(frame.columns)):
        raise DisclosureError(f"The frame has no column {', '.join(unplaced) or 'to protect'}.")
    if not rule.figures or frame.is_empty():
        return Released(frame, _list(frame, rule, []), rule, source, date)
    cells = read(frame, rule)
    unknown = np.isnan(cells.count)
    small = ~unknown & (cells.count > 0) & (cells.count < rule.limit)
    protected = small if rule.official else small | unknown
    hidden = _hide(cells, protected, rule)
    few = f"fewer than {rule.limit} {rule.people}"
    why = np.where(small, few, np.where(protected, UNKNOWN, SUBTRACTION))
    gone = {}
    for number, name in enumerate(rule.figures):
        mine = slice(number * cells.height, number * cells.height + frame.height)
        if name in frame.columns:
            reasons = np.where(hidden[mine] & cells.known[mine], why[mine], "")
            gone[name] = pl.Series(reasons.tolist(), dtype=pl.String)
    return Released(
        frame=frame.with_columns(
            pl.when(reason == "").then(pl.col(name)).alias(name) for name, reason in gone.items()
        ),
        withheld=_list(frame, rule, list(gone.items())),
        rule=rule,
        source=source,
        date=date,
        unknown=int((unknown & cells.known & ~hidden).sum()),
    )


def _hide(cells: Cells, protected: np.ndarray, rule: Rule) -> np.ndarray:
    """Add what would reveal the protected figures; where nothing adds up, nothing would."""
    if not rule.relations:
        return protected
    from commonroom.disclosure.subtraction import hide

    return hide(cells, protected)


def _list(frame: pl.DataFrame, rule: Rule, gone: list[tuple[str, pl.Series]]) -> pl.DataFrame:
    """Return one row per withheld figure: the keys of its row, its column, and why."""
    keys = {key: frame.schema[key] for key in rule.keys}
    nothing = pl.DataFrame(schema=keys | dict.fromkeys(["column", "reason"], pl.String()))
    found = (
        frame.select(*rule.keys, column=pl.lit(name), reason=reason).filter(reason != "")
        for name, reason in gone
    )
    return pl.concat([nothing, *found])
