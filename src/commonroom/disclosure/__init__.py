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

from commonroom.disclosure.relations import read
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
    gone, unknown = _relate(frame, rule) if rule.relations else _apart(frame, rule)
    return Released(
        frame=frame.with_columns(
            pl.when(reason == "").then(pl.col(name)).alias(name) for name, reason in gone.items()
        ),
        withheld=_list(frame, rule, list(gone.items())),
        rule=rule,
        source=source,
        date=date,
        unknown=unknown,
    )


def _apart(frame: pl.DataFrame, rule: Rule) -> tuple[dict[str, pl.Series], int]:
    """Return why each figure is withheld, or not, where nothing adds up; and how many lack a number."""
    gone, unknown = {}, 0
    for name, people in rule.figures.items():
        if name not in frame.columns:
            continue
        count = frame[people].cast(pl.Float64).fill_nan(None) if people in frame.columns else None
        few = pl.lit(False) if count is None else pl.lit((count > 0) & (count < rule.limit)).fill_null(False)
        blank = pl.lit(True) if count is None else pl.lit(count.is_null())
        known = pl.col(name).is_not_null()
        reason = (
            pl.when(known & few)
            .then(pl.lit(f"fewer than {rule.limit} {rule.people}"))
            .when(known & blank & pl.lit(not rule.official))
            .then(pl.lit(UNKNOWN))
            .otherwise(pl.lit(""))
        )
        found = frame.select(reason=reason, blank=known & blank)
        gone[name] = found["reason"]
        unknown += int(found["blank"].sum()) if rule.official else 0
    return gone, unknown


def _relate(frame: pl.DataFrame, rule: Rule) -> tuple[dict[str, pl.Series], int]:
    """Return the same where figures add up, so that one may follow from others."""
    from commonroom.disclosure.subtraction import hide

    cells = read(frame, rule)
    unknown = np.isnan(cells.count)
    small = ~unknown & (cells.count > 0) & (cells.count < rule.limit)
    protected = small if rule.official else small | unknown
    hidden = hide(cells, protected)
    few = f"fewer than {rule.limit} {rule.people}"
    why = np.where(small, few, np.where(protected, UNKNOWN, SUBTRACTION))
    gone = {}
    for number, name in enumerate(rule.figures):
        mine = slice(number * cells.height, number * cells.height + frame.height)
        if name in frame.columns:
            reasons = np.where(hidden[mine] & cells.known[mine], why[mine], "")
            gone[name] = pl.Series(reasons.tolist(), dtype=pl.String)
    return gone, int((unknown & cells.known & ~hidden).sum())


def _list(frame: pl.DataFrame, rule: Rule, gone: list[tuple[str, pl.Series]]) -> pl.DataFrame:
    """Return one row per withheld figure: the keys of its row, its column, and why."""
    keys = {key: frame.schema[key] for key in rule.keys}
    nothing = pl.DataFrame(schema=keys | dict.fromkeys(["column", "reason"], pl.String()))
    found = (
        frame.select(*rule.keys, column=pl.lit(name), reason=reason).filter(reason != "")
        for name, reason in gone
    )
    return pl.concat([nothing, *found])
