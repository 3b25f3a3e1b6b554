"""The page of a plan: what is asked, compared how, what counts as success, and what it could see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from markupsafe import Markup

from commonroom import charts
from commonroom.impact.plan import Plan
from commonroom.narrative import page
from commonroom.narrative.impact import beside, checks
from commonroom.narrative.impact.answer import ROLES
from commonroom.narrative.impact.pictures import scaled, still, unit
from commonroom.narrative.impact.shown import Frames, Shown, show
from commonroom.narrative.impact.voice import STYLES, Told, Voice, speak
from commonroom.narrative.laying import lay
from commonroom.narrative.page import Block, Grid
from commonroom.narrative.words import Language

PROMISES = ("tell", "deviate", "alone", "rank")


@dataclass(frozen=True)
class Term:
    """One thing that was agreed: what it is, what was agreed, and the planners' own words for it."""

    name: str
    said: str
    own: str = ""


def plan(frames: Frames, *, told: Told, language: Language) -> str:
    """Return the plan of an evaluation as one HTML page to print and sign, before any result.

    Arguments: `frames` (events; power: effect in sd of schools and power, and role where there are two;
    left_out), what it is `told` with (its `plan` must be there), and the `language`. Raises WordsError for
    another language, ValueError where there is no plan.
    """
    if told.plan is None:
        raise ValueError("a plan is told of where there is one")
    voice, shown = speak(told, language), show(frames, pupils=told.pupils)
    stamp = voice.say("plan.stamp", digest=told.plan.short, date=voice.words.date(told.plan.date))
    return lay(
        "impact_plan.html",
        voice,
        styles=STYLES,
        name=voice.name,
        stamp=stamp,
        agreed=agreed(told.plan, shown, voice),
        powers=[_power(told.plan, shown, role, voice) for role in told.plan.roles],
        questions=[checks.ask(guard, voice) for guard in checks.ORDER],
        promises=[voice[f"plan.promise.{name}"] for name in PROMISES],
        schools=_schools(shown, voice),
        cannot=_cannot(shown, voice),
        made=_made(told.plan, voice),
    )


def agreed(plan: Plan, shown: Shown, voice: Voice) -> tuple[Term, ...]:
    """Return what was agreed, each in the language of the page, with the planners' own words beside it."""
    smallest = voice.size(plan.smallest.sd)
    level = voice.words.percent(plan.inference.level)
    terms = (
        ("question", *_question(plan, voice)),
        ("who", _who(shown, voice), ""),
        ("when", _when(plan, shown, voice), ""),
        ("measured_by", _measure(voice), ""),
        ("how", _how(plan, voice), ""),
        ("smallest", smallest, ""),
        ("success", voice.say("plan.success_said", level=level, smallest=smallest), ""),
        ("failure", voice.say("plan.failure_said", smallest=smallest), plan.failure),
        ("between", voice["plan.between_said"], ""),
    )
    return tuple(Term(voice[f"plan.{name}"], said, own) for name, said, own in terms)


def _question(plan: Plan, voice: Voice) -> tuple[str, str]:
    """Return the question in the language of the page: in English, as it was written."""
    if not voice.welsh:
        return plan.question, ""
    return voice.say("plan.question_own", measure=voice.measure), plan.question


def _who(shown: Shown, voice: Voice) -> str:
    events = shown.events.frame
    counts = {role: events.filter(pl.col("role") == role)["school"].n_unique() for role in ROLES}
    return voice.say(
        "plan.who_said",
        receivers=voice.say("count.schools", n=counts["receiver"]),
        providers=voice.say("count.schools", n=counts["provider"]),
        clusters=voice.say("cluster.partnership", n=events["partnership"].n_unique()),
    )


def _when(plan: Plan, shown: Shown, voice: Voice) -> str:
    starts = [str(year) for year in shown.events.frame["start"].unique().sort()]
    first, last = plan.window.first, plan.window.last
    years = str(first) if first == last else voice.say("years", first=str(first), last=str(last))
    return voice.say("plan.when_said", start=voice.words.listed(starts), years=years)


def _measure(voice: Voice) -> str:
    meaning = voice.words.sentences.get(f"meaning.{voice.told.measure.name}", voice.told.measure.meaning)
    phase = voice.words[f"phase.{voice.told.phase}"]
    return voice.say("plan.measure_said", measure=voice.measure, phase=phase, meaning=meaning)


def _how(plan: Plan, voice: Voice) -> str:
    rule = plan.comparison
    return voice.say(
        f"plan.how_{plan.design if plan.design in ('matched', 'synthetic', 'sdid') else 'whole'}",
        neighbours=rule.neighbours, path=rule.path_years,
        minutes=voice.words.number(rule.radius_minutes, 0),
    )  # fmt: skip


def _power(plan: Plan, shown: Shown, role: str, voice: Voice) -> Block:
    """Return whether an effect that matters is large enough to be seen, with the curve."""
    seen = {one.role: one for one in plan.power}.get(role)  # type: ignore[call-overload]
    title = voice[f"role.{role}.title"] if len(plan.roles) > 1 else ""
    if seen is None:
        return Block(title=title, sentences=page.texts([voice["plan.not_worked_out"]]))
    smallest = voice.size(plan.smallest.sd)
    often = {"power": voice.words.percent(seen.power), "smallest": smallest}
    if seen.sd is None:
        said = voice.say("plan.blind", **often)
    else:
        key = "enough" if seen.sd <= plan.smallest.sd else "too_small"
        said = voice.say(f"plan.{key}", detectable=voice.size(seen.sd), **often)
    curve = shown.power.frame
    if "role" in curve.columns:
        curve = curve.filter(pl.col("role") == role)
    if curve.is_empty():
        return Block(title=title, sentences=page.texts([said]))
    named = {plan.smallest.sd: voice["plan.mark_smallest"]}
    if seen.sd is not None and seen.sd != plan.smallest.sd:
        named[seen.sd] = voice["plan.mark_detectable"]
    released = scaled(shown.power, marked(curve, named), voice, "effect")
    words = {"effect": voice.say("plan.effect", unit=unit(voice)), "power": voice["plan.power"]}
    chart = charts.power(released, words=words, asked=seen.power)
    picture = still(f"power-{role}", chart, voice["plan.power_caption"])
    return Block(title=title, sentences=page.texts([said]), picture=picture, grids=(_curve(curve, voice),))


def marked(curve: pl.DataFrame, named: dict[float, str]) -> pl.DataFrame:
    """Return the curve with the sizes that have a name on it: effect, power and label."""
    at = curve.sort("effect")
    effects, powers = at["effect"].to_numpy(), at["power"].to_numpy()
    rows = [(size, float(np.interp(size, effects, powers)), label) for size, label in named.items()]
    marks = pl.DataFrame(rows, schema=["effect", "power", "label"], orient="row")
    return pl.concat([at.select("effect", "power", label=pl.lit("")), marks]).sort("effect", "label")


def _curve(curve: pl.DataFrame, voice: Voice) -> Grid:
    rows = (
        (voice.size(effect), voice.words.percent(power))
        for effect, power in curve.sort("effect").select("effect", "power").rows()
    )
    heads = [voice[f"plan.heads.{name}"] for name in ("effect", "power")]
    return page.grid(voice["plan.curve"], heads, rows, numeric=(1,))


def _schools(shown: Shown, voice: Voice) -> Grid:
    """Return who takes part, by partnership, then by authority and name."""
    rows = sorted(
        shown.events.frame.iter_rows(named=True),
        key=lambda row: (row["partnership"], -ROLES[::-1].index(row["role"]), voice.order(row["school"])),
    )
    heads = [voice[f"plan.heads.{name}"] for name in ("partnership", "school", "role", "start")]
    return page.grid(
        voice["plan.schools_caption"],
        heads,
        (
            (
                row["partnership"], voice.full(row["school"]), voice[f"plan.role.{row['role']}"],
                str(row["start"]),
            )
            for row in rows[: page.LISTED]
        ),
    )  # fmt: skip


def _cannot(shown: Shown, voice: Voice) -> Grid | None:
    """Return who takes part and cannot be counted, and why, if anybody."""
    frame = shown.left_out.frame.filter(pl.col("side") == "joined")
    if frame.is_empty():
        return None
    rows = sorted(frame.iter_rows(named=True), key=lambda row: (voice.order(row["school"]), row["why"]))
    heads = [voice[f"plan.heads.{name}"] for name in ("school", "why")]
    said = ((voice.full(row["school"]), beside.why(row["why"], voice)) for row in rows)
    return page.grid(voice["plan.cannot"], heads, said)


def _made(plan: Plan, voice: Voice) -> tuple[Markup, ...]:
    definition, facts = voice.told.definition, voice.told.facts
    label = definition.label_cy if voice.welsh else definition.label
    said = [
        voice.say("made.plan", digest=plan.hash, date=voice.words.date(plan.date)),
        voice.say(
            "made.definition", label=label, date=voice.words.date(definition.date),
            source=definition.source.rstrip("."),
        ),
        voice.say(
            "plan.evidence", evidence=plan.data.evidence, version=facts.version, seed=str(plan.seed)
        ),
    ]  # fmt: skip
    return page.texts(said)
