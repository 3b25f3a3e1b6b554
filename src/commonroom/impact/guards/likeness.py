"""Balance: were both sides alike before the start?"""

from __future__ import annotations

from commonroom.impact.guards.question import Question, Row, Verdict, cannot

#: Standardised differences beyond this are more than adjusting can mend (Rubin 2001; Stuart 2010).
FAR = 0.25


def look(question: Question) -> list[Row]:
    """Return the variable of the path, and that of context, in which both sides differ most after matching.

    `value` is the standardised difference; up to `guards.balance` holds, up to FAR is unclear (and adjusted
    for by regression), beyond it fails.
    """
    frame = question.answer.matched.balance.drop_nulls("after")
    if frame.is_empty():
        return cannot("", "no_comparison")
    rows = []
    for part in (True, False):
        mine = [one for one in frame.iter_rows(named=True) if one["variable"].startswith("path_") == part]
        if mine:
            most = max(mine, key=lambda one: (abs(one["after"]), one["variable"]))
            rows.append(_row(str(most["variable"]), float(most["after"]), question))
    return rows


def _row(variable: str, difference: float, question: Question) -> Row:
    """The row of the variable that differs most."""
    size = abs(difference)
    verdict: Verdict = "fails" if size > FAR else "unclear"
    why = "far_apart" if size > FAR else "unbalanced"
    if size <= question.definition.guards.balance:
        verdict, why = "holds", ""
    return Row(variable, value=difference, verdict=verdict, why=why)
