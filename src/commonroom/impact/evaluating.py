"""From events and figures to an evaluation: did it help, compared with whom, and how sure is that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from polars import selectors
from scipy import stats

from commonroom import partnerships
from commonroom.impact import account, comparison, events, guards, matched, strength, studying, synthetic
from commonroom.impact import plan as plans
from commonroom.impact import unit as units
from commonroom.impact.definition import Definition
from commonroom.impact.outcomes import Outcome
from commonroom.impact.plan import Asked, Facts, Plan
from commonroom.impact.staggered import Kind
from commonroom.impact.study import Estimate, Flags
from commonroom.impact.studying import Around, Studied
from commonroom.panel.build import Panel
from commonroom.tables import impact as tables

#: Kinds of effect that are told, the whole first.
KINDS: tuple[Kind, ...] = ("simple", "dynamic", "cohort", "calendar")
#: Designs that look at all who took part as one unit.
SINGLE = ("synthetic", "sdid")
UNIT = "those that took part"


@dataclass(frozen=True)
class Terms:
    """On what an evaluation stands beside the figures.

    `facts`: its date, the version of the evidence and the seed; what is known `around` schools; `planned`:
    the plan that was locked and its events, if there was one; `why`: reasons for deviations, by field.
    """

    facts: Facts
    around: Around = field(default_factory=Around)
    planned: tuple[Plan, pl.DataFrame] | None = None
    why: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Evaluation:
    """An answer to each question (role), and all that a sceptic asks.

    `frames` by name, tables of tables.impact: headline, effects, paths, comparisons, left_out, balance,
    guards, synthetic, deviations, events. `done`: what was done, as a plan; `notes`: sentences on schools
    that do not count.
    """

    frames: Mapping[str, pl.DataFrame]
    done: Plan
    notes: tuple[str, ...]


def evaluate(
    panel: Panel, given: pl.DataFrame, *, asked: Asked, definition: Definition, terms: Terms
) -> Evaluation:
    """Judge whether work helped, each role that schools had in it as a question of its own.

    Arguments: the `panel`; the events `given` (tables.impact.EVENTS); what is `asked` (outcome, window,
    roles, design); the `definition`; the `terms`. Raises SaidToPeople for a question that cannot be asked of
    these events, naming the design that can. Source: METHODS.md section 9.
    """
    given = tables.EVENTS.check(given)
    notes = events.check(given, panel=panel, asked=asked, definition=definition)
    done = plans.make(asked, events=given, definition=definition, facts=terms.facts)
    deviations = _deviations(done, given, terms)
    parts: dict[str, list[pl.DataFrame]] = {}
    for role in asked.roles:
        question = _Question(
            panel,
            given,
            replace(asked, roles=(role,)),
            definition,
            terms,
            deviations.height,
            len(asked.roles),
        )
        for name, frame in _answer(question).items():
            parts.setdefault(name, []).append(frame)
    frames = {name: pl.concat(found) for name, found in parts.items()}
    missing = {name: table.empty() for name, table in ALL.items() if name not in frames}
    return Evaluation(frames | missing | {"deviations": deviations, "events": given}, done, notes)


ALL = {**account.TABLES, "synthetic": tables.SYNTHETIC}


@dataclass(frozen=True)
class _Question:
    """One role, and everything that it is asked of."""

    panel: Panel
    events: pl.DataFrame
    asked: Asked
    definition: Definition
    terms: Terms
    deviations: int
    questions: int

    @property
    def role(self) -> str:
        return self.asked.roles[0]

    @property
    def plan(self) -> Plan | None:
        return self.terms.planned[0] if self.terms.planned else None


def _deviations(done: Plan, given: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Where what is done differs from the plan; nothing where there was none."""
    if terms.planned is None:
        return tables.DEVIATIONS.empty()
    plan, then = terms.planned
    return plans.deviations(plan, done, events=(then, given), why=terms.why)


def _answer(question: _Question) -> dict[str, pl.DataFrame]:
    """Every frame of one role, marked with it."""
    asked = question.asked
    outcome = within(asked.outcome, question.events, asked)
    cluster = question.definition.estimator.cluster
    studied = studying.study(
        question.panel,
        question.events,
        outcome=outcome,
        asked=(question.role, asked.window[1], cluster),
        around=question.terms.around,
    )
    pool = comparison.pool(studied.study, partners=studied.partners)
    if asked.design in SINGLE:
        return _single(question, studied, pool, outcome)
    return _many(question, studied, pool, outcome)


def within(outcome: Outcome, given: pl.DataFrame, asked: Asked) -> Outcome:
    """Return the figures before the first start and within the window: others are neither base nor answer."""
    first = given.filter(pl.col("role").is_in(asked.roles))["start"].to_numpy().min()
    kept = (pl.col("year") < int(first)) | pl.col("year").is_between(*asked.window)
    return replace(outcome, figures=outcome.figures.filter(kept), years=outcome.years.filter(kept))


def designed(definition: Definition, asked: Asked) -> Definition:
    """Return the definition with the estimator that a design names."""
    changed: dict[str, Any] = {"matched": asked.design == "matched"}
    if asked.design in ("reg", "ipw", "dr"):
        changed["method"] = asked.design
    return definition.model_copy(update={"estimator": definition.estimator.model_copy(update=changed)})


def _many(question: _Question, studied: Studied, pool: Flags, outcome: Outcome) -> dict[str, pl.DataFrame]:
    """The answer of a design that compares school with school."""
    study, seed = studied.study, question.terms.facts.seed
    definition = designed(question.definition, question.asked)
    answer = matched.estimate(study, pool=pool, definition=definition, kinds=KINDS)
    minutes = comparison.minutes(study, travel=partnerships.load().travel)
    frames = {
        "effects": account.effects(
            answer, studied, outcome=outcome, inference=definition.inference, seed=seed
        ),
        "paths": account.paths(answer, studied, outcome=outcome),
        "comparisons": comparison.with_minutes(answer.matched.pairs, study=study, minutes=minutes),
        "left_out": pl.concat(
            [
                studied.left_out,
                answer.matched.left_out,
                comparison.aside(study, partners=studied.partners),
            ]
        ).unique(["side", "school", "why"], keep="first", maintain_order=True),
        "balance": answer.matched.balance,
        "guards": guards.look(study, pool=pool, definition=definition, answer=answer, seed=seed),
    }
    simple = answer.combined["simple"]
    counted = (int(simple.joiners[0]), int(simple.others[0]))
    scale = float(account.scales(answer, "simple", studied)[0]) * outcome.sign
    estimate = answer.estimates["simple"][0]
    frames["headline"] = _headline(
        question, studied, outcome, (estimate, scale, counted), guards=frames["guards"]
    )
    return account.mark(frames, role=question.role)


def _single(question: _Question, studied: Studied, pool: Flags, outcome: Outcome) -> dict[str, pl.DataFrame]:
    """The answer of a design that looks at all who took part as one unit."""
    found = units.single(
        studied.study,
        pool=pool,
        design=question.asked.design,
        definition=question.definition,
        seed=question.terms.facts.seed,
    )
    answer = found.answer
    after = np.isin(studied.study.years, answer.years[answer.years >= answer.start])
    scale = float(studied.sd[after].mean()) * outcome.sign
    counted = (answer.schools, answer.pool)
    frames = {
        "guards": found.guards,
        "left_out": pl.concat(
            [
                studied.left_out,
                units.unseen(studied.study, answer),
                comparison.aside(studied.study, partners=studied.partners),
            ]
        ),
        "headline": _headline(
            question, studied, outcome, (answer.effect, scale, counted), guards=found.guards
        ),
    }
    rows = synthetic.frame(
        answer, unit=UNIT if answer.schools > 1 else str(studied.study.schools[studied.study.joined][0])
    )
    return account.mark(frames, role=question.role) | {"synthetic": rows}


def _headline(
    question: _Question,
    studied: Studied,
    outcome: Outcome,
    found: tuple[Estimate, float, tuple[int, int]],
    *,
    guards: pl.DataFrame,
) -> pl.DataFrame:
    """The one row of a role: the effect in all, and how strong the evidence is."""
    estimate, scale, (schools, others) = found
    asked, plan = question.asked, question.plan
    ends = sorted((estimate.low * scale, estimate.high * scale))
    years = outcome.years.filter(pl.col("year").is_between(*asked.window))["year"]
    facts: dict[str, Any] = {
        "measure": outcome.measure.name,
        "phase": outcome.phase,
        **{name: getattr(estimate, name) for name in ("effect", "se", "low", "high", "p")},
        "points": estimate.effect * scale,
        "points_low": ends[0],
        "points_high": ends[1],
        "noise": estimate.effect / studied.ordinary,
        "noise_low": estimate.low / studied.ordinary,
        "noise_high": estimate.high / studied.ordinary,
        "smallest": (plan.smallest.sd if plan else asked.smallest),
        "detectable": _detectable(question, estimate),
        "schools": schools,
        "asked": question.events.filter(role=question.role)["school"].n_unique(),
        "clusters": estimate.clusters,
        "comparison": others,
        "inference": estimate.inference,
        "design": asked.design,
        "first_year": years.min(),
        "last_year": years.max(),
        "planned": plan is not None and plan.is_before_outcomes,
        "plan": "" if plan is None else plan.hash,
    }
    judged = strength.judge(_facts(facts, question), guards)
    facts |= {"strength": judged.step, "verdict": judged.verdict, "reasons": "+".join(judged.reasons)}
    return pl.DataFrame([facts]).with_columns(selectors.float().fill_nan(None))


def _facts(row: Mapping[str, Any], question: _Question) -> strength.Facts:
    """What the step of evidence rests on beside the checks."""
    same = (
        "effect",
        "low",
        "high",
        "p",
        "smallest",
        "detectable",
        "schools",
        "asked",
        "clusters",
        "comparison",
    )
    return strength.Facts(
        **{name: row[name] for name in same},
        planned=row["planned"],
        deviations=question.deviations,
        questions=question.questions,
    )


def _detectable(question: _Question, estimate: Estimate) -> float:
    """The smallest effect that could be seen: as planned, else from the error that came out."""
    power = question.definition.power.power
    for seen in question.plan.power if question.plan else ():
        if seen.role == question.role and seen.sd is not None:
            return seen.sd
    return (
        float(stats.norm.ppf((1 + question.definition.inference.level) / 2) + stats.norm.ppf(power))
        * estimate.se
    )
