"""What is asked of work and its impact, put together from people's files, options and the evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.impact import definition as definitions_of_impact
from commonroom.impact import outcomes, plan
from commonroom.impact.definition import Cluster, Definition
from commonroom.impact.outcomes import Outcome
from commonroom.impact.plan import Design, Plan
from commonroom.impact.studying import ROLES, Around
from commonroom.panel.build import Panel
from commonroom.partnerships import agreed as agreement
from commonroom.pipeline import agreed, definitions
from commonroom.sources import agreed as tables
from commonroom.sources import events
from commonroom.store import evidence, partnerships
from commonroom.store.evidence import Evidence

#: The program's own definition of an evaluation.
IMPACT = "impact"
PANEL = ("schools", "outcomes", "context", "joins", "problems", "left_out")
Role = Literal["receiver", "provider"]


@dataclass(frozen=True)
class Question:
    """What somebody asks, in words of the command line; None and empty where the plan or a rule decides.

    `outcome`: a measure by name, ":gap" behind it for the gap between disadvantaged and other pupils;
    `window`: first and last year of it that count; `role`: one part alone, else every part that schools
    had; `smallest` effect that matters, in sd of schools; `trusts` and `ties`: files.
    """

    outcome: str | None = None
    phase: str | None = None
    window: tuple[int, int] | None = None
    role: Role | None = None
    design: Design | None = None
    cluster: Cluster | None = None
    smallest: float | None = None
    name: str | None = None
    question: str = ""
    failure: str = ""
    definition: Path | None = None
    trusts: Path | None = None
    ties: Path | None = None
    usable_only: bool = False


@dataclass(frozen=True)
class Setting:
    """Everything that a plan or an evaluation is made from, read and checked."""

    evidence: Evidence
    panel: Panel
    events: pl.DataFrame
    asked: plan.Asked
    definition: Definition
    around: Around
    notes: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """The outcome that is asked about, with its figures."""
        return self.asked.outcome


def set_out(
    folder: Path, given: Path | None, *, question: Question, planned: tuple[Plan, pl.DataFrame] | None = None
) -> Setting:
    """Read what is asked of whom.

    Arguments: the `folder` of the evidence; the file of events `given`, or the folder of a plan of
    partnerships (what was accepted there), or None: those of the plan; the `question`, whose empty parts are
    those of the plan; what was `planned`. Raises SaidToPeople for anything that is to be mended.
    """
    opened = evidence.open(folder)
    filled = _fill(question, planned)
    panel = Panel(*(opened.table(name) for name in PANEL))
    known = agreed.known(opened)
    rows, notes = _events(given, planned, known=known, usable_only=question.usable_only)
    files = agreed.Files(trusts=question.trusts, ties=question.ties)
    said = agreed.read(opened, files)
    outcome = outcomes.take(
        panel, name=str(filled.outcome), measures=definitions.measures(opened), phase=filled.phase
    )
    roles = (filled.role,) if filled.role else tuple(role for role in ROLES if role in set(rows["role"]))
    asked = plan.Asked(
        outcome=outcome,
        window=filled.window or _window(rows, outcome),
        roles=roles,
        design=filled.design or "matched",
        smallest=plan.SMALLEST if filled.smallest is None else filled.smallest,
        name=filled.name or "the work",
        question=filled.question,
        failure=filled.failure,
    )
    return Setting(
        evidence=opened,
        panel=panel,
        events=rows,
        asked=asked,
        definition=_definition(filled, planned),
        around=Around(trusts=said.trusts, ties=said.ties),
        notes=notes,
    )


def _fill(question: Question, planned: tuple[Plan, pl.DataFrame] | None) -> Question:
    """The question with what the plan says where it says nothing."""
    if planned is None:
        if question.outcome is None:
            raise SaidToPeople(
                "nobody said which outcome counts.",
                where="--outcome",
                remedy="Give a measure: --outcome attainment8 (docs/reference/definitions.md has all).",
            )
        return question
    then = planned[0]
    same = question.outcome in (None, then.outcome.measure)
    return replace(
        question,
        outcome=question.outcome or then.outcome.measure,
        phase=question.phase or (then.outcome.phase if same else None),
        window=question.window or (then.window.first, then.window.last),
        role=question.role or (then.roles[0] if len(then.roles) == 1 else None),
        design=question.design or then.design,
        smallest=then.smallest.sd if question.smallest is None else question.smallest,
        name=question.name or then.name,
        question=question.question or then.question,
        failure=question.failure or then.failure,
    )


def _definition(question: Question, planned: tuple[Plan, pl.DataFrame] | None) -> Definition:
    """The definition asked for, with the plan's own numbers where another was not given."""
    found = definitions_of_impact.load(question.definition or IMPACT)
    if planned is not None and question.definition is None:
        then = planned[0]
        found = found.model_copy(
            update={"comparison": then.comparison, "estimator": then.estimator, "inference": then.inference}
        )
    if question.cluster is not None:
        estimator = found.estimator.model_copy(update={"cluster": question.cluster})
        found = found.model_copy(update={"estimator": estimator})
    return found


def _events(
    given: Path | None,
    planned: tuple[Plan, pl.DataFrame] | None,
    *,
    known: tables.Known,
    usable_only: bool,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Who took part: from a file, from a folder of partnerships, or as planned."""
    if given is None:
        if planned is None:
            raise SaidToPeople(
                "nobody said who took part.",
                where="EVENTS",
                remedy="Give a table with columns school and start, or plan first: commonroom impact plan.",
            )
        return planned[1], ()
    if given.is_dir():
        return _converted(partnerships.decisions(given), given), ()
    if events.holds_decisions(given):
        return _converted(tables.decisions.read(given, known=known), given), ()
    if usable_only:
        return events.read_usable(given, known=known)
    return events.read(given, known=known), ()


def _converted(decisions: pl.DataFrame, where: Path) -> pl.DataFrame:
    """Events of the proposals that were accepted."""
    found = events.convert(agreement.in_force(decisions)) if decisions.height else decisions
    if found.is_empty():
        raise SaidToPeople(
            "no proposal was accepted here, so nobody took part in anything.",
            where=str(where),
            remedy="Record what schools decided (commonroom partnerships decide), or give a table of events.",
        )
    return found


def _window(rows: pl.DataFrame, outcome: Outcome) -> tuple[int, int]:
    """From the first start to the last year with figures; two years where none of them is there yet."""
    first = int(rows["start"].to_numpy().min())
    last = int(outcome.years["year"].to_numpy().max())
    return first, max(last, first + 1) if last < first else last
