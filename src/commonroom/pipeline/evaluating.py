"""Plans of evaluations, evaluations, and what was found: written whole, with their pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from commonroom import impact
from commonroom.disclosure import Released, Rule, release
from commonroom.impact import comparison, findings, plan, studying
from commonroom.impact import events as questions
from commonroom.impact.evaluating import designed, within
from commonroom.impact.plan import Facts, Plan
from commonroom.impact.power import Power, power
from commonroom.narrative import impact as telling_of_impact
from commonroom.narrative.impact import Told
from commonroom.narrative.words import Language
from commonroom.pipeline import asking, telling
from commonroom.pipeline.asking import Question, Setting
from commonroom.store import impact as folders
from commonroom.tables.impact import FINDINGS
from commonroom.tables.partnerships import STANDING

Report = Callable[[str, float], None]

#: What a terminal shows of each answer.
SHOWN = (
    "role", "measure", "effect", "low", "high", "points", "points_low", "points_high", "schools",
    "clusters", "comparison", "strength", "verdict",
)  # fmt: skip
#: What is kept of how schools stood when it was planned.
STOOD = {name: STANDING.schema[name] for name in ("school", "phase", "theme", "measure", "effect", "sd")}


@dataclass(frozen=True)
class Kept:
    """Where a plan or an evaluation is written, its date, the seed of its draws, and the language.

    `why`: reasons for what was done otherwise than planned, by field.
    """

    folder: Path
    date: datetime.date
    seed: int = 0
    language: Language = "en"
    why: Mapping[str, str] | None = None


def _silent(_step: str, _share: float) -> None:
    """Report to nobody."""


def plan_impact(
    evidence: Path, events: Path, *, question: Question, kept: Kept, report: Report = _silent
) -> Released:
    """Write the plan of an evaluation, dated and hashed, with the smallest effect that it could see.

    Arguments: the `evidence` folder; the file of `events`, or the folder of a plan of partnerships; the
    `question`; where it is `kept`. Raises SaidToPeople; nothing is then written.
    """
    report("Reading the evidence, and who takes part", 0.0)
    setting = asking.set_out(evidence, events, question=question)
    notes = questions.check(
        setting.events,
        panel=setting.panel,
        asked=setting.asked,
        definition=setting.definition,
        ahead=True,
    )
    report("Trying the design on programmes that never were", 0.2)
    found = _powers(setting, seed=kept.seed)
    facts = Facts(date=kept.date, evidence=setting.evidence.version, seed=kept.seed)
    made = plan.make(
        setting.asked, events=setting.events, definition=setting.definition, facts=facts, power=found
    )
    report("Writing the plan", 0.9)
    curves = pl.concat(
        [one.curve.with_columns(role=pl.lit(role)) for role, one in found.items()]
        or [pl.DataFrame(schema={"role": pl.String, "effect": pl.Float64, "power": pl.Float64})]
    )
    frames = {"events": setting.events, "power": curves}
    told = _told(setting, made, kept)
    page = telling_of_impact.plan(frames, told=told, language=kept.language)
    written = folders.write_plan(
        kept.folder,
        folders.Planned(made.text, made.hash, setting.events),
        frames={"power": curves, "standing": _stood(setting)},
        texts={"plan.html": page.encode()},
    )
    report("Done", 1.0)
    tenths = pl.col("effect").mul(10).round(6)
    brief = curves.filter(tenths == tenths.round()).select("role", "effect", "power")
    shown = release(brief, rule=Rule(keys=("role", "effect")), source=_source(setting), date=str(kept.date))
    said = [made.question, *_say_power(found, setting), made.failure, *setting.notes, *notes]
    said.append(
        f"The plan is locked in {written.folder} (hash {made.short}, {made.date}): when the results are "
        f"there, commonroom impact evaluate --out {written.folder}."
    )
    return replace(shown, sentences=tuple(said))


def _powers(setting: Setting, *, seed: int) -> dict[str, Power]:
    """What the design could see in each role; nothing for designs that look at one unit."""
    if setting.asked.design in impact.SINGLE:
        return {}
    definition = designed(setting.definition, setting.asked)
    found = {}
    for role in setting.asked.roles:
        asked = replace(setting.asked, roles=(role,))
        studied = studying.study(
            setting.panel,
            setting.events,
            outcome=within(setting.outcome, setting.events, asked),
            asked=(role, asked.window[1], definition.estimator.cluster),
            around=setting.around,
        )
        pool = comparison.pool(studied.study, partners=studied.partners)
        found[role] = power(studied.study, pool=pool, definition=definition, seed=seed, window=asked.window)
    return found


def _say_power(found: Mapping[str, Power], setting: Setting) -> list[str]:
    """The smallest effect that the design could see, in sd of schools and in points."""
    said = []
    sd = float(setting.outcome.years["sd"][-1])
    measure = setting.outcome.measure
    for role, one in found.items():
        if one.sd is None:
            said.append(
                f"As {role}: no effect up to {one.curve['effect'].to_numpy().max():g} sd could be seen."
            )
            continue
        first, last = one.years
        years = str(first) if first == last else f"{first} to {last}"
        said.append(
            f"As {role}: the smallest effect that would be seen in {one.power:.0%} of programmes is "
            f"{one.sd:.2f} sd of schools, {one.sd * sd:.1f} {measure.unit} ({one.programmes} placebo "
            f"programmes on the figures of {years})."
        )
    if not found:
        said.append(
            "What a design of one unit could see is told by its placebos, when the results are there."
        )
    return said


def evaluate(
    evidence: Path, events: Path | None, *, question: Question, kept: Kept, report: Report = _silent
) -> Released:
    """Judge whether work helped, write the evaluation with its page, and return its answers.

    Arguments: the `evidence` folder; the file of `events`, or None: as planned; the `question`, whose empty
    parts are those of the plan in the folder, if there is one; where it is `kept`. Raises SaidToPeople;
    nothing is then written.
    """
    report("Reading the evidence, and who took part", 0.0)
    planned = _read(kept.folder)
    setting = asking.set_out(evidence, events, question=question, planned=planned)
    report("Finding comparison schools, and asking what a sceptic asks", 0.2)
    facts = Facts(date=kept.date, evidence=setting.evidence.version, seed=kept.seed)
    terms = impact.Terms(facts, around=setting.around, planned=planned, why=kept.why)
    answer = impact.evaluate(
        setting.panel, setting.events, asked=setting.asked, definition=setting.definition, terms=terms
    )
    report("Writing the evaluation", 0.85)
    told = _told(setting, planned[0] if planned else None, kept)
    frames = dict(answer.frames)
    frames["findings"] = _findings(answer, setting, kept, planned)
    shown = telling_of_impact.show(frames, pupils=told.pupils, source=_source(setting))
    page = telling_of_impact.evaluation(frames, told=told, language=kept.language)
    written = folders.write_results(
        kept.folder,
        {name: getattr(shown, name).frame.select(frame.columns) for name, frame in frames.items()},
        texts={"evaluation.html": page.encode()},
        about={
            "plan": planned[0].hash if planned else "",
            "evidence": setting.evidence.version,
            "date": str(kept.date),
        },
    )
    report("Done", 1.0)
    brief = telling_of_impact.brief(frames, told=told, language=kept.language)
    said = [*brief, *setting.notes, *answer.notes, f"The evaluation is in {written.folder}."]
    said += [f"A file of the evaluation before that was changed is kept as {name}." for name in written.kept]
    found = replace(shown.headline, frame=shown.headline.frame.select(SHOWN), date=str(kept.date))
    return replace(found, sentences=tuple(said))


def _read(folder: Path) -> tuple[Plan, pl.DataFrame] | None:
    """The plan of a folder with its events, if there is one."""
    planned = folders.read_plan(folder)
    if planned is None:
        return None
    return plan.parse(planned.text, where=str(Path(folder) / folders.PLAN)), planned.events


def _findings(
    answer: impact.Evaluation, setting: Setting, kept: Kept, planned: tuple[Plan, pl.DataFrame] | None
) -> pl.DataFrame:
    """One row for each answer, as the evidence base takes it."""
    source = findings.Source(
        who=answer.done.name,
        plan=planned[0] if planned else None,
        deviations=answer.frames["deviations"].height,
        evidence=setting.evidence.version,
        date=kept.date,
    )
    # As it stood when it was planned: the standing of now may be what the work made of it.
    standing = folders.read_frame(kept.folder, "standing", schema=STOOD) if planned else None
    return findings.rows(answer.frames["headline"], events=setting.events, source=source, standing=standing)


def _stood(setting: Setting) -> pl.DataFrame:
    """How schools that take part stand in the outcome when it is planned, where the evidence says so."""
    if "standing" not in setting.evidence.manifest.tables:
        return pl.DataFrame(schema=STOOD)
    where = {"measure": setting.outcome.measure.name, "phase": setting.outcome.phase}
    rows = setting.evidence.table("standing", where=where, columns=list(STOOD))
    return rows.join(setting.events, on="school", how="semi", maintain_order="left")


def collect(paths: Sequence[Path], *, out: Path | None = None) -> Released:
    """Bring findings together, one row for each result, and add them to a file where one is named.

    Arguments: `paths` of folders of evaluations, or of files of findings; the file `out` that they are added
    to. Raises SaidToPeople for a folder without findings.
    """
    found = pl.concat([folders.read_findings(path) for path in paths])
    found = found.unique(FINDINGS.keys, keep="last", maintain_order=True).sort("date", *FINDINGS.keys)
    if out is not None:
        found = folders.add_findings(out, found)
    shown = release(found, rule=Rule(keys=FINDINGS.keys), source="Evaluations by commonroom impact evaluate")
    usable = findings.to_gains(found).height
    said = f"{found.height} findings, {usable} of which the matching may learn from."
    where = () if out is None else (f"They are in {out}.",)
    return replace(shown, sentences=(said, *where))


def _told(setting: Setting, made: Plan | None, kept: Kept) -> Told:
    """What the pages are told with."""
    opened, outcome = setting.evidence, setting.outcome
    return Told(
        facts=telling.facts(opened),
        schools=opened.table("schools", columns=["school", "name", "authority"]),
        definition=setting.definition,
        name=setting.asked.name,
        measure=outcome.measure,
        phase=outcome.phase,
        plan=made,
        spread=_spread(setting),
        pupils=outcome.figures.select("school", "year", "cohort"),
        sources=_releases(setting),
    )


def _spread(setting: Setting) -> float:
    """One sd of schools in the unit of the measure, in the last year that counts, or the last there is."""
    years = setting.outcome.years.sort("year")
    counted = years.filter(pl.col("year") <= setting.asked.window[1])
    return float((counted if counted.height else years)["sd"][-1])


def _releases(setting: Setting) -> tuple[str, ...]:
    """The publications of the figures that are used."""
    used = within(setting.outcome, setting.events, setting.asked).figures
    return tuple(used["release"].drop_nulls().unique().sort())


def _source(setting: Setting) -> str:
    return "; ".join(_releases(setting))
